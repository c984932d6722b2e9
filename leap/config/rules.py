"""Whether the rules of one template take a title, and which rule decides.

Titles are compared as composed characters with single spaces; capital letters
count only with ``case_sensitive``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leap.config.override import plain
from leap.config.patterns import compiled
from leap.config.template import Exclude, Match


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a template takes a recording, and the rule that decided it, in words."""

    taken: bool
    rule: str


def judge(match: Match, title: str, source: str | None = None) -> Verdict:
    """Apply the rules of ``match`` to a recording.

    Args:
        title: the recording's own name.
        source: the name of its source; None leaves the filter on sources out.
    """
    title = _composed(title)
    excluded = next(_hits(match.exclude, title, case_sensitive=match.case_sensitive), None)
    if excluded is not None:
        return Verdict(False, f"excluded by {excluded}")
    if source is not None and match.sources and source not in match.sources:
        return Verdict(False, f"source {source} is not among {', '.join(match.sources)}")
    hits = list(_hits(match, title, case_sensitive=match.case_sensitive))
    if match.mode == "any":
        return Verdict(True, hits[0]) if hits else _NOTHING_FITS
    missed = _missed(match, hits)
    return Verdict(False, f"{missed} does not fit") if missed else Verdict(True, " and ".join(hits))


_NOTHING_FITS = Verdict(False, "no rule fits the title")


def _hits(rules: Match | Exclude, title: str, *, case_sensitive: bool) -> Iterator[str]:
    """Return every rule that fits ``title``, in words."""
    exact, keywords, patterns = _prepared(
        rules.exact, rules.keywords, rules.patterns, case_sensitive
    )
    folded = _fold(title, case_sensitive)
    for whole, wanted in exact:
        if wanted == folded:
            yield f'title "{whole}"'
    for keyword, wanted in keywords:
        if wanted in folded:
            yield f'keyword "{keyword}"'
    for pattern, expression in patterns:
        if expression.search(title):
            yield f"pattern {pattern}"


def _missed(match: Match, hits: list[str]) -> str | None:
    """Return the first rule that a template in mode ``all`` misses, in words."""
    if match.exact and not any(hit.startswith("title ") for hit in hits):
        return "the title"
    wanted = [f'keyword "{keyword}"' for keyword in match.keywords]
    wanted += [f"pattern {pattern}" for pattern in match.patterns]
    return next((rule for rule in wanted if rule not in hits), None)


_Texts = tuple[str, ...]
_Pairs = tuple[tuple[str, Any], ...]


@functools.lru_cache(maxsize=8192)
def _prepared(
    exact: _Texts,
    keywords: _Texts,
    patterns: _Texts,
    case_sensitive: bool,  # noqa: FBT001
) -> tuple[_Pairs, _Pairs, _Pairs]:
    """Return each rule as written beside what a title is compared with."""
    return (
        tuple((each, _fold(plain(each), case_sensitive)) for each in exact),
        tuple((each, _fold(plain(each), case_sensitive)) for each in keywords),
        tuple((each, compiled(each, case_sensitive=case_sensitive)) for each in patterns),
    )


#: One title is judged by all templates in turn.
_composed = functools.lru_cache(maxsize=256)(plain)


@functools.lru_cache(maxsize=256)
def _fold(text: str, case_sensitive: bool) -> str:  # noqa: FBT001
    return text if case_sensitive else text.casefold()
