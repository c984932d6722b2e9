"""Cutting without encoding: every picture of the result is one of the source, in its place."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest

from leap.domain.cuts import Cuts, Span
from leap.media.index import Piece, VideoIndex, read_index
from leap.media.probe import plays_while_loading, probe
from leap.media.recheck import fault, rhythm
from leap.media.remux import remux, target_format

Make = Callable[[str], Path]

#: Two pieces that begin and end between keyframes, with much left out.
KEEPS = (Span(3.3, 7.7), Span(14.1, 18.0))

VIDEOS = [
    ("plain.mp4", ".mp4"),
    ("late-index.mp4", ".mp4"),
    ("fragmented.mp4", ".mp4"),
    ("no-b-frames.mp4", ".mp4"),
    ("hevc.mp4", ".mp4"),
    ("variable.mp4", ".mp4"),
    ("plain.mov", ".mov"),
    ("plain.mkv", ".mp4"),
    ("vorbis.mkv", ".mkv"),
    ("plain.webm", ".webm"),
    ("plain.avi", ".mp4"),
    ("no-sound.mp4", ".mp4"),
]


def pictures(path: Path) -> list[tuple[float, str]]:
    """Return the time (from the file's start) and a digest of every decoded picture."""
    with av.open(str(path)) as media:
        start = (media.start_time or 0) / 1e6
        found = []
        for frame in media.decode(video=0):
            content = frame.to_ndarray(format="gray").tobytes()
            found.append((frame.time - start, hashlib.sha256(content).hexdigest()))
    return sorted(found)


def cut(source: Path, folder: Path) -> tuple[Path, tuple[Piece, ...], VideoIndex]:
    """Cut ``source`` down to KEEPS; return the file and what it was made of."""
    info = probe(source)
    index = read_index(source)
    assert index is not None
    pieces = index.pieces(KEEPS, info.duration)
    extension, muxer = target_format(info)
    made = folder / f"cut{extension}"
    remux(source, pieces, made, muxer=muxer)
    return made, pieces, index


@pytest.mark.parametrize("name, extension", VIDEOS)
def test_every_picture_is_where_it_belongs(
    make: Make, tmp_path: Path, name: str, extension: str
) -> None:
    """All that was wanted is there, each picture decodes to what it was, at its new time."""
    source = make(name)
    made, pieces, index = cut(source, tmp_path)
    assert made.suffix == extension

    cuts = Cuts.of([Span(float(p.start), float(p.end)) for p in pieces], probe(source).duration)
    assert fault(made, cuts.duration, index) is None
    for wanted in KEEPS:
        assert cuts.overlap(wanted.start, wanted.end) == pytest.approx(wanted.length)

    was = [(t, digest) for t, digest in pictures(source) if in_pieces(t, cuts)]
    now = pictures(made)
    assert [digest for _, digest in now] == [digest for _, digest in was]
    for (new, _), (old, _) in zip(now, was, strict=True):
        assert new == pytest.approx(cuts.to_new(old), abs=0.04)


def test_an_open_group_of_pictures_can_be_cut(make: Make, tmp_path: Path) -> None:
    """Where pictures refer across keyframes, a decoder may skip one at a joint, no more."""
    made, pieces, index = cut(make("open-gop.mp4"), tmp_path)
    cuts = Cuts.of([Span(float(p.start), float(p.end)) for p in pieces], 20.0)
    assert fault(made, cuts.duration, index) is None
    was = [digest for t, digest in pictures(make("open-gop.mp4")) if in_pieces(t, cuts)]
    now = [digest for _, digest in pictures(made)]
    assert set(now) <= set(was)
    assert len(was) - len(now) <= 1


def in_pieces(moment: float, cuts: Cuts) -> bool:
    """Tell whether a picture that is first shown at ``moment`` is part of a piece."""
    return any(keep.start - 1e-3 <= moment < keep.end - 1e-3 for keep in cuts.keeps)


@pytest.mark.parametrize("name", ["plain.mp4", "open-gop.mp4", "plain.mkv", "plain.webm"])
def test_no_pictures_are_crammed_at_a_joint(make: Make, tmp_path: Path, name: str) -> None:
    """Pictures follow each other as in the source, also where pieces meet."""
    made, _, _ = cut(make(name), tmp_path)
    times = [time for time, _ in pictures(made)]
    spacings = [later - earlier for earlier, later in pairwise(times)]
    assert min(spacings) >= 0.02
    assert max(spacings) <= 0.1


@pytest.mark.parametrize("name", ["plain.mp3", "plain.m4a", "plain.wav", "plain.flac", "plain.ogg"])
def test_sound_alone_is_cut_to_length(make: Make, tmp_path: Path, name: str) -> None:
    """Without a picture there is no keyframe to wait for."""
    source = make(name)
    extension, muxer = target_format(probe(source))
    made = tmp_path / f"cut{extension}"
    remux(
        source, [Piece(0, 0, Fraction(s.start), Fraction(s.end)) for s in KEEPS], made, muxer=muxer
    )
    assert fault(made, 8.3, None) is None
    assert probe(made).duration == pytest.approx(8.3, abs=0.1)


def test_mp4_plays_while_it_loads(make: Make, tmp_path: Path) -> None:
    """The index of the result is in front, wherever it was in the source."""
    assert not plays_while_loading(make("late-index.mp4"))
    assert not plays_while_loading(make("fragmented.mp4"))
    made, _, _ = cut(make("late-index.mp4"), tmp_path)
    assert plays_while_loading(made)


def test_a_piece_begins_at_a_keyframe_and_ends_after_a_picture(make: Make) -> None:
    """Starts move back by less than two seconds here, ends on by less than a run of B-frames."""
    index = read_index(make("plain.mp4"))
    assert index is not None
    pieces = index.pieces(KEEPS, 20.0)
    assert [float(piece.start) for piece in pieces] == [2.0, 14.0]
    assert all(0 <= float(p.end) - k.end < 0.25 for p, k in zip(pieces, KEEPS, strict=True))
    assert index.keyframe_interval() == {"median": 2.0, "max": 2.0}


def test_pieces_that_meet_become_one(make: Make) -> None:
    """A pause that is shorter than the distance of keyframes cannot be cut."""
    index = read_index(make("plain.mp4"))
    assert index is not None
    pieces = index.pieces((Span(0, 4.5), Span(5.5, 20)), 20.0)
    assert [(float(piece.start), float(piece.end)) for piece in pieces] == [(0, 20)]


def test_a_wrong_result_is_found(make: Make, tmp_path: Path) -> None:
    """A hole in the picture and a wrong length each have their line."""
    source = make("plain.mp4")
    index = read_index(source)
    assert index is not None
    tail = Piece(350, 450, Fraction(14), Fraction(18))
    hole, short = tmp_path / "hole.mp4", tmp_path / "short.mp4"
    remux(source, [Piece(50, 138, Fraction(2), Fraction(6)), tail], hole, muxer="mp4")
    assert re.match(r"there is no new picture for 0\.\d\d s", fault(hole, 8.0, index) or "")
    remux(source, [tail], short, muxer="mp4")
    assert re.match(r"it lasts 4\.\d\d s instead of 8\.00 s", fault(short, 8.0, index) or "")


def test_the_rhythm_counts_what_is_crammed() -> None:
    """Half a frame is the limit; order of decoding does not matter."""
    found = rhythm([0, 120, 40, 80, 130, 300], Fraction(1, 1000), Fraction(40, 1000))
    assert (found.crammed, found.largest_gap) == (1, 0.17)


def test_sound_has_no_index(make: Make) -> None:
    """Without pictures there is nothing to index."""
    assert read_index(make("plain.mp3")) is None
