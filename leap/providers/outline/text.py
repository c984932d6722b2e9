"""Sentences, their content words, and the stems that make words of one family equal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from leap.domain.function_words import bare
from leap.domain.segments import ends_sentence
from leap.domain.transcript import Word
from leap.providers.outline.stopwords import stop_words

#: A pause in seconds, or this many words, end a sentence where no full stop does.
_PAUSE = 1.5
_LONGEST = 60

_TOKEN = re.compile(r"[^\W\d_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}-][^\W\d_]+)*")
#: Phrases that transcribers invent where nobody speaks.
_NOISE = re.compile(
    r"редактор субтитров|корректор|продолжение следует|субтитры (делал|создавал|подготов)"
    r"|thanks? (you )?for watching|subtitles by|amara\.org",
    re.IGNORECASE,
)
_STEMMERS = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
    "ru": "russian",
    "sv": "swedish",
}


@dataclass(frozen=True)
class Sentence:
    """A spoken sentence: seconds, text, and the seconds of silence before it."""

    start: float
    end: float
    text: str
    pause: float
    language: str

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The words in lower case without punctuation."""
        return tuple(bare(found) for found in _TOKEN.findall(self.text))

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The stems of the content words, in order, repeated as spoken."""
        stops = stop_words(self.language)
        return tuple(
            stem(token, self.language)
            for token in self.tokens
            if token not in stops and len(token) > 1
        )


def sentences(words: Sequence[Word], language: str) -> list[Sentence]:
    """Return the sentences of a transcript, without those that transcribers invent."""
    result: list[Sentence] = []
    group: list[Word] = []
    heard_until = words[0].start if words else 0.0
    for index, word in enumerate(words):
        group.append(word)
        pause = words[index + 1].start - word.end if index + 1 < len(words) else 0.0
        if ends_sentence(word.text) or pause > _PAUSE or len(group) >= _LONGEST:
            result.append(_sentence(group, heard_until, language))
            heard_until = word.end
            group = []
    if group:
        result.append(_sentence(group, heard_until, language))
    return [sentence for sentence in result if not _NOISE.search(sentence.text)]


@lru_cache(maxsize=50_000)
def stem(token: str, language: str) -> str:
    """Return the stem of a lower-case word; the word itself where the language is unknown."""
    algorithm = _STEMMERS.get(language.split("-", maxsplit=1)[0].lower())
    return str(_stemmer(algorithm).stemWord(token)) if algorithm else token


@lru_cache
def _stemmer(algorithm: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(algorithm)


def _sentence(group: Sequence[Word], heard_until: float, language: str) -> Sentence:
    first, last = group[0], group[-1]
    text = " ".join(word.text for word in group)
    return Sentence(first.start, last.end, text, max(0.0, first.start - heard_until), language)
