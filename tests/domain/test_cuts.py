"""Cuts: what is kept of a recording, and how its times move."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.cuts import (
    CutRules,
    Cuts,
    Keep,
    Removed,
    Span,
    guard,
    snapped,
    wanted_keeps,
)

DURATION = 600.0
RULES = CutRules(silence_longer_than=2.0, padding=1.0, edges=True, pauses_longer_than=60.0)


@st.composite
def spans(draw: st.DrawFn, least: int = 0) -> tuple[Span, ...]:
    """Ascending, separate spans within 0..DURATION, in steps of a millisecond."""
    size = 2 * draw(st.integers(least, 8))
    moments = draw(
        st.lists(
            st.integers(0, int(DURATION * 1000)), min_size=size, max_size=size, unique=True
        ).map(sorted)
    )
    edges = [moment / 1000 for moment in moments]
    return tuple(Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=True))


moments = st.floats(0, DURATION)
keyframe_lists = st.lists(st.integers(0, 600_000).map(lambda ms: ms / 1000), max_size=80).map(
    lambda found: sorted({0.0, *found})
)
rules = st.builds(
    CutRules,
    silence_longer_than=st.floats(0.5, 10),
    padding=st.floats(0, 5),
    edges=st.booleans(),
    pauses_longer_than=st.none() | st.floats(1, 200),
)


def test_edges_and_long_pauses_go_and_short_ones_stay() -> None:
    """Leading and trailing silence and a long pause are cut, each less its padding."""
    silences = (Span(0, 12), Span(100, 110), Span(200, 300), Span(590, 600))
    assert wanted_keeps(DURATION, silences, RULES) == (Span(11, 201), Span(299, 591))


def test_edges_can_be_kept() -> None:
    """With ``edges`` off only pauses are cut, however long the edges are."""
    rules = CutRules(edges=False, pauses_longer_than=60.0)
    silences = (Span(0, 100), Span(200, 300), Span(500, 600))
    assert wanted_keeps(DURATION, silences, rules) == (Span(0, 201), Span(299, 600))


def test_pauses_can_be_kept() -> None:
    """Without ``pauses_longer_than`` no pause is cut."""
    rules = CutRules(pauses_longer_than=None)
    assert wanted_keeps(DURATION, (Span(100, 500),), rules) == (Span(0, DURATION),)


def test_a_silence_shorter_than_the_rule_is_no_edge() -> None:
    """A breath before the first word is not worth a cut."""
    assert wanted_keeps(DURATION, (Span(0, 1.9),), RULES) == (Span(0, DURATION),)


def test_nothing_is_kept_of_silence_alone() -> None:
    """Where everything is silent nothing is wanted, which the guard refuses."""
    keeps = wanted_keeps(DURATION, (Span(0, DURATION),), RULES)
    assert keeps == ()
    assert guard(keeps, DURATION, RULES) == "there is no sound in it that is louder than silence"


def test_the_guard_says_how_much_would_go() -> None:
    """More than the allowed share is refused with both numbers."""
    assert guard((Span(0, 100),), DURATION, RULES) == (
        "83% of it is silence, more than the 70% that may be cut (trim.max_removed)"
    )
    assert guard((Span(0, 300),), DURATION, RULES) is None


@given(spans(), rules)
def test_only_silence_is_ever_left_out(silences: tuple[Span, ...], rules: CutRules) -> None:
    """Every gap lies inside one silence, but for a tenth of a second at the edges."""
    keeps = wanted_keeps(DURATION, silences, rules)
    edges = [0.0, *(edge for keep in keeps for edge in (keep.start, keep.end)), DURATION]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        assert start == end or any(
            s.start <= start + 0.1 * (start == 0) and end - 0.1 * (end == DURATION) <= s.end
            for s in silences
        )


def test_starts_move_back_to_keyframes() -> None:
    """A start goes back to the keyframe before it, an end stays."""
    keeps = (Span(11, 201), Span(299, 591))
    assert snapped(keeps, [0, 10, 200, 290, 300]) == (Span(10, 201), Span(290, 591))


def test_pieces_that_meet_are_joined() -> None:
    """Where the keyframe lies before the end of the piece in front, there is no cut."""
    assert snapped((Span(0, 201), Span(299, 591)), [0, 201.3]) == (Span(0, 591),)


@given(spans(least=1), keyframe_lists)
def test_snapping_loses_nothing(keeps: tuple[Span, ...], keyframes: list[float]) -> None:
    """What was kept before is kept after; pieces stay separate and in order."""
    result = snapped(keeps, keyframes)
    for keep in keeps:
        assert any(s.start <= keep.start and keep.end <= s.end for s in result)
    assert all(one.end < other.start for one, other in pairwise(result))
    assert all(span.start in keyframes for span in result)


@given(spans(least=1))
def test_the_new_length_is_the_sum_of_the_pieces(keeps: tuple[Span, ...]) -> None:
    """Pieces lie one behind the other from 0 to the new duration, without holes."""
    cuts = Cuts.of(keeps, DURATION)
    assert cuts.duration == pytest.approx(sum(keep.length for keep in keeps), abs=1e-5)
    assert cuts.keeps[0].new_start == 0
    for one, other in pairwise(cuts.keeps):
        assert other.new_start == pytest.approx(one.new_end, abs=1e-5)


@given(spans(least=1), moments, moments)
def test_time_never_runs_backwards(keeps: tuple[Span, ...], one: float, other: float) -> None:
    """Both mappings keep the order of moments and stay on their timeline."""
    cuts = Cuts.of(keeps, DURATION)
    early, late = min(one, other), max(one, other)
    assert 0 <= cuts.to_new(early) <= cuts.to_new(late) <= cuts.duration
    assert keeps[0].start <= cuts.to_old(early) <= cuts.to_old(late) <= keeps[-1].end


@given(spans(least=1), st.data())
def test_a_kept_moment_comes_back(keeps: tuple[Span, ...], data: st.DataObject) -> None:
    """There and back again is the same moment, but for a joint, which is two."""
    cuts = Cuts.of(keeps, DURATION)
    keep = data.draw(st.sampled_from(keeps))
    old = data.draw(st.floats(keep.start, keep.end))
    assert cuts.contains(old)
    new = cuts.to_new(old)
    back = cuts.to_old(new)
    assert cuts.to_new(back) == pytest.approx(new, abs=1e-5)
    if keep.end - old > 1e-4:
        assert back == pytest.approx(old, abs=1e-5)


@given(spans(least=1), moments)
def test_a_moment_that_was_cut_is_at_its_joint(keeps: tuple[Span, ...], old: float) -> None:
    """It is not contained, and where it would be, the next piece begins."""
    cuts = Cuts.of(keeps, DURATION)
    if cuts.contains(old):
        return
    joints = {0.0, cuts.duration, *(keep.new_start for keep in cuts.keeps)}
    assert min(abs(cuts.to_new(old) - joint) for joint in joints) < 1e-5


@given(spans(least=1), spans(least=1))
def test_overlap_measures_what_is_left(keeps: tuple[Span, ...], others: tuple[Span, ...]) -> None:
    """The overlap of a span is the length that it has on the new timeline."""
    cuts = Cuts.of(keeps, DURATION)
    for span in others:
        shown = cuts.to_new(span.end) - cuts.to_new(span.start)
        assert cuts.overlap(span.start, span.end) == pytest.approx(shown, abs=1e-4)


@given(spans(least=1))
def test_kept_and_removed_are_everything(keeps: tuple[Span, ...]) -> None:
    """The removed pieces fill exactly what the kept ones leave."""
    cuts = Cuts.of(keeps, DURATION)
    removed = sum(piece.end - piece.start for piece in cuts.removed())
    assert removed + cuts.duration == pytest.approx(DURATION, abs=1e-4)


def test_what_is_removed_has_a_reason() -> None:
    """Edges and pauses are told apart."""
    cuts = Cuts.of([Span(10, 200), Span(300, 590)], DURATION)
    assert cuts.removed() == (
        Removed(0.0, 10, "leading silence"),
        Removed(200, 300, "pause"),
        Removed(590, DURATION, "trailing silence"),
    )
    assert Cuts.whole(DURATION).removed() == ()


@given(spans(least=1))
def test_cuts_survive_json(keeps: tuple[Span, ...]) -> None:
    """What was written is what is read."""
    cuts = Cuts.of(keeps, DURATION)
    assert Cuts.from_json(json.loads(json.dumps(cuts.to_json()))) == cuts


@pytest.mark.parametrize(
    "keeps",
    [(), (Keep(0, 10, 0), Keep(5, 20, 10)), (Keep(0, 10, 0), Keep(20, 30, 5))],
    ids=["none", "overlapping", "out of order"],
)
def test_impossible_cuts_are_refused(keeps: tuple[Keep, ...]) -> None:
    """A timeline without pieces, or with pieces over each other, is a mistake."""
    with pytest.raises(ValueError, match=r"timeline|overlap"):
        Cuts(keeps, DURATION, 30.0)
