"""What a model is told of a lecture before it listens."""

from __future__ import annotations

from leap.domain.ports import TranscriptionRequest
from leap.domain.segments import ends_sentence

#: Whisper reads the last 224 tokens of a prompt, and some servers refuse one of
#: more than 896 characters.
MOST = 800


def prompt_of(request: TranscriptionRequest) -> str:
    """Return what the settings say, the course, and as many of the terms as fit.

    All are sentences, since the model goes on in the style that it is shown.
    """
    said = " ".join(filter(None, map(_sentence, (request.prompt, request.course))))
    said = _cut(said)
    terms, room = [], MOST - len(said) - len(" .")
    for term in dict.fromkeys(map(_line, request.vocabulary)):
        room -= len(term) + len(", ")
        if room < 0:
            break
        terms.append(term)
    return " ".join(filter(None, (said, _sentence(", ".join(terms)))))


def _sentence(text: str) -> str:
    line = _line(text)
    if not line:
        return ""
    return line[0].upper() + line[1:] + ("" if ends_sentence(line) else ".")


def _line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _cut(text: str) -> str:
    """Return the beginning of ``text``, cut at a word."""
    return text if len(text) <= MOST else text[: MOST + 1].rsplit(" ", 1)[0][:MOST]
