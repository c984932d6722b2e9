"""The library vk_api, with our HTTP layer underneath.

It knows how a call is written; sending, pacing, retrying and judging are ours.
It takes a session of requests for that, whose only adapter hands on every
request.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import requests
import vk_api
from requests.adapters import BaseAdapter

from leap.providers.vk.login import VERSION

#: Sends a body of a content type to the method that is called; its answer was judged.
Send = Callable[[bytes, str], httpx.Response]


def ask(send: Send, method: str, form: Mapping[str, str], token: str) -> Any:
    """Return what ``method`` answers; None for an error that ``send`` let pass."""
    session = requests.Session()
    # Nothing of the environment: proxies and certificates are our HTTP layer's.
    session.trust_env = False
    session.adapters.clear()
    session.mount("https://", _Adapter(send))
    library = vk_api.VkApi(token=token, api_version=VERSION, session=session, config=_nothing_kept)
    # It would wait by its own clock, and repeat what is too quick without end.
    library.RPS_DELAY = 0
    library.error_handlers.clear()
    try:
        return library.method(method, dict(form))
    except vk_api.ApiError:
        return None


class _Adapter(BaseAdapter):
    """Stands where requests would open connections of its own."""

    def __init__(self, send: Send) -> None:
        super().__init__()
        self._send = send

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else body
        answer = self._send(content, request.headers.get("Content-Type", ""))
        made = requests.Response()
        made.status_code, made.url, made.request = answer.status_code, str(request.url), request
        made.headers.update(answer.headers)
        made.raw = io.BytesIO(answer.content)
        return made

    def close(self) -> None:
        """Nothing is open here."""


def _nothing_kept(*_: Any, **__: Any) -> None:
    """Stand for the file in which the library would keep tokens, in the folder it runs in."""
