"""What a caption file is judged by, with rules and word lists of its own.

Nothing here is shared with the code that makes captions, which would else be
found good by its own opinion. Only the file counts: what pysubs2 reads in it.
The limits are those of the Netflix Timed Text Style Guide, general requirements:
https://partnerhelp.netflixstudios.com/hc/en-us/articles/215758617
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path

LINE_LENGTH, LINES, CHARACTERS_PER_SECOND = 42, 2, 17
SHORTEST, LONGEST = 833, 7000  # milliseconds
#: Readers round times to a millisecond; players show a frame of 40 at once.
_TOLERANCE = 1

_PUNCTUATION = tuple(".,;:!?…—–-。、！？؟،")
_QUOTES = "\"'»”’)]"

# Words that belong to the one after them. A pronoun counts where it can only
# be a subject, for "him" may well end a phrase and "he" hardly.
_BELONG_TO_THE_NEXT = {
    "en": """
        a an the my your his her its our their this these those every each
        of to in for on with at by from as into onto about through between under over against
        without within during before after until since toward towards upon among per
        and or but nor if because although though while that when where whether than which who whose
        am is are was were be been being have has had do does did will would shall should
        can could may might must not i he she we they
    """,
    "ru": """
        в во на с со к ко о об обо у из изо от ото до по за под над при про для без через между перед
        после около среди против кроме вместо ради сквозь ввиду вокруг возле
        и а но или либо что чтобы если когда хотя пока как чем ли же бы не ни да
        который которая которое которые которого которой которому котором которых которым
        мой моя моё мои твой твоя наш наша наше наши ваш ваша ваше ваши свой своя своё свои
        этот эта это эти тот та те каждый каждая каждое
        я ты мы вы он она они
    """,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """How many of ``cues`` break which rule; ``lost`` counts words of the speech, not cues."""

    cues: int
    lost: int
    long_lines: int
    many_lines: int
    overlaps: int
    brief: int
    lasting: int
    fast: int
    mid_clause: int
    on_function_word: int
    line_on_function_word: int
    lone_word: int

    def share(self, rule: str) -> float:
        """Return which share of the cues breaks ``rule``, 0 to 1."""
        return float(getattr(self, rule)) / max(1, self.cues)

    def __add__(self, other: Judgement) -> Judgement:
        return Judgement(
            *(getattr(self, each.name) + getattr(other, each.name) for each in fields(self))
        )


def judge(captions: Path, words: Sequence[str], language: str) -> Judgement:
    """Return how well the file ``captions`` (SRT or WebVTT) shows ``words``."""
    import pysubs2

    shown = [
        (event.start, event.end, event.plaintext.split("\n"))
        for event in pysubs2.SSAFile.load(str(captions), encoding="utf-8")
    ]
    leaning = frozenset(_BELONG_TO_THE_NEXT[language].split())
    lasting = [end - start for start, end, _ in shown]
    # A line break is read like the space that it stands for.
    lengths = [len(" ".join(lines)) for _, _, lines in shown]
    return Judgement(
        cues=len(shown),
        lost=_lost(words, [word for _, _, lines in shown for word in " ".join(lines).split()]),
        long_lines=_count(max(map(len, lines)) > LINE_LENGTH for _, _, lines in shown),
        many_lines=_count(len(lines) > LINES for _, _, lines in shown),
        overlaps=_count(after[0] < before[1] for before, after in pairwise(shown)),
        brief=_count(time < SHORTEST - _TOLERANCE for time in lasting),
        lasting=_count(time > LONGEST + _TOLERANCE for time in lasting),
        fast=_count(
            length * 1000 > CHARACTERS_PER_SECOND * (time + _TOLERANCE)
            for length, time in zip(lengths, lasting, strict=True)
        ),
        mid_clause=_count(
            not lines[-1].rstrip(_QUOTES).endswith(_PUNCTUATION) for _, _, lines in shown
        ),
        on_function_word=_count(_leans(lines[-1], leaning) for _, _, lines in shown),
        line_on_function_word=_count(
            any(_leans(line, leaning) for line in lines[:-1]) for _, _, lines in shown
        ),
        lone_word=_count(len(" ".join(lines).split()) == 1 for _, _, lines in shown),
    )


def _leans(line: str, leaning: frozenset[str]) -> bool:
    """Tell whether a line ends on a word of the list, with no punctuation after it."""
    last = line.rpartition(" ")[2]
    return last.lstrip("\"'«“(").lower() in leaning


def _lost(spoken: Sequence[str], shown: Sequence[str]) -> int:
    """Return how many words of the speech are not shown, or not in their place."""
    from difflib import SequenceMatcher

    if list(spoken) == list(shown):
        return 0
    matcher = SequenceMatcher(None, spoken, shown, autojunk=False)
    return len(spoken) - sum(block.size for block in matcher.get_matching_blocks())


def _count(found: Iterable[bool]) -> int:
    return sum(found)
