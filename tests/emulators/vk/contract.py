"""Whether requests are as VK's published schema of its API says.

The schema itself (VKCOM/vk-api-schema) is read where a folder with it is
there; elsewhere a table of the methods that LEAP calls has to do. VK forgives
much of what is found here: it ignores parameters that it does not know, and
takes the word ``False`` for true.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_WHOLE = re.compile(r"-?\d+")
#: What every method takes.
_ALWAYS = frozenset(
    {"access_token", "v", "lang", "test_mode", "captcha_sid", "captcha_key", "success_token"}
)
_INT32 = 2**31 - 1


@dataclass(frozen=True)
class Parameter:
    """What one parameter must be: VK's ``type`` and limits."""

    type: str
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    small: bool = False
    enum: tuple[str, ...] = ()
    items: Parameter | None = None

    def wrong(self, text: str) -> str | None:
        """Return what is wrong with a value, as it was sent."""
        match self.type:
            case "array" if self.items:
                found = (self.items.wrong(part) for part in text.split(",") if text)
                return next((each for each in found if each), None)
            case "boolean" if text not in ("0", "1"):
                return f"{text!r} is no boolean"
            case "integer":
                return self._wrong_number(text)
        if self.enum and text not in self.enum:
            return f"{text!r} is none of {', '.join(self.enum)}"
        return None

    def _wrong_number(self, text: str) -> str | None:
        if not _WHOLE.fullmatch(text):
            return f"{text!r} is no integer"
        number = int(text)
        if self.small and abs(number) > _INT32:
            return f"{text} does not fit into 32 bits"
        if self.minimum is not None and number < self.minimum:
            return f"{text} is less than {self.minimum}"
        if self.maximum is not None and number > self.maximum:
            return f"{text} is more than {self.maximum}"
        if self.enum and text not in self.enum:
            return f"{text} is none of {', '.join(self.enum)}"
        return None


Methods = Mapping[str, Mapping[str, Parameter]]


def _parameter(said: Mapping[str, Any]) -> Parameter:
    return Parameter(
        type=said["type"],
        required=bool(said.get("required")),
        minimum=said.get("minimum"),
        maximum=said.get("maximum"),
        small=said.get("format") == "int32",
        enum=tuple(str(each) for each in said.get("enum", ())),
        items=_parameter(said["items"]) if "items" in said else None,
    )


def published(folder: Path) -> Methods:
    """Return what the schema in ``folder`` says about methods of videos."""
    said = json.loads((folder / "video" / "methods.json").read_text(encoding="utf-8"))
    return {
        method["name"]: {each["name"]: _parameter(each) for each in method.get("parameters", ())}
        for method in said["methods"]
    }


def schema_folder() -> Path | None:
    """Return where the published schema is on this machine, if it is."""
    named = os.environ.get("LEAP_VK_SCHEMA")
    folder = Path(named) if named else Path(__file__).parents[4] / "shared" / "specs" / "vk"
    return folder if (folder / "video" / "methods.json").is_file() else None


_TEXT, _FLAG = Parameter("string"), Parameter("boolean")
_TEXTS = Parameter("array", items=Parameter("string"))
_OWNER = Parameter("integer")
_THE_OWNER = Parameter("integer", required=True)
_THE_VIDEO = Parameter("integer", required=True, minimum=0, small=True)
_ALBUM, _ALBUMS = (
    Parameter("integer", small=True),
    Parameter("array", items=Parameter("integer", small=True)),
)
_GROUP = Parameter("integer", minimum=1)
_OFFSET = Parameter("integer", minimum=0)
_IN_ALBUM = {
    "target_id": _OWNER,
    "album_id": _ALBUM,
    "album_ids": _ALBUMS,
    "owner_id": _THE_OWNER,
    "video_id": _THE_VIDEO,
}

