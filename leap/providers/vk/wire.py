"""Every call of VK's API: paced, with a token that lives, judged."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from leap import faults
from leap.errors import LeapError, NeedsHuman, ProviderError
from leap.providers.http import (
    REAL_TIME,
    Client,
    Pace,
    Timer,
    call,
    client,
    transport_error,
    within,
)
from leap.providers.http.answers import read_whole
from leap.providers.vk.access import Access
from leap.providers.vk.refusals import (
    BAD_PARAMETER,
    MAKERS,
    NO_ACCESS,
    BadRequest,
    Refused,
    TokenRefused,
    judged,
)
from leap.providers.vk.transport import ask

#: "3 requests per second" for a user's token: a little less, since requests do not
#: all take the same time on their way. https://dev.vk.com/en/api/api-requests
_PER_SECOND = 2.8
#: Other processes have the same token, and no part in our pace: VK then says 6.
_ATTEMPTS = 8
#: For a moment VK refuses what it has just got: seconds before it is tried again.
_NOT_YET = (1.0, 2.0, 4.0)
_NONE: frozenset[int] = frozenset()
#: Marks requests that the fault points are around.
_COUNTED = "vk"

_lock = threading.Lock()
_paces: dict[tuple[str, str], Pace] = {}


class Api:
    """Methods of VK's API for one account. Raises ProviderError and SecretError.

    Args:
        http: open for as long as this is used, and used by nothing else.
        access: gives tokens.
        endpoint: where the API is.
        timer: for waits.
    """

    def __init__(
        self, http: Client, access: Access, endpoint: str, timer: Timer = REAL_TIME
    ) -> None:
        self.http, self.access, self.timer = http, access, timer
        self._endpoint = endpoint
        self._pace = _pace(endpoint, access.account)
        # Each attempt passes here, those among them that the HTTP layer repeats.
        http.event_hooks = {"request": [_leaves], "response": [_answered]}

    def call(self, method: str, *, allowed: frozenset[int] = _NONE, **values: Any) -> Any:
        """Return what ``method`` answers; None where it refuses with an ``allowed`` code.

        ``values`` may be texts, numbers, booleans and lists; None is left out.
        Raises Refused, BadRequest, AnswerLost where something may have been
        made, and what else ``judged`` finds.
        """
        form = {name: _written(value) for name, value in values.items() if value is not None}
        token = self.access.token(self.http)
        try:
            return self._ask(method, form, token, allowed)
        except TokenRefused as error:
            token = self.access.another(self.http, token, error.message)
        try:
            return self._ask(method, form, token, allowed)
        except TokenRefused as error:
            message = f"{error.message}, although the token is new"
            raise NeedsHuman(message, hint=f"log in again: {self.access.login}") from None

    def insist(self, method: str, *, allowed: frozenset[int] = _NONE, **values: Any) -> Any:
        """Do what ``call`` does, again where VK refuses it to a video that it has just got."""
        for seconds in _NOT_YET:
            try:
                return self.call(method, allowed=allowed, **values)
            except (Refused, BadRequest) as error:
                if error.code not in (NO_ACCESS, BAD_PARAMETER):
                    raise
            self.timer.sleep(seconds)
        return self.call(method, allowed=allowed, **values)

    def post(
        self,
        address: str,
        headers: Mapping[str, str],
        content: Iterator[bytes],
        *,
        timeout: httpx.Timeout,
        seconds: float,
    ) -> httpx.Response:
        """Return the answer to one POST of an upload, sent once and not judged.

        ``headers`` tell how long ``content`` is. It takes ``seconds`` at most.
        Raises NotSent, and AnswerLost where VK may have got all of it.
        """
        request = self.http.build_request(
            "POST",
            address,
            content=content,
            headers=headers,
            timeout=timeout,
            extensions={_COUNTED: True, "timeout": timeout.as_dict()},
        )
        with within(seconds):
            try:
                response = self.http.send(request, stream=True)
                try:
                    return read_whole(response, self.http.largest)
                finally:
                    response.close()
            except httpx.HTTPError as error:
                problem = transport_error(error, self.http.service, request)
        raise problem

    def _ask(
        self, method: str, form: Mapping[str, str], token: str, allowed: frozenset[int]
    ) -> Any:
        def send(body: bytes, content_type: str) -> httpx.Response:
            return self._send(method, body, content_type, allowed)

        return ask(send, method, form, token)

    def _send(
        self, method: str, body: bytes, content_type: str, allowed: frozenset[int]
    ) -> httpx.Response:
        """Send one call as it stands on the wire, and return its answer once it is judged."""
        request = self.http.build_request(
            "POST",
            f"{self._endpoint}/method/{method}",
            content=body,
            headers={"Content-Type": content_type, "Accept": "application/json"},
            extensions={_COUNTED: True},
        )

        def outcome(response: httpx.Response) -> LeapError | None:
            return judged(method, response, allowed)

        return call(
            self.http,
            request,
            outcome=outcome,
            attempts=_ATTEMPTS,
            repeatable=method not in MAKERS,
            pace=self._pace,
            timer=self.timer,
        )


@contextmanager
def opened(
    access: Access, endpoint: str, *, allow_insecure: bool, timer: Timer = REAL_TIME
) -> Iterator[Api]:
    """Open VK's API for the time of a block."""
    with client("VK", allow_insecure=allow_insecure) as http:
        yield Api(http, access, endpoint, timer)


def number(value: Any, what: str) -> int:
    """Return a number of an answer. Raises ProviderError where it is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ProviderError(f"VK answered without {what}")
    return value


def _leaves(request: httpx.Request) -> None:
    if _COUNTED in request.extensions:  # else a token is asked for
        faults.point("vk.request.before")


def _answered(response: httpx.Response) -> None:
    if _COUNTED in response.request.extensions:
        faults.point("vk.request.after")


def _written(value: Any) -> str:
    """Return a value as VK reads it: it takes the words True and False both for true."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list | tuple):
        return ",".join(str(each) for each in value)
    return str(value)


def _pace(endpoint: str, account: str) -> Pace:
    """Return the one pace that all threads keep towards an account's token."""
    with _lock:
        name = endpoint, account
        if name not in _paces:
            _paces[name] = Pace(_PER_SECOND)
        return _paces[name]
