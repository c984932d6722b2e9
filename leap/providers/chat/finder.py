"""Asking for an outline: corrected once, then another model, then the offline outline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from leap.domain.ports import Progress, TopicFinder, TopicsRequest
from leap.domain.topics import Outline
from leap.domain.transcript import Transcript
from leap.errors import DeferUntil, ProviderError, RetrySoon
from leap.providers.chat.judging import Mistake, mistakes, tidied
from leap.providers.chat.lecture import Lecture, chapters_at, lecture_of
from leap.providers.chat.prompt import VERSION, correction, messages
from leap.providers.chat.reading import Answer, read
from leap.providers.chat.refusals import Unusable
from leap.providers.chat.wire import Chat
from leap.providers.http import AnswerLost
from leap.providers.outline.text import Sentence


@dataclass(frozen=True, slots=True)
class _Judged:
    """An answer, if there is any, and what is wrong with it."""

    answer: Answer | None
    mistakes: tuple[Mistake, ...]

    @property
    def is_usable(self) -> bool:
        return self.answer is not None and not any(each.grave for each in self.mistakes)


class ChatFinder:
    """Finds topics by asking chat models, the first of ``chats`` first (``TopicFinder``).

    A model whose answer is of no use after one correction is followed by the
    next, and after the last by ``offline``, which says so in its name. A vendor
    that cannot be reached is followed by the next as well, but never by
    ``offline``: a later run asks it again.
    """

    def __init__(self, chats: Sequence[Chat], offline: TopicFinder) -> None:
        self._chats, self._offline = chats, offline
        first = chats[0].model
        self.versions: Mapping[str, str] = {
            "provider": first.vendor,
            "model": first.model,
            "prompt": VERSION,
        }

    def find(self, transcript: Transcript, request: TopicsRequest, progress: Progress) -> Outline:
        """Return the outline. Raises ProviderError where no vendor can be asked."""
        lecture = lecture_of(transcript, request)
        if lecture is None:
            return Outline(main_topics=(), topics=(), model=self._chats[0].model.model)
        useless: list[str] = []
        outage: ProviderError | None = None
        for chat in self._chats:
            progress(None, f"asking {chat.model.model}")
            try:
                return _outline(chat, lecture, request, progress)
            except Unusable:
                useless.append(chat.model.model)
                progress(None, f"the answer of {chat.model.model} is of no use")
            except (RetrySoon, DeferUntil, AnswerLost) as error:
                outage = outage or error
        if outage is not None:
            raise outage
        drafted = self._offline.find(transcript, request, progress)
        why = f"{' and '.join(useless)} gave no usable answer"
        return replace(drafted, model=f"{drafted.model} ({why})", draft=True)


def _outline(chat: Chat, lecture: Lecture, request: TopicsRequest, progress: Progress) -> Outline:
    """Return what ``chat`` makes of ``lecture``. Raises Unusable and what ``Chat.ask`` raises."""
    windows = list(_windows(chat, lecture))
    found = []
    for number, (offset, window) in enumerate(windows):
        if len(windows) > 1:
            progress(number / len(windows), f"part {number + 1} of {len(windows)}")
        found.append((offset, *_asked(chat, window)))
    chosen = [
        (offset + chapter.sentence, chapter.title)
        for offset, answer, _ in found
        for chapter in answer.chapters
    ]
    _, whole, model = found[0]
    if len(found) > 1:
        whole, model = _asked(chat, _of_summaries([answer for _, answer, _ in found], lecture))
    return Outline(
        main_topics=(whole.main_topic,),
        topics=chapters_at(lecture, chosen, request.breaks),
        summary=whole.summary,
        questions=tuple(whole.questions[: lecture.questions]),
        model=model,
    )


def _asked(chat: Chat, lecture: Lecture) -> tuple[Answer, str]:
    """Return a usable answer and the name of who gave it."""
    asked = messages(lecture)
    first = chat.ask(asked)
    judged = _judged(first.text, lecture)
    if judged.mistakes:
        wrong = correction(first.text, (each.text for each in judged.mistakes))
        corrected = _judged(chat.ask([*asked, *wrong]).text, lecture)
        # What is wrong in a small way is better than nothing, and better corrected.
        judged = corrected if corrected.is_usable or not judged.is_usable else judged
    if judged.answer is None or not judged.is_usable:
        message = f"{chat.model.service}: the answer of {chat.model.model} is of no use"
        raise Unusable(message)
    return judged.answer, first.model


def _judged(text: str, lecture: Lecture) -> _Judged:
    answer, wrong = read(text)
    if answer is None:
        return _Judged(None, tuple(map(Mistake, wrong)))
    answer = tidied(answer)
    return _Judged(answer, mistakes(answer, lecture))


def _windows(chat: Chat, lecture: Lecture) -> Iterator[tuple[int, Lecture]]:
    """Yield ``lecture``, or parts of it that the model can read, with what was before each."""
    if chat.fits(messages(lecture)):
        yield 0, lecture
        return
    count = len(lecture.sentences)
    if count == 1:
        message = f"{chat.model.service}: {chat.model.model} cannot read so much at once"
        raise Unusable(message)
    half = count // 2
    for offset, part in ((0, lecture.part(0, half)), (half, lecture.part(half, count))):
        for inner, window in _windows(chat, part):
            yield offset + inner, window


def _of_summaries(answers: Sequence[Answer], lecture: Lecture) -> Lecture:
    """Return a lecture of which the summaries of the parts are what is said."""
    share = (lecture.end - lecture.start) / len(answers)
    spoken = tuple(
        Sentence(index * share, (index + 1) * share, answer.summary, 0.0, lecture.language)
        for index, answer in enumerate(answers)
    )
    return replace(lecture, sentences=spoken, breaks=(), fewest=1, most=len(answers))
