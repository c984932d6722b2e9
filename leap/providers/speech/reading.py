"""From the JSON of an answer to words with times.

Servers differ: words may be null although there is text, lack their times or
the punctuation, overlap, or come out of order where the server has cut the
sound itself. No word that has letters is ever dropped.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from leap.domain.transcript import Word
from leap.errors import ProviderError
from leap.providers.speech.languages import code_of
from leap.providers.speech.server import Server

#: So many tokens of the text are looked at for the next word.
_AHEAD = 8


def words_of(answer: Mapping[str, Any], server: Server, duration: float) -> tuple[Word, ...]:
    """Return the words of ``answer`` to a sound of ``duration`` seconds, in order.

    Raises ProviderError where there is text without the times of its words.
    """
    text = answer.get("text")
    text = text if isinstance(text, str) else ""
    entries = answer.get("words")
    listed = entries if isinstance(entries, list) else []
    given = [each for each in listed if isinstance(each, Mapping)]
    timed = [each for each in given if _moment(each.get("start")) is not None]
    if not timed:
        if text.strip():
            raise _without_times(server)
        return ()
    words = in_order((Word(*_times(each), each["word"]) for each in _texts(given)), duration)
    return tuple(punctuated(_glued(words), text))


def language_of(answer: Mapping[str, Any], asked: str | None) -> str:
    """Return the language of ``answer`` as a code; what was asked for is what was spoken."""
    if asked is not None:
        return asked
    found = answer.get("language")
    return code_of(found) if isinstance(found, str) else "und"


def in_order(words: Iterable[Word], duration: float) -> list[Word]:
    """Return ``words`` by their times, within the sound, none reaching into the next."""
    found = sorted(words, key=lambda word: word.start)
    starts = [min(max(word.start, 0.0), duration) for word in found]
    ends = [
        max(start, min(word.end, duration, following))
        for word, start, following in zip(found, starts, [*starts, duration][1:], strict=True)
    ]
    return [
        Word(start, end, word.text) for word, start, end in zip(found, starts, ends, strict=True)
    ]


def punctuated(words: Sequence[Word], text: str) -> list[Word]:
    """Return ``words`` with the punctuation that only ``text`` has, as OpenAI's answers do."""
    if not words or any(not word.text[-1].isalnum() for word in words):
        return list(words)
    tokens, at = text.split(), 0
    found = []
    for word in words:
        wanted = _plain(word.text)
        near = range(at, min(at + _AHEAD, len(tokens)))
        hit = next((i for i in near if _plain(tokens[i]) == wanted), None)
        if hit is not None:
            word, at = Word(word.start, word.end, tokens[hit]), hit + 1  # noqa: PLW2901
        found.append(word)
    return found


def _without_times(server: Server) -> ProviderError:
    other = "brackets" if server.granularities == "comma" else "comma"
    message = f"{server.name} ({server.model}) answered without the times of its words"
    hint = (
        f"try `granularities: {other}` under {server.place} in leap.yaml, or set"
        " `transcribe.model` to a model that tells the times of words"
    )
    return ProviderError(message, hint=hint)


def _texts(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the entries that have a text, each with times: without its own those beside it."""
    found: list[dict[str, Any]] = []
    last = 0.0
    for entry in entries:
        word = entry.get("word")
        if not isinstance(word, str) or not word.strip():
            continue
        start = _moment(entry.get("start"))
        end = _moment(entry.get("end"))
        start = last if start is None else start
        last = end if end is not None else start
        found.append({"word": word, "start": start, "end": max(start, last)})
    return found


def _times(entry: Mapping[str, Any]) -> tuple[float, float]:
    return entry["start"], entry["end"]


def _glued(words: Sequence[Word]) -> list[Word]:
    """Return ``words`` without white space around them.

    Where words begin with a space, as with faster-whisper, one that does not
    (the ``5`` after a ``$``) belongs to the word before.
    """
    spaced = sum(word.text[0].isspace() for word in words) * 2 > len(words)
    found: list[Word] = []
    for word in words:
        text = " ".join(word.text.split())
        if found and spaced and not word.text[0].isspace():
            before = found.pop()
            found.append(Word(before.start, word.end, before.text + text))
        else:
            found.append(Word(word.start, word.end, text))
    return found


def _plain(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _moment(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
