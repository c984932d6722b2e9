"""An override: a person's decision about one single recording."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Protocol
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from leap.config.model import Declared, Flag, Integer, Model, Name, Text, required, setting
from leap.config.moments import Date
from leap.config.settings import Settings
from leap.config.units import Shaped, complaint

_IDENTITY_LENGTH = 12


RecordingId = Annotated[
    str,
    Shaped(
        r"^(\d{4}-\d{2}-\d{2}-)?[0-9a-f]{12}$",
        "a recording's id",
        "write it like `2026-11-20-0a1b2c3d4e5f`, or its last 12 digits; see `leap status`",
    ),
]


class For(Model):
    """Which recording an override is for: its id, or what is known before it exists."""

    recording: RecordingId | None = setting(
        None,
        "The recording's id, or the 12 hex digits at its end.",
        examples=["2026-11-20-0a1b2c3d4e5f", "0a1b2c3d4e5f"],
    )
    source: Name | None = setting(None, "The source it comes from.", examples=["recordings"])
    title: Text | None = setting(
        None, "Its own name, as the source gives it.", examples=["Machine Learning, lecture 3"]
    )
    date: Date | None = setting(
        None, "The day it began, in the tenant's time zone.", examples=["2026-11-20"]
    )

    @model_validator(mode="after")
    def _names_one(self) -> For:
        described = (self.source, self.title, self.date)
        if self.recording is None and None in described:
            raise complaint(
                "no recording is named", "write `recording`, or all of source, title, date"
            )
        if self.recording is not None and described != (None, None, None):
            raise complaint("a recording is named twice", "keep `recording` alone")
        return self


class Override(Settings, Declared):
    """What differs for one recording."""

    for_: For = required("The recording.", examples=[{"recording": "0a1b2c3d4e5f"}], alias="for")
    skip: Flag = setting(False, "Do not work on it at all.", examples=[True])
    withdraw: Flag = setting(
        False,
        "Take down what is published of it, and do not work on it any more. Nothing else in the "
        "repository ever deletes what is published.",
        examples=[True],
    )
    reason: Annotated[str, Field(max_length=500)] = setting(
        "", "Why; needed with `skip` and `withdraw`.", examples=["The lecturer asked for it."]
    )
    approve: Flag = setting(
        False,
        "It may be published where a preset or template says `approval: required`.",
        examples=[True],
    )
    generation: Integer = setting(
        0, "Raise it to have everything made anew.", examples=[1], ge=0, le=1_000_000
    )
    publish: dict[Name, dict[str, Any]] = setting(
        {},
        "What differs from the template, per preset.",
        examples=[{"site": {"privacy": "unlisted"}}],
        max_length=10,
    )

    @model_validator(mode="after")
    def _says_why(self) -> Override:
        for name, decided in (("skip", self.skip), ("withdraw", self.withdraw)):
            if decided and not self.reason.strip():
                hint = "say why, for whoever reads it next year"
                raise complaint(f"`{name}` needs a `reason`", hint)
        return self


class Recording(Protocol):
    """What has to be known of a recording to find its override (a ledger row has it)."""

    @property
    def id(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...


def fitting(
    overrides: Sequence[Override], recording: Recording, time_zone: str
) -> tuple[Override, ...]:
    """Return the overrides that name ``recording``; a sound declaration has at most one."""
    return tuple(each for each in overrides if _fits(each.for_, recording, time_zone))


def _fits(named: For, recording: Recording, time_zone: str) -> bool:
    if named.recording is not None:
        return named.recording[-_IDENTITY_LENGTH:] == recording.id[-_IDENTITY_LENGTH:]
    day = recording.started_at.astimezone(ZoneInfo(time_zone)).date().isoformat()
    return (named.source, plain(named.title or ""), named.date) == (
        recording.source,
        plain(recording.title),
        day,
    )


def plain(title: str) -> str:
    """Return ``title`` as it is compared: composed characters, single spaces."""
    return " ".join(unicodedata.normalize("NFC", title).split())
