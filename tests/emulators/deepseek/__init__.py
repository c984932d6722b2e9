"""DeepSeek on this machine: chat completions by a model that always answers the same.

    with DeepSeek() as deepseek:
        key = deepseek.key()
        deepseek.says(blank)
        ...  # deepseek.url, deepseek.requests, deepseek.cost

``DeepSeek(hosted=True)`` is the same model at Fireworks: other names, at most
4096 tokens unless they are streamed, and no switch for thinking.
``python -m emulators.deepseek``, from the folder above, serves the same from a
process of its own.
"""

from emulators.deepseek.emulator import DeepSeek
from emulators.deepseek.slips import (
    beyond,
    blank,
    changed,
    duplicated,
    english,
    fenced,
    negative,
    renamed,
    thoughtful,
    trailing,
    truncated,
    unsorted,
    without,
)

__all__ = [
    "DeepSeek",
    "beyond",
    "blank",
    "changed",
    "duplicated",
    "english",
    "fenced",
    "negative",
    "renamed",
    "thoughtful",
    "trailing",
    "truncated",
    "unsorted",
    "without",
]
