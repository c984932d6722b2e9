"""What a server says when it does not transcribe, and what helps.

https://docs.fireworks.ai/guides/inference-error-codes and
https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import httpx

from leap.errors import DeferUntil, LeapError, NeedsHuman, ProviderError, RetrySoon
from leap.providers.http import Outcome, json_of, outcome_of_status
from leap.providers.speech.server import Server

#: A server that wants to be left alone for more seconds than this is: a worker has
#: better things to do.
PATIENCE = 120.0
_LONGEST = 200
#: Words that vendors have for an account without money; OpenAI's is a 429.
_NO_MONEY = ("insufficient_quota", "insufficient balance", "billing")


def judge(server: Server, *secrets: str) -> Outcome:
    """Return what finds out what an answer of ``server`` means.

    ``secrets`` are shown nowhere, whatever the server repeats of them.
    """

    def outcome(response: httpx.Response) -> LeapError | None:
        if response.is_success or response.is_redirect:
            return None
        said = _said(response)
        for secret in filter(None, secrets):
            said = said.replace(secret, "…")
        return _meant(server, response, said)

    return outcome


def _meant(server: Server, response: httpx.Response, said: str) -> LeapError | None:
    status = response.status_code
    told = f"{server.name}: {said}" if said else f"{server.name} answered {status}"
    if status == HTTPStatus.UNAUTHORIZED:
        # What vendors say here repeats a part of the key.
        hint = "give the account a new api_key with `leap secrets set`; `leap auth check` tries it"
        return NeedsHuman(f"{server.name} does not accept the key", hint=hint)
    if status == HTTPStatus.PAYMENT_REQUIRED or _is_unpaid(status, said):
        return NeedsHuman(told, hint=f"pay the account at {server.name}, or take another")
    if status in {HTTPStatus.FORBIDDEN, HTTPStatus.PRECONDITION_FAILED}:
        hint = f"see to the account at {server.name}: it may be suspended, or lack a permission"
        return NeedsHuman(told, hint=hint)
    if status == HTTPStatus.NOT_FOUND:
        hint = f"is the model {server.model} still there? see {server.place}.models in leap.yaml"
        return ProviderError(told, hint=hint)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        hint = f"lower {server.place}.largest in leap.yaml: longer sound then goes in pieces"
        return ProviderError(f"{server.name} takes no file as large as that", hint=hint)
    found = outcome_of_status(response)
    if isinstance(found, RetrySoon):
        return _patient(server, response, found)
    return None if found is None else ProviderError(told)


def _patient(server: Server, response: httpx.Response, soon: RetrySoon) -> ProviderError:
    """Return what to do about a refusal that passes: wait for it, or come back later."""
    is_asked_too_often = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    message = soon.message
    if is_asked_too_often:
        message = f"{server.name} is asked more often than it allows"
    if soon.after is None or soon.after <= PATIENCE:
        return RetrySoon(message, after=soon.after)
    until = datetime.now(UTC) + timedelta(seconds=soon.after)
    return DeferUntil(message, until=until, for_account=is_asked_too_often)


def _is_unpaid(status: int, said: str) -> bool:
    return status == HTTPStatus.TOO_MANY_REQUESTS and any(w in said.lower() for w in _NO_MONEY)


def _said(response: httpx.Response) -> str:
    """Return what an answer in JSON says, as one short line."""
    try:
        body: Any = json_of(response)
    except ProviderError:
        return ""
    error = body.get("error", body) if isinstance(body, Mapping) else body
    if isinstance(error, Mapping):
        parts = [error.get(key) for key in ("message", "detail", "code")]
        error = "; ".join(dict.fromkeys(part for part in parts if isinstance(part, str)))
    if not isinstance(error, str):
        return ""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in error).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
