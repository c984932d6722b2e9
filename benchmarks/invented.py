"""Finding text that nobody said: what of it is found, what of speech is lost, and how soon.

The words are those of the demo's lectures as they were written, three hours of
them, and, where `LEAP_BENCHMARK_SAMPLES` names a folder of recordings (see
samples.py), what the offline models hear in these: none of it is invented.
Between the lectures stands what recognisers write in three minutes of silence,
of each of five kinds; all of it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import samples
from measuring import Result, timed
from subtitles import demo_words

if TYPE_CHECKING:
    from leap.domain.cuts import Span
    from leap.domain.transcript import Word

HOURS, SECONDS = 3, 3.0
#: How long it is silent after each lecture.
_QUIET = 180.0
#: Lines with the second at which each begins, in so much silence.
_KINDS: dict[str, Sequence[tuple[float, str]]] = {
    "phantoms": [(at, "Субтитры сделал DimaTorzok") for at in (7.1, 49.0, 120.4)],
    "farewells": [(at, "Thanks for watching!") for at in (12.0, 51.7)],
    "a line every 30 s": [(at * 30.0, "Продолжение следует...") for at in range(6)],
    "a loop": [(20.0, "and we will see that " * 60)],
    "a sentence in silence": [(64.0, "The quick brown fox jumps over the dog.")],
}
_A_WORD = 0.3


def run(runs: int | None) -> Iterator[Result]:
    """Yield what is found and lost, and the time for three hours of words."""
    from leap.domain.invented import Evidence, find_invented

    words, silences, invented = _lectures()
    evidence = Evidence(silences)
    found = find_invented(words, evidence)
    marked = {index for index, mark in enumerate(found.marks) if mark is not None}
    yield Result(
        f"invented text, {', '.join(_KINDS)}: words found",
        f"{len(invented & marked)} of {len(invented)}",
        "all",
        invented <= marked,
    )
    yield Result(
        "invented text, words of the demo's lectures taken for it",
        f"{len(marked - invented)} of {len(words) - len(invented)}",
        "0",
        not marked - invented,
    )
    for language in samples.languages():
        heard = samples.heard(language)
        if heard is not None:
            lost = sum(mark is not None for mark in find_invented(heard).marks)
            yield Result(
                f"invented text, words of the samples {language} taken for it",
                f"{lost} of {len(heard)}",
                "0",
                not lost,
            )
    (took,) = timed(runs or 5, lambda: find_invented(words, evidence))
    yield Result(
        f"invented text, {HOURS} h with {len(words)} words",
        str(took),
        f"<= {SECONDS:g} s",
        took.least <= SECONDS,
    )


def _lectures() -> tuple[list[Word], list[Span], set[int]]:
    """Return three hours of words, where it is silent, and which words are invented."""
    from leap.domain.cuts import Span
    from leap.domain.transcript import Word

    speech = demo_words()
    words: list[Word] = []
    silences: list[Span] = []
    invented: set[int] = set()
    moment, kinds = 0.0, list(_KINDS.values())
    while moment < HOURS * 3600:
        words += [replace(w, start=w.start + moment, end=w.end + moment) for w in speech]
        moment = words[-1].end + 0.5
        silences.append(Span(moment, moment + _QUIET))
        for begins, line in kinds[len(silences) % len(kinds)]:
            start = moment + begins
            for text in line.split():
                invented.add(len(words))
                words.append(Word(start, start + _A_WORD, text))
                start += _A_WORD
        moment += _QUIET
    return words, silences, invented
