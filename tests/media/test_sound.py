"""A sound read through: how loud it is where, what it takes, and exact pieces of it."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from leap.errors import StageError
from leap.media.sound import STEP, cut, duration, loudness

RATE = 16_000
LENGTH = 95.123


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    """Give noise that is quiet in every third second."""
    count = round(LENGTH * RATE)
    loud = np.where(np.arange(count) // RATE % 3 == 2, 4, 3000)
    return (np.random.default_rng(2).normal(0, 1, count) * loud).astype(np.int16)


@pytest.fixture(scope="module")
def audio(samples, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "лекция 🎓.flac"
    with av.open(str(path), "w", format="flac") as out:
        track = out.add_stream("flac", rate=RATE)
        track.layout, track.format = "mono", "s16"
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        out.mux(track.encode(frame))
        out.mux(track.encode(None))
    return path


def decoded(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.concatenate([f.to_ndarray().reshape(-1) for f in container.decode(audio=0)])


def test_every_step_is_as_loud_as_its_samples(audio, samples):
    found = loudness(audio)

    step = round(STEP * RATE)
    assert pytest.approx(LENGTH, abs=1e-3) == found.duration == duration(audio)
    assert -(-len(samples) // step) == len(found.energy) == len(found.size)
    assert np.allclose(
        [np.square(samples[i : i + step].astype(float)).mean() for i in (0, 40 * step, 60 * step)],
        [found.energy[i] for i in (0, 40, 60)],
    )


def test_sizes_grow_to_that_of_the_file(audio):
    """All but its head; quiet takes less than noise."""
    found = loudness(audio)

    assert sorted(found.size) == found.size
    assert 0 <= audio.stat().st_size - found.size[-1] < 10_000
    assert found.size[59] - found.size[45] < found.size[39] - found.size[25]


@pytest.mark.parametrize("span", [(0.0, 2.0), (0.05, 40.3), (61.7, 94.95), (90.0, LENGTH)])
def test_a_piece_has_exactly_its_samples(audio, samples, tmp_path, span):
    start, end = span
    cut(audio, start, end, tmp_path / "piece.flac")

    first, last = round(start * RATE), round(end * RATE)
    assert np.array_equal(samples[first:last], decoded(tmp_path / "piece.flac"))
    assert pytest.approx(end - start, abs=1e-3) == duration(tmp_path / "piece.flac")


def test_what_cannot_be_read_or_cut_is_said_in_a_line(audio, tmp_path):
    broken = tmp_path / "broken.flac"
    broken.write_bytes(b"fLaC" + bytes(100))

    with pytest.raises(StageError, match=r"broken\.flac cannot be read"):
        loudness(broken)
    with pytest.raises(StageError, match="could not be cut at 90"):
        cut(audio, 90.0, LENGTH + 5, tmp_path / "piece.flac")
