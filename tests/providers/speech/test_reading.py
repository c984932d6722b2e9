"""Answers as servers really give them, and prompts as servers really take them."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.ports import TranscriptionRequest
from leap.errors import ProviderError
from leap.providers.speech import Server
from leap.providers.speech.languages import code_of
from leap.providers.speech.prompt import MOST, prompt_of
from leap.providers.speech.reading import language_of, words_of

SERVER = Server("fireworks", "whisper-v3", "https://speech.example.org", "comma", 10**9)


def read(words, text="x", duration=60.0):
    return words_of({"text": text, "words": words}, SERVER, duration)


def entry(word, start=0.0, end=1.0):
    return {"word": word, "start": start, "end": end}


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=5),
    st.floats(),
    st.integers(-5, 90),
    st.lists(st.none()),
)
ENTRIES = st.lists(
    st.one_of(
        ANYTHING,
        st.fixed_dictionaries({}, optional=dict.fromkeys(("word", "start", "end"), ANYTHING)),
    ),
    max_size=20,
)


@given(ENTRIES, st.text(max_size=20))
def test_whatever_comes_the_words_are_in_order_or_refused(entries, text):
    try:
        words = read(entries, text)
    except ProviderError:
        return
    assert all(0 <= word.start <= word.end <= 60 for word in words)
    assert all(a.end <= b.start for a, b in pairwise(words))
    assert all(word.text == " ".join(word.text.split()) != "" for word in words)


@given(st.lists(st.tuples(st.floats(0, 60), st.floats(0, 5)), max_size=30), st.randoms())
def test_no_word_is_dropped(times, random):
    entries = [entry(f"w{i}", start, start + length) for i, (start, length) in enumerate(times)]
    random.shuffle(entries)

    assert sorted(e["word"] for e in entries) == sorted(w.text for w in read(entries, ""))


def test_a_word_without_times_stays_between_its_neighbours():
    words = read([entry("in", 1, 2), entry("2026", None, None), entry("we", 3, 4)])

    assert ["in", "2026", "we"] == [word.text for word in words]
    assert (2, 2) == (words[1].start, words[1].end)


def test_a_piece_without_its_space_belongs_to_the_word_before():
    """Only where words have spaces at all."""
    spaced = read([entry(" costs"), entry(" $", 1, 2), entry("5", 2, 3), entry(" now", 3, 4)])
    bare = read([entry("costs"), entry("$", 1, 2), entry("5", 2, 3)])

    assert ["costs", "$5", "now"] == [word.text for word in spaced]
    assert ["costs", "$", "5"] == [word.text for word in bare]
    assert 3 == spaced[1].end


def test_punctuation_comes_from_the_text_where_words_have_none():
    entries = [
        entry(word, i, i + 1) for i, word in enumerate(["Well", "this", "works", "Does", "it"])
    ]

    words = read(entries, "“Well,” this — works. Does it?")

    assert ["“Well,”", "this", "works.", "Does", "it?"] == [word.text for word in words]


@pytest.mark.parametrize("words", [None, [], [{}], [{"word": "a"}], [entry("a", math.nan)], "no"])
def test_text_without_times_names_what_to_change(words):
    with pytest.raises(ProviderError) as raised:
        read(words, "There is text.")

    assert "endpoints.speech.fireworks" in raised.value.hint
    assert "transcribe.model" in raised.value.hint
    assert () == read(words, "  ")


@pytest.mark.parametrize(
    "answered, asked, language",
    [
        ("english", None, "en"),
        ("Russian", None, "ru"),
        ("uk", None, "uk"),
        ("klingon", None, "und"),
        (None, None, "und"),
        ("english", "de", "de"),
    ],
)
def test_the_language_is_a_code(answered, asked, language):
    assert language == language_of({"language": answered}, asked)


def test_whisper_knows_a_hundred_languages():
    assert "yue" == code_of("cantonese")
    assert "ht" == code_of("Haitian Creole")


# ── prompts ────────────────────────────────────────────────────────────────

TEXT = st.text(max_size=1500)


@given(TEXT, TEXT, st.lists(st.text(min_size=1, max_size=200), max_size=60))
def test_a_prompt_is_one_line_that_every_server_takes(prompt, course, vocabulary):
    request = TranscriptionRequest(prompt=prompt, course=course, vocabulary=tuple(vocabulary))
    said = prompt_of(request)

    assert len(said) <= MOST + 2
    assert said == " ".join(said.split())
    assert said.isprintable()


def test_of_too_many_terms_the_first_are_told():
    request = TranscriptionRequest(
        prompt="on optimisation.",
        course="ML (лекция 3)",
        vocabulary=("Hilbert",) + ("x" * 99,) * 50,
    )

    assert "On optimisation. ML (лекция 3). Hilbert, " in prompt_of(request)
    assert "" == prompt_of(TranscriptionRequest())
