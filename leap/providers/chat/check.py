"""Asking a vendor whether a key works, which costs nothing."""

from __future__ import annotations

from typing import Any

from leap.domain.ports import Tokens
from leap.errors import NeedsHuman
from leap.providers.chat.refusals import refusal
from leap.providers.http import call_json, client
from leap.providers.oauth.checked import Checked


def check(
    tokens: Tokens, service: str, url: str, *, renew: str, allow_insecure: bool = False
) -> Checked:
    """Return that the key of ``tokens`` works, and which models it may ask.

    ``renew`` is the command that gives the account another key. Raises
    NeedsHuman where the key is refused, other ProviderErrors, SecretError.
    """
    api_key = tokens.current().get("api_key")
    if not api_key:
        raise NeedsHuman(f"the account {tokens.account} has no `api_key`", hint=renew)
    with client(service, allow_insecure=allow_insecure) as http:
        headers = {"Authorization": f"Bearer {api_key}"}
        request = http.build_request("GET", f"{url}/models", headers=headers)
        found = call_json(
            http,
            request,
            outcome=lambda answer: refusal(answer, service, tokens.account, "list", renew),
            attempts=2,
        )
    models = len(_names(found))
    return Checked(f"{models} model{'' if models == 1 else 's'} at {service}", frozenset())


def _names(found: Any) -> list[str]:
    data = found.get("data") if isinstance(found, dict) else None
    return [each["id"] for each in data or () if isinstance(each, dict) and "id" in each]
