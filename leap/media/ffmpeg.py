"""Finding ffmpeg and running it behind walls.

Command lines are built with ffmpeg-python; the process is run here, because it
has to be tied to ours: it dies with us, it cannot read more than the one file
it was given, and it knows none of our secrets.

    source = ffmpeg.source(path, demuxer="mov")
    ffmpeg.run(source["1"].filter("volumedetect").output("-", f="null"), duration=60.0, cwd=scratch)
"""

from __future__ import annotations

import ctypes
import os
import re
import resource
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import IO, Any, cast

from leap.domain.ports import Progress
from leap.errors import BadInput, MissingTool, StageError

#: What of our environment ffmpeg may see: no credential is ever among these.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")
_MEMORY = 4 << 30
_SPARE_OUTPUT = 256 << 20
_LONGEST_LINE = 1 << 16
_STATS_PERIOD = 0.5
#: Messages of ffmpeg that blame the file, not the machine.
_BLAMES_THE_FILE = re.compile(
    r"Invalid data found|moov atom not found|could not find codec parameters"
    r"|matches no streams|not on whitelist",
    re.IGNORECASE,
)

# Looked up before any fork: the child must not import or allocate much.
_prctl = getattr(ctypes.CDLL(None), "prctl", None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


@cache
def find() -> Path:
    """Return the ffmpeg to use: ``$LEAP_FFMPEG``, else PATH's, else the wheel's.

    Raises MissingTool, naming the command that installs one.
    """
    chosen = os.environ.get("LEAP_FFMPEG")
    if chosen:
        found = shutil.which(chosen)
        if found is None:
            raise MissingTool(
                f"LEAP_FFMPEG={chosen} is no program that can be run",
                hint="correct it, or unset it to use the one from PATH or from the wheel",
            )
        return Path(found).absolute()
    found = shutil.which("ffmpeg")
    if found is not None:
        return Path(found).absolute()
    try:
        import imageio_ffmpeg

        return Path(imageio_ffmpeg.get_ffmpeg_exe()).absolute()
    except (ImportError, RuntimeError):
        raise MissingTool(
            "ffmpeg is not installed", hint="run `pip install 'leap[embedded]'`"
        ) from None


@cache
def version() -> str:
    """Return the version that the found ffmpeg names, such as ``7.1`` or ``n9.0.2``."""
    said = subprocess.run(
        [find(), "-version"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        env=_environment(),
        check=False,
    )
    words = said.stdout.split(maxsplit=3)
    if said.returncode or words[:2] != ["ffmpeg", "version"]:
        raise MissingTool(
            f"{find()} does not answer like ffmpeg",
            hint="set LEAP_FFMPEG to a working one, or run `pip install 'leap[embedded]'`",
        )
    return words[2]


def source(path: Path, *, demuxer: str, start: float = 0.0) -> Any:
    """Return ``path`` as an ffmpeg-python input that cannot reach any other file.

    It is read from ``start`` on, in seconds; what is before is not decoded.

    A file that only looks like a video could be a playlist naming
    ``/etc/passwd`` or a URL: neither protocols nor demuxers but the given ones
    are open to it. The name is absolute and prefixed, because ``lec:01.mp4``
    would be taken for a protocol and ``-y`` for an option.
    """
    try:
        import ffmpeg
    except ImportError:
        raise MissingTool(
            "ffmpeg-python is not installed", hint="run `pip install 'leap[embedded]'`"
        ) from None
    return ffmpeg.input(
        url(path),
        f=demuxer,
        protocol_whitelist="file",
        format_whitelist=demuxer,
        threads=1,
        **({"ss": f"{start:.3f}"} if start else {}),
    )


def url(path: Path) -> str:
    """Return ``path`` as ffmpeg and libav take it for a plain file, whatever its name."""
    return f"file:{path.absolute()}"


def run(
    output: Any,
    *,
    duration: float,
    cwd: Path,
    progress: Progress | None = None,
    on_line: Callable[[str], None] | None = None,
) -> None:
    """Run the ffmpeg-python graph that ends in ``output`` and wait for it.

    Args:
        duration: seconds of media that it works through; time and output
            limits grow with it.
        cwd: its working directory, the scratch folder of the stage.
        progress: told the share that is done, about twice a second.
        on_line: gets every line of ffmpeg's log, which is where filters speak.

    Raises BadInput where ffmpeg blames the file, StageError where it fails
    otherwise or takes too long, MissingTool. It never outlives this call, nor
    this process.
    """
    arguments = output.global_args(
        "-hide_banner", "-nostdin", "-nostats", "-progress", "pipe:1",
        "-stats_period", str(_STATS_PERIOD), "-filter_complex_threads", "1", "-y",
    ).compile(cmd=str(find()))  # fmt: skip
    seconds = 120 + duration
    tail: deque[str] = deque(maxlen=20)
    process = subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=_environment(),
        process_group=0,
        # It only makes system calls that were looked up before, so other threads do no harm.
        preexec_fn=_leash(os.getpid(), seconds, duration),  # noqa: PLW1509
    )
    out, log = cast("IO[bytes]", process.stdout), cast("IO[bytes]", process.stderr)
    try:
        deadline = time.monotonic() + seconds
        for stream, line in _lines(out, log, deadline):
            if stream is log:
                tail.append(line)
                if on_line is not None:
                    on_line(line)
            elif progress is not None:
                done = _out_time(line)
                if done is not None and duration > 0:
                    progress(min(1.0, done / duration))
        returncode = process.wait(timeout=max(1.0, deadline - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired):
        raise StageError(
            f"ffmpeg did not finish within {seconds:.0f} s and was stopped",
            hint="run `leap reconcile` again when the machine is less busy",
        ) from None
    finally:
        _kill(process)
    if returncode:
        raise _failure(returncode, tail)


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}


def _leash(parent: int, seconds: float, duration: float) -> Callable[[], None]:
    """Return what the child does before it becomes ffmpeg: die with us, stay small."""
    limits = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, int(2 * seconds)),
        (resource.RLIMIT_FSIZE, _SPARE_OUTPUT + int(duration) * (1 << 16)),
    )
    prctl, kill = _prctl, int(signal.SIGKILL)

    def leash() -> None:
        for limit, wanted in limits:
            hard = resource.getrlimit(limit)[1]
            value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(limit, (value, value))
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, kill, 0, 0, 0)
            if os.getppid() != parent:  # it died before we asked
                os._exit(1)

    return leash


