"""What a failed request means, in words that show no secret."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus

import httpx

from leap.errors import NeedsHuman, NotSent, ProviderError, RetrySoon
from leap.providers.http.addresses import safe_url
from leap.providers.http.deadline import overdue
from leap.providers.http.waiting import retry_after

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


class AnswerLost(ProviderError):
    """The request may have taken effect, and its answer did not come whole.

    Raised instead of a retry for what must not happen twice.
    """

    def __init__(self, message: str) -> None:
        super().__init__(f"{message}; whether it took effect is not known")


def may_repeat(request: httpx.Request, *, repeatable: bool | None) -> bool:
    """Tell whether sending ``request`` twice is harmless; without a word the method decides."""
    return request.method in _REPEATABLE if repeatable is None else repeatable


def transport_error(
    error: httpx.HTTPError,
    service: str,
    request: httpx.Request,
    *,
    repeatable: bool | None = None,
) -> ProviderError:
    """Return what ``error`` means: NotSent, RetrySoon, AnswerLost, or another ProviderError.

    For ``repeatable`` see ``may_repeat``. Raise the result outside of the
    ``except`` block: texts and attributes of httpx's errors hold whole
    addresses and headers, and must not be the context of anything.
    """
    place = f"{request.method} {safe_url(request.url)}"
    cause, hint = _cause(error, request.extensions.get("timeout", {}))
    message = f"{service}: {cause} ({place})"
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol) or hint:
        return ProviderError(message, hint=hint)
    if isinstance(error, _NEVER_SENT):
        return NotSent(message)
    if may_repeat(request, repeatable=repeatable):
        return RetrySoon(message)
    return AnswerLost(message)


def outcome_of_status(response: httpx.Response) -> ProviderError | None:
    """Return what an HTTP status means where the vendor says nothing more exact."""
    status = response.status_code
    if status < HTTPStatus.BAD_REQUEST:
        return None
    message = f"{response.request.url.host} answered {said(response)}"
    if status in {408, 425, 429} or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        now = datetime.now(UTC)
        moment = retry_after(response.headers, now)
        return RetrySoon(message, after=(moment - now).total_seconds() if moment else None)
    if status in {401, 402, 403}:
        return NeedsHuman(message)
    return ProviderError(message)


def said(response: httpx.Response) -> str:
    """Return the status as people read it: ``503 Service Unavailable``."""
    status = response.status_code
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _cause(error: httpx.HTTPError, waits: Mapping[str, float | None]) -> tuple[str, str | None]:
    """Return what happened in words, and a hint where trying again is no use."""
    system = next(_system_errors(error), None)
    if isinstance(system, ssl.SSLCertVerificationError):
        hint = "a proxy that opens TLS needs its certificate authority in SSL_CERT_FILE"
        return f"its certificate is not trusted: {system.verify_message}", hint
    match error:
        case httpx.TimeoutException() if overdue():
            return "the answer did not come whole in time", None
        case httpx.ConnectTimeout():
            return f"no connection within {waits.get('connect')} s", None
        case httpx.PoolTimeout():
            return "too many connections at once", None
        case httpx.TimeoutException():
            return f"nothing came for {waits.get('read')} s", None
        case httpx.ProxyError():
            return "the proxy did not let it through", None
        case httpx.LocalProtocolError():
            return "a header holds what HTTP forbids; is the credential whole?", None
        case httpx.RemoteProtocolError():
            return "the answer broke off or was no HTTP", None
    what = "no connection" if isinstance(error, httpx.ConnectError) else "the connection broke"
    reason = getattr(system, "reason", None) or getattr(system, "strerror", None)
    return f"{what}: {reason}" if reason else what, None


def _system_errors(error: BaseException) -> Iterator[OSError]:
    """Yield the errors of the operating system and of TLS behind ``error``."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError):
            yield cause
        cause = cause.__cause__ or cause.__context__
