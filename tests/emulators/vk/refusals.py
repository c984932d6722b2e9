"""The ways in which VK says no: always with the status 200.

https://dev.vk.com/ru/reference/errors
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulators.messages import Answer, Request, as_json

#: Errors that a client of videos can meet, with VK's words.
ERRORS: Mapping[int, str] = {
    1: "Unknown error occurred",
    2: "Application is disabled. Enable your application or use test mode",
    3: "Unknown method passed",
    5: "User authorization failed: invalid access_token (4).",
    6: "Too many requests per second",
    7: "Permission to perform this action is denied",
    8: "Invalid request",
    9: "Flood control",
    10: "Internal server error",
    14: "Captcha needed",
    15: "Access denied",
    17: "Validation required: please open redirect_uri in browser",
    18: "User was deleted or banned",
    20: "Permission to perform this action is denied for non-standalone applications",
    22: "Upload error",
    23: "This method was disabled",
    24: "Confirmation required",
    25: "Token confirmation required",
    27: "Group authorization failed",
    28: "Application authorization failed",
    29: "Rate limit reached",
    32: "Need wait",
    36: "Method execution was interrupted due to timeout",
    37: "User was banned",
    42: "IP is not allowed",
    43: "This section is temporary unavailable",
    100: "One of the parameters specified was missing or invalid",
    104: "Not found",
    113: "Invalid user id",
    114: "Invalid album id",
    125: "Invalid group id",
    129: "Invalid photo",
    203: "Access to group denied",
    204: "Access denied",
    214: "Access to adding post denied",
    219: "Advertisement post was recently added",
    300: "This album is full",
    302: "Albums number limit is reached",
    601: "Permission denied. You have requested too many actions this day. Try later.",
    704: "User needs to enable 2FA for this action",
    800: "This video is already added",
    801: "Comments for this video are closed",
    1116: "Anonymous token is invalid",
    1117: "Access token has expired",
}
#: What a person has to do before the same request works: where, and with which number.
_MORE: Mapping[int, Mapping[str, Any]] = {
    14: {
        "captcha_sid": "239633676097",
        "captcha_img": "https://api.vk.ru/captcha.php?sid=239633676097&s=1",
        "redirect_uri": "https://id.vk.ru/not_robot_captcha?domain=vk.com&session_token=1",
    },
    17: {"redirect_uri": "https://m.vk.com/login?act=security_check&api_hash=1"},
    24: {"confirmation_text": "Confirm"},
}
#: Is never told back.
_SECRET = frozenset({"access_token", "captcha_key", "success_token"})


class Refused(Exception):
    """A method ends with this error; ``more`` are further fields of it."""

    def __init__(self, code: int, message: str | None = None, **more: Any) -> None:
        super().__init__(code)
        self.code, self.message, self.more = code, message, more


def refusal(request: Request, code: int, message: str | None = None, **more: Any) -> Answer:
    """Return an error of VK's API, which tells the request back, as an answer to it."""
    told = {"method": request.segments[-1], "oauth": "1", **request.form}
    error = {
        "error_code": code,
        "error_msg": message or ERRORS[code],
        **_MORE.get(code, {}),
        **more,
        "request_params": [
            {"key": key, "value": value} for key, value in told.items() if key not in _SECRET
        ],
    }
    return as_json({"error": error})


def of_upload(code: int, text: str) -> Answer:
    """Return an error of an upload server."""
    name = "error" if code == TOO_FAST else "error_msg"
    return as_json({name: text, "error_code": code})


#: "Too fast" has a form of its own.
TOO_FAST = -12
