"""Templates that can never win, and rules that two templates of one priority share.

Only what can be proved from the rules themselves is said: that whatever one
rule takes, another takes too. Examples show the rest; see leap/config/proof.py.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from leap.config.override import plain
from leap.config.rules import judge
from leap.config.template import Match, Template
from leap.errors import Diagnostic

_ALL = frozenset({"", ".*", "^.*$", ".+", "^"})
#: A rule: the key that it stands under, and its number there.
_Rule = tuple[str, int]


def overlaps(templates: Sequence[Template]) -> Iterator[Diagnostic]:
    """Warn of what never wins among ``templates``, which are in matching order."""
    for place, template in enumerate(templates):
        before = templates[:place]
        shadow = next((other for other in before if _takes_all_of(other, template)), None)
        if shadow is not None:
            yield _never_used(template, shadow)
            continue
        equals = [other for other in before if other.priority == template.priority]
        yield from _ties(template, equals)


def share_sources(one: Match, other: Match) -> bool:
    """Tell whether a recording can pass the filters on sources of both."""
    return not one.sources or not other.sources or bool(set(one.sources) & set(other.sources))


def _never_used(template: Template, shadow: Template) -> Diagnostic:
    message = f"never used: template `{shadow.name}` takes everything before it"
    hint = f"give `{shadow.name}` a lower `priority`"
    return template.document.warning(("match",), message, hint, key=True)


def _ties(template: Template, equals: Sequence[Template]) -> Iterator[Diagnostic]:
    """Warn of each rule whose titles a template of the same priority takes, by its name alone."""
    if template.match.mode == "all":
        return
    able = [other for other in equals if _open(other, template)]
    for rule in _rules(template.match) if able else ():
        for other in able:
            if _implied(other.match, template.match, rule):
                message = f"template `{other.name}` takes this too, and wins by its name"
                hint = "give one a higher `priority`"
                yield template.document.warning(("match", *rule), message, hint)
                break


def _takes_all_of(other: Template, template: Template) -> bool:
    if not _open(other, template):
        return False
    match = template.match
    if match.mode == "any":
        return all(_implied(other.match, match, rule) for rule in _rules(match))
    # Every keyword and pattern must be found, so one that the other takes is enough.
    titles = len(match.exact)
    implied = [_implied(other.match, match, rule) for rule in _rules(match)]
    return any(implied[titles:]) or bool(titles and all(implied[:titles]))


def _open(other: Template, template: Template) -> bool:
    """Tell whether nothing but its rules keeps ``other`` from what ``template`` takes."""
    ours, theirs = template.match, other.match
    sources = set(ours.sources) <= set(theirs.sources) if ours.sources else False
    return (
        (not theirs.sources or sources)
        and theirs.mode == "any"
        and (ours.case_sensitive or not theirs.case_sensitive)
        and _excludes_no_more(theirs, ours)
    )


def _excludes_no_more(theirs: Match, ours: Match) -> bool:
    more, less = theirs.exclude, ours.exclude
    if theirs.case_sensitive != ours.case_sensitive:
        return not (more.exact or more.keywords or more.patterns)
    return (
        set(more.exact) <= set(less.exact)
        and set(more.keywords) <= set(less.keywords)
        and set(more.patterns) <= set(less.patterns)
    )


def _rules(match: Match) -> Iterator[_Rule]:
    yield from (("exact", index) for index in range(len(match.exact)))
    yield from (("keywords", index) for index in range(len(match.keywords)))
    yield from (("patterns", index) for index in range(len(match.patterns)))


def _implied(other: Match, match: Match, rule: _Rule) -> bool:
    """Tell whether ``other`` takes every title that ``rule`` of ``match`` finds."""
    key, index = rule
    text: str = getattr(match, key)[index]
    if _ALL & set(other.patterns):
        return True
    if key == "patterns":
        return text in other.patterns and other.case_sensitive == match.case_sensitive
    if key == "exact":
        # The title is known, but for capital letters, which only patterns may see.
        sees = other.patterns and not match.case_sensitive
        return not sees and judge(other, text).taken
    return _found_in(other, plain(text))


def _found_in(other: Match, words: str) -> bool:
    """Tell whether ``other`` takes every title in which ``words`` stand."""
    words = words if other.case_sensitive else words.casefold()
    parts = _parts(other.keywords, other.patterns, other.case_sensitive)
    return any(part in words for part in parts)


@functools.lru_cache(maxsize=8192)
def _parts(
    keywords: tuple[str, ...],
    patterns: tuple[str, ...],
    case_sensitive: bool,  # noqa: FBT001 -- a key of the cache
) -> tuple[str, ...]:
    """Return the texts of which any is enough: keywords, and patterns that are plain text."""
    literal = (each for each in patterns if re.fullmatch(r"[A-Za-z0-9 ]+", each))
    parts = (plain(each) for each in (*keywords, *literal))
    return tuple(part if case_sensitive else part.casefold() for part in parts)
