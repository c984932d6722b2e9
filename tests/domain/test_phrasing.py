"""Where words part well, and where they belong together."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.phrasing import CLAUSE, LEANING, PHRASE, SENTENCE, TOGETHER, partings


def weigh(text, language, pause=0.0):
    """How much it hurts to part each word of ``text`` from the next."""
    words = text.split()
    return dict(zip(words, partings(words, [pause] * len(words), language), strict=True))


@pytest.mark.parametrize(
    "text,language,order",
    [
        (
            "We trained it. Then, after lunch we saw that large rates of the loss explode",
            "en",
            # From the best place for a break to the worst.
            ["it.", "Then,", "saw", "rates", "large", "the"],
        ),
        (
            "Мы закончили. Затем, как видно, большая модель учится на данных быстрее",
            "ru",
            ["закончили.", "Затем,", "учится", "большая", "на"],
        ),
    ],
)
def test_some_places_are_better_than_others(text, language, order):
    """A sentence's end, a clause's, before a conjunction or preposition, within a phrase."""
    hurts = [weigh(text, language)[word] for word in order]

    assert all(better < worse for better, worse in itertools.pairwise(hurts))


@pytest.mark.parametrize(
    "text,word,language",
    [
        ("we met Ada Lovelace there", "Ada", "en"),
        ("ask Dr. Lovelace again", "Dr.", "en"),
        ("see page 12 again", "page", "en"),
        ("I tell you again", "tell", "en"),
        ("сделали бы иначе", "сделали", "ru"),
        ("у нас т.е. здесь", "т.е.", "ru"),
    ],
)
def test_what_belongs_together_is_not_parted(text, word, language):
    """Names, numbers, objects, particles and abbreviations stay with their word."""
    assert weigh(text, language)[word] >= TOGETHER


@pytest.mark.parametrize(
    "text,word,expected",
    [
        ("the price of a house Its guess is poor", "house", CLAUSE),
        ("уйдём домой Когда придёт зима", "домой", CLAUSE),
        ("in the end because We ask", "because", LEANING),
        ("this is my turn I say", "turn", PHRASE),
        ("и снова благодарим Вас за звонок", "благодарим", TOGETHER),
        ("и снова знаете Вы номер", "знаете", PHRASE),
    ],
)
def test_a_capital_letter_tells_of_a_sentence_without_a_full_stop(text, word, expected):
    """Small models forget full stops; what is always written so, tells nothing."""
    assert weigh(text, "en" if text.isascii() else "ru")[word] == expected


def test_a_clause_keeps_its_first_word():
    """One word on a line of its own, before the rest of what it begins, reads badly."""
    hurts = weigh("Press five, seven or nine", "en")

    assert hurts["seven"] >= TOGETHER > hurts["five,"]


def test_a_speaker_parts_words_by_a_pause():
    """Where no punctuation was heard, a pause tells; after "the" it is only a hesitation."""
    said, paused = (
        weigh("large models of the brain", "en"),
        weigh("large models of the brain", "en", 1),
    )

    assert paused["large"] < said["large"] / 2
    assert paused["the"] > paused["models"]
    assert said["the"] == LEANING


@pytest.mark.parametrize("text", ["你好。", "你好！", "مرحبا؟", "नमस्ते।", '"Yes."', "да…"])
def test_sentences_end_in_many_scripts(text):
    """Full stops, question and exclamation marks, quotes aside."""
    assert partings([text, "x"], [0, 0], "xx")[0] == SENTENCE


@pytest.mark.parametrize("text", ["你好，", "مرحبا،", "да —", "so:"])
def test_clauses_end_in_many_scripts(text):
    """Commas, colons, dashes."""
    assert partings(["y", text, "x"], [0, 0, 0], "xx")[1] == CLAUSE


@given(st.lists(st.text(min_size=1)), st.text(max_size=8), st.floats(0, 100))
def test_every_word_has_its_weight(texts, language, pause):
    """Whatever the words and the language."""
    made = partings(texts, [pause] * len(texts), language)

    assert len(made) == len(texts)
    assert all(SENTENCE <= hurt <= LEANING for hurt in made)
