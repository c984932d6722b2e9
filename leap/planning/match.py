"""Which template takes a recording, and why that one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leap.config.rules import judge
from leap.config.template import Template
from leap.domain.recording import Observed


@dataclass(frozen=True, slots=True)
class Considered:
    """What one template said to a recording: whether it fits, and by which rule."""

    template: str
    fits: bool
    rule: str


@dataclass(frozen=True, slots=True)
class MatchResult:
    """The template that takes a recording, or None, and how that came about.

    Attributes:
        rule: in words, the rule that decided; without a template, why none fits.
        runners_up: the other templates that fit, in matching order.
        tie: the runner-up has the same priority; only its name put it second.
        considered: every template's verdict, in matching order.
    """

    template: Template | None
    rule: str
    runners_up: tuple[str, ...] = ()
    tie: bool = False
    considered: tuple[Considered, ...] = ()


def match(observed: Observed, templates: Sequence[Template]) -> MatchResult:
    """Return the first of ``templates`` that fits, by priority (higher first), then by name.

    Drafts take nothing. The order in which ``templates`` come does not matter.
    """
    ordered = sorted(
        (each for each in templates if not each.draft), key=lambda each: (-each.priority, each.name)
    )
    verdicts = [(each, judge(each.match, observed.title, observed.source)) for each in ordered]
    considered = tuple(Considered(each.name, v.taken, v.rule) for each, v in verdicts)
    fitting = [(each, verdict.rule) for each, verdict in verdicts if verdict.taken]
    if not fitting:
        return MatchResult(None, _why_none(considered), considered=considered)
    (first, rule), *others = fitting
    return MatchResult(
        template=first,
        rule=rule,
        runners_up=tuple(each.name for each, _ in others),
        tie=bool(others) and others[0][0].priority == first.priority,
        considered=considered,
    )


def _why_none(considered: Sequence[Considered]) -> str:
    """Return the nearest miss: an exclusion says more than a rule that does not fit."""
    for each in considered:
        if each.rule.startswith("excluded"):
            return f"no template matches; {each.template}: {each.rule}"
    return "no template matches its title"
