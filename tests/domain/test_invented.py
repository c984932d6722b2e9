"""Invented text: what a recogniser made up is marked, and what people say is kept."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.cuts import Span
from leap.domain.invented import Evidence, Reason, find_invented
from leap.domain.invented.doubts import doubts
from leap.domain.invented.phantoms import PHANTOMS
from leap.domain.transcript import Word


def say(text: str, start: float = 0.0, *, each: float = 0.4) -> list[Word]:
    """Return the words of ``text``, spoken without a pause from ``start`` on."""
    return [
        Word(start + number * each, start + (number + 1) * each, word)
        for number, word in enumerate(text.split())
    ]


def marked(words: list[Word], evidence: Evidence | None = None) -> list[tuple[str, str]]:
    """Return the invented words with their reasons."""
    found = find_invented(words, evidence or Evidence())
    pairs = zip(words, found.marks, strict=True)
    return [(word.text, mark.value) for word, mark in pairs if mark is not None]


LECTURE = (
    "Good morning, everybody. Today we look at gradients, and at how fast they descend."
    " A step that is too long jumps over the valley. A step that is too short never ends."
    " So we let the step follow the slope, and we watch what becomes of the error."
)


def test_a_lecture_is_left_as_it_is():
    """Nothing speaks against plain speech."""
    words = say(LECTURE)

    found = find_invented(words)

    assert (None,) * len(words) == found.marks
    assert ((), 0.0, 0.0, {}) == (
        found.passages,
        found.share_of_words,
        found.share_of_time,
        dict(found.reasons),
    )
    assert tuple(words) == found.said(words)


def test_a_transcript_without_words_has_nothing_invented():
    """Silence that gave no words is no case for anybody."""
    assert () == find_invented([], Evidence(silences=[Span(0, 3600)])).marks


# ── phantoms ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "Субтитры сделал DimaTorzok",
        "Редактор субтитров А.Семкин Корректор А.Егорова",
        "Subtitles by the Amara.org community",
        "Untertitelung des ZDF, 2020",
        "Sous-titres réalisés para la communauté d'Amara.org",
        "字幕由Amara.org社区提供",
        "♪ ♪",
    ],
)
def test_what_nobody_says_is_invented_wherever_it_stands(text):
    """Credits of subtitles are no speech, not even right after a sentence."""
    words = [*say(LECTURE), *say(text, 40.0), *say("And now the error.", 50.0)]

    assert [(word, "phantom") for word in text.split()] == marked(words)


@pytest.mark.parametrize("text", ["Продолжение следует...", "Thanks for watching!", "You"])
def test_the_end_of_a_video_alone_in_the_room_is_invented(text):
    """A farewell with nothing said for seconds around it comes from the recogniser."""
    words = [*say(LECTURE), *say(text, 60.0), *say("Let us go on.", 90.0)]

    assert [(word, "phantom") for word in text.split()] == marked(words)


def test_a_lecturer_may_thank_for_watching():
    """What follows right on speech was said, and inside a sentence it is no phantom."""
    end = "That is all for today. Thanks for watching! See you on Monday."
    inside = "Продолжение следует в понедельник, и оно будет интересным."

    assert [] == marked([*say(LECTURE), *say(end, 30.0)])
    assert [] == marked([*say(LECTURE), *say(inside, 120.0)])


def test_what_people_say_often_is_kept_as_often_as_they_say_it():
    """A teacher who thanks for every question is not a recogniser without sound."""
    talk = "".join(f"Question {number} was a good one. Thank you. " for number in range(9))

    assert [] == marked(say(talk))


def test_what_people_say_once_is_invented_when_it_comes_again_and_again():
    """A lecture is to be continued once."""
    words = []
    for number in range(3):
        words += [
            *say(f"This is part {number} of it.", number * 60),
            *say("Продолжение следует...", number * 60 + 4),
        ]

    assert [("Продолжение", "phantom"), ("следует...", "phantom")] * 3 == marked(words)


def test_every_phantom_is_found_by_itself_and_has_a_reason():
    """No entry of the list is dead, because of its spelling or of another entry."""
    for phantom in PHANTOMS:
        words = say(phantom.text.replace("*", "Somebody"))

        assert {"phantom"} == {reason for _, reason in marked(words)}, phantom
        assert phantom.reason
    assert len(PHANTOMS) == len({phantom.text for phantom in PHANTOMS})


# ── repetition ─────────────────────────────────────────────────────────────


def test_a_loop_is_invented_but_its_first_time():
    """A recogniser that is stuck says one phrase for minutes; the first may be real."""
    loop = "and that is why we need it, " * 40
    words = say(f"{LECTURE} {loop} and so on to the end.")

    found = find_invented(words)

    assert {Reason.LOOP: 39 * 7} == dict(found.reasons)
    assert f"{LECTURE} and that is why we need it, and so on to the end." == " ".join(
        word.text for word in found.said(words)
    )


@pytest.mark.parametrize(
    "text",
    [
        "no, no, no, no, no, that is wrong",
        "we have a one, a two, a one, a two, and then a three",
        "x squared plus y squared plus z squared equals r squared",
        "very very very very very very important",
    ],
)
def test_people_repeat_themselves_a_little(text):
    """A few repetitions are speech."""
    assert [] == marked(say(text))


def test_lines_at_equal_distances_are_invented():
    """The recording of 54 times the same line, every thirty seconds."""
    words = [word for number in range(54) for word in say("Конец лекции.", number * 30.0, each=15)]

    found = find_invented(words)

    assert 1.0 == found.share_of_words == found.share_of_time
    assert {Reason.LOOP, Reason.UNIFORM} == set(found.reasons)


def test_short_lines_of_any_text_whole_windows_apart_are_invented():
    """Nobody begins to speak every thirty seconds to the split second."""
    lines = ["Okay.", "Let us see.", "All right then.", "Yes.", "What is it?"]
    words = [word for number, line in enumerate(lines) for word in say(line, 12.34 + number * 30.0)]

    assert {"uniform"} == {reason for _, reason in marked(words)}
    assert len(words) == len(marked(words))


def test_lines_at_distances_of_their_own_are_kept():
    """A quiet teacher says a word now and then."""
    words = [word for number in range(12) for word in say("Go on.", number * 30 + number**2 * 0.9)]

    assert [] == marked(words)


# ── absence ────────────────────────────────────────────────────────────────


def test_words_in_a_long_silence_are_invented():
    """Where nothing is to be heard, nobody spoke."""
    words = [*say(LECTURE), *say("Let us have a look.", 60.0)]
    evidence = Evidence(silences=[Span(21.0, 120.0)])

    assert [(word, "silence") for word in ("Let", "us", "have", "a", "look.")] == marked(
        words, evidence
    )


def test_a_word_whose_time_is_a_little_off_is_kept():
    """Times of words reach into the pauses around them."""
    words = [*say("So.", 10.2), *say("We go on.", 14.7)]
    evidence = Evidence(silences=[Span(10.5, 14.9)])

    assert [] == marked(words, evidence)


def test_short_silences_prove_nothing():
    """Between two sentences there is a pause."""
    words = say("So we go on.", 10.1, each=0.2)

    assert [] == marked(words, Evidence(silences=[Span(9.5, 11.4)]))


def test_a_voice_below_the_level_of_silence_is_a_voice():
    """A microphone that is far away does not make a lecture disappear."""
    words = say(LECTURE)

    assert [] == marked(words, Evidence(silences=[Span(0.0, 25.0)]))


def test_what_the_recogniser_doubts_is_invented():
    """It says itself that there may be no speech."""
    words = [*say(LECTURE), *say("A strange noise.", 60.0)]

    assert {("A", "doubted"), ("strange", "doubted"), ("noise.", "doubted")} == set(
        marked(words, Evidence(doubts=[Span(59.0, 63.0)]))
    )


@pytest.mark.parametrize(
    "raw, expected",
    [
        ({}, ()),
        ({"segments": None, "words": "none"}, ()),
        ({"segments": [{"start": None, "end": 2}, {"start": 3, "end": 1}, 7]}, ()),
        (
            {
                "segments": [
                    {"start": 0, "end": 4, "no_speech_prob": 0.9, "avg_logprob": -1.4},
                    {"start": 4, "end": 8, "no_speech_prob": 0.9, "avg_logprob": -0.2},
                    {"start": 8, "end": 12, "no_speech_prob": 0.1, "avg_logprob": -1.4},
                ]
            },
            (Span(0, 4),),
        ),
        (
            {
                "segments": [
                    {"start": 30, "end": 60, "text": " Thank you."},
                    {"start": 60, "end": 90, "text": LECTURE},
                    {"start": 90, "end": 95, "text": " Thank you."},
                ]
            },
            (Span(30, 60),),
        ),
        (
            {
                "words": [
                    {"start": 2, "end": 3, "hallucination_score": 0.95},
                    {"start": 0, "end": 2, "hallucination_score": 0.99},
                    {"start": 3, "end": 4, "hallucination_score": 0.5},
                    {"start": 4, "end": 5, "hallucination_score": True},
                    {"start": 5, "end": 6, "hallucination_score": float("nan")},
                ]
            },
            (Span(0, 3),),
        ),
    ],
)
def test_an_answer_tells_where_it_is_in_doubt(raw, expected):
    """Only known fields count; what has another shape says nothing."""
    assert expected == doubts(raw)


# ── always ─────────────────────────────────────────────────────────────────

texts = st.sampled_from(["a", "b.", "Thank", "you.", "♪", "So,", "Субтитры", "сделал", ""])


@given(
    st.lists(st.tuples(texts, st.floats(0, 40), st.floats(0, 3)), max_size=80),
    st.lists(st.tuples(st.floats(0, 400), st.floats(0, 60)), max_size=5),
)
def test_every_word_is_marked_once_and_the_passages_are_the_marks(said, silent):
    """Whatever the words and the silences are: nothing is lost or counted twice."""
    words, at = [], 0.0
    for text, pause, length in said:
        words.append(Word(at + pause, at + pause + length, text))
        at += pause + length
    spans, at = [], 0.0
    for pause, length in silent:
        spans.append(Span(at + pause, at + pause + length))
        at += pause + length

    found = find_invented(words, Evidence(spans, spans[::2]))

    invented = [mark for mark in found.marks if mark is not None]
    assert len(words) == len(found.marks) == len(found.said(words)) + len(invented)
    assert len(invented) == sum(found.reasons.values())
    assert len(invented) == sum(passage.words for passage in found.passages)
    assert all(one.start <= other.start for one, other in pairwise(found.passages))
    assert 0.0 <= found.share_of_words <= 1.0
    assert 0.0 <= found.share_of_time <= 1.0 + 1e-9
