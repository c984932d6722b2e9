"""YouTube on this machine: Google's logins, channels, videos, captions, playlists.

    with YouTube() as youtube:
        channel = youtube.channel("University")
        app = youtube.app()
        token = youtube.refresh_token(app, channel)
        ...  # youtube.url, app.client_id, app.client_secret, token
        assert not youtube.violations

Every request is held against YouTube's own description of its API, which
google-api-python-client brings along. ``python -m emulators.youtube``, from the
folder above, serves the same from a process of its own.
"""

from emulators.youtube.emulator import YouTube
from emulators.youtube.refusals import refusal
from emulators.youtube.scopes import FORCE_SSL, READONLY, UPLOAD
from emulators.youtube.uploads import Slip
from emulators.youtube.world import App, Caption, Channel, Item, Person, Playlist, Video

__all__ = [
    "FORCE_SSL",
    "READONLY",
    "UPLOAD",
    "App",
    "Caption",
    "Channel",
    "Item",
    "Person",
    "Playlist",
    "Slip",
    "Video",
    "YouTube",
    "refusal",
]
