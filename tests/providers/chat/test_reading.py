"""JSON out of what a model wrote, whatever it wrote."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.providers.chat.reading import first_object, read

WHOLE = {
    "main_topic": "Gradient descent",
    "chapters": [{"sentence": 1, "title": "Down the slope"}],
    "summary": "One. Two.",
    "questions": ["Why?"],
}

_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.text())
def test_any_text_is_an_answer_or_a_reason(text):
    """Nothing that a model writes is a bug of ours."""
    answer, reasons = read(text)

    assert (answer is None) == bool(reasons)


@given(st.dictionaries(st.sampled_from([*WHOLE, "other"]), _values))
def test_any_object_is_an_answer_or_a_reason(data):
    answer, reasons = read(json.dumps({**WHOLE, **data}))

    assert (answer is None) == bool(reasons)


@given(st.dictionaries(st.text(), _values, min_size=1), st.text("ab \n`'!?", max_size=30))
def test_an_object_is_found_between_any_words(data, around):
    assert data == first_object(f"{around}{json.dumps(data)}{around} {{and so on}}")


@pytest.mark.parametrize("text", ["", "{", "[1]", "{}", '{"a": ', "null", "{" * 100_000])
def test_without_a_whole_object_there_is_none(text):
    assert first_object(text) is None


def test_reasons_do_not_pile_up():
    """A model reads them, and pays for each word."""
    chapters = [{"sentence": -1, "title": ""}] * 400

    _, reasons = read(json.dumps({**WHOLE, "chapters": chapters}))

    assert 8 == len(reasons)
