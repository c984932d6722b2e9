"""What the answers of a vendor mean: tried again, a person's case, or of no use."""

from __future__ import annotations

from http import HTTPStatus

import httpx

from leap.errors import LeapError, NeedsHuman, ProviderError
from leap.providers.http import outcome_of_status, said


class Unusable(ProviderError):
    """A model answered, and its answer is of no use; another model may do better."""


def refusal(
    response: httpx.Response, service: str, account: str, model: str, renew: str
) -> LeapError | None:
    """Return what is wrong with ``response`` by its status; None where nothing is.

    Args:
        response: the answer, read whole; its text is never shown.
        service: the vendor's name, as people know it.
        account: the account by its name in the tenant's secrets.
        model: the model that was asked for.
        renew: the command that gives the account another key.
    """
    place = f"{service} answered {said(response)}"
    match response.status_code:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return NeedsHuman(f"{place}: it does not take the key of {account}", hint=renew)
        # Fireworks says 412 of an account that is suspended, mostly for its bill.
        case HTTPStatus.PAYMENT_REQUIRED | HTTPStatus.PRECONDITION_FAILED:
            message = f"{place}: the account behind {account} has no credit left"
            return NeedsHuman(message, hint=f"pay {service}, then run `leap reconcile` again")
        case HTTPStatus.BAD_REQUEST | HTTPStatus.NOT_FOUND | HTTPStatus.UNPROCESSABLE_ENTITY:
            message = f"{place}: it does not take the request for the model {model}"
            hint = "correct `model` under `topics`, or under `endpoints.chat` in leap.yaml"
            return NeedsHuman(message, hint=hint)
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            hint = "lower `context` under `endpoints.chat` in leap.yaml"
            return NeedsHuman(f"{place}: the lecture is too long for it", hint=hint)
    return outcome_of_status(response)
