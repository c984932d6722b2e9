"""One call of a vendor's API: sent, paced, judged, and sent again where that helps."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict, Unpack

import httpx
import tenacity

from leap.errors import DeferUntil, LeapError, ProviderError, RetrySoon
from leap.providers.http.addresses import safe_url
from leap.providers.http.answers import json_of, read_whole
from leap.providers.http.client import Client
from leap.providers.http.deadline import within
from leap.providers.http.failures import AnswerLost, may_repeat, said, transport_error
from leap.providers.http.waiting import REAL_TIME, Pace, Timer

_log = logging.getLogger(__name__)
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 30.0

#: What a vendor makes of an answer: None where it is as hoped.
Outcome = Callable[[httpx.Response], LeapError | None]


def call(
    client: Client,
    request: httpx.Request,
    *,
    outcome: Outcome,
    attempts: int = 4,
    deadline: float = 180.0,
    repeatable: bool | None = None,
    pace: Pace | None = None,
    timer: Timer = REAL_TIME,
) -> httpx.Response:
    """Send ``request`` until ``outcome`` finds nothing wrong; return the answer, read whole.

    Args:
        client: made by ``leap.providers.http.client``.
        request: from ``client.build_request``; its body must be bytes or JSON,
            since a stream cannot be sent twice.
        outcome: judges every answer. It may raise or return: RetrySoon is tried
            again, everything else is raised at once.
        attempts: how many at most, the first among them.
        deadline: seconds for all attempts and the waits between them.
        repeatable: whether sending twice is harmless. None: by the method, a
            POST or PATCH is not.
        pace: waited for before every attempt, outside of the deadline; held
            where the server asks for a pause.
        timer: for the waits.

    Waits grow from half a second to 30 s, with jitter, and are never shorter
    than ``RetrySoon.after``. Where that lies behind the deadline, DeferUntil is
    raised instead of waiting. Redirects are not followed: API calls that lead
    elsewhere are an error. Raises what ``outcome`` finds, RetrySoon when the
    attempts are used up, AnswerLost, or another ProviderError.
    """
    ends = timer.now() + deadline

    def attempt() -> httpx.Response:
        nonlocal ends
        if pace:
            ends += pace.wait()
        left = ends - timer.now()
        answer = _answer(client, request, min(client.total, left), repeatable=repeatable)
        problem = outcome(answer) or _sent_on(client, answer)
        if problem:
            raise problem
        return answer

    def wait(state: tenacity.RetryCallState) -> float:
        after = _asked(state)
        grown = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** (state.attempt_number - 1))
        # Not for keys: the waits of many clients shall only fall apart.
        jittered = grown * random.uniform(0.5, 1)  # noqa: S311
        return max(jittered, after + 0.1 * jittered) if after else jittered

    def stop(state: tenacity.RetryCallState) -> bool:
        return state.attempt_number >= attempts or timer.now() + float(state.upcoming_sleep) >= ends

    def rest(state: tenacity.RetryCallState) -> None:
        if pace and (after := _asked(state)):
            pace.hold(after)
        _log.info("%s; again in %.1f s", _problem(state), state.upcoming_sleep)

    retrying = tenacity.Retrying(
        sleep=timer.sleep,
        stop=stop,
        wait=wait,
        retry=tenacity.retry_if_exception_type(RetrySoon),
        before_sleep=rest,
        reraise=True,
    )
    try:
        return retrying(attempt)
    except RetrySoon as soon:
        late = _deferral(soon, ends - timer.now())
        if late is None:
            raise
    raise late


class Patience(TypedDict, total=False):
    """The arguments of ``call`` that ``call_json`` hands on."""

    attempts: int
    deadline: float
    pace: Pace | None
    timer: Timer


def call_json(
    client: Client,
    request: httpx.Request,
    *,
    outcome: Outcome,
    repeatable: bool | None = None,
    **patience: Unpack[Patience],
) -> Any:
    """Do what ``call`` does, and return the JSON of the answer (see ``json_of``).

    One that was garbled on the way is asked for again, where that is harmless.
    """
    found: Any = None

    def judged(answer: httpx.Response) -> LeapError | None:
        nonlocal found
        problem = outcome(answer) or _sent_on(client, answer)
        if problem is None:
            try:
                found = json_of(answer)
            except RetrySoon as garbled:
                again = may_repeat(request, repeatable=repeatable)
                problem = garbled if again else AnswerLost(garbled.message)
        return problem

    call(client, request, outcome=judged, repeatable=repeatable, **patience)
    return found


def _answer(
    client: Client, request: httpx.Request, seconds: float, *, repeatable: bool | None
) -> httpx.Response:
    started = time.monotonic()
    with within(seconds):
        try:
            response = client.send(request, stream=True)
            try:
                answer = read_whole(response, client.largest)
            finally:
                response.close()
        except httpx.HTTPError as error:
            problem = transport_error(error, client.service, request, repeatable=repeatable)
        else:
            took = time.monotonic() - started
            _log.debug(
                "%s %s: %s, %.2f s", request.method, safe_url(request.url), said(answer), took
            )
            return answer
    raise problem


def _sent_on(client: Client, answer: httpx.Response) -> ProviderError | None:
    if not answer.has_redirect_location:
        return None
    message = f"{client.service}: {safe_url(answer.request.url)} redirects, which is not followed"
    return ProviderError(message, hint="correct the address under `endpoints` in leap.yaml")


def _problem(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _asked(state: tenacity.RetryCallState) -> float | None:
    problem = _problem(state)
    return problem.after if isinstance(problem, RetrySoon) else None


def _deferral(soon: RetrySoon, left: float) -> DeferUntil | None:
    if soon.after is None or soon.after < left:
        return None
    until = datetime.now(UTC) + timedelta(seconds=soon.after)
    return DeferUntil(soon.message, until=until, hint=soon.hint)
