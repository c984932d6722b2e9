"""Which scopes of a Zoom app a source needs.

Zoom has granular scopes, and classic ones at older apps; either will do.
https://developers.zoom.us/docs/integrations/oauth-scopes-granular/
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from leap.config.source import ZoomSource
from leap.providers.oauth.checked import Missing

_EVERYBODY = (":admin", ":master")
_READ, _WRITE = "recording:read", "recording:write"


@dataclass(frozen=True, slots=True)
class _Need:
    ability: str
    scope: str
    classic: str


_LIST_ACCOUNT = _Need(
    "list the account's recordings", "cloud_recording:read:list_account_recordings", _READ
)
_LIST_USER = _Need("list a user's recordings", "cloud_recording:read:list_user_recordings", _READ)
_LIST_USERS = _Need("list the account's users", "user:read:list_users", "user:read")
_LOOK = _Need("look at one recording", "cloud_recording:read:list_recording_files", _READ)
_DOWNLOAD = _Need("download recordings", "cloud_recording:read:recording", _READ)
_TRASH = _Need("put recordings into the trash", "cloud_recording:delete:meeting_recording", _WRITE)
_TRASH_FILE = _Need(
    "put one part of a recording into the trash", "cloud_recording:delete:recording_file", _WRITE
)


def missing(
    scopes: Collection[str], sources: Collection[ZoomSource], *, personal: bool
) -> tuple[Missing, ...]:
    """Return what ``sources`` need and ``scopes`` do not allow, each once.

    Without sources it is what listing and downloading need. With ``personal``
    the credential is one person's login, which sees that person's recordings.
    """
    found: dict[str, Missing] = {}
    for need, everybody in _needs(sources, personal=personal):
        if not _allowed(scopes, need, everybody=everybody):
            scope = need.scope + (_EVERYBODY[0] if everybody else "")
            found.setdefault(scope, Missing(need.ability, scope))
    return tuple(found.values())


def _needs(sources: Collection[ZoomSource], *, personal: bool) -> Iterator[tuple[_Need, bool]]:
    """Yield what is needed, and whether for the recordings of everybody in the account."""
    if not sources:
        yield (_LIST_USER, False) if personal else (_LIST_ACCOUNT, True)
    for source in sources:
        if source.hosts:
            yield _LIST_USER, True
        elif personal:
            yield _LIST_USER, False
        elif source.listing == "users":
            yield _LIST_USERS, True
            yield _LIST_USER, True
        else:
            yield _LIST_ACCOUNT, True
        if source.include_trash and not source.hosts and not personal:
            # The account as a whole has no trash to look into.
            yield _LIST_USERS, True
            yield _LIST_USER, True
    everybody = not personal or any(source.hosts for source in sources)
    yield _LOOK, everybody
    yield _DOWNLOAD, everybody
    for source in sources:
        if source.after_publication == "trash":
            yield _TRASH, everybody
            if source.segments == "separate":
                yield _TRASH_FILE, everybody


def _allowed(scopes: Collection[str], need: _Need, *, everybody: bool) -> bool:
    levels = _EVERYBODY if everybody else ("", *_EVERYBODY)
    return any(
        f"{name}{level}" in scopes for name in (need.scope, need.classic) for level in levels
    )
