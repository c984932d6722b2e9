"""How words become subtitles that can be read."""

from __future__ import annotations

import itertools
import random
import time
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap.domain.cues import CueRules, cues
from leap.domain.function_words import bare, function_words
from leap.domain.timecodes import milliseconds
from leap.domain.transcript import Word
from leap.domain.typesetting import columns

TEXT = """
Gradient descent is the method that trains almost every neural network. Imagine that you stand on a
hill in thick fog, and that you want to reach the valley. You cannot see far, but you can feel which
way the ground falls. The loss function says how wrong the model is; the gradient says in which
direction the loss grows, so we step the other way. When the learning rate is too small, training
takes forever. When it is too large, the steps jump over the valley and the loss explodes.
"""
RUSSIAN = """
Сегодня мы поговорим о фотосинтезе. Растения поглощают углекислый газ и воду, а выделяют кислород.
Внутри хлоропласта находятся тилакоиды, в мембранах которых лежит хлорофилл, и поэтому листья
кажутся нам зелёными. Цикл Кальвина связывает углекислый газ и строит из него сахар.
"""

HOSTILE = [
    "x" * 300,
    "https://example.org/" + "one-page/" * 30,
    "我们今天讨论神经网络的训练方法，以及为什么学习率很重要。" * 10,
    "שלום",
    "مرحبا،",
    "สวัสดี",
    "👩‍🔬👍🏽🇺🇸" * 20,
    "e" + "\N{COMBINING ACUTE ACCENT}" * 99,
    "\N{RIGHT-TO-LEFT OVERRIDE}abc",
    "\N{ZERO WIDTH SPACE}",
    "\x00a\x1b[31m",
    "two words",
    "-->",
    "1",
    "—",
]
any_word = st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=60)
natural_word = st.sampled_from([*TEXT.split(), *RUSSIAN.split()])
hostile_word = st.sampled_from(HOSTILE) | any_word | natural_word
any_rules = st.builds(
    CueRules,
    line_length=st.integers(10, 60),
    lines=st.integers(1, 4),
    reading_speed=st.floats(5, 50),
    shortest=st.floats(0, 2),
    longest=st.floats(2, 10),
)


@st.composite
def transcripts(draw, text=hostile_word):
    """Words in order, with pauses, overlaps, and words without length among them."""
    moment, words = draw(st.floats(0, 10)), []
    for spoken in draw(st.lists(text, max_size=60)):
        length = draw(st.sampled_from([0.0, 0.1, 0.3, 0.5, 12.0]))
        words.append(Word(moment, moment + length, spoken))
        moment += draw(st.sampled_from([0.0, length, length + 0.4, length + 100.0, length / 2]))
    return words


def spoken(text, speed=15.0, *, pauses=True):
    """Return ``text`` as words spoken at ``speed`` characters per second."""
    words, moment = [], 1.0
    for word in text.split():
        length = (len(word) + 1) / speed
        words.append(Word(round(moment, 3), round(moment + length, 3), word))
        moment += length
        if pauses and word[-1] in ".?!":
            moment += 0.5
        elif pauses and word[-1] in ",;:":
            moment += 0.2
    return words


def shown(made):
    return [line for cue in made for line in cue.lines]


def signs(texts):
    """All characters but white space and what no player shows."""
    return "".join(c for text in texts for c in text if not c.isspace() and category(c) != "Cc")


@given(transcripts(natural_word), any_rules)
def test_no_word_is_ever_lost_changed_or_moved(words, rules):
    """The text of the cues is the text of the words, in order, whatever the rules."""
    made = cues(words, rules, language="en")
    parts = [part for line in shown(made) for part in line.split(" ")]

    assert "".join(word.text for word in words) == "".join(parts)
    if all(len(word.text) <= rules.line_length for word in words):
        assert [word.text for word in words] == parts


@given(transcripts(), any_rules, st.sampled_from(["en", "ru", "zh", "xx"]))
def test_no_sign_is_lost_changed_or_moved(words, rules, language):
    """That holds for words as no speaker says them, too, where only white space may differ."""
    made = cues(words, rules, language=language)

    assert signs(word.text for word in words) == signs(shown(made))


@given(st.text(st.characters(exclude_categories=["Z", "C"]), min_size=60), any_rules)
def test_a_word_in_pieces_gets_no_spaces(text, rules):
    """A word that needs several lines has nothing in them that was not in it."""
    (*lines,) = shown(cues([Word(0, 20, text)], rules, language="en"))

    assert text == "".join(lines)


