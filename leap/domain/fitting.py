"""Text made to fit a platform: its limits, and the characters that it forbids.

Nothing is cut inside of a word that could be left out whole, nor ever inside of
what people see as one sign: an emoji of several parts, a letter with its accent.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from leap.domain.typesetting import sign_ends, spaced

#: How much of a limit a text takes up; grows with each character.
Size = Callable[[str], int]

#: Angle brackets, which YouTube takes for HTML, and what looks like them. A search
#: takes both for the same (NFKC).
ANGLES: Mapping[str, str] = MappingProxyType({"<": "＜", ">": "＞"})

_ELLIPSIS = "…"
#: What would stand oddly before an ellipsis.
_LOOSE = " \t\n,;:.–—-|/·•(["
# Control characters, among them those that turn the direction of writing around
# (https://trojansource.codes), halves of surrogate pairs, and what is no character.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\uffff"
    "\ud800-\udfff]"
)
_NEW_LINE = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CHAPTER = re.compile(r"\s*(?:\d{1,2}:)?\d{1,2}:[0-5]\d\s")
#: The share of a description that stays for what is no chapter, however many there are.
_PROSE = 1 / 3
#: YouTube writes tags with commas between and quotes around those that have a space.
_COMMA, _QUOTES = 1, 2


def characters(text: str) -> int:
    """Return how many characters ``text`` has where each counts once."""
    return len(text)


def utf16(text: str) -> int:
    """Return how many characters ``text`` has as web pages count: most emoji are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> int:
    """Return how many bytes ``text`` has."""
    return len(text.encode("utf-8", "surrogatepass"))


def one_line(text: str, replaced: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return ``text`` on one line, with single spaces and without control characters.

    ``replaced`` tells what stands for each character that a platform forbids.
    """
    return " ".join(paragraphs(text, replaced).split())


def paragraphs(text: str, replaced: Mapping[str, str] = MappingProxyType({})) -> str:
    r"""Return ``text`` with its lines, each ended by ``\n``, and without control characters.

    Space at the ends of lines and more than one empty line are dropped.
    """
    text = unicodedata.normalize("NFC", _UNWANTED.sub("", _NEW_LINE.sub("\n", text)))
    text = text.translate({ord(sign): other for sign, other in replaced.items()})
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub("\n{3,}", "\n\n", lines).strip()


def shortened(text: str, limit: int, size: Size = characters) -> str:
    """Return ``text``, or its beginning with an ellipsis so that ``size`` is at most ``limit``.

    It ends after a word, unless that would lose more than half.
    """
    if size(text) <= limit:
        return text
    room = limit - size(_ELLIPSIS)
    end = _word_end(text, _fitting(text, room, size)) if room > 0 else 0
    kept = text[:end].rstrip(_LOOSE)
    return kept + _ELLIPSIS if kept else ""


def shortened_lines(text: str, limit: int, size: Size = characters) -> str:
    r"""Return a description, or less of it so that ``size`` is at most ``limit``.

    Lines that begin with a time, ``4:05 Trees``, are chapters: they stay, and
    what stands around them gives way, first what follows and then what comes
    before. Chapters that alone are too many end with a whole line.
    ``text`` is as ``paragraphs`` returns it.
    """
    if size(text) <= limit:
        return text
    before, chapters, after = _around_chapters(text)
    if not chapters:
        return shortened(text, limit, size)
    gap = size("\n\n")
    whole = "\n\n".join(filter(None, (before, chapters)))
    if size(whole) <= limit:
        after = shortened(after, limit - size(whole) - gap, size)
        return "\n\n".join(filter(None, (whole, after)))
    lead = min(size(before) + gap, int(limit * _PROSE)) if before else 0
    chapters = _whole_lines(chapters, limit - lead, size)
    before = shortened(before, limit - size(chapters) - gap, size)
    return "\n\n".join(filter(None, (before, chapters)))


def fitting_tags(
    tags: Iterable[str],
    limit: int = 500,
    *,
    replaced: Mapping[str, str] = ANGLES,
    size: Size = utf16,
) -> tuple[str, ...]:
    """Return those of ``tags`` that fit into ``limit`` together, as YouTube counts them.

    A tag with a space costs two more, since YouTube puts it into quotes, and a
    comma stands between each two. So no tag has a comma or a quote of its own.
    None is cut, and none there twice; where one does not fit, a later one may.
    """
    kept: list[str] = []
    left = limit + _COMMA
    seen: set[str] = set()
    for tag in _clean_tags(tags, replaced):
        cost = size(tag) + (_QUOTES if " " in tag else 0) + _COMMA
        if tag.casefold() not in seen and cost <= left:
            seen.add(tag.casefold())
            kept.append(tag)
            left -= cost
    return tuple(kept)


def _clean_tags(tags: Iterable[str], replaced: Mapping[str, str]) -> Iterator[str]:
    for tag in tags:
        for part in one_line(tag, replaced).replace('"', "").split(","):
            if part.strip():
                yield " ".join(part.split())


def _fitting(text: str, room: int, size: Size) -> int:
    """Return how many characters of ``text`` fit into ``room``."""
    ends = range(1, len(text) + 1)
    return bisect_right(ends, room, key=lambda end: size(text[:end]))


def _word_end(text: str, end: int) -> int:
    """Return where a word ends, at ``end`` or before; else a sign."""
    for at in range(end, end // 2, -1):
        if text[at].isspace() or text[at - 1].isspace():
            return at
        if not spaced(text[at - 1], text[at]) and sign_ends(text, at):
            return at
    return next((at for at in range(end, 0, -1) if sign_ends(text, at)), 0)


def _around_chapters(text: str) -> tuple[str, str, str]:
    """Return what comes before the longest run of chapters, the run, and what follows."""
    lines = text.split("\n")
    best, start = range(0), 0
    for number in range(len(lines) + 1):
        if number < len(lines) and _CHAPTER.match(lines[number]):
            continue
        if number - start > len(best):
            best = range(start, number)
        start = number + 1
    return (
        "\n".join(lines[: best.start]).strip(),
        "\n".join(lines[best.start : best.stop]),
        "\n".join(lines[best.stop :]).strip(),
    )


def _whole_lines(text: str, limit: int, size: Size) -> str:
    """Return as many whole lines of ``text`` as fit."""
    lines = text.split("\n")
    return "\n".join(lines[: _fitting_lines(lines, limit, size)])


def _fitting_lines(lines: list[str], limit: int, size: Size) -> int:
    counts = range(1, len(lines) + 1)
    return bisect_right(counts, limit, key=lambda count: size("\n".join(lines[:count])))
