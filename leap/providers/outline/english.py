"""Which runs of English words are noun phrases, judged by the words around them.

There is no dictionary here. That "supply curve" names something shows in "the
supply curve is": an article before it, a verb or the end of the clause behind
it. That "lava plugs" does not, shows in "lava plugs the opening".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from leap.providers.outline.phrases import NAMED, PERHAPS_NAMED, Sense, Stems


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_INDEFINITE = _set("a an every each one this that another any")
_BEFORE_NOUNS = _INDEFINITE | _set("""
    the these those my your his her its our their whose some no both all many few several
    of in on at by for from with without into onto about between through over under per
    against behind inside outside above below during across two three four five six seven
    eight nine ten
""")
_PRONOUNS = _set("i you he she we they who it")
_BEFORE_VERBS = _PRONOUNS | _set("""
    to can could will would shall should may might must not don't doesn't didn't can't cannot
    won't let let's do does did please never always
""")
_BEFORE_NAMES = _set("call called named term")
_BEFORE_SUBJECTS = _set("is are was were about")
_AFTER_SUBJECTS = _set("""
    is are was were be been has have had can could will would shall should may might must does
    do did isn't aren't wasn't doesn't
""")
_AFTER_NOUNS = _AFTER_SUBJECTS | _set("""
    of in on at by for from to with without into onto about between through over under and or
    but nor so because if when while where which who that than as after before during against
    across until since then also
""")
_AFTER_VERBS = _set("the a an my your his her its our their it them us me him this these those")
_NO_NOUN = re.compile(r".*(ly|n't|'re|'ve|'ll|'d)")
_NO_LAST = re.compile(r".*(ed|[a-z]'s|ous|ful|able|ible)")
_NOUNS = _set("""
    supply family assembly anomaly monopoly reply butterfly fly ally seed speed need feed weed
    bed shed table cable variable vegetable
""")
_ARTICLES = _set("a an the it this them")
#: "Gas" and "bus" are no plurals.
_SHORT = 3
#: A stem that is so often used as a verb is none of a noun.
_MOSTLY = 0.34


class English:
    """Judges phrases by how the words of one lecture are used in it.

    Args:
        clauses: all its clauses, each as words in lower case.
        stems: the stem of each of these words.
    """

    def __init__(self, clauses: Iterable[Sequence[str]], stems: Iterable[Sequence[str]]) -> None:
        used: Counter[str] = Counter()
        as_verb: Counter[str] = Counter()
        self._things: set[str] = set()
        for words, roots in zip(clauses, stems, strict=True):
            for place, root in enumerate(roots):
                used[root] += 1
                before = words[place - 1] if place else ""
                after = words[place + 1] if place + 1 < len(words) else ""
                as_verb[root] += before in _BEFORE_VERBS or after in _AFTER_VERBS
                if before in _BEFORE_NOUNS or after in _AFTER_SUBJECTS:
                    self._things.add(root)
        self._verbs = {root for root, count in as_verb.items() if count > _MOSTLY * used[root]}

    def joint(self) -> str:
        """Return what joins two things."""
        return " and "

    def sense(self, words: Stems, stems: Stems, before: Stems, after: str) -> Sense:
        """Return what a run of words, in lower case, is where it was said.

        Args:
            words: the run; "of" may be inside it.
            stems: the stems of these words.
            before: the words of the clause before it.
            after: the word after it, empty at the clause's end.
        """
        left = before[-1] if before else ""
        if self._is_no_noun_phrase(words, stems, left):
            return Sense.WRONG
        named = self.named(before)
        # "He calls", but "we call it overfitting".
        if left in _BEFORE_VERBS and named != NAMED:
            return Sense.WRONG
        if after in _AFTER_VERBS:
            # "Lava plugs the hole", but "it teaches the immune system the lesson".
            return Sense.POSSIBLE if left in _BEFORE_NOUNS else Sense.WRONG
        if after and after not in _AFTER_NOUNS:
            return Sense.POSSIBLE
        if named:
            return Sense.CLEAR
        if words[-1].endswith("ing") or (len(words) > 1 and not self._is_thing(words, stems)):
            return Sense.POSSIBLE
        if left in _BEFORE_NOUNS or (not left and after in _AFTER_SUBJECTS):
            return Sense.CLEAR
        return Sense.POSSIBLE

    def named(self, before: Stems) -> int:
        """Return whether what follows these words of a clause is named, perhaps, or not (0)."""
        rest = list(before)
        while rest and rest[-1] in _ARTICLES:
            rest.pop()
        word = rest[-1] if rest else ""
        if word in _BEFORE_NAMES:
            return NAMED
        return PERHAPS_NAMED if word in _BEFORE_SUBJECTS else 0

    def base(self, text: str) -> str:
        """Return a phrase as a title has it: as it was said."""
        return text

    def _is_no_noun_phrase(self, words: Sequence[str], stems: Sequence[str], left: str) -> bool:
        last = words[-1]
        if _never_last(last) or any(_no_noun(word) for word in words):
            return True
        if stems[-1] in self._verbs or stems[0] in self._verbs:
            return True
        if _plural(last) and left in _INDEFINITE and "of" not in words:
            return True  # "A filter lets": no plural but a verb.
        inner = () if "of" in words else words[:-1]
        return any(_plural(word) for word in inner)

    def _is_thing(self, words: Sequence[str], stems: Sequence[str]) -> bool:
        """Tell whether the last word is a noun for certain: "answers" alone may be a verb."""
        return not _plural(words[-1]) or stems[-1] in self._things


@lru_cache(maxsize=20_000)
def _no_noun(word: str) -> bool:
    return word not in _NOUNS and bool(_NO_NOUN.fullmatch(word))


@lru_cache(maxsize=20_000)
def _never_last(word: str) -> bool:
    return word not in _NOUNS and bool(_NO_LAST.fullmatch(word))


def _plural(word: str) -> bool:
    return (
        len(word) > _SHORT and word.endswith("s") and not word.endswith(("ss", "us", "is", "ics"))
    )
