"""A process beside this one that does one kind of thing when asked, and holds what that takes.

It is forked while this process has one thread and can still open secrets; then
this process forgets its keys. Both talk through pipes, in JSON: nothing that
comes from there is more than data.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from multiprocessing.connection import Connection, Pipe
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self

from leap import errors
from leap.domain.ports import Progress
from leap.errors import DeferUntil, LeapError, RetrySoon, StageError
from leap.tasks.processes import die_with_parent

#: What is asked for, and how to tell how far it is; both ways JSON data.
Handler = Callable[[Mapping[str, Any], Progress], Mapping[str, Any]]

_log = logging.getLogger(__name__)

#: How long the process has to put its things away before it is killed; less
#: than what a stage has itself (see ``leap.tasks.adapter``).
_GRACE_SECONDS = 8.0
_POLL_SECONDS = 0.02
_SECONDS_BETWEEN = 0.2


class Apart:
    """A process that answers with ``handle``; a context manager that ends it."""

    def __init__(self, handle: Handler) -> None:
        answers, answering = Pipe(duplex=False)
        questions, asking = Pipe(duplex=False)
        parent = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            answers.close()
            asking.close()
            _live(parent, questions, answering, handle)
        answering.close()
        questions.close()
        self._asking, self._answers = asking, answers
        self._status: int | None = None

    def ask(self, question: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
        """Return what the handler returned.

        Raises the LeapError that it raised, StageError where the process was
        killed, and RuntimeError where it met a bug.
        """
        try:
            self._asking.send_bytes(json.dumps(question).encode())
            while True:
                answer: dict[str, Any] = json.loads(self._answers.recv_bytes())
                if "share" in answer:
                    progress(answer["share"], answer["message"])
                else:
                    break
        except (EOFError, OSError):
            raise self._gone() from None
        if "error" in answer:
            raise _as_error(answer)
        if "bug" in answer:
            raise RuntimeError(answer["bug"])
        done: dict[str, Any] = answer["done"]
        return done

    def close(self) -> None:
        """End the process: it may finish putting its things away, and is killed then."""
        self._asking.close()
        self._answers.close()
        if self._status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGTERM)
            deadline = time.monotonic() + _GRACE_SECONDS
            while self._is_running() and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
        if self._status is None:
            os.kill(self._pid, signal.SIGKILL)
            self._wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _is_running(self) -> bool:
        self._wait(os.WNOHANG)
        return self._status is None

    def _wait(self, options: int = 0) -> None:
        with contextlib.suppress(ChildProcessError):
            pid, status = os.waitpid(self._pid, options)
            if pid:
                self._status = status

    def _gone(self) -> StageError:
        self._wait()
        status = self._status or 0
        how = "ended"
        if os.WIFSIGNALED(status):
            how = f"was killed ({signal.Signals(os.WTERMSIG(status)).name})"
        return StageError(
            f"the process that talks to the provider {how}",
            hint="run `leap reconcile` again: it goes on from there",
        )


def _live(parent: int, questions: Connection, answers: Connection, handle: Handler) -> NoReturn:
    """Be the other process, to its end."""
    code = 1
    try:
        # Ctrl-C reaches the whole process group; only the parent decides.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _stop)
        die_with_parent(parent)
        with contextlib.suppress(EOFError):  # nothing is to be done any more
            while True:
                question = json.loads(questions.recv_bytes())
                answers.send_bytes(json.dumps(_answer(question, answers, handle)).encode())
        code = 0
    except (SystemExit, BrokenPipeError):
        pass  # asked to stop, or nobody listens any more
    except BaseException as error:
        _log_bug(error)
        raise
    finally:
        # Nothing of what the parent would do at its end is for this process to do.
        os._exit(code)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(1)


def _answer(question: Mapping[str, Any], answers: Connection, handle: Handler) -> Mapping[str, Any]:
    try:
        return {"done": dict(handle(question, _telling(answers)))}
    except BrokenPipeError:
        raise
    except LeapError as error:
        return _as_data(error)
    except ImportError as error:
        return _as_data(errors.missing_package(error))
    except Exception as error:  # noqa: BLE001 -- told to the parent, which raises
        _log_bug(error)
        return {"bug": f"{type(error).__name__} in the process that talks to the provider"}


def _telling(answers: Connection) -> Progress:
    last = float("-inf")

    def report(share: float | None, message: str = "") -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _SECONDS_BETWEEN:
            last = now
            answers.send_bytes(json.dumps({"share": share, "message": message}).encode())

    return report


def _log_bug(error: BaseException) -> None:
    # Without its text, which may repeat what nobody else may know.
    trace = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s in the process that talks to the provider\n%s", type(error).__name__, trace)


def _as_data(error: LeapError) -> dict[str, Any]:
    known = next(each for each in type(error).__mro__ if vars(errors).get(each.__name__) is each)
    data: dict[str, Any] = {"error": known.__name__, "message": error.message, "hint": error.hint}
    if isinstance(error, RetrySoon):
        data["after"] = error.after
    if isinstance(error, DeferUntil):
        data |= {"until": error.until.isoformat(), "for_account": error.for_account}
    return data


def _as_error(data: Mapping[str, Any]) -> LeapError:
    kind: type[LeapError] = getattr(errors, data["error"])
    message, hint = data["message"], data["hint"]
    if issubclass(kind, RetrySoon):
        return kind(message, after=data["after"], hint=hint)
    if issubclass(kind, DeferUntil):
        until = datetime.fromisoformat(data["until"])
        return kind(message, until=until, for_account=data["for_account"], hint=hint)
    return kind(message, hint=hint)
