"""How texts are compared as speech: without case, punctuation and the choice between 7 and seven."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Numbers are said, so they are spelt out: these are up to 99, digit by digit beyond. A
#: library for it (num2words) needs a package that has no wheel.
_ONES = {
    "en": (
        *[
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
        ],
        *["fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"],
    ),
    "ru": (
        *[
            "ноль",
            "один",
            "два",
            "три",
            "четыре",
            "пять",
            "шесть",
            "семь",
            "восемь",
            "девять",
            "десять",
        ],
        *["одиннадцать", "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать"],
        *["семнадцать", "восемнадцать", "девятнадцать"],
    ),
}
_TENS = {
    "en": ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
    "ru": (
        [
            "двадцать",
            "тридцать",
            "сорок",
            "пятьдесят",
            "шестьдесят",
            "семьдесят",
            "восемьдесят",
            "девяносто",
        ]
    ),
}


def words(text: str, language: str) -> list[str]:
    """Return the words of ``text`` as they are said, in small letters."""
    text = re.sub(r"\d+", lambda found: f" {_spelt(found[0], language)} ", text.lower())
    text = text.replace("ё", "е").replace("’", "'")
    return re.sub(r"[^\w']|_", " ", text).replace(" '", " ").replace("' ", " ").split()


def _spelt(digits: str, language: str) -> str:
    ones, tens = _ONES[language], _TENS[language]
    number = int(digits)
    if len(digits) > 2 or (digits[0] == "0" and len(digits) > 1):  # noqa: PLR2004
        return " ".join(ones[int(digit)] for digit in digits)
    if number < len(ones):
        return ones[number]
    return f"{tens[number // 10 - 2]} {ones[number % 10] if number % 10 else ''}"


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many items must be changed, added or left out (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, here in enumerate(one, start=1):
        before, row[0] = row[:], i
        for j, there in enumerate(other, start=1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (here != there))
    return row[-1]
