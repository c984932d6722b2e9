"""How well words part: where a line or a cue may end, and where it should not.

A reader takes breath where the speaker does: after a sentence or a clause, else
before a conjunction or a preposition. What belongs together stays together: an
article and its noun, a preposition and its object, a first and a last name.
Words of a language without a list here are judged by the lists of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from leap.domain.function_words import bare, function_words
from leap.domain.segments import ends_sentence

#: A pause in seconds that is felt, and one that parts almost anything.
FELT_PAUSE, LONG_PAUSE = 0.3, 0.7

#: How much it hurts to part two words, from not at all to very much.
SENTENCE, CLAUSE, CONJUNCTION, PREPOSITION, PHRASE, TOGETHER, LEANING = 0, 1, 4, 5, 10, 15, 30

_CLAUSE_ENDS = (",", ";", ":", "—", "\N{EN DASH}", "،", "؛", "、", "，", "；", "：")
_OTHER_SENTENCE_ENDS = ("。", "！", "？", "؟", "।", "։")
_CLOSING = "\"'»”\N{RIGHT SINGLE QUOTATION MARK})]}」』"

_CONJUNCTIONS = {
    "en": """
        and or but nor so yet because if although though while when where whereas unless until since
        that which who whose whom whether than as
    """,
    "ru": """
        и а но или либо да что чтобы если когда хотя пока потому поэтому зато где куда откуда как чем
        который которая которое которые которого которой которому котором которую которых которым
        которыми
    """,
}
_PREPOSITIONS = {
    "en": """
        of in on at by for from to into onto with without about over under between through during
        before after above below against among per via like upon toward towards across around
    """,
    "ru": """
        в во на над под подо из изо к ко от ото до за при про о об обо у с со без для через между
        перед после около ради среди вместо кроме сквозь против вокруг
    """,
}
# These belong to the word before them.
_TRAILING = {
    "en": "me him us them it you yourself itself themselves",
    "ru": "же ж ли ль бы б мне тебе ему ей нам вам меня тебя нас вас себя себе",
}
# "I", and the polite "you" of Russian, say nothing about where a sentence begins.
_ALWAYS_CAPITAL = ("i'", "вы", "ваш")
# A full stop after these ends no sentence.
_ABBREVIATIONS = {
    "en": "mr mrs ms dr prof st vs fig eq no vol e.g i.e cf approx",
    "ru": "т.е т.к т.н г ул им проф акад рис стр см напр",
}


def partings(texts: Sequence[str], pauses: Sequence[float], language: str) -> list[float]:
    """Return for each word how much it hurts to part it from the next: 0 to ``LEANING``.

    Args:
        texts: words with their punctuation.
        pauses: seconds of silence after each.
        language: a BCP 47 code.
    """
    lists = _Lists(language)
    made: list[float] = []
    for text, following, pause in zip(texts, [*texts, ""][1:], pauses, strict=True):
        hurt = lists.parting(text, following, pause)
        # The first word of a clause is not left behind by the rest of it.
        alone = hurt > CLAUSE and (not made or made[-1] <= CLAUSE) and pause < LONG_PAUSE
        made.append(max(hurt, TOGETHER) if alone else hurt)
    return made


class _Lists:
    """The lists of one language, and what they say about two words."""

    def __init__(self, language: str) -> None:
        self._leaning = function_words(language)
        self._conjunctions = _words(_CONJUNCTIONS, language)
        self._prepositions = _words(_PREPOSITIONS, language)
        self._trailing = _words(_TRAILING, language)
        self._abbreviations = _words(_ABBREVIATIONS, language)

    def parting(self, text: str, following: str, pause: float) -> float:
        end = text.rstrip(_CLOSING)
        if ends_sentence(end) or end.endswith(_OTHER_SENTENCE_ENDS):
            return TOGETHER if bare(end) in self._abbreviations and following else SENTENCE
        if end.endswith(_CLAUSE_ENDS):
            return CLAUSE
        if bare(text) in self._leaning:
            # Speakers hesitate after "the": that is no place to end at.
            return LEANING if pause < LONG_PAUSE else PHRASE
        if self._begins(following, text):
            return CLAUSE
        hurt = self._inside_clause(text, following)
        if pause >= LONG_PAUSE:
            return hurt / 4
        return hurt / 2 if pause >= FELT_PAUSE else hurt

    def _begins(self, following: str, text: str) -> bool:
        """Tell whether a sentence begins that the transcriber put no full stop before."""
        word = bare(following)
        capital = following[:1].isupper() and not text[:1].isupper()
        return (
            capital
            and word in self._leaning
            and word != "i"
            and not word.startswith(_ALWAYS_CAPITAL)
        )

    def _inside_clause(self, text: str, following: str) -> float:
        after = bare(following)
        if after in self._trailing:
            return TOGETHER
        if after in self._conjunctions:
            return CONJUNCTION
        if after in self._prepositions:
            return PREPOSITION
        named = text[:1].isupper() and following[:1].isupper()
        return TOGETHER if named or following[:1].isdigit() else PHRASE


def _words(lists: Mapping[str, str], language: str) -> frozenset[str]:
    known = lists.get(language.split("-", maxsplit=1)[0].lower())
    return frozenset(_split(lists.values() if known is None else [known]))


def _split(texts: Iterable[str]) -> Iterable[str]:
    return (word for text in texts for word in text.split())
