"""What somebody else has changed about a published video, or what became of it there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from leap.domain.accounts import Deferral

#: How closely platforms are looked at: captions cost fifty units of quota for each video.
Closely = Literal["fields", "captions"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One field of a video that is not what LEAP last gave it.

    ``given`` and ``found`` are JSON data. ``managed`` tells that the preset
    keeps the field as declared; whatever else differs is a person's affair.
    """

    part: str
    field: str
    given: Any
    found: Any
    managed: bool


@dataclass(frozen=True, slots=True)
class Drift:
    """One publication that is not as LEAP left it.

    ``state`` is ``missing`` where nobody has the video any more, ``blocked``
    where the platform keeps it from people, as ``reason`` says, ``back`` where
    it was one of these before and stands again; else it is ``edited``.
    """

    tenant: str
    recording: str
    preset: str
    platform: str
    state: Literal["edited", "missing", "blocked", "back"]
    reason: str = ""
    edits: tuple[Edit, ...] = ()
    url: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the parts that have to be made anew."""
        return tuple(dict.fromkeys(edit.part for edit in self.edits if edit.managed))

    @property
    def needs_person(self) -> bool:
        """Tell whether nothing but a person's decision helps."""
        return self.state in ("missing", "blocked")


@dataclass(frozen=True, slots=True)
class View:
    """What the platforms of one tenant show.

    ``problems`` are what could not be looked at, ``deferred`` the accounts that
    were put off by being asked.
    """

    drifts: tuple[Drift, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    deferred: Mapping[str, Deferral] = field(default_factory=dict)
