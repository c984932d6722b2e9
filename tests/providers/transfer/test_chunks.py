from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from leap.providers.transfer.chunks import Chunks

SIZES = st.integers(0, 500)
LENGTHS = st.integers(1, 50)


@given(SIZES, LENGTHS, st.integers(1, 9))
def test_spans_cover_the_file_once_and_in_order(size, length, most):
    """Taken until nothing is left, spans follow each other from the first byte to the last."""
    chunks, at = Chunks(size, length), 0
    while span := chunks.take(most):
        assert at == span.start
        assert span.start < span.end
        assert span.last - span.first <= most
        at = span.end
    assert size == at


@given(SIZES.filter(bool), LENGTHS, st.integers(0, 2**32))
def test_what_is_given_back_is_taken_again_and_nothing_else(size, length, seed):
    """Whatever connections finish, give back or damage, each chunk ends up there exactly once."""
    chunks, fetched, dice = Chunks(size, length), [], random.Random(seed)
    while span := chunks.take(dice.randint(1, 4)):
        for number in range(span.first, span.last):
            if dice.random() < 0.6:
                start, end = chunks.extent(number)
                chunks.done(number, number)
                fetched.append(end - start)
        if fetched and dice.random() < 0.1:
            number = dice.choice(sorted(chunks.checksums))
            start, end = chunks.extent(number)
            chunks.damaged(number)
            fetched.remove(end - start)
        chunks.give_back(span)
    assert chunks.complete
    assert size == chunks.bytes_done == sum(fetched)
    assert set(range(-(-size // length))) == set(chunks.checksums)


@given(SIZES.filter(bool), LENGTHS)
def test_a_file_that_does_not_say_its_size_has_one_span(size, length):
    """Its size shows at the end, and with it the length of the last chunk."""
    chunks = Chunks(None, length)
    span = chunks.take(5)
    assert (0, None) == (span.start, span.end)
    assert chunks.take(5) is None
    for number in range(size // length):
        chunks.done(number, 0)
    assert not chunks.complete
    chunks.ended(size, 0)
    assert chunks.complete
    assert size == chunks.bytes_done


def test_the_first_missing_chunk_is_taken_first():
    """A damaged chunk near the beginning goes before what comes later."""
    chunks = Chunks(100, 10)
    chunks.take(6)
    for number in range(6):
        chunks.done(number, 0)
    chunks.damaged(2)
    assert (2, 3) == (chunks.take(8).first, 3)
    assert 6 == chunks.take(8).first
