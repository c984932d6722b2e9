"""Every request to YouTube: counted before it leaves, with a token that lives, judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from leap import faults
from leap.errors import LeapError, NeedsHuman
from leap.providers.http import (
    REAL_TIME,
    Client,
    Timer,
    call,
    client,
    transport_error,
    within,
)
from leap.providers.http.answers import read_whole
from leap.providers.youtube.access import Access
from leap.providers.youtube.refusals import QuotaUsedUp, TokenRefused, judged
from leap.providers.youtube.spending import Spending

#: Where a request says which method of the API it is.
_METHOD = "youtube"
#: A server may think a minute about the last byte of a film.
_SILENCE_SECONDS = 120.0


class Wire:
    """Requests of one account to one YouTube. Methods raise ProviderError and SecretError.

    Args:
        http: open for as long as this is used, and used by nothing else.
        access: gives tokens.
        spending: counts what calls cost.
        timer: for waits.
    """

    def __init__(
        self, http: Client, access: Access, spending: Spending, timer: Timer = REAL_TIME
    ) -> None:
        self._http, self._access, self._spending, self._timer = http, access, spending, timer
        # Each attempt passes here, those among them that the HTTP layer repeats.
        http.event_hooks = {"request": [self._leaves], "response": [self._answered]}

    @property
    def login(self) -> str:
        """The command that logs in anew, for messages."""
        return self._access.login

    def call(
        self,
        method: str,
        verb: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
        repeatable: bool | None = None,
    ) -> httpx.Response:
        """Return the answer to one call of the API's ``method``, such as ``videos.list``.

        Raises Missing, Conflict, what ``judged`` finds, and AnswerLost where it
        may have taken effect and is not ``repeatable``.
        """

        def outcome(response: httpx.Response) -> LeapError | None:
            return self.judged(method, response)

        def send(token: str) -> httpx.Response:
            request = self._http.build_request(
                verb,
                url,
                headers={**headers, "Authorization": f"Bearer {token}"},
                content=content,
                extensions={_METHOD: method},
            )
            return call(
                self._http, request, outcome=outcome, repeatable=repeatable, timer=self._timer
            )

        token = self._access.token(self._http)
        try:
            return send(token)
        except TokenRefused:
            token = self._access.another(self._http, token)
        try:
            return send(token)
        except TokenRefused as error:
            raise self.withdrawn(error) from None

    def put(
        self,
        url: str,
        headers: Mapping[str, str],
        content: Iterator[bytes] | bytes,
        *,
        token: str | None,
        seconds: float,
    ) -> httpx.Response:
        """Return the answer to one PUT of an upload, sent once and not judged.

        ``content`` may be a stream; then ``headers`` tell its length. It takes
        ``seconds`` at most. Raises RetrySoon where the connection failed.
        """
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        request = self._http.build_request(
            "PUT",
            url,
            headers={**headers, **bearer},
            content=content,
            extensions={_METHOD: "upload"},
        )
        with within(seconds):
            try:
                response = self._http.send(request, stream=True)
                try:
                    return read_whole(response, self._http.largest)
                finally:
                    response.close()
            except httpx.HTTPError as error:
                problem = transport_error(error, self._http.service, request)
        raise problem

    def judged(self, method: str, response: httpx.Response) -> LeapError | None:
        """Return what an answer to ``method`` means, None where it is as hoped."""
        problem = judged(response, self.login)
        if isinstance(problem, QuotaUsedUp):
            return self._spending.used_up(self._access.app, method, problem.message)
        return problem

    def withdrawn(self, error: TokenRefused) -> NeedsHuman:
        """Return what it means that a token is refused that is new."""
        hint = f"log in again: {self.login}"
        return NeedsHuman(f"{error.message}, although it is new", hint=hint)

    def token(self, refused: str | None = None) -> str:
        """Return an access token, another one than ``refused``."""
        if refused is None:
            return self._access.token(self._http)
        return self._access.another(self._http, refused)

    def _leaves(self, request: httpx.Request) -> None:
        method = request.extensions.get(_METHOD)
        if method is not None:  # else a token is asked for
            self._spending.spend(self._access.app, method)
            faults.point("youtube.request.before")

    def _answered(self, response: httpx.Response) -> None:
        if _METHOD in response.request.extensions:
            faults.point("youtube.request.after")


@contextmanager
def opened(
    access: Access, spending: Spending, *, allow_insecure: bool, timer: Timer = REAL_TIME
) -> Iterator[Wire]:
    """Open a wire for the time of a block."""
    with client("YouTube", read=_SILENCE_SECONDS, allow_insecure=allow_insecure) as http:
        yield Wire(http, access, spending, timer)
