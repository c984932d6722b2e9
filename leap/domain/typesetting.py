"""How wide text is in a line, where words are written without a space, and how long words are cut.

Widths are in columns, as on a terminal: a Chinese, Japanese or Korean sign and
an emoji are two columns wide, everything else is one. So a line of 42 columns
holds 21 of them, about as many as one can read in the time of 42 letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import category, east_asian_width

# Signs of scripts that put no space between words: Thai, Lao, Burmese, Khmer;
# kana, Han and their full-width punctuation. Korean has spaces.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff01-\uff0f\uff1a-\uff20\uff66-\uff9f\U00020000-\U0003ffff]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_NARROW = "\u1100"  # Below this, nothing is two columns wide.
_JOINER = "\N{ZERO WIDTH JOINER}"
# Later parts of a Thai or Korean syllable, of kana, of a region's flag; the non-joiner.
_GOES_ON = re.compile("[\u0e33\u0eb3\u1160-\u11ff\U000e0020-\U000e007f\uff9e\uff9f\u200c]")
_FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]")
_CUT_AFTER = frozenset("/-_.,;:!?&=。、，！？；：…)")


def cleaned(text: str) -> str:
    """Return ``text`` with single spaces and without control characters, which no player shows."""
    return " ".join(_CONTROL.sub("", text).split())


def columns(text: str) -> int:
    """Return how many columns ``text`` takes, at least one per character."""
    if text.isascii() or max(text) < _NARROW:
        return len(text)
    return sum(map(_columns_of, text))


def spaced(before: str, after: str) -> bool:
    """Tell whether a space stands between two words that follow each other."""
    return not (_UNSPACED.match(before[-1]) and _UNSPACED.match(after[0]))


def cut(text: str, limit: int) -> Iterator[str]:
    """Yield ``text`` in pieces of at most ``limit`` (2 or more) columns, nothing lost or added.

    A piece ends after punctuation, as in an address, where it would not be short
    for it. What is seen as one sign stays together where a line can hold it.
    """
    while columns(text) > limit:
        end = _fitting(text, limit)
        end = _after_punctuation(text, end) or _between_signs(text, end) or end
        yield text[:end]
        text = text[end:]
    yield text


def _fitting(text: str, limit: int) -> int:
    """Return how many characters fit into ``limit`` columns."""
    taken = 0
    for count, character in enumerate(text):
        taken += _columns_of(character)
        if taken > limit:
            return max(1, count)
    return len(text)


def _after_punctuation(text: str, end: int) -> int | None:
    at = range(end, end // 2, -1)
    return next((i for i in at if text[i - 1] in _CUT_AFTER and sign_ends(text, i)), None)


def _between_signs(text: str, end: int) -> int | None:
    return next((i for i in range(end, 0, -1) if sign_ends(text, i)), None)


def sign_ends(text: str, at: int) -> bool:
    """Tell whether a sign ends before ``at``, which is inside of ``text``.

    A sign is what people see as one: no accent, vowel, variant, flag or joined
    emoji goes on there. https://www.unicode.org/reports/tr29/
    """
    before, following = text[at - 1], text[at]
    if before.isascii() and following.isascii():
        return before + following != "\r\n" and category(following) != "Sk"
    if _JOINER in (before, following) or _GOES_ON.match(following):
        return False
    if _FLAG_LETTER.match(following):
        # Each two of them are one flag.
        start = at
        while start and _FLAG_LETTER.match(text, start - 1):
            start -= 1
        return (at - start) % 2 == 0
    # The skin tones of emoji are modifiers too.
    return category(following) not in {"Mn", "Mc", "Me", "Sk"}


def _columns_of(character: str) -> int:
    return 2 if east_asian_width(character) in "WF" else 1
