"""Zoom on this machine: tokens, users, cloud recordings and their downloads.

    with Zoom() as zoom:
        account = zoom.account()
        zoom.meeting(topic="Machine Learning", start=datetime(2026, 11, 3, 9, tzinfo=UTC))
        ...  # zoom.url, account.client_id, account.client_secret, account.id

``python -m emulators.zoom --meetings 10000``, from the folder above, serves the
same from a process of its own.
"""

from emulators.zoom.emulator import Zoom
from emulators.zoom.files import RecordingFile, audio, chat, other, summary, timeline, video, words
from emulators.zoom.refusals import SIGN_IN, refused_token
from emulators.zoom.world import Account, App, Limit, Meeting, User

__all__ = [
    "SIGN_IN",
    "Account",
    "App",
    "Limit",
    "Meeting",
    "RecordingFile",
    "User",
    "Zoom",
    "audio",
    "chat",
    "other",
    "refused_token",
    "summary",
    "timeline",
    "video",
    "words",
]
