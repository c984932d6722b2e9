"""Where the providers are, as the operator says it. No tenant's file has such a key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from leap.config.model import Model, setting
from leap.config.units import Shaped

#: No name and password, no query: what is asked of an endpoint is appended to it.
Endpoint = Annotated[
    str,
    Shaped(
        r"^https?://([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*$",
        "an endpoint",
        "write it like `https://api.example.org`, without a `/` at the end",
    ),
]


class ZoomEndpoints(Model):
    """Where Zoom is."""

    api: Endpoint = setting(
        "https://api.zoom.us", "Where recordings are listed.", examples=["https://api.zoomgov.com"]
    )
    oauth: Endpoint = setting(
        "https://zoom.us", "Where tokens are given.", examples=["https://zoomgov.com"]
    )


class Endpoints(Model):
    """Where each provider is."""

    zoom: ZoomEndpoints = setting(
        ZoomEndpoints(), "Where Zoom is.", examples=[{"api": "https://api.zoomgov.com"}]
    )

    def insecure(self) -> Iterator[tuple[str, ...]]:
        """Yield the keys of endpoints that are reached without encryption."""
        for name, provider in self:
            for key, url in provider:
                if not str(url).startswith("https://"):
                    yield "endpoints", name, key
