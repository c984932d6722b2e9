"""Markdown for GitHub: sections that fold away, safe from what is in them, cut to a limit.

Whatever comes from outside (titles, reasons, file names) stands in fenced code
alone, whose fence is longer than any run of backticks in it. There neither
HTML nor Markdown nor a mention means anything.
https://github.github.com/gfm/#fenced-code-blocks
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from leap.render.terminal import clean, counted, cut

#: What GitHub takes as a comment, in characters.
COMMENT = 65_536
#: What GitHub takes as the summary of one step of a job, in bytes.
#: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
SUMMARY = 1 << 20

_LONGEST_LINE = 300
#: For the words about what was cut.
_RESERVE = 200


@dataclass(frozen=True, slots=True)
class Section:
    """Lines of code below a summary in words of our own; ``shown`` is unfolded at first."""

    summary: str
    lines: Sequence[str]
    language: str = ""
    shown: bool = False

    def text(self, count: int | None = None) -> str:
        """Return the section as Markdown, with its first ``count`` lines (all)."""
        opened = " open" if self.shown else ""
        body = fenced([cut(line, _LONGEST_LINE) for line in self.lines[:count]], self.language)
        return f"<details{opened}><summary>{self.summary}</summary>\n\n{body}\n\n</details>"


def size_in_bytes(text: str) -> int:
    """Return how long ``text`` is in UTF-8."""
    return len(text.encode(errors="replace"))


def fenced(lines: Sequence[str], language: str = "") -> str:
    """Return ``lines`` as a block of code that nothing in them can end."""
    safe = [_one_line(line) for line in lines]
    longest = max((len(run) for line in safe for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *safe, fence])


def _one_line(line: str) -> str:
    """Return ``line`` without what could end or hide it; its spaces stay, for they align."""
    return " ".join(map(clean, line.split(" "))).rstrip()


def assemble(
    head: Sequence[str],
    sections: Sequence[Section],
    foot: Sequence[str],
    *,
    limit: int = COMMENT,
    measure: Callable[[str], int] = len,
) -> str:
    """Return paragraphs, sections and paragraphs, no longer than ``limit`` by ``measure``.

    Where not everything fits, the sections are cut, and how much is said;
    ``head`` and ``foot`` are always whole.
    """
    whole = _joined([*head, *(section.text() for section in sections), *foot])
    if measure(whole) <= limit:
        return whole
    left = limit - measure(_joined([*head, *foot])) - _RESERVE
    parts: list[str] = []
    lines = dropped = 0
    for section in sections:
        count = _fitting(section, left, measure)
        lines += len(section.lines) - count
        if count:
            parts.append(section.text(count))
            left -= measure(parts[-1]) + 2
        else:
            dropped += 1
    what = counted(lines, "line")
    if dropped:
        what += f", with them {counted(dropped, 'whole section')},"
    verb = "are" if lines > 1 or dropped else "is"
    return _joined([*head, *parts, f"**{what} {verb} left out to fit GitHub's limit.**", *foot])


def _fitting(section: Section, room: int, measure: Callable[[str], int]) -> int:
    """Return how many lines of ``section`` there is room for: found by halving."""
    least, most = 0, len(section.lines)
    while least < most:
        middle = (least + most + 1) // 2
        if measure(section.text(middle)) + 2 <= room:
            least = middle
        else:
            most = middle - 1
    return least


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(parts) + "\n"
