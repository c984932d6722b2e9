"""What a failed request means, in words that show no secret."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus

import httpx

from leap.errors import NeedsHuman, ProviderError, RetrySoon
from leap.providers.http.addresses import safe_url
from leap.providers.http.deadline import overdue
from leap.providers.http.waiting import retry_after

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


class AnswerLost(ProviderError):
    """The request may have taken effect, and its answer never came.

    Raised instead of a retry for what must not happen twice.
    """


def transport_error(
    error: httpx.HTTPError, service: str, request: httpx.Request, *, repeatable: bool | None = None
) -> ProviderError:
    """Return what ``error`` means: RetrySoon, AnswerLost, or another ProviderError.

    ``repeatable`` tells whether sending twice is harmless; without it the
    method decides. Raise the result outside of the ``except`` block: texts and
    attributes of httpx's errors hold whole addresses and headers, and must not
    be the context of anything.
    """
    place = f"{request.method} {safe_url(request.url)}"
    cause, hint = _cause(error)
    message = f"{service}: {cause} ({place})"
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol) or hint:
        return ProviderError(message, hint=hint)
    if repeatable is None:
        repeatable = request.method in _REPEATABLE
    if repeatable or isinstance(error, _NEVER_SENT):
        return RetrySoon(message)
    return AnswerLost(f"{message}; whether it took effect is not known")


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


def _cause(error: httpx.HTTPError) -> tuple[str, str | None]:
    system = next(_system_errors(error), None)
    if isinstance(system, ssl.SSLCertVerificationError):
        hint = "a proxy that opens TLS needs its certificate authority in SSL_CERT_FILE"
        return f"its certificate is not trusted: {system.verify_message}", hint
    match error:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return "no connection in time", None
        case httpx.TimeoutException() if overdue():
            return "no whole answer in time", None
        case httpx.TimeoutException():
            return "the connection stalled", None
        case httpx.ProxyError():
            return "the proxy did not let it through", None
        case httpx.LocalProtocolError():
            return "a header holds what HTTP forbids; is the credential whole?", None
        case httpx.RemoteProtocolError():
            return "the answer broke off or was no HTTP", None
    reason = getattr(system, "strerror", None)
    return f"no connection: {reason}" if reason else "the connection failed", None


def _system_errors(error: BaseException) -> Iterator[OSError]:
    """Yield the errors of the operating system and of TLS behind ``error``."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError):
            yield cause
        cause = cause.__cause__ or cause.__context__