@given(transcripts(), any_rules)
def test_lines_are_as_long_and_as_many_as_the_rules_allow(words, rules):
    """No word is so long that it makes a line longer, and no line is empty."""
    for cue in cues(words, rules, language="ru"):
        assert 1 <= len(cue.lines) <= rules.lines
        assert all(0 < len(line) <= columns(line) <= rules.line_length for line in cue.lines)
        assert all(line == line.strip() for line in cue.lines)


@given(transcripts(), any_rules)
def test_cues_never_overlap_and_always_last(words, rules):
    """Each cue ends after it starts, and before or when the next one starts."""
    made = cues(words, rules, language="en")

    assert all(cue.start < cue.end for cue in made)
    assert all(one.end <= other.start for one, other in itertools.pairwise(made))
    assert all(cue.end - cue.start <= rules.longest + 0.0015 for cue in made)


@given(transcripts(natural_word), st.floats(0, 2))
def test_cues_are_seen_while_they_are_spoken(words, shortest):
    """A cue that begins late does so only because others before it had to be seen first."""
    made = cues(words, CueRules(shortest=shortest), language="en")
    spoken = [milliseconds(word.start) for word in words]
    firsts = itertools.accumulate((len(" ".join(cue.lines).split()) for cue in made), initial=0)

    for before, cue, first in zip([None, *made], made, firsts, strict=False):
        start, due = milliseconds(cue.start), spoken[first]
        assert start >= due
        assert start == due or start - milliseconds(before.start) <= max(milliseconds(shortest), 1)


@given(transcripts(natural_word), any_rules)
def test_no_cue_outlasts_the_video(words, rules):
    """Times lie between 0 and the duration, words at the very end included."""
    duration = max((word.end for word in words), default=0.0) + 0.1
    made = cues(words, rules, language="en", duration=duration)

    assert all(0 <= cue.start < cue.end <= duration + 0.0015 for cue in made)


@given(transcripts(), any_rules)
@settings(max_examples=20)
def test_the_same_words_give_the_same_cues(words, rules):
    """Nothing is left to chance."""
    assert cues(words, rules, language="en") == cues(words, rules, language="en")


def test_no_words_make_no_cues():
    """An empty transcript is a valid one, and so are words without text."""
    assert cues([], CueRules(), language="en") == ()
    assert cues([Word(0, 1, " ")], CueRules(), language="en") == ()


@pytest.mark.parametrize("text,language", [(TEXT, "en"), (RUSSIAN, "ru")])
def test_cues_end_where_the_speaker_ends_something(text, language):
    """At a natural pace no cue breaks a rule, and almost all end with a clause."""
    rules = CueRules()
    made = cues(spoken(text), rules, language=language)
    lasts = [cue.lines[-1].split()[-1] for cue in made]
    line_ends = [line.split()[-1] for line in shown(made)]
    leaning = function_words(language)

    assert all(rules.shortest - 0.001 <= cue.end - cue.start <= rules.longest for cue in made)
    assert [word for word in line_ends if bare(word) in leaning and word[-1].isalpha()] == []
    assert sum(word[-1].isalpha() for word in lasts) <= 0.25 * len(made)


def test_two_lines_are_balanced():
    """A break in the middle reads better than one word left over."""
    (cue,) = cues(
        spoken("the loss grows in this direction here, so we step that way."),
        CueRules(),
        language="en",
    )

    assert cue.lines == ("the loss grows in this direction here,", "so we step that way.")


def test_what_fits_on_one_line_stays_on_one():
    """A second line covers more of the picture."""
    (cue,) = cues(spoken("Noise helps, too."), CueRules(), language="en")

    assert cue.lines == ("Noise helps, too.",)


def test_a_cue_stays_until_it_can_be_read():
    """A short word quickly said stays for the shortest time, a long one for its length."""
    words = [Word(1.0, 1.1, "Yes."), Word(10.0, 10.2, "Electroencephalographically.")]
    first, second = cues(words, CueRules(), language="en")

    assert (first.start, first.end) == (1.0, 1.833)
    assert pytest.approx(second.end - second.start, abs=0.001) == 28 / 17


def test_a_cue_does_not_reach_over_a_long_pause():
    """Words before and after a silence are not shown together."""
    made = cues(
        [
            Word(0, 0.5, "Think"),
            Word(0.5, 1.0, "first"),
            Word(5.0, 5.4, "then"),
            Word(5.4, 6, "act"),
        ],
        CueRules(),
        language="en",
    )

    assert [cue.lines for cue in made] == [("Think first",), ("then act",)]


