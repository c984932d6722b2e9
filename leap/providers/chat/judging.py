"""Whether an answer may be shown to people, and what a model has to correct in it.

An answer goes onto public pages, and the transcript it was made from may have
been spoken by anybody. So it is held against the transcript: what was not said
has no address in it, and what is not its language or script is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from leap.domain.function_words import bare
from leap.providers.chat.lecture import SHORTEST_CHAPTER, Lecture, scripts_of
from leap.providers.chat.reading import Answer
from leap.providers.outline.text import stem

#: Words of a title, and of the main topic, that are asked for; and what is too much to be shown.
_TITLE_WORDS = (2, 8)
_MAIN_WORDS = (2, 4)
_LONGEST_MAIN = 7
_LONGEST_TITLE, _LONGEST_SUMMARY, _LONGEST_QUESTION = 100, 1500, 300
_SUMMARY_SENTENCES = (2, 4)

_ADDRESS = re.compile(
    r"(?:https?|ftp)://\S+|www\.\S+|\S+@\S+|@\w{3,}"
    r"|\b[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}\b(?:/\S*)?"
)
_MARKUP = re.compile(r"</?[a-z!]|\]\(|```|\*\*|__|\{\{|\{%|&[a-z#0-9]+;|^\s*#", re.IGNORECASE)
_NO_DATA = re.compile(
    r"недостаточно (данных|информации)|нет данных|данные отсутствуют"
    r"|(no|insufficient|not enough) (data|information)|as an ai|language model",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…。！？](?=\s|$)")
_CHAPTERS_NUMBER = re.compile(r"^(?:\[?\d+[\].):]+|\d+\s+[-\N{EN DASH}\N{EM DASH}])\s+")
#: Letters of a script that stand for so small a share of the transcript were not spoken in it.
_TRACE = 0.002
#: Function words are short. Of those in an answer, so many must be the lecture's own.
_SHORT_WORD, _FEWEST_SHORT, _OWN_SHARE = 4, 8, 0.5
#: Fewer words than these do not tell a language.
_ENOUGH_WORDS = 200


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, in words for the model. With what is ``grave`` an answer cannot be used."""

    text: str
    grave: bool = True


def tidied(answer: Answer) -> Answer:
    """Return ``answer`` without what is easily put right: spaces, quotes, numbers, full stops."""
    chapters = [each.model_copy(update={"title": _title(each.title)}) for each in answer.chapters]
    return answer.model_copy(
        update={
            "main_topic": _title(answer.main_topic),
            "chapters": chapters,
            "summary": _plain(answer.summary),
            "questions": [_CHAPTERS_NUMBER.sub("", _plain(each)) for each in answer.questions],
        }
    )


def mistakes(answer: Answer, lecture: Lecture) -> tuple[Mistake, ...]:
    """Return what is wrong with a tidied ``answer`` about ``lecture``."""
    return (*_numbers(answer, lecture), *_wording(answer, lecture), *_language(answer, lecture))


def _numbers(answer: Answer, lecture: Lecture) -> Iterator[Mistake]:
    numbers = [chapter.sentence for chapter in answer.chapters]
    last = len(lecture.sentences)
    beyond = [number for number in numbers if number > last]
    if beyond:
        yield Mistake(f"There is no sentence {beyond[0]}: the last is {last}.")
        return
    if numbers[0] != 1:
        yield Mistake("The first chapter must begin with sentence 1.", grave=False)
    for one, other in pairwise(numbers):
        if other <= one:
            yield Mistake(f"Chapter {other} comes after chapter {one}: numbers must go upwards.")
            return
    starts = [lecture.start, *(lecture.sentences[n - 1].start for n in numbers[1:])]
    for (start, number), (following, other) in pairwise(zip(starts, numbers, strict=True)):
        if following - start < SHORTEST_CHAPTER:
            yield Mistake(f"The chapters at {number} and {other} are less than 10 seconds apart.")
    if not lecture.fewest <= len(numbers) <= lecture.most:
        wanted = f"{lecture.fewest} to {lecture.most}"
        # Half or twice of what was asked for is no table of contents any more.
        grave = not lecture.fewest / 2 <= len(numbers) <= lecture.most * 2
        yield Mistake(f"There are {len(numbers)} chapters, and not {wanted}.", grave)


