"""How words become subtitles that can be read."""

from __future__ import annotations

import itertools
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap.domain.cues import CueRules, cues
from leap.domain.function_words import bare, function_words
from leap.domain.transcript import Word

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

any_word = st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=60)
natural_word = st.sampled_from([*TEXT.split(), *RUSSIAN.split()])
any_rules = st.builds(
    CueRules,
    line_length=st.integers(10, 60),
    lines=st.integers(1, 4),
    reading_speed=st.floats(5, 50),
    shortest=st.floats(0, 2),
    longest=st.floats(2, 10),
)


@st.composite
def transcripts(draw, text=any_word | natural_word):
    """Words in order, with pauses, overlaps, and words without length among them."""
    moment, words = draw(st.floats(0, 10)), []
    for spoken in draw(st.lists(text, max_size=60)):
        length = draw(st.sampled_from([0.0, 0.1, 0.3, 0.5, 12.0]))
        words.append(Word(moment, moment + length, spoken))
        moment += length + draw(st.sampled_from([0.0, 0.0, 0.05, 0.4, 3.0, 100.0, -length / 2]))
    return words


def spoken(text, *, speed=15.0, pauses=True):
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


@given(transcripts(), any_rules)
def test_no_word_is_ever_lost_changed_or_moved(words, rules):
    """The text of the cues is the text of the words, in order, whatever the rules."""
    made = cues(words, rules, language="en")

    assert [w.text for w in words] == [w for line in shown(made) for w in line.split(" ")]


@given(transcripts(), any_rules)
def test_lines_are_as_long_and_as_many_as_the_rules_allow(words, rules):
    """Only a single word that is longer than a line makes a line longer."""
    for cue in cues(words, rules, language="ru"):
        assert 1 <= len(cue.lines) <= rules.lines
        for line in cue.lines:
            assert len(line) <= rules.line_length or " " not in line


@given(transcripts(), any_rules)
def test_cues_never_overlap_and_always_last(words, rules):
    """Each cue ends after it starts, and before or when the next one starts."""
    made = cues(words, rules, language="en")

    assert all(cue.start < cue.end for cue in made)
    assert all(one.end <= other.start for one, other in itertools.pairwise(made))
    assert all(cue.end - cue.start <= rules.longest + 0.0015 for cue in made)


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


def test_a_word_longer_than_a_line_is_kept_whole():
    """Cutting it would invent a text that nobody spoke."""
    address = "https://example.org/" + "a" * 60
    made = cues(spoken(f"see {address} for more"), CueRules(), language="en")

    assert address in shown(made)


def test_speech_too_fast_to_read_keeps_its_text():
    """Text comes before reading speed."""
    words = spoken(TEXT, speed=45.0, pauses=False)
    made = cues(words, CueRules(), language="en")

    assert TEXT.split() == " ".join(shown(made)).split()


def test_an_hour_takes_less_than_two_seconds():
    """Nine thousand words are cut into cues while one waits."""
    choice = random.Random(1)
    words = spoken(" ".join(choice.choice(TEXT.split()) for _ in range(9000)))
    began = time.process_time()
    cues(words, CueRules(), language="en")

    assert time.process_time() - began < 2.0
