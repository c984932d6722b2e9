"""The template that takes a recording, found for many recordings at once.

All keywords and patterns of a tenant go into RE2's sets, which say in one pass
over a title which of them fit. ``leap.planning.match`` says the same with
reasons, one rule after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from leap.config.override import plain
from leap.config.rules import judge
from leap.config.template import Template

#: For the sets of one tenant. RE2 builds their states while it searches and
#: begins again where this is used up.
_MAX_MEMORY = 64 << 20


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule of one template; ``part`` is the same for rules of which one is enough."""

    template: int
    part: int
    excludes: bool = False


@dataclass
class _Gatherer:
    """The rules of all templates, by the way in which they are looked for in a title."""

    patterns: dict[tuple[str, bool, bool], list[_Rule]] = field(default_factory=dict)
    titles: dict[tuple[str, bool], list[_Rule]] = field(default_factory=dict)

    def add(self, template: int, rules: Any, *, case_sensitive: bool, excludes: bool) -> int:
        """Add the rules of a template, or of its exclusions; return how many parts they have."""
        import re2

        folded = not case_sensitive
        parts = 0
        for whole in rules.exact:
            rule = _Rule(template, parts, excludes)
            self.titles.setdefault((_folded(whole, folded=folded), folded), []).append(rule)
        parts += bool(rules.exact)
        for keyword in rules.keywords:
            literal = re2.escape(_folded(keyword, folded=folded))
            rule = _Rule(template, parts, excludes)
            self.patterns.setdefault((literal, True, folded), []).append(rule)
            parts += 1
        for pattern in rules.patterns:
            # Found in the title as it is: the engine itself ignores the case.
            rule = _Rule(template, parts, excludes)
            self.patterns.setdefault((pattern, case_sensitive, False), []).append(rule)
            parts += 1
        return parts


class Matcher:
    """Finds the first of ``templates`` that fits, by priority (higher first), then by name.

    Drafts take nothing.
    """

    def __init__(self, templates: Iterable[Template]) -> None:
        self._templates = sorted(
            (each for each in templates if not each.draft),
            key=lambda each: (-each.priority, each.name),
        )
        rules = _Gatherer()
        #: How many parts of a template's rules must fit.
        self._needed: list[int] = []
        for number, template in enumerate(self._templates):
            match = template.match
            case_sensitive = match.case_sensitive
            rules.add(number, match.exclude, case_sensitive=case_sensitive, excludes=True)
            parts = rules.add(number, match, case_sensitive=case_sensitive, excludes=False)
            self._needed.append(parts if match.mode == "all" else 1)
        self._titles = rules.titles
        self._sets = [
            _Set(rules.patterns, case_sensitive=case_sensitive, folded=folded)
            for case_sensitive, folded in ((True, True), (True, False), (False, False))
        ]

    def first(self, title: str, source: str) -> Template | None:
        """Return the template that takes a recording of this title, or None."""
        titles = {False: plain(title)}
        titles[True] = _folded(titles[False], folded=True)
        hits: set[_Rule] = set()
        for folded, text in titles.items():
            hits.update(self._titles.get((text, folded), ()))
        for each in self._sets:
            found = each.search(titles[each.folded])
            if found is None:
                return self._one_by_one(title, source)
            hits.update(found)
        excluded = {rule.template for rule in hits if rule.excludes}
        parts = Counter(
            number for number, _ in {(r.template, r.part) for r in hits if not r.excludes}
        )
        for number in sorted(parts):
            template = self._templates[number]
            if number in excluded or parts[number] < self._needed[number]:
                continue
            if not template.match.sources or source in template.match.sources:
                return template
        return None

    def _one_by_one(self, title: str, source: str) -> Template | None:
        for template in self._templates:
            if judge(template.match, title, source).taken:
                return template
        return None


class _Set:
    """The patterns that are looked for in one text, in one way."""

    def __init__(
        self,
        patterns: dict[tuple[str, bool, bool], list[_Rule]],
        *,
        case_sensitive: bool,
        folded: bool,
    ) -> None:
        import re2

        self.folded = folded
        options = re2.Options()
        options.case_sensitive = case_sensitive
        options.max_mem = _MAX_MEMORY
        options.log_errors = False
        mine = [each for each in patterns if each[1:] == (case_sensitive, folded)]
        #: The rules of each pattern, in the order of the set; the first pattern always fits.
        self._rules: list[Sequence[_Rule]] = [(), *(patterns[each] for each in mine)]
        self._set: Any = re2.Set.SearchSet(options)
        for text in ("", *(text for text, *_ in mine)):
            self._set.Add(text)
        try:
            self._set.Compile()
        except re2.error:  # Together they are too large.
            self._set = None

    def search(self, text: str) -> list[_Rule] | None:
        """Return the rules that fit ``text``, or None where the set cannot say."""
        if len(self._rules) == 1:
            return []
        # Out of memory, a set says that nothing fits: not even the empty pattern.
        found = self._set.Match(text) if self._set is not None else None
        return [rule for number in found for rule in self._rules[number]] if found else None


def _folded(text: str, *, folded: bool) -> str:
    text = plain(text)
    return text.casefold() if folded else text