def _lines(out: IO[bytes], err: IO[bytes], deadline: float) -> Iterator[tuple[IO[bytes], str]]:
    """Yield ``(stream, line)`` from both pipes as they come; TimeoutError past ``deadline``.

    Both are read at once: a full pipe that nobody reads would stop ffmpeg.
    """
    pending = {out: b"", err: b""}
    with selectors.DefaultSelector() as selector:
        for stream in pending:
            selector.register(stream, selectors.EVENT_READ, stream)
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            for key, _ in selector.select(min(left, 1.0)):
                stream = key.data
                chunk = os.read(stream.fileno(), 1 << 16)
                if not chunk:
                    selector.unregister(stream)
                    chunk = b"\n" if pending[stream] else b""
                *lines, rest = re.split(rb"[\r\n]+", pending[stream] + chunk)
                pending[stream] = rest[-_LONGEST_LINE:]
                for line in lines:
                    if line:
                        yield stream, line.decode(errors="replace")


def _out_time(line: str) -> float | None:
    """Return the seconds of a ``-progress`` line ``out_time_us=1500000``, else None."""
    name, _, value = line.partition("=")
    if name != "out_time_us" or not value.strip().isdigit():
        return None
    return int(value) / 1e6


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Make sure that ffmpeg and whatever it started are gone, and close the pipes."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def _failure(returncode: int, tail: deque[str]) -> StageError:
    """Return the error that the last lines of ffmpeg's log stand for."""
    log = "\n".join(tail)
    last = next((line for line in reversed(tail) if line.strip()), "it said nothing")
    if "No space left on device" in log:
        return StageError(
            "no space left on the disk", hint="free some, and run `leap reconcile` again"
        )
    if returncode < 0:
        name = signal.Signals(-returncode).name
        return StageError(f"ffmpeg was stopped by {name}", hint="run `leap reconcile` again")
    message = f"ffmpeg failed: {last.strip()}"
    if _BLAMES_THE_FILE.search(log):
        return BadInput(message)
    return StageError(message)
