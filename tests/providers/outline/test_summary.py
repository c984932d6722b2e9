"""A summary is made of sentences that were said, or there is none."""

from __future__ import annotations

from leap.domain.transcript import Word
from leap.providers.outline.summary import summary
from leap.providers.outline.text import sentences

CURVES = """
The supply curve of apples rises with the price. The demand curve of apples falls with the price.
Frost moves the supply curve to the left. The price of apples rises after a frost.
"""


def of(text, language="en"):
    words = [Word(float(n), n + 0.9, word) for n, word in enumerate(text.split())]
    return summary(sentences(words, language), language)


def test_sentences_of_the_whole_lecture_are_taken():
    """They stand as they were said and in that order."""
    made = of(CURVES)
    chosen = made.replace(". ", ".\n").split("\n")

    assert 2 <= len(chosen) <= 3
    assert sorted(chosen, key=" ".join(CURVES.split()).index) == chosen


def test_a_sentence_that_points_back_is_not_taken():
    """Nobody would know what such a curve is."""
    assert "such" not in of(CURVES + "Every such curve of apples moves with the price.")


def test_what_is_said_to_the_listeners_is_not_taken():
    """Requests and greetings say nothing of the subject."""
    addressed = "The supply curve of apples is what you should learn at this price."

    assert addressed not in of(CURVES + addressed)


def test_one_good_sentence_is_no_summary():
    """Then there is none, rather than a poor one."""
    assert "" == of("The supply curve of apples rises with the price. Supply! Apples? Curve.")


def test_words_without_sentences_have_no_summary():
    """A transcript without punctuation has nothing to quote."""
    assert "" == of(CURVES.lower().replace(".", ""))