#: What LEAP and its checks call, as the schema has it.
KNOWN: Methods = {
    "video.save": {
        **dict.fromkeys(("name", "description", "link", "ord_info"), _TEXT),
        **dict.fromkeys(("is_private", "wallpost", "no_comments", "repeat"), _FLAG),
        **dict.fromkeys(("compression", "auto_publish"), _FLAG),
        **dict.fromkeys(("privacy_view", "privacy_comment"), _TEXTS),
        "group_id": _GROUP,
        "album_id": Parameter("integer", minimum=0, small=True),
    },
    "video.get": {
        "owner_id": _OWNER,
        "videos": _TEXTS,
        "album_id": _ALBUM,
        "count": Parameter("integer", minimum=0, maximum=200),
        "offset": _OFFSET,
        "extended": _FLAG,
        "fields": _TEXTS,
        "sort_album": Parameter("integer", enum=("0", "1")),
    },
    "video.edit": {
        "owner_id": _OWNER,
        "video_id": _THE_VIDEO,
        **dict.fromkeys(("name", "desc", "ord_info"), _TEXT),
        **dict.fromkeys(("privacy_view", "privacy_comment"), _TEXTS),
        **dict.fromkeys(("no_comments", "repeat"), _FLAG),
    },
    "video.delete": {"video_id": _THE_VIDEO, "owner_id": _OWNER, "target_id": _OWNER},
    "video.addAlbum": {
        "group_id": _GROUP,
        "title": _TEXT,
        "privacy": Parameter("array", items=Parameter("string", enum=("0", "1", "2", "3"))),
    },
    "video.deleteAlbum": {
        "group_id": _GROUP,
        "album_id": Parameter("integer", required=True, minimum=0, small=True),
        "owner_id": _OWNER,
    },
    "video.getAlbums": {
        "owner_id": _OWNER,
        "offset": _OFFSET,
        "count": Parameter("integer", minimum=0, maximum=100),
        **dict.fromkeys(("extended", "need_system"), _FLAG),
    },
    "video.addToAlbum": _IN_ALBUM,
    "video.removeFromAlbum": _IN_ALBUM,
    "video.getAlbumsByVideo": {
        "target_id": _OWNER,
        "owner_id": _THE_OWNER,
        "video_id": _THE_VIDEO,
        "extended": _FLAG,
    },
    "video.getThumbUploadUrl": {"owner_id": _THE_OWNER},
    "video.saveUploadedThumb": {
        "owner_id": _THE_OWNER,
        "thumb_json": Parameter("string", required=True),
        "thumb_size": _TEXT,
        "random_tag": _TEXT,
        "video_id": Parameter("integer", minimum=1, small=True),
        "set_thumb": _FLAG,
    },
}
#: Methods of other rooms, which the folder does not hold.
_OTHERS: Methods = {
    "users.get": {"user_ids": _TEXTS, "fields": _TEXTS, "name_case": _TEXT},
    "groups.get": {
        "user_id": _OWNER,
        "extended": _FLAG,
        "filter": _TEXTS,
        "fields": _TEXTS,
        "offset": _OFFSET,
        "count": Parameter("integer", minimum=0, maximum=1000),
    },
    "groups.getById": {"group_ids": _TEXTS, "group_id": _TEXT, "fields": _TEXTS},
    "account.getAppPermissions": {"user_id": _OWNER},
}


class Contract:
    """Looks at requests; what it finds is kept in ``violations``."""

    def __init__(self, folder: Path | None) -> None:
        self.methods: Methods = {**(published(folder) if folder else KNOWN), **_OTHERS}
        self.violations: list[str] = []

    def judge(self, method: str, form: Mapping[str, str]) -> list[str]:
        """Return what is wrong with a request, and keep it."""
        found = list(self._wrong(method, form))
        self.violations += [f"{method}: {each}" for each in found]
        return found

    def _wrong(self, method: str, form: Mapping[str, str]) -> list[str]:
        wanted = self.methods.get(method)
        if wanted is None:
            return ["is no method that is known"]
        found = [
            f"{name} is missing"
            for name, each in wanted.items()
            if each.required and name not in form
        ]
        if not re.fullmatch(r"5\.\d+", form.get("v", "")):
            found.append("v is no version")
        for name, text in form.items():
            if name in _ALWAYS:
                continue
            if name not in wanted:
                found.append(f"{name} is no parameter")
            elif wrong := wanted[name].wrong(text):
                found.append(f"{name}: {wrong}")
        return found
