"""The picture of a publication: a file that a person put there, or a frame of the video.

A frame is cut out of the video in a process of its own, which forgets its keys
first: no process both holds keys and works on media.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from leap.secrets import forget_keys
from leap.tasks.apart import Apart
from leap.tasks.job import Framer, Job

_FILE = "thumbnail.jpg"


def needs_frame(job: Job) -> bool:
    """Tell whether the publication of ``job`` shows a frame of its video."""
    return not job.step.withdraws and "frame" in _wished(job)


@contextmanager
def frames_apart(job: Job) -> Iterator[Framer]:
    """Give, for a block, what cuts the wished frame in a process without keys.

    To be entered while this process has one thread.
    """
    wished = _wished(job)
    with TemporaryDirectory(prefix="leap-thumbnail-") as folder:
        out = Path(folder) / _FILE
        with Apart(lambda question, _: _cut(question, out)) as apart:

            def frame(video: Path, duration: float) -> Path:
                question = {"video": str(video), "at": _at(wished, duration), "duration": duration}
                apart.ask(question, _quiet)
                return out

            yield frame


def thumbnail(
    job: Job, applied: Mapping[str, str], video: Callable[[], Path], duration: float
) -> Path | None:
    """Return the picture of the publication, or None where none is wanted or it is there.

    Args:
        applied: the digests that the platform's copy has.
        video: gives what a frame is cut out of.
        duration: of the video, in seconds.

    Raises BadInput where the video has no picture there.
    """
    wished, wanted = _wished(job), job.wanted.get("thumbnail")
    if not wished or wanted is None or applied.get("thumbnail") == wanted:
        return None
    if "file" in wished:
        return job.session.declaration.root / str(wished["file"])
    assert job.frame is not None  # noqa: S101 -- see leap.tasks.fetching
    return job.frame(video(), duration)


def _wished(job: Job) -> Mapping[str, Any]:
    return job.publication.options.get("thumbnail") or {}


def _at(wished: Mapping[str, Any], duration: float) -> float:
    """Return the time that ``{frame: {share: 0.3}}`` or ``{frame: {at: 720.0}}`` means."""
    frame: Mapping[str, float] = wished["frame"]
    return frame["at"] if "at" in frame else frame["share"] * duration


def _cut(question: Mapping[str, Any], out: Path) -> Mapping[str, Any]:
    """Cut the picture, in the process that has forgotten its keys."""
    from leap.media.still import save_still

    forget_keys()
    save_still(Path(question["video"]), question["at"], question["duration"], out)
    return {}


def _quiet(share: float | None, message: str = "") -> None:
    """Take a moment, and say nothing of it."""
