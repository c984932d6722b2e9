"""The model: an outline of numbered sentences that looks like one, the same each time.

It reads what a person would: the numbers in brackets, how many chapters and
questions are asked for, and what is said to be wrong with an earlier answer
does not disturb it. An ``obedient`` model also does what it finds in the
transcript, as weak models do.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

_SENTENCE = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)
_CHAPTERS = re.compile(r"(\d+)(?: to (\d+))? chapters?")
_QUESTIONS = re.compile(r"(\d+) questions?")
_ORDER = re.compile(
    r"ignore (?:all )?previous instructions\W+(?:and )?(?:say|write) (.+?)\s*$", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]{4,}")
#: Words that say little; the model knows two languages.
_DULL = """
    about after again also because been before between call called could does down each even every
    first from given have here into itself just know like make many means more most much must next
    only other over really same second shall should since some such take than that their them then
    there these they thing think this those three through time under until very want well were what
    when where which while will with would your lecture today
    будет были было быть ведь весь вместо вообще всегда говорит даже если есть здесь затем именно
    когда которая которое которые который лекции лекция между меня можно нужно него очень перед
    после потом потому почему просто сегодня сейчас такая такие также такой тоже только тогда
    чтобы этого этом эти этот более менее теперь
"""


def outline(messages: Sequence[dict[str, Any]], *, obedient: bool = False) -> dict[str, Any]:
    """Return the answer to a conversation, as the object that its instructions ask for."""
    asked = next(str(each["content"]) for each in messages if each["role"] == "user")
    sentences = [(int(number), text) for number, text in _SENTENCE.findall(asked)]
    fewest, most = _wanted(_CHAPTERS, asked, (1, 1))
    questions, _ = _wanted(_QUESTIONS, asked, (0, 0))
    count = min((fewest + most) // 2, max(1, len(sentences)))
    parts = [
        sentences[index * len(sentences) // count : (index + 1) * len(sentences) // count]
        for index in range(count)
    ]
    titles = _titles(parts)
    order = next((found[1] for _, text in sentences if (found := _ORDER.search(text))), None)
    if obedient and order is not None:
        titles = [order] * len(titles)
    return {
        "main_topic": _name(sentences, titles[0]),
        "chapters": [
            {"sentence": part[0][0], "title": title}
            for part, title in zip(parts, titles, strict=True)
        ],
        "summary": " ".join(_opening(part) for part in (parts[0], parts[-1])),
        "questions": [_question(titles[index % count], index) for index in range(questions)],
    }


def as_text(answer: dict[str, Any]) -> str:
    """Return an answer as the model writes it."""
    return json.dumps(answer, ensure_ascii=False)


def tokens(text: str) -> int:
    """Return about how many tokens ``text`` has."""
    return max(1, len(text) // 4)


def _wanted(pattern: re.Pattern[str], text: str, otherwise: tuple[int, int]) -> tuple[int, int]:
    found = pattern.search(text)
    if not found:
        return otherwise
    numbers = [int(number) for number in found.groups() if number]
    return numbers[0], numbers[-1]


def _titles(parts: Sequence[Sequence[tuple[int, str]]]) -> list[str]:
    """Return what each part speaks of and the others do not, no title twice."""
    counts = [Counter(_words(text for _, text in part)) for part in parts]
    spread = Counter(word for each in counts for word in each)
    found: list[str] = []
    for number, (part, count) in enumerate(zip(parts, counts, strict=True), start=1):
        pairs = Counter(pair for _, text in part for pair in pairwise(_words([text])))
        worth = {
            pair: (uses + 1) * sum(count[word] / spread[word] for word in pair)
            for pair, uses in pairs.items()
        }
        ranked = [
            " ".join(pair).capitalize() for pair in sorted(worth, key=lambda p: (-worth[p], p))
        ]
        opening = " ".join(part[0][1].split()[:4]).rstrip(".,;:!?")
        title = next((each for each in ranked if each not in found), opening)
        found.append(title if title not in found else f"{title} {number}")
    return found


def _words(texts: Any) -> list[str]:
    return [word for text in texts for word in _WORD.findall(text.lower()) if word not in _dull()]


@cache
def _dull() -> frozenset[str]:
    return frozenset(_DULL.split())


def _name(sentences: Sequence[tuple[int, str]], otherwise: str) -> str:
    pairs = Counter(pair for _, text in sentences for pair in pairwise(_words([text])))
    best = sorted(pairs, key=lambda pair: (-pairs[pair], pair))
    return " ".join(best[0]).capitalize() if best else otherwise


def _opening(part: Sequence[tuple[int, str]]) -> str:
    words = part[0][1].split()[:25]
    return " ".join(words).rstrip(".,;:!?…") + "."


def _question(title: str, number: int) -> str:
    cyrillic = re.search("[а-я]", title.lower())
    ways = ("Что такое {}?", "Зачем нужно {}?") if cyrillic else ("What is {}?", "Why {}?")
    return ways[number % 2].format(title.lower())
