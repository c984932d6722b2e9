"""The bytes of a film, sent until the server has them all, whatever breaks in between."""

from __future__ import annotations

import random
from collections.abc import Callable

from leap.errors import RetrySoon
from leap.providers.http import Timer
from leap.providers.youtube.film import Film
from leap.providers.youtube.session import GRAIN, Done, Gone, Received, Session, State

#: A chunk grows as long as one takes less time: the fewer there are, the less is waited.
_FIRST, _LARGEST, _SECONDS = 32 * GRAIN, 1024 * GRAIN, 8.0
#: How often in a row it may fail without a byte getting through.
_MOST_FAILURES = 5
_LONGEST_WAIT = 30.0


def send_rest(
    session: Session,
    film: Film,
    state: State,
    *,
    before_last: Callable[[], None],
    tell: Callable[[int, int], None],
    timer: Timer,
) -> Done | Gone:
    """Send what the server lacks in ``state``; return how that ended.

    ``before_last`` is called before the last byte may leave, and ``tell`` with
    how many bytes of how many went off. Gone is returned, too, where the server
    has all bytes and shows no video. Raises RetrySoon where the connection fails
    again and again, and other ProviderErrors.
    """
    size, failures = _FIRST, 0
    while isinstance(state, Received):
        start, began = state.count, timer.now()
        end = min(start + size, film.size)
        if end == film.size:
            before_last()
        if start >= film.size:
            return Gone()
        try:
            state = _sent(session, start, end, tell)
        except RetrySoon as error:
            failures = _pause(error, failures, timer)
            state = asked(session, timer)
        if not isinstance(state, Received) or state.count > start:
            failures = 0
        if timer.now() - began < _SECONDS:
            size = min(2 * size, _LARGEST)
    return state


def asked(session: Session, timer: Timer) -> State:
    """Return what the server has, asked until it says so. Raises as ``send_rest``."""
    failures = 0
    while True:
        try:
            return session.ask()
        except RetrySoon as error:
            failures = _pause(error, failures, timer)


def _sent(session: Session, start: int, end: int, tell: Callable[[int, int], None]) -> State:
    state = session.send(start, end, lambda sent: tell(sent, session.size))
    if isinstance(state, Received) and state.count <= start:
        raise RetrySoon("YouTube takes no byte of the upload")
    return state


def _pause(error: RetrySoon, failures: int, timer: Timer) -> int:
    """Wait, the longer the more often it failed. Raises ``error`` when that is too often."""
    failures += 1
    if failures > _MOST_FAILURES:
        raise error
    # Not for keys: the waits of many runners shall only fall apart.
    wait = min(_LONGEST_WAIT, 0.5 * 2.0**failures) * random.uniform(0.5, 1)  # noqa: S311
    timer.sleep(wait if error.after is None else error.after)
    return failures
