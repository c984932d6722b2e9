"""What models and servers do with a right answer: each turns it into one that was seen in the wild.

A slip takes the right answer as text and returns what is said instead, with
the reason for which the model stopped.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

#: The text of the right answer → what is said, and ``finish_reason``.
Slip = Callable[[str], tuple[str, str]]


def blank(_: str) -> tuple[str, str]:
    """What was no JSON comes as spaces, as if all were well."""
    return " " * 400, "stop"


def fenced(text: str) -> tuple[str, str]:
    """Markdown around the JSON."""
    return f"```json\n{text}\n```", "stop"


def trailing(text: str) -> tuple[str, str]:
    """Politeness around the JSON."""
    return f"Here is the outline:\n{text}\nI hope this helps {{you}}!", "stop"


def thoughtful(text: str) -> tuple[str, str]:
    """Thoughts that belong elsewhere before the JSON."""
    return f'<think>Perhaps {{"chapters": []}}?</think>{text}', "stop"


def truncated(text: str) -> tuple[str, str]:
    """The answer is longer than it may be."""
    return text[: len(text) // 2], "length"


def changed(change: Callable[[dict[str, Any]], Any], reason: str = "stop") -> Slip:
    """Return a slip that changes the answer's object."""

    def slip(text: str) -> tuple[str, str]:
        answer = json.loads(text)
        change(answer)
        return json.dumps(answer, ensure_ascii=False), reason

    return slip


def without(key: str) -> Slip:
    """Return a slip that forgets a key."""
    return changed(lambda answer: answer.pop(key))


def renamed(key: str, name: str) -> Slip:
    """Return a slip that calls a key something else."""
    return changed(lambda answer: answer.update({name: answer.pop(key)}))


def _numbers(change: Callable[[list[dict[str, Any]]], Any]) -> Slip:
    return changed(lambda answer: change(answer["chapters"]))


beyond = _numbers(lambda chapters: chapters[-1].update(sentence=99_999))
negative = _numbers(lambda chapters: chapters[0].update(sentence=-3))
duplicated = _numbers(lambda chapters: chapters.append(dict(chapters[-1])))
unsorted = _numbers(lambda chapters: chapters.reverse())


def english(text: str) -> tuple[str, str]:
    """The right numbers with words of another language."""
    answer = json.loads(text)
    for number, chapter in enumerate(answer["chapters"], start=1):
        chapter["title"] = f"Some interesting part {number}"
    answer["main_topic"] = "An interesting subject"
    answer["summary"] = "This is a lecture about something. It is told in a very good way."
    answer["questions"] = ["What is it all about?" for _ in answer["questions"]]
    return json.dumps(answer), "stop"
