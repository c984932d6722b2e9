"""Walking through everything an account has recorded, month by month and page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from leap.domain.ports import Progress
from leap.errors import DeferUntil, NeedsHuman, ProviderError, RetrySoon
from leap.providers.zoom.api import Api, Page
from leap.providers.zoom.meetings import Meeting, read_meeting
from leap.providers.zoom.refusals import PageExpired
from leap.providers.zoom.windows import months

#: How often a month is listed anew because it changed, or took too long.
_TRIES = 4
#: After so many hosts in a row that cannot be listed the others are not asked for.
_FAILED_HOSTS = 3

_TOO_SLOW = "Zoom's list changes faster than it can be read"
_AGAIN = "the next run looks again"

#: What returns the page with a token; the first has an empty one.
_Ask = Callable[[str], Page]


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose recordings are looked for.

    ``hosts`` are those that are named; without any it is everybody, asked for
    in one go (``account``), user by user (``users``), or only the one person
    whose login it is (``personal``).
    """

    hosts: tuple[str, ...] = ()
    everybody: Literal["account", "users", "personal"] = "account"


@dataclass(slots=True)
class Found:
    """What a walk found: meetings by uuid, and what it has to say.

    ``complete`` is False where something may be missing; see
    ``leap.domain.recording.Listing``. ``notes`` counts what was left out, by
    reason, with an example.
    """

    meetings: dict[str, Meeting] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    complete: bool = True
    left_out: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def fail(self, problem: str) -> None:
        """Note that something could not be listed."""
        self.problems.append(problem)
        self.complete = False

    def leave_out(self, reason: str, example: str) -> None:
        """Note a meeting that is no recording. ``reason`` follows its name."""
        self.left_out[reason] += 1
        self.examples.setdefault(reason, example)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(
            f"“{self.examples[reason]}” {reason}"
            + (f", and {count - 1} more like it" if count > 1 else "")
            for reason, count in self.left_out.items()
        )


