"""Asking a vendor whether a key works, at no cost."""

from __future__ import annotations

from leap.config.speech import SpeechEndpoints
from leap.domain.ports import Tokens
from leap.providers.http import call, client
from leap.providers.oauth.checked import Checked
from leap.providers.speech.refusals import judge
from leap.providers.speech.server import NAMES, Server
from leap.providers.speech.wire import api_key


def check(
    tokens: Tokens, vendor: str, endpoints: SpeechEndpoints, *, allow_insecure: bool = False
) -> Checked:
    """Return that the key of ``tokens`` works, as far as the vendor tells.

    It is asked for the list of its models, where the operator says that it has
    one; else only whether there is a key. Raises NeedsHuman where somebody has
    to act, other ProviderErrors, SecretError.
    """
    endpoint = endpoints.of(vendor)
    key = api_key(tokens.account, tokens.current())
    if endpoint.check:
        server = Server(vendor, "", endpoint.check, endpoint.granularities, endpoint.largest)
        url, headers = f"{endpoint.check}/v1/models", {"Authorization": f"Bearer {key}"}
        with client(NAMES[vendor], allow_insecure=allow_insecure) as http:
            request = http.build_request("GET", url, headers=headers)
            call(http, request, outcome=judge(server, key), attempts=2)
    return Checked(f"a key of {NAMES[vendor]}", frozenset())
