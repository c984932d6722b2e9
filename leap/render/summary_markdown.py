"""What a reconcile did, as the summary of a job on GitHub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from leap.domain.expectation import Overdue
from leap.domain.outcome import Outcome
from leap.domain.plan import Change, Failure, Plan
from leap.render.held import markdown_lines
from leap.render.markdown import SUMMARY, Section, assemble, fenced, size_in_bytes
from leap.render.missed import sentence
from leap.render.plan import standing
from leap.render.plan_markdown import sections
from leap.render.summary import headline
from leap.render.terminal import clean, counted


def markdown(
    plan: Plan,
    outcome: Outcome | None,
    *,
    seconds: float | None = None,
    places: Sequence[str] = (),
    late: Sequence[Overdue] = (),
    limit: int = SUMMARY,
) -> str:
    """Return what came of ``plan`` as Markdown of at most ``limit`` bytes.

    Args:
        outcome: what came of it, or None where there was no work.
        seconds: how long the run took.
        places: where to look at what is published.
        late: the expected lectures that did not come.
        limit: at least a few thousand.
    """
    failed = list(_failed(outcome.failed)) if outcome else []
    held = [f"! {line}" for line in markdown_lines(outcome.held)] if outcome else []
    still = markdown_lines(outcome.still_held) if outcome else []
    left = list(_left(outcome.left)) if outcome else []
    return assemble(
        [f"### LEAP: {headline(plan, outcome, seconds)}"],
        [
            *_shown(f"<b>{counted(len(failed), 'failure')} in this run</b>", failed),
            *_shown("<b>Held in this run</b>", held),
            *_shown("<b>Expected, but not there</b>", [f"! {sentence(each)}" for each in late]),
            *_shown("Still held", still),
            *_shown(f"{len(left)} left for the next run", left),
            *sections(plan),
        ],
        list(_foot(outcome, places)),
        limit=limit,
        measure=size_in_bytes,
    )


def _shown(summary: str, lines: Sequence[str]) -> list[Section]:
    return [Section(summary, lines, "diff", shown=True)] if lines else []


def _failed(failures: Iterable[Failure]) -> Iterator[str]:
    for each in failures:
        name = f"{each.tenant}  {each.recording}  {clean(each.title)}"
        yield f"- {name}  {each.stage.value}: {clean(each.reason)}"


def _left(changes: Iterable[Change]) -> Iterator[str]:
    for each in changes:
        yield f"! {each.tenant}  {each.recording}  {clean(each.title)}  {clean(each.reason)}"


def _foot(outcome: Outcome | None, places: Sequence[str]) -> Iterator[str]:
    now = (
        ", ".join(words.removesuffix(" before") for words in standing(outcome.plan))
        if (outcome)
        else ""
    )
    if now:
        yield f"Now: {now}."
    if places:
        yield "Look at it:"
        yield fenced(places)
