"""One recording by two declarations: what the edit between them would do to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from leap.domain.catalogue import CatalogueEntry
from leap.domain.demand import Taking
from leap.domain.expense import Expense
from leap.domain.snapshot import PublicationFact
from leap.domain.speculation import Effect, Kind, Retitled
from leap.domain.stage import Stage, inputs
from leap.planning.decisions import MEDIA, changing
from leap.planning.desired import Desired
from leap.planning.reasons import edited
from leap.planning.side import Side

_NOTHING: Mapping[str, Mapping[str, str]] = MappingProxyType({})


@dataclass
class Comparison:
    """One recording as it is wanted by the old and by the new declaration."""

    entry: CatalogueEntry
    base: Side | None
    head: Side | None

    def effect(self) -> Effect | None:
        """Return what would become of it, or None where nothing would."""
        old, new = self._wish(self.base), self._wish(self.head)
        if new is None or new.row.wanted is None or new.settings is None:
            return self._not_worked_on(old, new)
        if old is None or old.row.wanted is None or old.settings is None:
            return self._taken(old, new)
        return self._updated(old, new)

    def _wish(self, side: Side | None) -> Desired | None:
        return side.wishes.get(self.entry.id) if side else None

    def _not_worked_on(self, old: Desired | None, new: Desired | None) -> Effect | None:
        """It is not worked on any more, or is skipped for another reason than before."""
        if old is None and new is None:
            return None
        reason = new.row.reason if new else self._why_absent()
        if old is not None and old.row.wanted is not None:
            return self._say(
                "lost", old, None, reason, unmanages=self._published(old.row.wanted.publications)
            )
        if old is None or new is None or old.row.skip == new.row.skip:
            return None
        return self._say("skipped", None, None, reason)

    def _why_absent(self) -> str:
        if self.head is None:
            return "its tenant is declared no more"
        return f"its source {self.entry.source} is declared no more"

    def _taken(self, old: Desired | None, new: Desired) -> Effect:
        wanted = new.row.wanted
        assert wanted is not None  # noqa: S101 -- asked by the caller
        stages = tuple(
            stage for stage, key in wanted.stages.items() if not self._is_made(stage, key)
        )
        publishes = tuple(p for p in wanted.publications if p not in self._all_published())
        reason = f"before: {old.row.reason}" if old and old.row.reason else "new to its tenant"
        speech = self.entry.duration if Stage.TRANSCRIBE in stages else 0.0
        return self._say(
            "taken", None, new, reason, stages=stages, publishes=publishes,
            speech=speech, uploads=len(publishes), expenses=self._expenses(new, stages),
            takings=self._takings(new, {p: tuple(wanted.publications[p]) for p in publishes}),
        )  # fmt: skip

    def _updated(self, old: Desired, new: Desired) -> Effect | None:
        """Return what differs for a recording that both declarations work on."""
        before, after = old.row.wanted, new.row.wanted
        assert before is not None  # noqa: S101 -- asked by the caller
        assert after is not None  # noqa: S101
        stages = tuple(
            stage
            for stage, key in after.stages.items()
            if before.stages.get(stage) != key
            and not self._is_made(stage, key)
            # What was never made is not made anew: it is still to be made.
            and (self.entry.made.get(stage) or stage not in before.stages)
        )
        appears = tuple(
            preset
            for preset in after.publications
            if preset not in before.publications and preset not in self._all_published()
        )
        changed = {
            preset: changing(new.publications[preset], before.publications[preset], parts)
            for preset, parts in after.publications.items()
            if preset in before.publications and preset in self._all_published()
        }
        waits = tuple(
            preset
            for preset, parts in changed.items()
            if MEDIA in parts and new.publications[preset].options.get("new_media") == "hold"
        )
        changed = {preset: parts for preset, parts in changed.items() if preset not in waits}
        if waits and set(waits) == set(after.publications):
            stages = ()  # nothing is made for a video that nobody can take
        updates = tuple(preset for preset, parts in changed.items() if parts)
        dropped = [preset for preset in before.publications if preset not in after.publications]
        moved = old.row.template != new.row.template
        if not (moved or stages or appears or updates or waits or self._published(dropped)):
            return self._bound(new)
        texts = [
            (preset, *self._texts(old, new, preset))
            for preset, parts in changed.items()
            if "metadata" in parts
        ]
        replaced = sum("media" in parts for parts in changed.values())
        return self._say(
            "moved" if moved else "updated", old, new, self._why(old, new, stages, updates),
            stages=stages, publishes=appears, updates=updates, unmanages=self._published(dropped),
            waits=waits,
            retitled=tuple(
                Retitled(preset, one[0], two[0])
                for preset, one, two in texts
                if one[0] != two[0] and _keeps(new, preset, "title")
            ),
            redescribed=tuple(
                preset
                for preset, one, two in texts
                if one[1] != two[1] and _keeps(new, preset, "description")
            ),
            speech=self._speech(old, new, stages), uploads=len(appears) + replaced,
            expenses=self._expenses(
                new, [s for s in stages if s is not Stage.TRANSCRIBE or not self._is_heard(old, new)]
            ),
            takings=self._takings(
                new, {preset: tuple(after.publications[preset]) for preset in appears}
            ) + self._takings(new, changed, before.publications),
        )  # fmt: skip

    def _bound(self, new: Desired) -> Effect | None:
        """Tell where another template would take it now, if it were not published."""
        if not self.entry.published or self.base is None or self.head is None:
            return None
        now = self.head.matching(self.entry)
        if now in (new.row.template, self.base.matching(self.entry)):
            return None
        reason = "it is published, and keeps its template"
        return self._say("bound", new, None, reason, after=now)

    def _speech(self, old: Desired, new: Desired, stages: Sequence[Stage]) -> float | None:
        """Return the seconds to transcribe: what was heard once is kept, and mapped anew."""
        heard = self._is_heard(old, new)
        return 0.0 if heard or Stage.TRANSCRIBE not in stages else self.entry.duration

    def _is_heard(self, old: Desired, new: Desired) -> bool:
        settings = [(each.settings or {}).get(Stage.TRANSCRIBE) for each in (old, new)]
        return bool(self.entry.made.get(Stage.TRANSCRIBE)) and settings[0] == settings[1]

    def _expenses(self, new: Desired, stages: Sequence[Stage]) -> tuple[Expense, ...]:
        return self.head.expenses(new.row, stages) if self.head else ()

    def _takings(
        self,
        new: Desired,
        parts: Mapping[str, Sequence[str]],
        applied: Mapping[str, Mapping[str, str]] = _NOTHING,
    ) -> tuple[tuple[str, Taking], ...]:
        """Return what ``parts`` take of the days of apps, by preset, where they take anything.

        ``applied`` is what stands on platforms, where that is what is changed.
        """
        if self.head is None:
            return ()
        facts = {
            each.preset: PublicationFact(
                each.preset, each.platform, "applied", self.entry.started_at,
                external_id="known", applied=applied[each.preset],
            )
            for each in self.entry.published if each.preset in applied
        }  # fmt: skip
        found = (
            (preset, self.head.taking(new.row, preset, its, facts.get(preset)))
            for preset, its in parts.items()
            if its
        )
        return tuple((preset, taking) for preset, taking in found if taking.needs)

    def _texts(
        self, old: Desired, new: Desired, preset: str
    ) -> tuple[tuple[str, str], tuple[str, str]]:
        assert self.base is not None  # noqa: S101 -- both sides work on it
        assert self.head is not None  # noqa: S101
        return (
            self.base.texts(self.entry, old.row, preset),
            self.head.texts(self.entry, new.row, preset),
        )

    def _why(
        self, old: Desired, new: Desired, stages: Sequence[Stage], updates: Sequence[str]
    ) -> str:
        if old.row.template != new.row.template:
            return f"template {old.row.template} → {new.row.template}"
        for stage in stages:
            one, two = (dict((each.settings or {}).get(stage, {})) for each in (old, new))
            edits = edited(stage, one, two)
            if edits:
                return edits
        if stages:
            taken_in = inputs(stages[0], tuple(new.row.wanted.stages) if new.row.wanted else ())
            return f"{taken_in[-1].value} changes" if taken_in else "it is made anew"
        return "what is published changes" if updates else "where it is published changes"

    def _say(
        self,
        kind: Kind,
        old: Desired | None,
        new: Desired | None,
        reason: str,
        *,
        after: str | None = None,
        **more: object,
    ) -> Effect:
        return Effect(
            self.entry.id, self.entry.title, kind,
            old.row.template if old else None, new.row.template if new else after, reason,
            **more,  # type: ignore[arg-type]
        )  # fmt: skip

    def _is_made(self, stage: Stage, key: str) -> bool:
        return key in self.entry.made.get(stage, ())

    def _all_published(self) -> frozenset[str]:
        return frozenset(each.preset for each in self.entry.published)

    def _published(self, presets: Sequence[str] | Mapping[str, object]) -> tuple[str, ...]:
        return tuple(preset for preset in presets if preset in self._all_published())


def _keeps(new: Desired, preset: str, field: str) -> bool:
    """Tell whether a published text follows what is declared, or is left to people."""
    return field in new.publications[preset].options.get("manage", (field,))