def test_a_word_longer_than_a_line_goes_on_in_the_next():
    """Its text is kept, and nothing, not even a hyphen, is added."""
    address = "https://example.org/courses/machine-learning/lectures/gradient-descent"
    (cue,) = cues(spoken(f"see {address} now", speed=12), CueRules(), language="en")

    assert cue.lines[0].startswith("see https://")
    assert f"see{address}now" == "".join(cue.lines).replace(" ", "")


def test_a_long_word_takes_its_time_in_pieces():
    """The pieces of a sentence without spaces are shown while they are spoken."""
    sentence = "我们今天讨论神经网络的训练方法，以及为什么学习率很重要。" * 3
    made = cues([Word(10.0, 28.0, sentence)], CueRules(), language="zh")

    assert sentence == "".join(shown(made))
    assert [round(cue.start) for cue in made] == sorted({round(cue.start) for cue in made})
    assert all(cue.end - cue.start <= 7.0 for cue in made)
    assert 20 <= made[-1].start < made[-1].end <= 28.0


def test_chinese_words_stand_without_spaces():
    """Transcribers give words, but Chinese does not write spaces between them."""
    words = [Word(n / 2, n / 2 + 0.4, text) for n, text in enumerate(["我们", "学习", "GPU", "。"])]
    (cue,) = cues(words, CueRules(), language="zh")

    assert cue.lines == ("我们学习 GPU 。",)


def test_speech_too_fast_to_read_keeps_its_text():
    """Text comes before reading speed."""
    words = spoken(TEXT, speed=45.0, pauses=False)
    made = cues(words, CueRules(), language="en")

    assert TEXT.split() == " ".join(shown(made)).split()


def test_a_cue_does_not_begin_a_sentence_that_it_cannot_hold():
    """A sentence that has to be parted from the one before it begins a cue."""
    made = cues(
        spoken(
            "It works. So the loss explodes at once, and we begin again from the start. Yes.", 12
        ),
        CueRules(),
        language="en",
    )

    assert made[0].lines == ("It works.",)


def test_a_word_is_not_left_alone():
    """One word is too short to be looked for, unless it is all that is said."""
    made = cues(
        spoken("And the rate is small. It is what we expected here, of course. Yes.", 17),
        CueRules(),
        language="en",
    )

    assert [cue.lines[-1] for cue in made] == ["And the rate is small.", "of course. Yes."]


def test_who_speaks_fast_is_read_in_larger_pieces():
    """Short sentences share a cue where each for itself would be gone too soon."""
    said = "It works. Yes. Then we go on with the last chapter of the book today."
    fast, slow = (
        cues(spoken(said, speed, pauses=False), CueRules(), language="en") for speed in (25, 12)
    )

    assert len(fast) == 1 < len(slow)


def test_a_title_before_a_name_ends_no_sentence():
    """The full stop of "Dr." is no place to stop at."""
    made = cues(spoken("And here Dr. Ada Lovelace explains."), CueRules(), language="en")

    assert [cue.lines for cue in made] == [("And here Dr. Ada Lovelace explains.",)]


def test_time_to_read_is_worth_more_than_the_gap():
    """Cues that follow closely are a moment apart, unless the first is hardly read in time."""
    rules = CueRules(line_length=34, lines=1)
    following = Word(2.0, 4.0, "Here is another that stands alone.")
    slow, _ = cues([Word(0, 2.0, "This is read in time."), following], rules, language="en")
    quick, _ = cues(
        [Word(0, 2.0, "There's just enough time for this."), following], rules, language="en"
    )

    assert (slow.end, quick.end) == (1.917, 2.0)


def test_crowded_cues_are_each_seen():
    """Words that a transcriber piles up at one moment are shown one after the other."""
    words = [Word(5.0, 5.0, word) for word in RUSSIAN.split()]
    made = cues(words, CueRules(), language="ru")
    before_the_end = cues(words, CueRules(), language="ru", duration=6.0)

    assert all(round(cue.end - cue.start, 3) >= 0.833 for cue in made)
    assert all(cue.end - cue.start >= 0.15 for cue in before_the_end)
    assert before_the_end[-1].end <= 6.0


def test_three_hours_take_less_than_two_seconds():
    """27,000 words are cut into cues while one waits."""
    choice = random.Random(1)
    words = spoken(" ".join(choice.choice(TEXT.split()) for _ in range(27_000)))
    began = time.process_time()
    cues(words, CueRules(), language="en")

    assert time.process_time() - began < 2.0
