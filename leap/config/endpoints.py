"""Where the providers are, as the operator says it. No tenant's file has such a key."""

from __future__ import annotations

from collections.abc import Iterator

from leap.config.address import Endpoint
from leap.config.chat import ChatEndpoints
from leap.config.model import Model, setting
from leap.config.speech import SpeechEndpoints


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
    speech: SpeechEndpoints = setting(
        SpeechEndpoints(),
        "Where speech becomes words outside of this machine.",
        examples=[{"openai": {"models": {"whisper-1": "https://eu.api.openai.com"}}}],
    )
    chat: ChatEndpoints = setting(
        ChatEndpoints(),
        "Where chat models are, which find topics.",
        examples=[{"deepseek": {"model": "deepseek-v4-pro"}}],
    )

    def insecure(self) -> Iterator[tuple[str, ...]]:
        """Yield the keys of endpoints that are reached without encryption."""
        for key, url in self.zoom:
            if not str(url).startswith("https://"):
                yield "endpoints", "zoom", key
        for path in self.speech.insecure():
            yield "endpoints", "speech", *path
        for path in self.chat.insecure():
            yield "endpoints", "chat", *path
