"""The one HTTP layer: deadlines, retries, redirects and redaction for every vendor.

A vendor's wire client builds a request, and says what its answers mean::

    with client("Zoom", allow_insecure=endpoints.allow_insecure) as http:
        request = http.build_request("GET", url, headers=headers)
        found = call_json(http, request, outcome=judged, pace=pace)

where ``judged(response)`` returns None, or one of RetrySoon, DeferUntil,
NeedsHuman, ProviderError; ``outcome_of_status`` is what to fall back on.

A stream of bytes is sent with ``client.send(request, stream=True)`` inside
``within(seconds)``; redirects are followed one by one with
``allowed_redirect``, and ``transport_error`` says what went wrong. What must not
be done twice is sent inside ``guarded(require)``.

Never shown, logged or raised: queries, Authorization, bodies. For that, errors
of httpx end in this room, without being anybody's context.
"""

from leap.providers.http.addresses import (
    MOST_REDIRECTS,
    allowed_redirect,
    check_endpoint,
    is_public,
    safe_url,
)
from leap.providers.http.answers import json_of
from leap.providers.http.calls import Outcome, call, call_json
from leap.providers.http.client import Client, client
from leap.providers.http.deadline import within
from leap.providers.http.failures import AnswerLost, outcome_of_status, said, transport_error
from leap.providers.http.guarding import guarded
from leap.providers.http.waiting import LONGEST_WAIT, REAL_TIME, Pace, Timer, retry_after

__all__ = [
    "LONGEST_WAIT",
    "MOST_REDIRECTS",
    "REAL_TIME",
    "AnswerLost",
    "Client",
    "Outcome",
    "Pace",
    "Timer",
    "allowed_redirect",
    "call",
    "call_json",
    "check_endpoint",
    "client",
    "guarded",
    "is_public",
    "json_of",
    "outcome_of_status",
    "retry_after",
    "safe_url",
    "said",
    "transport_error",
    "within",
]
