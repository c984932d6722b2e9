"""Where the providers are, as the operator says it. No tenant's file has such a key."""

from __future__ import annotations

from collections.abc import Iterator

from leap.config.address import Endpoint, Region
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


class YouTubeEndpoints(Model):
    """Where YouTube and Google's logins are."""

    api: Endpoint = setting(
        "https://youtube.googleapis.com",
        "Where videos are published.",
        examples=["https://www.googleapis.com"],
    )
    token: Endpoint = setting(
        "https://oauth2.googleapis.com",
        "Where tokens are given.",
        examples=["https://oauth2.googleapis.com"],
    )
    login: Endpoint = setting(
        "https://accounts.google.com",
        "Where a person says yes.",
        examples=["https://accounts.google.com"],
    )


class VkEndpoints(Model):
    """Where VK and its logins are."""

    api: Endpoint = setting(
        "https://api.vk.ru", "Where videos are published.", examples=["https://api.vk.com"]
    )
    login: Endpoint = setting(
        "https://id.vk.ru", "Where VK ID gives tokens.", examples=["https://id.vk.com"]
    )
    implicit: Endpoint = setting(
        "https://oauth.vk.com",
        "Where an older app gets a token for a day.",
        examples=["https://oauth.vk.ru"],
    )


class S3Endpoints(Model):
    """Where buckets are."""

    url: Endpoint | None = setting(
        None,
        "The service of another vendor; without one it is Amazon's.",
        examples=["https://storage.yandexcloud.net"],
    )
    region: Region | None = setting(
        None,
        "The region of the bucket; without one, that of AWS_DEFAULT_REGION.",
        examples=["eu-central-1"],
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

    youtube: YouTubeEndpoints = setting(
        YouTubeEndpoints(),
        "Where YouTube is.",
        examples=[{"api": "https://www.googleapis.com"}],
    )
    vk: VkEndpoints = setting(
        VkEndpoints(), "Where VK is.", examples=[{"api": "https://api.vk.com"}]
    )

    s3: S3Endpoints = setting(
        S3Endpoints(),
        "Where the bucket is that `state` names.",
        examples=[{"url": "https://storage.yandexcloud.net", "region": "ru-central1"}],
    )

    def insecure(self) -> Iterator[tuple[str, ...]]:
        """Yield the keys of endpoints that are reached without encryption."""
        for name, section in (("zoom", self.zoom), ("youtube", self.youtube), ("vk", self.vk)):
            for key, url in section:
                if not str(url).startswith("https://"):
                    yield "endpoints", name, key
        if self.s3.url is not None and not self.s3.url.startswith("https://"):
            yield "endpoints", "s3", "url"
        for path in self.speech.insecure():
            yield "endpoints", "speech", *path
        for path in self.chat.insecure():
            yield "endpoints", "chat", *path
