"""Which runs of Russian words are noun phrases in the nominative, judged by their endings.

A title stands in the nominative, and what was said is inflected: "о нейронной
сети", "паровую машину". An adjective that ends as in the nominative and agrees
with its noun can be trusted, and so can a noun with another in the genitive
where its own form is not another case's. The rest is left out rather than
guessed; only the accusative of the feminine, "-ую -у", is turned back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from leap.providers.outline.phrases import NAMED, PERHAPS_NAMED, Sense, Stems


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PREPOSITIONS = _set("""
    в во на над под из изо к ко от ото до за при про о об обо у с со без для через между перед
    после около ради среди вместо кроме сквозь против по вокруг
""")
_PRONOUNS = _set("я ты он она оно мы вы они кто")
_BEFORE_NAMES = _set("это называется называются называют называем тема")
_BEFORE_SUBJECTS = _set("о об про")
#: What stands before a noun in the nominative as the beginning of a clause does.
_LIKE_A_BEGINNING = _set("""
    а но что если когда где этот эта это эти такой такая такое такие каждый каждая каждое любой
    любая любое наш наша наше наши их его её ее мой моя моё весь вся всё все один одна одно сам
    сама само наша ваш ваша ваше
""")
#: Genitives that look like adjectives.
_LIKE_ADJECTIVES = _set("данных учёных ученых рабочих животных насекомых")
_LIKE_INFINITIVES = _set("сеть память печать кровать плеть мать нефть")

_INFINITIVE = re.compile(r".*(([аяеиуоыё]ть|[зс]ти|чь)(ся)?|тся)")
_VERB = re.compile(r".*([аяиеёуы]л(а|о|и)?|[еёиуюая]т(е)?|[её]м|им|ешь|ишь|ёшь|сь|ся|в|вши)")
#: Endings of cases that no title stands in.
_OBLIQUE = re.compile(
    r".*(ого|его|ому|ему|ами|ями|ах|ях|ам|ям|ом|ём|ем|ой|ью|ую|юю|у|ю|ых|их|ым|им)"
)
_GENITIVE = re.compile(r".*([ая]|[ыи]|ов|ев|ёв|ей|ий)")
_PAST = re.compile(r".*([аяиеёуыо](ла|ли|ло)|[бгкрш]ли|[бшр]ла|вели|вела)")
_ADJECTIVE = re.compile(r".{2,}(ый|ий|ой|ая|яя|ое|ее|ые|ие)")
_GENITIVE_ADJECTIVE = re.compile(r".{2,}(ого|его|ой|ей|ых|их)")
#: How the noun ends that an adjective with the given ending agrees with in the nominative.
_AGREES = {
    "ый": re.compile(r".*[бвгджзклмнпрстфхцчшщйь]"),
    "ая": re.compile(r".*[аяь]"),
    "ое": re.compile(r".*([оеё]|мя)"),
    "ые": re.compile(r".*[ыиая]"),
}
_SAME = {"ий": "ый", "ой": "ый", "яя": "ая", "ее": "ое", "ие": "ые"}
_ADVERB = re.compile(r".*(но|ски|чно)")


class Russian:
    """Judges phrases by the endings of their words."""

    def joint(self) -> str:
        """Return what joins two things."""
        return " и "

    def sense(self, words: Stems, stems: Stems, before: Stems, after: str) -> Sense:
        """Return what a run of words, in lower case, is where it was said.

        Args:
            words: the run.
            stems: the stems of these words; endings say more here.
            before: the words of the clause before it.
            after: the word after it, empty at the clause's end.
        """
        del stems, after
        left = before[-1] if before else ""
        if left in _PRONOUNS:
            return Sense.WRONG
        if len(words) == 1:
            return _single(words[0], left)
        *described, noun = words
        if all(_agree(word, noun) or _accusative(word, noun) for word in described):
            return Sense.CLEAR
        if _agree(*words[:2]) and all(_is_genitive(word) for word in words[2:]):
            return Sense.CLEAR
        return _of(words, left)

    def named(self, before: Stems) -> int:
        """Return whether what follows these words of a clause is named, perhaps, or not (0)."""
        word = before[-1] if before else ""
        if word in _BEFORE_NAMES:
            return NAMED
        return PERHAPS_NAMED if word in _BEFORE_SUBJECTS else 0

    def base(self, text: str) -> str:
        """Return a phrase as a title has it: the feminine accusative in the nominative."""
        words = text.split()
        if len(words) > 1 and all(
            _accusative(word.lower(), words[-1].lower()) for word in words[:-1]
        ):
            turned = [
                word[:-2] + {"ую": "ая", "юю": "яя"}[word[-2:].lower()] for word in words[:-1]
            ]
            last = words[-1]
            return " ".join([*turned, last[:-1] + {"у": "а", "ю": "я"}.get(last[-1], last[-1])])
        return text


def _agree(adjective: str, noun: str) -> bool:
    """Tell whether both words end as an adjective and its noun do in the nominative."""
    if not _ADJECTIVE.fullmatch(adjective) or _no_noun(noun):
        return False
    ending = adjective[-2:]
    # "Большей", "ярче": a comparative and an adverb describe no noun.
    return bool(_AGREES[_SAME.get(ending, ending)].fullmatch(noun))


def _no_noun(word: str) -> bool:
    infinitive = _INFINITIVE.fullmatch(word) and word not in _LIKE_INFINITIVES
    return bool(infinitive or (_ADJECTIVE.fullmatch(word) and word[-2:] in ("ая", "ое", "ые")))


def _accusative(adjective: str, noun: str) -> bool:
    return adjective.endswith(("ую", "юю")) and noun.endswith(("у", "ю", "ь"))


def _is_genitive(word: str) -> bool:
    if word in _LIKE_ADJECTIVES:
        return True
    return bool(_GENITIVE.fullmatch(word)) and not _PAST.fullmatch(word) and not _no_noun(word)


def _of(words: Sequence[str], left: str) -> Sense:
    """Judge a noun in the nominative before one in the genitive."""
    head, *middle, tail = words
    described = all(_is_genitive(word) or _GENITIVE_ADJECTIVE.fullmatch(word) for word in middle)
    if not described or not _is_genitive(tail):
        return Sense.WRONG
    return _single(head, left)


def _single(word: str, left: str) -> Sense:
    """Judge whether a word is a noun in the nominative."""
    begins = not left or left in _LIKE_A_BEGINNING
    if _INFINITIVE.fullmatch(word) and word not in _LIKE_INFINITIVES:
        return Sense.WRONG
    if left in _BEFORE_NAMES and not _OBLIQUE.fullmatch(word):
        return Sense.CLEAR
    if (
        _OBLIQUE.fullmatch(word)
        or _ADVERB.fullmatch(word)
        or (_ADJECTIVE.fullmatch(word) and (not word.endswith(("ие", "ий"))))
    ):
        return Sense.WRONG
    if word.endswith(("ость", "ние", "тие", "ство", "изм")):
        return Sense.CLEAR
    if _VERB.fullmatch(word):
        return Sense.POSSIBLE if begins else Sense.WRONG
    if word.endswith(("а", "я", "и", "ы", "е")):
        # Elsewhere than at the beginning this may be any case.
        return Sense.CLEAR if begins else Sense.WRONG
    return Sense.CLEAR if begins else Sense.POSSIBLE
