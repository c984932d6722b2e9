"""Where recordings come from: one model per kind of source, told apart by ``kind``.

Whoever adds a kind adds its model here and its provider in leap/providers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from leap.config.expect import Expects
from leap.config.model import Declared, Flag, Name, distinct, required, setting
from leap.config.moments import Date
from leap.config.paths import FolderPath
from leap.config.units import Called, Duration, Shaped, complaint

#: Zoom's first year: an earlier date is a slip of the keyboard, and would be
#: asked for month by month.
_FIRST_DAY = date(2012, 1, 1)


def _is_past(text: str) -> str:
    day = date.fromisoformat(text)
    # Somewhere it is tomorrow already.
    if day > datetime.now(UTC).date() + timedelta(days=1):
        raise complaint(f"`{text}` is in the future", "write a day from which recordings count")
    if day < _FIRST_DAY:
        raise complaint(f"`{text}` is before there was Zoom", "write the year with four digits")
    return text


Since = Annotated[Date, AfterValidator(_is_past), Called("day")]
Host = Annotated[
    str,
    Shaped(
        r"^([^\s@%/?#]{1,100}@[^\s@%/?#]{1,100}\.[^\s@%/?#.]{2,60}|[A-Za-z0-9_-]{16,64})$",
        "a host",
        "write an e-mail address, or the id of a Zoom user",
    ),
]
#: How Zoom calls a view of a recording; what is new there has such a name too.
View = Annotated[
    str,
    Shaped(
        r"^[a-z][a-z0-9_]{1,62}(\(CC\))?$",
        "a kind of recording file",
        "write it like `shared_screen_with_speaker_view`",
    ),
]
Views = Annotated[tuple[View, ...], Field(max_length=30), AfterValidator(distinct)]
Hosts = Annotated[tuple[Host, ...], Field(max_length=500), AfterValidator(distinct)]


class FolderSource(Declared):
    """A folder in which finished recordings appear."""

    kind: Literal["folder"] = required("What kind of source this is.", examples=["folder"])
    path: FolderPath = required(
        "The folder, relative to the repository's root or absolute; it must lie in one of the "
        "operator's `folders` or in the tenant's own folder.",
        examples=["state/demo/recordings", "/srv/recordings"],
    )
    settle: Duration = setting(
        "60 s", "A file that changed more recently than this waits.", examples=["60 s", 0]
    )
    optional: Flag = setting(
        False, "Whether a folder that does not exist counts as empty.", examples=[True]
    )
    expect: Expects = setting(
        (),
        "When its recordings take place, whatever they are; one that does not come is reported.",
        examples=[[{"weekdays": ["mon"], "time": "10:00"}]],
    )
    description: str = setting(
        "", "A sentence for the reader.", examples=["The studio's share."], max_length=1000
    )


class ZoomSource(Declared):
    """Cloud recordings of a Zoom account."""

    kind: Literal["zoom"] = required("What kind of source this is.", examples=["zoom"])
    account: Name = required(
        "The account in secrets.sops.yaml as whom Zoom is asked.", examples=["zoom-main"]
    )
    since: Since = required(
        "Recordings of this day (in UTC) and later count; older ones are never looked at.",
        examples=["2026-09-01"],
    )
    hosts: Hosts = setting(
        (),
        "Only the recordings of these people, by e-mail address or user id; else those of the "
        "whole account, or of the one person who allowed it.",
        examples=[["ada@example.org", "grace@example.org"]],
    )
    listing: Literal["account", "users"] = setting(
        "account",
        "Without `hosts`: ask for the whole account at once, or for each of its users; the second "
        "needs no permission to list the account's recordings, but takes longer.",
        examples=["users"],
    )
    prefer: Views = setting(
        ("shared_screen_with_speaker_view", "shared_screen", "active_speaker"),
        "Which video of a recording is taken, the best first. A word stands for all kinds that "
        "begin with it; the larger of equals wins, and other kinds come last. Sound alone is "
        "taken only where `audio_only` is in the list.",
        examples=[["active_speaker", "gallery_view"]],
    )
    segments: Literal["separate", "longest"] = setting(
        "separate",
        "What becomes of a meeting whose recording was stopped and started again: each part is a "
        "recording of its own, or only the longest counts.",
        examples=["longest"],
    )
    include_trash: Flag = setting(
        False,
        "Whether recordings in Zoom's trash count too. They can be downloaded when somebody has "
        "recovered them in Zoom.",
        examples=[True],
    )
    plan: Literal["free", "pro", "business"] = setting(
        "pro",
        "Which plan the account has with Zoom; it decides how fast Zoom may be asked.",
        examples=["business"],
    )
    after_publication: Literal["keep", "trash"] = setting(
        "keep",
        "What becomes of the recording in Zoom once every publication of it is verified; in "
        "Zoom's trash it can be recovered for 30 days.",
        examples=["trash"],
    )
    optional: Flag = setting(
        False, "Whether nobody needs to know when it cannot be listed.", examples=[True]
    )
    expect: Expects = setting(
        (),
        "When its recordings take place, whatever they are; one that does not come is reported.",
        examples=[[{"weekdays": ["mon"], "time": "10:00"}]],
    )
    description: str = setting(
        "", "A sentence for the reader.", examples=["The faculty's lectures."], max_length=1000
    )

    @model_validator(mode="after")
    def _lists_in_one_way(self) -> ZoomSource:
        if self.hosts and self.listing == "users":
            raise complaint(
                "`hosts` says already whose recordings count", "leave out `listing`, or `hosts`"
            )
        return self


#: A source of any kind.
AnySource: TypeAlias = FolderSource | ZoomSource

#: The kind, as YAML names it → its model.
SOURCES: Mapping[str, type[AnySource]] = MappingProxyType(
    {"folder": FolderSource, "zoom": ZoomSource}
)
