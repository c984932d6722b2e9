"""Calls to a central scheduler, over HTTP with a form, as Luigi's own runners make them."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from leap.tasks.central import Central, SchedulerDown, WrongScheduler

#: What a scheduler may take to answer.
ANSWER_SECONDS = 10.0


def limits(central: Central) -> dict[str, int]:
    """Return what the resources of a central scheduler are limited to.

    Raises SchedulerDown where nobody answers, WrongScheduler where somebody
    else does.
    """
    fetcher = Fetcher(central)
    try:
        page = fetcher.fetch(f"{central.url}/api/resource_list", {"data": "{}"}, ANSWER_SECONDS)
        return {each["name"]: int(each["num_total"]) for each in json.loads(page)["response"]}
    except HTTPError as error:
        raise WrongScheduler(central, f"it answers {error.code} {error.reason}") from error
    except fetcher.raises as error:
        raise SchedulerDown(central) from error
    except (ValueError, KeyError, TypeError) as error:
        raise WrongScheduler(central, "no Luigi scheduler answers there") from error


class Fetcher:
    """Sends a call of Luigi's to a central scheduler; credentials go beside the address.

    No message of an error can repeat them so, and no redirect takes them elsewhere.
    """

    raises = (OSError, http.client.HTTPException)

    def __init__(self, central: Central) -> None:
        # A proxy of this machine's environment is not asked about this machine.
        proxies: dict[str, str] | None = {} if central.is_local else None
        self._opener = build_opener(ProxyHandler(proxies), _NoRedirect)
        self._headers = {}
        if central.login:
            login = base64.b64encode(":".join(central.login).encode()).decode()
            self._headers["Authorization"] = f"Basic {login}"

    def fetch(self, full_url: str, body: Mapping[str, str], timeout: float) -> str:
        request = Request(full_url, urlencode(body).encode(), self._headers)  # noqa: S310 -- Central is http
        with self._opener.open(request, timeout=timeout) as answer:
            return str(answer.read().decode())

    def close(self) -> None:
        """Nothing is kept open between two calls."""


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Take a redirect for the error that it is here."""
