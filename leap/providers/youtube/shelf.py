"""Which playlists a channel has, by id and by title.

https://developers.google.com/youtube/v3/docs/playlists
"""

from __future__ import annotations

import threading

from leap.domain.fitting import ANGLES, one_line, shortened, utf16
from leap.errors import NeedsHuman, RetrySoon
from leap.providers.http import AnswerLost
from leap.providers.youtube.api import Api
from leap.providers.youtube.resources import section

TITLE_CHARACTERS = 150


class Shelf:
    """The playlists of a channel, by id and by title; listed when they are first asked for."""

    def __init__(self) -> None:
        self._titles: dict[str, str] | None = None
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Let them be listed again."""
        self._titles = None

    def resolve(self, api: Api, named: str, *, create: bool) -> str:
        """Return the id of the playlist that is ``named`` by its id or title.

        Raises NeedsHuman where there is none, or more than one of this title.
        """
        with self._lock:
            was_listed = self._titles is not None
            found = self._find(api, named)
            if found is None and was_listed:
                self.forget()  # it may have been made since
                found = self._find(api, named)
            if found is None and create:
                found = self._make(api, named)
        if found is None:
            message = f"YouTube: the channel has no playlist “{named}”"
            hint = "make it in YouTube Studio, or say `create_playlist: true`"
            raise NeedsHuman(message, hint=hint)
        return found

    def _find(self, api: Api, named: str) -> str | None:
        if self._titles is None:
            self._titles = {
                str(each["id"]): str(section(each, "snippet").get("title", ""))
                for each in api.playlists()
            }
        if named in self._titles:
            return named
        wanted = _title(named)
        found = [name for name, title in self._titles.items() if _title(title) == wanted]
        if len(found) > 1:
            message = f"YouTube: the channel has {len(found)} playlists “{named}”"
            raise NeedsHuman(message, hint=f"name one by its id: {', '.join(sorted(found))}")
        return found[0] if found else None

    def _make(self, api: Api, named: str) -> str:
        try:
            made = api.insert_playlist(_title(named), "private")
        except AnswerLost as error:
            self.forget()
            raise RetrySoon(error.message) from None
        name = str(made["id"])
        # Not listed again: that may be behind, and another one would be made.
        self._titles = {**(self._titles or {}), name: named}
        return name


def _title(named: str) -> str:
    return shortened(one_line(named, ANGLES), TITLE_CHARACTERS, utf16)
