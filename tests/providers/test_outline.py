"""The offline topic finder: how many topics, where, and what they are called."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap.domain.function_words import bare, function_words
from leap.domain.ports import TopicsRequest
from leap.domain.segments import segments
from leap.domain.topics import Break
from leap.domain.transcript import Transcript, Word
from leap.providers.outline import Outliner
from leap.providers.outline.counts import division, topic_range
from leap.providers.outline.segmentation import Unit, divide

DESCENT = """
Good morning. Today we look at gradient descent, the method that trains almost every neural network.
Imagine that you stand on a hill in thick fog and want to reach the valley. Gradient descent does
the same with the error. The gradient says in which direction the error grows. The loss says how
wrong the model is, and gradient descent makes it smaller.
"""
RATE = """
The learning rate decides how long each step is. When the learning rate is too small, training takes
forever. When the learning rate is too large, the steps jump around. A schedule makes the learning
rate smaller, and a warm up raises the rate slowly during the first thousand steps.
"""
PRINTING = """
Movable type came from Mainz, where Gutenberg cast letters in metal. The printing press pressed the
type on paper. Before the printing press, a monk copied one book in a year. After it, a workshop
printed three thousand pages a day, and books became cheap. The printing press spread to Venice.
"""
ФОТОСИНТЕЗ = """
Здравствуйте. Сегодня мы поговорим о фотосинтезе. Фотосинтез превращает энергию света в химическую
энергию. Растения поглощают углекислый газ и воду. Кислород атмосферы создан растениями.
"""
КАЛЬВИН = """
Теперь рассмотрим цикл Кальвина. Цикл Кальвина строит сахар. Для цикла Кальвина нужен фермент
рубиско. Фермент рубиско самый распространённый фермент на Земле.
"""


def spoken(*texts, language="en", pause=2.0):
    """Return the texts as a transcript, with a pause between them, and when each begins."""
    words, starts, moment = [], [], 1.0
    for text in texts:
        starts.append(moment)
        for word in text.split():
            words.append(Word(round(moment, 3), round(moment + 0.3, 3), word))
            moment += 0.8 if word[-1] in ".?!" else 0.35
        moment += pause
    return Transcript(tuple(words), segments(words), language, moment), starts


def outline(transcript, title="Lecture", **request):
    return Outliner().find(transcript, TopicsRequest(title, **request), lambda share, text="": None)


def test_topics_begin_where_the_subject_changes():
    """Three subjects spoken one after the other make three topics at the right times."""
    transcript, starts = spoken(DESCENT, RATE, PRINTING)
    made = outline(transcript, chapter_every=transcript.duration / 3)

    assert [0.0, *starts[1:]] == pytest.approx([topic.start for topic in made.topics])


def test_pauses_are_not_needed_to_find_a_change():
    """The words alone tell."""
    transcript, starts = spoken(DESCENT * 2, PRINTING * 2, pause=0.0)
    made = outline(transcript, chapter_every=transcript.duration / 2)

    assert [0.0, starts[1]] == pytest.approx([topic.start for topic in made.topics])


def test_titles_say_what_the_topic_is_about():
    """The phrases that a topic repeats and others do not."""
    transcript, _ = spoken(DESCENT, RATE, PRINTING)
    made = outline(transcript, chapter_every=transcript.duration / 3)

    assert ["Gradient descent", "Learning rate", "Printing press"] == [t.title for t in made.topics]


def test_a_russian_lecture_has_russian_titles():
    """Titles are made of the words that were spoken."""
    transcript, starts = spoken(ФОТОСИНТЕЗ, КАЛЬВИН, language="ru")
    made = outline(transcript, chapter_every=transcript.duration / 2)

    assert [0.0, starts[1]] == pytest.approx([topic.start for topic in made.topics])
    assert made.topics[1].title == "Цикл Кальвина"
    assert not any("a" <= letter.lower() <= "z" for t in made.topics for letter in t.title)


def test_there_is_one_main_topic_without_the_words_of_the_name():
    """Who opens "Learning rates, part 2" knows that much already."""
    transcript, _ = spoken(DESCENT, RATE)
    (plain,) = outline(transcript).main_topics
    (named,) = outline(transcript, title="Learning rates, part 2").main_topics

    assert plain == "Learning rate"
    assert named == "Gradient descent"
    assert all(2 <= len(main.split()) <= 4 for main in (plain, named))


def test_the_summary_is_made_of_whole_sentences():
    """Two or three sentences that were said, in the order in which they were said."""
    transcript, _ = spoken(DESCENT, RATE, PRINTING)
    text = " ".join(word.text for word in transcript.words)
    summary = outline(transcript).summary
    sentences = summary.replace(". ", ".\n").split("\n")

    assert 2 <= len(sentences) <= 3
    assert sorted(sentences, key=text.index) == sentences


def test_what_comes_out_is_called_a_draft():
    """Nobody shall take it for more."""
    transcript, _ = spoken(DESCENT)

    assert outline(transcript).draft


def test_no_words_make_no_topics():
    """Nothing is invented about a silent lecture."""
    made = outline(Transcript((), (), "en", 600.0))

    assert made.topics == made.main_topics == ()
    assert made.summary == ""


def test_phrases_that_transcribers_invent_make_no_topics():
    """A known hallucination is not a title."""
    transcript, _ = spoken("Продолжение следует... Редактор субтитров А.Семкин", language="ru")

    assert outline(transcript).topics == ()


def test_a_break_is_a_boundary_and_belongs_to_no_topic():
    """Topics end where a break begins, and begin where it ends, whatever is spoken of."""
    transcript, starts = spoken(DESCENT, DESCENT, pause=600.0)
    end = starts[1] - 600.0
    made = outline(transcript, breaks=(Break(end, starts[1], 10.0),), chapter_every=10_000)

    assert [0.0, starts[1]] == pytest.approx([topic.start for topic in made.topics])
    assert [end, transcript.duration] == pytest.approx([topic.end for topic in made.topics])


def test_a_break_that_was_cut_out_is_still_a_boundary():
    """Where the lecture went on, a topic begins."""
    transcript, starts = spoken(DESCENT, DESCENT)
    joint = starts[1] - 1.0
    made = outline(transcript, breaks=(Break(joint, joint, 10.0),), chapter_every=10_000)

    assert [0.0, joint] == pytest.approx([topic.start for topic in made.topics])


@pytest.mark.parametrize(
    "minutes,granularity,expected",
    [
        (1, "long", (1, 1)),
        (15, "long", (3, 3)),
        (49, "long", (10, 10)),
        (50, "long", (10, 16)),
        (90, "long", (12, 19)),
        (120, "long", (14, 21)),
        (180, "long", (18, 26)),
        (300, "long", (18, 26)),
        (10, "short", (2, 2)),
        (60, "short", (3, 5)),
        (180, "short", (7, 10)),
        (50, "medium", (6, 10)),
    ],
)
def test_the_number_of_topics_follows_the_length(minutes, granularity, expected):
    """One topic per five minutes of a short lecture; then it grows more slowly."""
    assert expected == topic_range(minutes, granularity)


def test_a_setting_says_how_long_a_chapter_is():
    """Three minutes at one chapter every 40 seconds are four or five chapters."""
    wanted = division(170.0, TopicsRequest("x", chapter_every=40.0))

    assert wanted.count == 4
    assert 10 <= wanted.shortest < 40 < wanted.longest


word = st.sampled_from([*DESCENT.split(), *PRINTING.split(), *КАЛЬВИН.split(), "…", "42", "—"])


@given(
    st.lists(word, max_size=200),
    st.sampled_from(["en", "ru", "de", "und"]),
    st.one_of(st.none(), st.floats(1, 60)),
)
@settings(max_examples=50)
def test_an_outline_is_sound_whatever_was_said(words, language, chapter_every):
    """Topics cover the lecture from 0 on without a gap; titles are short and all different."""
    transcript, _ = spoken(" ".join(words), language=language)
    made = outline(transcript, chapter_every=chapter_every)
    titles = [topic.title for topic in made.topics]

    assert bool(made.topics) == bool(words)
    assert [0.0] == [topic.start for topic in made.topics][:1] or not words
    for one, other in zip(made.topics, made.topics[1:], strict=False):
        assert one.start < one.end == other.start
    assert len(titles) == len({title.casefold() for title in titles})
    for title in titles:
        assert 2 <= len(title.split()) <= 8
        assert bare(title.split()[0]) not in function_words(language)


units = st.lists(
    st.tuples(st.lists(st.sampled_from("abcdefgh"), max_size=5), st.booleans()), max_size=40
).map(
    lambda parts: [
        Unit(float(n), tuple(words), forced=forced) for n, (words, forced) in enumerate(parts)
    ]
)


@given(units, st.integers(1, 50), st.floats(0.1, 20), st.floats(0.1, 20))
def test_a_division_has_as_many_topics_as_wanted_and_possible(units, count, shortest, longest):
    """Forced boundaries are kept; lengths give way where they cannot be."""
    made = divide(units, float(len(units)), count=count, shortest=shortest, longest=longest)
    forced = {n for n, unit in enumerate(units) if unit.forced and n}

    assert list(made) == sorted(set(made))
    assert forced <= set(made)
    assert len(made) == min(max(count, len(forced) + 1), len(units))


def test_an_hour_takes_less_than_two_seconds():
    """The words of a long lecture are divided while one waits."""
    choice = random.Random(1)
    paragraphs = [
        " ".join(choice.choice([f"{subject}{n}" for n in range(300)]) for _ in range(700))
        for subject in "abcdefghijklm"
    ]
    text = [
        " ".join(w + "." * (choice.random() < 0.08) for w in paragraph.split())
        for paragraph in paragraphs
    ]
    transcript, _ = spoken(*text)
    began = time.process_time()
    made = outline(transcript)

    assert time.process_time() - began < 2.0 * transcript.duration / 3600 + 0.5
    assert 10 <= len(made.topics) <= 16