class Walk:
    """One walk through an account; use it once.

    Args:
        api: how Zoom is asked.
        since: the first day, in UTC, that counts.
        now: the time, aware.
        progress: told how far it is.
    """

    def __init__(self, api: Api, since: date, now: datetime, progress: Progress) -> None:
        self._api, self._since, self._now, self._progress = api, since, now, progress
        self._found = Found()

    def go(self, whose: Whose, *, trash: bool) -> Found:
        """Return what was recorded, with what is in the trash if ``trash``.

        One month, host or meeting that fails is a problem, and the rest is
        listed. Raises DeferUntil, which is about the account as a whole, and
        another ProviderError where nobody could be listed.
        """
        owners = self._owners(whose)
        self._each(owners, self._recorded)
        if trash:
            # Only a user has a trash to look into.
            hosts = owners if None not in owners else self._users()
            self._each(hosts, self._discarded)
        self._look_closer()
        return self._found

    # ── who ─────────────────────────────────────────────────────────────────

    def _owners(self, whose: Whose) -> Sequence[str | None]:
        if whose.hosts:
            return whose.hosts
        match whose.everybody:
            case "account":
                return (None,)
            case "personal":
                return ("me",)
        return self._users()

    def _users(self) -> tuple[str, ...]:
        """Return the ids of all users; those who left keep what they recorded."""
        found: dict[str, None] = {}
        for status in ("active", "inactive"):
            for entry in self._pages(lambda page, s=status: self._api.users(s, page)):  # type: ignore[misc]
                name = entry.get("id") if isinstance(entry, Mapping) else None
                if isinstance(name, str) and name:
                    found[name] = None
        return tuple(found)

    def _each(
        self, owners: Sequence[str | None], look: Callable[[str | None, float, float], None]
    ) -> None:
        """Let ``look`` look at each owner; one who cannot be listed does not stop the others."""
        first: ProviderError | None = None
        failed = row = 0
        for index, owner in enumerate(owners):
            try:
                look(owner, index / len(owners), 1 / len(owners))
            except DeferUntil:
                raise
            except ProviderError as error:
                first, failed = first or error, failed + 1
                # A host who does not exist is a slip of its own; silence, or a
                # missing permission, meets everybody.
                row = row + 1 if isinstance(error, RetrySoon | NeedsHuman) else 0
                self._found.fail(f"{owner}: {error}" if owner else str(error))
                if row == _FAILED_HOSTS and index + 1 < len(owners):
                    self._found.fail(f"{len(owners) - index - 1} more hosts were not asked for")
                    break
            else:
                row = 0
        if first and failed in {len(owners), _FAILED_HOSTS} and not self._found.meetings:
            raise first

    # ── what ────────────────────────────────────────────────────────────────

    def _recorded(self, owner: str | None, done: float, share: float) -> None:
        spans, ill = list(months(self._since, self._now.date())), False
        for index, (begin, end) in enumerate(spans):
            count = len(self._found.meetings)
            self._progress(done + share * index / len(spans), f"{end:%B %Y}, {count} so far")

            def ask(page: str, begin: date = begin, end: date = end) -> Page:
                return self._api.recordings(owner, begin, end, page)

            try:
                for entry in self._pages(ask):
                    self._take(entry)
            except (DeferUntil, NeedsHuman):
                raise
            except ProviderError as error:
                # One month may be ill; where a second is, the fault is not the month's.
                if ill or len(spans) == 1:
                    raise
                ill = True
                self._found.fail(f"{end:%B %Y}: {error}")

    def _discarded(self, owner: str | None, done: float, share: float) -> None:
        self._progress(done, "the trash")
        for entry in self._pages(lambda page: self._api.trash(str(owner), page)):
            self._take(entry)

    def _take(self, entry: Any) -> None:
        meeting = read_meeting(entry)
        if meeting is None:
            self._found.fail("Zoom lists a meeting without its uuid")
        elif meeting.starts is None:
            self._found.leave_out("has no start time, so it is left out", meeting.topic)
        elif meeting.starts.date() >= self._since:
            # The first counts: what is not in the trash was asked for before what is.
            self._found.meetings.setdefault(meeting.uuid, meeting)

    def _look_closer(self) -> None:
        """Ask for each meeting whose files were not listed with it."""
        for uuid, meeting in list(self._found.meetings.items()):
            if meeting.files is not None:
                continue
            try:
                files = self._api.recording(uuid).files
            except DeferUntil:
                raise
            except ProviderError as error:
                self._found.fail(f"{meeting.name}: {error}")
                del self._found.meetings[uuid]
            else:
                self._found.meetings[uuid] = replace(meeting, files=files or ())

    # ── pages ───────────────────────────────────────────────────────────────

    def _pages(self, ask: _Ask) -> Iterator[Any]:
        """Return the entries of a whole list.

        A list that changed while its pages were asked for may have lost an
        entry between two of them, so it is asked for again; and from its
        beginning where the token of a page was too old. What comes twice is
        the caller's to see.
        """
        entries: list[Any] = []
        for _ in range(_TRIES):
            with suppress(PageExpired):
                entries, steady = self._once(ask)
                if steady:
                    return iter(entries)
        if not entries:
            raise ProviderError(_TOO_SLOW, hint=_AGAIN)
        self._found.fail(f"{_TOO_SLOW}; {_AGAIN}")
        return iter(entries)

    def _once(self, ask: _Ask) -> tuple[list[Any], bool]:
        entries: list[Any] = []
        page, asked, totals = "", set[str](), set[int | None]()
        while True:
            answer = ask(page)
            entries += answer.entries
            totals.add(answer.total)
            if not answer.next:
                return entries, len(totals) == 1
            if answer.next in asked:
                raise ProviderError("Zoom gives the same page for ever")
            asked.add(answer.next)
            page = answer.next
