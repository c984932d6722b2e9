"""Asking once more, right before a request leaves, whether it still may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_require: ContextVar[Callable[[], None] | None] = ContextVar("require", default=None)


@contextmanager
def guarded(require: Callable[[], None]) -> Iterator[None]:
    """Ask ``require`` before each request that this thread sends in the block.

    What it raises keeps the request from being sent. For work that may be
    another runner's after a long sleep: nothing on the other side knows.
    """
    token = _require.set(require)
    try:
        yield
    finally:
        _require.reset(token)


def require_allowed() -> None:
    """Raise what the guard of this thread raises, if there is one."""
    require = _require.get()
    if require is not None:
        require()
