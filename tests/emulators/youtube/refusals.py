"""The ways in which Google says no."""

from __future__ import annotations

from typing import Any

from emulators.messages import Answer, as_json


class Refused(Exception):
    """A request ends with this answer; ``reason`` is YouTube's word for why."""

    def __init__(self, answer: Answer, reason: str, message: str) -> None:
        super().__init__(answer.status, reason, message)
        self.answer, self.reason, self.message = answer, reason, message


def body(
    status: int,
    reason: str,
    message: str,
    *,
    domain: str = "global",
    location: str = "",
    kind: str = "other",
    headline: str | None = None,
    state: str = "",
    details: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the JSON of an error; ``headline`` is the outer message where it differs."""
    inner = {"message": message, "domain": domain, "reason": reason}
    if location:
        inner |= {"location": location, "locationType": kind}
    said: dict[str, Any] = {
        "code": status,
        "message": headline if headline is not None else message,
        "errors": [inner],
    }
    if state:
        said["status"] = state
    if details:
        said["details"] = details
    return {"error": said}


def failed(status: int, reason: str, message: str, **more: Any) -> Refused:
    """Return a refusal of the API; ``more`` as for `body`."""
    return Refused(as_json(body(status, reason, message, **more), status), reason, message)


def malformed(message: str, field: str = "", *, reason: str = "badRequest") -> Refused:
    """Return the refusal of a request that breaks the contract."""
    violation = {"field": field, "description": message} if field else {"description": message}
    details = [
        {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    ]
    return failed(400, reason, message, state="INVALID_ARGUMENT", details=details)


_QUOTA = (
    "The request cannot be completed because you have exceeded your "
    '<a href="/youtube/v3/getting-started#quota">quota</a>.'
)
_UPLOADS = (
    "Quota exceeded for quota metric 'Video Uploads' and limit 'Video Uploads per day' of service "
    "'youtube.googleapis.com' for consumer 'project_number:123456789012'."
)
_DAILY = (
    "Daily Limit Exceeded. The quota will be reset at midnight Pacific Time (PT). You may monitor "
    "your quota usage and adjust limits in the API Console."
)
_EXPECTED = (
    "Expected OAuth 2 access token, login cookie or other valid authentication credential. See "
    "https://developers.google.com/identity/sign-in/web/devconsole-project."
)
_LOGIN = f"Request is missing required authentication credential. {_EXPECTED}"
_TOKEN = f"Request had invalid authentication credentials. {_EXPECTED}"
_HEADER: dict[str, Any] = {
    "location": "Authorization",
    "kind": "header",
    "state": "UNAUTHENTICATED",
}
_SPEED: dict[str, Any] = {"domain": "usageLimits"}

#: Refusals that have nothing to do with what was asked, by a name: status and `body`'s arguments.
#: The texts are those of https://github.com/porjo/youtubeuploader/issues/119,
#: https://github.com/googleapis/google-api-python-client/issues/2753 and
#: https://github.com/tokland/youtube-upload/issues/188.
_COMMON: dict[str, tuple[int, str, str, dict[str, Any]]] = {
    "quotaExceeded": (403, "quotaExceeded", _QUOTA, {"domain": "youtube.quota"}),
    "dailyLimitExceeded": (403, "dailyLimitExceeded", _DAILY, _SPEED),
    "uploadsPerDay": (429, "rateLimitExceeded", _UPLOADS, {}),
    "uploadLimitExceeded": (
        400,
        "uploadLimitExceeded",
        "The user has exceeded the number of videos they may upload.",
        {"domain": "youtube.video"},
    ),
    "rateLimitExceeded": (403, "rateLimitExceeded", "Rate Limit Exceeded", _SPEED),
    "userRateLimitExceeded": (403, "userRateLimitExceeded", "User Rate Limit Exceeded", _SPEED),
    "required": (401, "required", "Login Required.", {**_HEADER, "headline": _LOGIN}),
    "authError": (401, "authError", "Invalid Credentials", {**_HEADER, "headline": _TOKEN}),
    "youtubeSignupRequired": (
        401,
        "youtubeSignupRequired",
        "Unauthorized",
        {"domain": "youtube.header", "location": "Authorization", "kind": "header"},
    ),
    "insufficientPermissions": (
        403,
        "insufficientPermissions",
        "Insufficient Permission",
        {
            "headline": "Request had insufficient authentication scopes.",
            "state": "PERMISSION_DENIED",
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                    "domain": "googleapis.com",
                }
            ],
        },
    ),
    "backendError": (503, "backendError", "Backend Error", {"state": "UNAVAILABLE"}),
    "internalError": (500, "internalError", "Internal error encountered.", {"state": "INTERNAL"}),
    "aborted": (
        409,
        "SERVICE_UNAVAILABLE",
        "The operation was aborted.",
        {"domain": "youtube.CoreErrorDomain", "state": "ABORTED"},
    ),
}


def refusal(name: str) -> dict[str, Any]:
    """Return a refusal as fields for `YouTube.fault`: ``refusal("quotaExceeded")``."""
    status, reason, message, more = _COMMON[name]
    return {"status": status, "json": body(status, reason, message, **more)}


def refused(name: str) -> Refused:
    """Return a refusal that has nothing to do with what was asked."""
    status, reason, message, more = _COMMON[name]
    return failed(status, reason, message, **more)
