"""How well captions can be read, beside those of openai-whisper and WhisperX, and how soon they are made.

The words are those of the demo's lectures as they were written, spread over
their sound; and, where `LEAP_BENCHMARK_SAMPLES` names a folder of recordings
(see samples.py), what the offline models hear in these. The same words go to
the writer of openai-whisper and to the splitter of WhisperX, as far as they can
be installed beside, without the models that they are made for (see peers.py).
What is good is decided by subtitle_metrics.py alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import peers
import samples
import subtitle_metrics
from making import said, scratch
from measuring import Result, timed
from subtitle_metrics import Judgement

if TYPE_CHECKING:
    from leap.domain.transcript import Word

#: A rule of the metrics, what it is called, and the most cues that may break it.
SHARES = (
    ("fast", "above 17 characters a second", 0.08),
    ("mid_clause", "ending mid-clause", 0.15),
    ("on_function_word", "ending on a function word", 0.01),
)
HOURS, GOAL = 3, 2.0
#: How long a speaker pauses after a mark, in the time of so many letters.
_PAUSES = {",": 3, ";": 4, ":": 4, ".": 8, "?": 8, "!": 8}


def run(runs: int | None) -> Iterator[Result]:
    """Yield a line per rule and set of words, and one for the time."""
    lectures = demo_words()
    sets = [("demo", "en", lectures)]
    for language in samples.languages():
        heard = samples.heard(language)
        if heard is None:
            yield Result(
                f"captions, samples {language}", "skipped", "needs leap[multilingual]", None
            )
        else:
            sets.append((f"samples {language}", language, heard))
    if not peers.installed():
        yield Result("captions of others", "skipped", "they cannot be installed here", None)
    for name, language, words in sets:
        yield from _readable(name, language, words)
    yield _speed(runs or 5, lectures)


def demo_words() -> list[Word]:
    """Return the words of the demo's lectures with times, as if heard in ``making.speech()``."""
    from leap.domain.transcript import Word

    made, moment = [], 0.0
    for sound in said():
        texts = sound.text.split()
        lengths = [len(text) + 1 + _PAUSES.get(text[-1], 0) for text in texts]
        letter = sound.seconds / max(1, sum(lengths))
        begins = itertools.accumulate(lengths, initial=0)
        for text, begin in zip(texts, begins, strict=False):
            start = moment + begin * letter
            made.append(Word(start, start + len(text) * letter, text))
        moment += sound.seconds + sound.quiet
    return made


def _readable(name: str, language: str, words: Sequence[Word]) -> Iterator[Result]:
    """Yield how many cues of LEAP and of the others break each rule."""
    ours = scratch() / "captions.srt"
    _write(words, language, ours)
    texts = [part for word in words for part in word.text.split()]

    def judged(captions: Path) -> Judgement:
        return subtitle_metrics.judge(captions, texts, language)

    leap = judged(ours)
    others = {who: judged(file) for who, file in peers.captions(words, language).items()}

    def beside(measure: Callable[[Judgement], str]) -> str:
        return "".join(f"; {who} {measure(each)}" for who, each in others.items())

    yield Result(
        f"captions, {name}: words lost, long lines, many lines, overlaps",
        f"{_broken(leap)} of {leap.cues} cues, {len(texts)} words",
        f"0{beside(lambda each: f'{_broken(each)} of {each.cues}')}",
        _broken(leap) == "0, 0, 0, 0",
    )
    for rule, called, most in SHARES:
        share = leap.share(rule)
        yield Result(
            f"captions, {name}: {called}",
            f"{share:.1%}",
            f"<= {most:.0%}{beside(lambda each, rule=rule: f'{each.share(rule):.1%}')}",
            share <= most,
        )
    yield Result(
        f"captions, {name}: too brief, too lasting, lines ending on a function word",
        _unlimited(leap),
        beside(_unlimited).removeprefix("; "),
        None,
    )


def _broken(judgement: Judgement) -> str:
    return ", ".join(
        str(count)
        for count in (
            judgement.lost,
            judgement.long_lines,
            judgement.many_lines,
            judgement.overlaps,
        )
    )


def _unlimited(judgement: Judgement) -> str:
    rules = ("brief", "lasting", "line_on_function_word")
    return ", ".join(f"{judgement.share(rule):.1%}" for rule in rules)


def _write(words: Sequence[Word], language: str, captions: Path) -> None:
    from leap.domain.captions import srt
    from leap.domain.cues import CueRules, cues

    made = cues(words, CueRules(), language=language)
    captions.write_text(srt(made), encoding="utf-8", newline="\n")


def _speed(runs: int, words: Sequence[Word]) -> Result:
    """Return how long the stage takes for hours of speech, from words.txt to both files."""
    from leap.config.settings import Subtitles
    from leap.stages.subtitles import subtitles
    from leap.stages.transcript import write_json, write_segments, write_words

    spoken = _on_and_on(words, HOURS * 3600)
    folder, out = scratch() / "transcript", scratch() / "captions"
    folder.mkdir()
    out.mkdir()
    write_words(folder / "words.txt", spoken)
    write_segments(folder / "segments.txt", ())
    write_json(folder / "master.json", {"language": "en", "duration": HOURS * 3600.0})

    def make() -> None:
        subtitles(transcript=folder, settings=Subtitles(), out=out, progress=_quiet)

    (timing,) = timed(runs, make)
    return Result(
        f"captions, {HOURS} hours, {len(spoken)} words to SRT and WebVTT",
        str(timing),
        f"<= {GOAL:.0f} s",
        timing.least <= GOAL,
    )


def _on_and_on(words: Sequence[Word], seconds: float) -> list[Word]:
    """Return ``words`` over and over for so long, by a speaker who never makes a long pause."""
    from leap.domain.transcript import Word

    made: list[Word] = []
    moment, before = 0.0, words[0].start
    for word in itertools.cycle(words):
        moment += min(1.0, max(0.0, word.start - before))
        if moment + 1.0 >= seconds:
            return made
        made.append(Word(moment, moment + word.end - word.start, word.text))
        moment, before = made[-1].end, word.end
    return made


def _quiet(share: float | None, message: str = "") -> None:
    """Take no notice of progress."""
