"""How well the ``outline`` topic finder divides a lecture, and how fast.

Sections on known subjects (``lectures/``, and the demo's speech) are put behind
one another in many orders, as if one person spoke them, and everybody is told
how many there are: LEAP from the words alone and with the pauses, equal sections,
and TextTiling with the block that suits it best. A speaker's pause is longer
between sections as a rule, but there are long ones inside sections too.

Pk and WindowDiff are errors, F1 is better the higher it is. LEAP with pauses
must be better than both in Pk and F1.
"""

from __future__ import annotations

import random
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from measuring import CLONE, Result, timed
from segmentation_metrics import boundary_f1, pk, window_diff
from texttiling import tile

from leap.domain.ports import TopicsRequest
from leap.domain.transcript import Transcript, Word
from leap.providers.outline import Outliner

#: The most for the outline of three hours.
SECONDS = 3.0
#: How many lectures in other orders are made of each set of sections.
_ORDERS = 12
_BLOCKS = (3, 4, 6, 8, 10)
_A_WORD, _SPOKEN = 0.38, 0.3
#: Seconds of quiet: between sentences, between sections; and how often a sentence
#: inside a section is followed by quiet as between sections.
_BREATH, _CHANGE, _HESITATES = (0.2, 0.9), (0.6, 2.5), 0.06
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A lecture whose sections are known: sentences, when each begins, which begin a section."""

    transcript: Transcript
    sentences: tuple[str, ...]
    starts: tuple[float, ...]
    reference: frozenset[int]

    @property
    def sections(self) -> int:
        """How many sections there are."""
        return len(self.reference) + 1


Contestant = Callable[[Spoken], set[int]]


def run(runs: int | None) -> Iterator[Result]:
    """Yield the quality by language, then the time for three hours."""
    for name, language, sections in _sets():
        yield from _quality(name, language, sections)
    yield _speed(runs or 3)


def _quality(name: str, language: str, sections: Sequence[str]) -> Iterator[Result]:
    paced = _lectures(sections, language, pauses=True)
    even = _lectures(sections, language, pauses=False)
    scores = {
        "words and pauses": _scores(_outline, paced),
        "words alone": _scores(_outline, even),
        "equal": _scores(_equal, even),
        "TextTiling": min(_scores(_tiling(block), even) for block in _BLOCKS),
    }
    ours, equal, tiled = scores["words and pauses"], scores["equal"], scores["TextTiling"]
    yield Result(
        f"chapters, {name}, {len(paced)} lectures",
        f"{_said(ours)}; words alone {_said(scores['words alone'])}",
        f"better than equal {_said(equal)} and TextTiling {_said(tiled)}",
        ours[0] < min(equal[0], tiled[0]) and ours[2] > max(equal[2], tiled[2]),
    )


def _speed(runs: int) -> Result:
    sections = [text for _, language, texts in _sets() if language == "en" for text in texts]
    choice = random.Random(3)  # noqa: S311 -- nothing is secret here
    texts: list[str] = []
    while sum(len(text.split()) for text in texts) * _A_WORD < 3 * 3600:
        texts += choice.sample(sections, len(sections))
    lecture = _speak(texts, "en", choice, pauses=True)
    (timing,) = timed(runs, lambda: _find(lecture, chapter_every=None))
    return Result(
        f"outline of {lecture.transcript.duration / 3600:.1f} h,"
        f" {len(lecture.transcript.words)} words",
        str(timing),
        f"<= {SECONDS:g} s",
        timing.least <= SECONDS,
    )


def _sets() -> Iterator[tuple[str, str, list[str]]]:
    """Yield name, language and sections of what lectures are made of."""
    for language in ("en", "ru"):
        text = (Path(__file__).parent / "lectures" / f"{language}.txt").read_text("utf-8")
        yield language, language, [part.partition("\n")[2] for part in text.split("# ")[1:]]
    demo = sorted((CLONE / "leap" / "demo" / "speech").glob("*/*.txt"))
    yield "demo", "en", [path.read_text("utf-8") for path in demo]


def _lectures(sections: Sequence[str], language: str, *, pauses: bool) -> list[Spoken]:
    """Return the sections in their own order, and some of them in others."""
    choice = random.Random(2026)  # noqa: S311 -- nothing is secret here
    orders = [list(sections)]
    for _ in range(_ORDERS - 1):
        some = choice.sample(sections, choice.randint(len(sections) // 2, len(sections)))
        orders.append([_begun(section, choice.uniform(0.4, 1.0)) for section in some])
    return [_speak(order, language, choice, pauses=pauses) for order in orders]


def _begun(section: str, share: float) -> str:
    """Return the first ``share`` of a section's sentences: no lecture has equal sections."""
    sentences = _SENTENCE.split(section.strip())
    return " ".join(sentences[: max(3, round(share * len(sentences)))])


def _speak(
    sections: Sequence[str], language: str, choice: random.Random, *, pauses: bool
) -> Spoken:
    sentences: list[str] = []
    starts: list[float] = []
    words: list[Word] = []
    reference, moment = set(), 0.0
    for section in sections:
        reference.add(len(sentences))
        for number, sentence in enumerate(_SENTENCE.split(section.strip())):
            long = number == 0 or choice.random() < _HESITATES
            quiet = choice.uniform(*(_CHANGE if long else _BREATH))
            moment += quiet if pauses else mean(_BREATH)
            starts.append(moment)
            sentences.append(sentence)
            for text in sentence.split():
                words.append(Word(round(moment, 3), round(moment + _SPOKEN, 3), text))
                moment += _A_WORD
    transcript = Transcript(tuple(words), (), language, moment)
    return Spoken(transcript, tuple(sentences), tuple(starts), frozenset(reference - {0}))


def _outline(lecture: Spoken) -> set[int]:
    return _find(lecture, chapter_every=lecture.transcript.duration / lecture.sections)


def _find(lecture: Spoken, *, chapter_every: float | None) -> set[int]:
    request = TopicsRequest("Lecture", chapter_every=chapter_every)
    made = Outliner().find(lecture.transcript, request, _quiet)
    return {bisect_left(lecture.starts, topic.start - 0.01) for topic in made.topics} - {0}


def _quiet(_share: float, _message: str = "") -> None:
    """Show no progress."""


def _equal(lecture: Spoken) -> set[int]:
    size, sections = len(lecture.sentences), lecture.sections
    return {round(number * size / sections) for number in range(1, sections)}


def _tiling(block: int) -> Contestant:
    return lambda lecture: tile(
        lecture.sentences,
        lecture.transcript.language,
        sections=lecture.sections,
        block=block,
    )


def _scores(contestant: Contestant, lectures: Sequence[Spoken]) -> tuple[float, float, float]:
    """Return the means of Pk, WindowDiff and F1."""
    made = [
        [measure(each.reference, contestant(each), len(each.sentences)) for each in lectures]
        for measure in (pk, window_diff, boundary_f1)
    ]
    return mean(made[0]), mean(made[1]), mean(made[2])


def _said(scores: tuple[float, float, float]) -> str:
    return "Pk {:.3f}, WD {:.3f}, F1 {:.3f}".format(*scores)
