"""Google's client library, with our HTTP layer underneath.

The library knows how each call is written, from the description of the API that
comes with it; sending, retrying and judging are ours. It takes an object in the
shape of httplib2.Http for that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from leap.errors import missing_package
from leap.providers.youtube.wire import Wire

#: Ours are better: the length is counted where the bytes are, and the answer's
#: packing is what our HTTP layer can unpack.
_OURS = frozenset({"content-length", "accept-encoding", "user-agent"})


class Transport:
    """One call, in the shape of httplib2.Http.

    Args:
        wire: sends it.
        method: the API's name for it, such as ``videos.list``.
        repeatable: whether sending it twice is harmless; None goes by the verb.
    """

    def __init__(self, wire: Wire, method: str, *, repeatable: bool | None) -> None:
        self._wire, self._method, self._repeatable = wire, method, repeatable

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> tuple[Any, bytes]:
        """Return an httplib2.Response and its body. Raises what ``Wire.call`` raises."""
        import httplib2

        kept = {name: value for name, value in (headers or {}).items() if name.lower() not in _OURS}
        content = body.encode() if isinstance(body, str) else body
        answer = self._wire.call(
            self._method, method, uri, headers=kept, content=content, repeatable=self._repeatable
        )
        return httplib2.Response({**answer.headers, "status": answer.status_code}), answer.content


def service(api: str) -> Any:
    """Return Google's client for the YouTube Data API v3 at ``api``. Raises MissingTool."""
    try:
        from googleapiclient.discovery import build_from_document
    except ImportError as error:
        raise missing_package(error) from None
    # `client_options` would lead calls there, but uploads to https on that host.
    places = {"rootUrl": f"{api}/", "baseUrl": f"{api}/"}
    return build_from_document({**_description(), **places}, http=_NoHttp())


class _NoHttp:
    """Stands where the library would open connections of its own; every call brings its own."""

    credentials = None


@cache
def _description() -> dict[str, Any]:
    import googleapiclient

    folder = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
    found: dict[str, Any] = json.loads((folder / "youtube.v3.json").read_text("utf-8"))
    return found
