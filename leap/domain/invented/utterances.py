"""Words as utterances: what is judged as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leap.domain.segments import SILENCE, ends_sentence
from leap.domain.transcript import Word

#: The words from the first to before the last of two indices.
Range = tuple[int, int]

_AROUND = re.compile(r"^[\W_]+|[\W_]+$")


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words up to the end of a sentence or a long pause; ``text`` has them in plain letters."""

    first: int
    last: int
    start: float
    end: float
    text: tuple[str, ...]


def plain(text: str) -> str:
    """Return a word in small letters without punctuation around it; nothing for ``♪``."""
    return _AROUND.sub("", text.casefold().replace("ё", "е"))


def utterances(words: Sequence[Word], texts: Sequence[str]) -> Iterator[Utterance]:
    """Yield ``words`` as utterances; ``texts`` are what ``plain`` makes of them."""
    first = 0
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else None
        pause = following.start - word.end if following is not None else SILENCE
        if following is None or ends_sentence(word.text) or pause > SILENCE:
            text = tuple(text for text in texts[first : index + 1] if text)
            yield Utterance(first, index + 1, words[first].start, word.end, text)
            first = index + 1
