"""The ways in which Zoom says no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulators.messages import Answer, as_html, as_json

#: What the token endpoint refuses: number, HTTP status, OAuth error, reason. The numbers are those
#: of Zoom's documents; on the wire mostly only error and reason are seen.
TOKEN = {
    4700: (401, "invalid_request", "Token cannot be empty, or it lacks scopes"),
    4702: (400, "invalid_client", "Invalid client_id or client_secret"),
    4704: (400, "invalid_client", "Invalid client_id or client_secret"),
    4705: (400, "unsupported_grant_type", "unsupported grant type"),
    4706: (400, "invalid_request", "Client ID or grant type is missing"),
    4709: (400, "invalid_request", "Redirect URI mismatch."),
    4711: (400, "invalid_scope", "The scope does not match the app's"),
    4717: (400, "invalid_client", "The app has been disabled."),
    4733: (400, "invalid_grant", "Code is expired"),
    4734: (400, "invalid_grant", "Invalid authorization code"),
    4735: (400, "invalid_grant", "The owner of the token does not exist"),
    4738: (400, "invalid_client", "The app has been disabled by the admin"),
    4740: (400, "invalid_grant", "The refresh token is over the tolerance"),
    4741: (400, "invalid_grant", "Invalid Token!"),
}

_PAGE = (
    "<!doctype html><html><head><title>{0} - Zoom</title></head><body><h1>{0}</h1></body></html>"
)

#: For `Zoom.fault`: the page that comes instead of a file where a token is not liked.
SIGN_IN = {
    "status": 200,
    "headers": {"Content-Type": "text/html;charset=utf-8"},
    "content": _PAGE.format("Sign In").encode(),
}


class Refused(Exception):
    """A request ends with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def refused_token(
    code: int, *, numbered: bool = False, reason: str | None = None
) -> dict[str, Any]:
    """Return what the token endpoint says to refuse, as fields for `Zoom.fault`.

    ``numbered`` is the body of ``code`` and ``message``, else ``reason`` and
    ``error``.
    """
    status, error, usual = TOKEN[code]
    said = usual if reason is None else reason
    body = {"code": code, "message": said} if numbered else {"reason": said, "error": error}
    return {"status": status, "json": body}


def failed(status: int, code: int, message: str, **more: Any) -> Refused:
    """Return a refusal of the API."""
    return Refused(as_json({"code": code, "message": message, **more}, status))


def invalid(field: str, message: str = "Invalid field.") -> Refused:
    """Return a refusal of a field's value."""
    errors = [{"field": field, "message": message}]
    return failed(400, 300, "Validation Failed.", errors=errors)


def lacks(scopes: Sequence[str]) -> Refused:
    """Return the refusal of a token without any of these scopes."""
    names = ", ".join(scopes)
    return failed(400, 4711, f"Invalid access token, does not contain scopes:[{names}].")


def no_recording() -> Refused:
    """Return the answer for a meeting without a recording."""
    return failed(404, 3301, "There is no recording for this meeting.")


def page(title: str, status: int = 200) -> Answer:
    """Return a page for people."""
    return as_html(_PAGE.format(title), status)
