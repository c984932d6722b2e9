"""Cutting a sound and joining its words: nothing is lost, nothing is doubled."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.transcript import Word
from leap.media.sound import STEP, Loudness
from leap.providers.speech.pieces import OVERLAP, SHORTEST, Piece, cut, joined


def sound_of(rates: list[int], energy: list[int]) -> Loudness:
    """Return a sound that takes ``rates`` bytes in each second, as loud as ``energy`` in each step."""
    sizes, total = [], 0.0
    for rate in rates:
        for _ in range(20):
            total += rate * STEP
            sizes.append(total)
    levels = [float(energy[i % len(energy)]) for i in range(len(sizes))]
    return Loudness(len(rates) * 1.0, levels, sizes)


SOUNDS = st.builds(
    sound_of,
    st.lists(st.integers(2_000, 33_000), min_size=1, max_size=400),
    st.lists(st.integers(0, 9), min_size=1, max_size=50),
)


@given(SOUNDS, st.integers(800_000, 4_000_000))
def test_pieces_cover_the_sound_and_fit_into_an_upload(sound, largest):
    """Each counts from where the one before ends; what is sent reaches beyond that."""
    pieces = cut(sound, largest)

    assert 0.0 == pieces[0].start == pieces[0].after
    assert sound.duration == pieces[-1].end == pieces[-1].before
    for one, other in pairwise(pieces):
        assert one.before == other.after > one.after
        assert one.end >= one.before + OVERLAP - STEP or one.end == sound.duration
        assert other.start == max(0.0, other.after - OVERLAP)
    for piece in pieces:
        first, last = round(piece.start / STEP), round(piece.end / STEP)
        size = sound.size[last - 1] - (sound.size[first - 1] if first else 0)
        assert size <= largest


@given(SOUNDS)
def test_what_fits_is_one_piece(sound):
    assert 1 == len(cut(sound, 100_000_000))


def test_an_upload_that_holds_less_than_a_piece_is_refused():
    sound = sound_of([32_000] * 60, [1])

    with pytest.raises(ValueError, match="less than a piece"):
        cut(sound, int(32_000 * SHORTEST))


# ── joining ────────────────────────────────────────────────────────────────

TEXTS = st.sampled_from(["so", "the", "gradient", "is", "Это", "да", "да,", "no", "no."])


@st.composite
def speech(draw) -> tuple[list[Word], list[float]]:
    """Return words as they were spoken, at any pace, and moments at which the sound is cut."""
    words, moment = [], draw(st.floats(0, 2))
    for text in draw(st.lists(TEXTS, max_size=120)):
        length = draw(st.floats(0.15, 0.9))
        words.append(Word(moment, moment + length, text))
        moment += length + draw(st.sampled_from([0.0, 0.05, 0.3, 1.0, 8.0]))
    # The worst place for a cut is the middle of a word, that both sides hear on another side of it.
    near = draw(st.floats(-0.1, 0.1))
    cuts, at = [], 0.0
    for word in words:
        middle = (word.start + word.end) / 2 + near
        if at + SHORTEST < middle < moment - SHORTEST and draw(st.booleans()):
            cuts.append(middle)
            at = middle
    return words, cuts


def heard_in(words: list[Word], cuts: list[float], shifts: list[float]) -> list:
    """Return what each piece hears: whole words, shifted; halves of words at its edges."""
    end = max((word.end for word in words), default=0.0)
    bounds = [0.0, *cuts, max(end, 1.0)]
    found = []
    for number, (after, before) in enumerate(pairwise(bounds)):
        start, stop = max(0.0, after - OVERLAP), min(bounds[-1], before + OVERLAP)
        shift = shifts[number % len(shifts)]
        heard = []
        for word in words:
            if word.end > start and word.start < stop:
                whole = start <= word.start and word.end <= stop
                text = word.text if whole else word.text[:1] + "-"
                low, high = max(start, word.start), min(stop, word.end)
                heard.append(Word(low + shift, high + shift, text))
        found.append((Piece(start, stop, after, before), heard))
    return found


@given(speech(), st.lists(st.floats(-0.07, 0.07), min_size=1, max_size=4))
def test_joined_words_are_the_words_that_were_spoken(spoken, shifts):
    """Wherever the cuts fall, also in the middle of words that repeat, and if times differ."""
    words, cuts = spoken

    found = joined(heard_in(words, cuts, shifts))

    assert [word.text for word in words] == [word.text for word in found]


@given(speech())
def test_words_that_both_hear_differently_count_on_their_own_side(spoken):
    """Where the cut lies in a pause of a second nobody can be in doubt."""
    words, _ = spoken
    gaps = [
        (a.end + b.start) / 2
        for a, b in pairwise(words)
        if b.start - a.end >= 0.9 and a.end > SHORTEST
    ]
    pieces = heard_in(words, gaps[:1], [0.2, -0.2])
    pieces = [
        (piece, [Word(w.start, w.end, f"{w.text}{number}") for w in heard])
        for number, (piece, heard) in enumerate(pieces)
    ]

    assert [w.text for w in words] == [w.text.rstrip("01") for w in joined(pieces)]


def test_no_words_are_no_words():
    assert () == joined([(Piece(0, 9, 0, 9), [])])
    assert () == joined([(Piece(0, 12, 0, 9), []), (Piece(6, 20, 9, 20), [])])
