"""How far a download is, in words."""

from __future__ import annotations

from collections import deque

from leap.domain.ports import Progress

#: Seconds over which the speed is averaged.
_MEMORY = 2.0
#: Seconds between two samples.
_APART = 0.1


class Meter:
    """Bytes per second, lately; times are in seconds of any clock that only goes forward."""

    def __init__(self, now: float) -> None:
        self._samples = deque([(now, 0)])

    def update(self, now: float, size: int) -> float:
        """Return the speed, when ``size`` bytes have come in all."""
        samples = self._samples
        if now - samples[-1][0] >= _APART:
            samples.append((now, size))
        while len(samples) > 1 and now - samples[1][0] >= _MEMORY:
            samples.popleft()
        began, before = samples[0]
        return (size - before) / (now - began) if now > began else 0.0


def report(
    progress: Progress, *, present: int, size: int | None, speed: float, connections: int
) -> None:
    """Say how many bytes there are, of how many, how fast they come and over what."""
    words = [_megabytes(present, size), f"{speed / 1e6:.{_digits(speed)}f} MB/s"]
    if connections > 1:
        words.append(f"{connections} connections")
    progress(present / size if size else None, ", ".join(words))


def _megabytes(present: int, size: int | None) -> str:
    digits = _digits(present if size is None else size)
    done = f"{present / 1e6:.{digits}f}"
    return f"{done} MB" if size is None else f"{done} of {size / 1e6:.{digits}f} MB"


def _digits(size: float) -> int:
    """Return how many digits after the point are worth reading."""
    return 0 if size >= 10e6 else 1  # noqa: PLR2004 -- from 10 MB on