def _wording(answer: Answer, lecture: Lecture) -> Iterator[Mistake]:
    seen: set[str] = set()
    for chapter in answer.chapters:
        place = f"The title at {chapter.sentence}"
        yield from _text(place, chapter.title, _LONGEST_TITLE, lecture)
        yield from _word_count(place, chapter.title, _TITLE_WORDS)
        if chapter.title.casefold() in seen:
            yield Mistake(f"{place} was used before.", grave=False)
        seen.add(chapter.title.casefold())
    yield from _text("main_topic", answer.main_topic, _LONGEST_TITLE, lecture)
    yield from _word_count("main_topic", answer.main_topic, _MAIN_WORDS)
    if len(answer.main_topic.split()) > _LONGEST_MAIN:
        yield Mistake("main_topic is a sentence instead of a few words.")
    words = {stem(bare(word), lecture.language) for word in answer.main_topic.split()}
    if words & lecture.known_stems:
        yield Mistake("main_topic repeats words of the course's name.", grave=False)
    yield from _text("summary", answer.summary, _LONGEST_SUMMARY, lecture)
    ends = len(_SENTENCE_END.findall(answer.summary))
    if not _SUMMARY_SENTENCES[0] <= ends <= _SUMMARY_SENTENCES[1]:
        yield Mistake(f"summary has {ends} sentences, and not 2 to 4.", grave=False)
    for number, question in enumerate(answer.questions, start=1):
        yield from _text(f"Question {number}", question, _LONGEST_QUESTION, lecture)
    if len(answer.questions) < lecture.questions:
        missing = f"{len(answer.questions)} questions, and not {lecture.questions}"
        yield Mistake(f"There are {missing}.", grave=False)


def _text(place: str, text: str, longest: int, lecture: Lecture) -> Iterator[Mistake]:
    if not any(letter.isalpha() for letter in text):
        yield Mistake(f"{place} is empty.")
        return
    if len(text) > longest:
        yield Mistake(f"{place} is longer than {longest} characters.")
    if _MARKUP.search(text):
        yield Mistake(f"{place} holds markup.")
    if _NO_DATA.search(text):
        yield Mistake(f"{place} says nothing about the lecture.")
    said = lecture.text.casefold()
    if any(found.casefold().rstrip(".,!?") not in said for found in _ADDRESS.findall(text)):
        yield Mistake(f"{place} holds an address that the lecture does not say.")
    foreign = _foreign(text, lecture)
    if foreign:
        yield Mistake(f"{place} has {foreign} letters, which the lecture's language has not.")


def _word_count(place: str, text: str, bounds: tuple[int, int]) -> Iterator[Mistake]:
    # A language without spaces has its words elsewhere.
    if text and "CJK" not in scripts_of(text):
        count, (fewest, most) = len(text.split()), bounds
        if not fewest <= count <= most:
            yield Mistake(f"{place} has {count} words, and not {fewest} to {most}.", grave=False)


def _foreign(text: str, lecture: Lecture) -> str | None:
    """Return a script of ``text`` that is neither spoken in ``lecture`` nor Latin, if any."""
    spoken = lecture.scripts
    least = _TRACE * spoken.total()
    # Terms are written in Latin and formulas in Greek everywhere.
    found = (
        script
        for script in scripts_of(text)
        if script not in ("LATIN", "GREEK", "MICRO") and spoken[script] <= least
    )
    return next((script.capitalize() for script in found), None)


def _language(answer: Answer, lecture: Lecture) -> Iterator[Mistake]:
    texts = (*(c.title for c in answer.chapters), answer.summary, *answer.questions)
    everything = " ".join(texts)
    written, spoken = scripts_of(everything), lecture.scripts
    if spoken:
        script = spoken.most_common(1)[0][0]
        if written[script] < written.total() / 2:
            yield Mistake("It is not written in the script of the transcript.")
            return
    short = [word for word in map(bare, everything.split()) if 0 < len(word) <= _SHORT_WORD]
    short = [word for word in short if word.isalpha()]
    if len(short) < _FEWEST_SHORT or len(lecture.text.split()) < _ENOUGH_WORDS:
        return
    own = sum(word in lecture.spoken_words for word in short)
    if own < _OWN_SHARE * len(short):
        yield Mistake("It is not written in the language of the transcript.")


def _title(text: str) -> str:
    text = _CHAPTERS_NUMBER.sub("", _plain(text)).strip("\"'«»“”„ ")
    return text if text.endswith("...") else text.rstrip(".:;,")


def _plain(text: str) -> str:
    """Return ``text`` in one line, without characters that are not seen."""
    text = unicodedata.normalize("NFC", text)
    seen = (" " if letter.isspace() else letter for letter in text)
    shown = (letter for letter in seen if unicodedata.category(letter) not in _UNSEEN)
    return " ".join("".join(shown).split())


#: Controls, formats such as the marks that turn the direction of writing, and what has no meaning.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
