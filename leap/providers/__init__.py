"""The registry: which provider stands behind which word of the YAML.

One entry per vendor, each loaded when it is used. Adding one is a module
beside these, a model in ``leap.config``, and a line here; nothing is looked up
by a path that a YAML file names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from leap.config import Declaration, PublicationSettings
from leap.config.chat import CLOUD_CHAT
from leap.config.operator import Operator
from leap.config.presets import AnyPreset, SitePreset
from leap.config.settings import Download, Fallback, Topics
from leap.config.source import AnySource, FolderSource, ZoomSource
from leap.config.speech import CLOUD_SPEECH
from leap.config.tenant import TenantDeclaration
from leap.config.transcription import Transcribe
from leap.domain.ports import (
    Answers,
    Calls,
    Publisher,
    Quotas,
    Source,
    Tokens,
    TopicFinder,
    Transcriber,
    VideoPublisher,
)
from leap.providers.pages import site_root

if TYPE_CHECKING:
    from leap.providers.chat import ChatModel
    from leap.providers.speech import Ask, Server

#: The fields of an opened credential, by name; values are secret.
Credential = Mapping[str, str]
Link = Literal["auto", "copy"]

#: Vendors of chat models, as people know them.
_SERVICES = {"deepseek": "DeepSeek", "fireworks": "Fireworks", "openai": "OpenAI"}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a source is opened with besides what it says of itself.

    ``tokens`` gives the credential of an account by its name.
    """

    operator: Operator
    tenant: TenantDeclaration
    tokens: Callable[[str], Tokens]
    link: Link
    transfer: Download


def _folder(source: AnySource, around: Surroundings) -> Source:
    from leap.providers.folder import FolderSource as Folder

    assert isinstance(source, FolderSource)  # noqa: S101 -- its kind says so
    return Folder(
        Path(source.path),
        source.name,
        settle=source.settle,
        time_zone=around.tenant.config.time_zone,
        link=around.link,
    )


def _zoom(source: AnySource, around: Surroundings) -> Source:
    from leap.providers.transfer import TransferSettings
    from leap.providers.zoom.access import Access
    from leap.providers.zoom.login import vendor
    from leap.providers.zoom.source import ZoomSettings
    from leap.providers.zoom.source import ZoomSource as Zoom

    assert isinstance(source, ZoomSource)  # noqa: S101 -- its kind says so
    endpoints, settings = around.operator.endpoints.zoom, around.transfer
    return Zoom(
        source.name,
        ZoomSettings(
            since=date.fromisoformat(source.since),
            hosts=source.hosts,
            listing=source.listing,
            prefer=source.prefer,
            segments=source.segments,
            include_trash=source.include_trash,
            plan=source.plan,
        ),
        Access(around.tokens(source.account), vendor(endpoints)),
        api=endpoints.api,
        transfer=TransferSettings(
            connections=settings.connections,
            bandwidth=settings.bandwidth,
            stall=settings.stall,
            deadline=settings.deadline,
            allow_insecure=around.operator.allow_insecure_endpoints,
        ),
    )


@dataclass(frozen=True, slots=True)
class Studio:
    """What a transcriber needs besides its settings.

    Attributes:
        model: a name, or a folder where one is named; None is the usual one.
        ask: makes a call that has to be paid, wherever the key is.
        answers: where each answer is kept.
        scratch: a folder for pieces of the sound.
        revision: of the recording.
        transcript: what the recording's source itself has written down, or None.
    """

    operator: Operator
    model: str | Path | None
    ask: Ask | None
    answers: Answers
    scratch: Path
    revision: str = ""
    transcript: Callable[[], str | None] | None = None


def _whisper(settings: Transcribe, studio: Studio) -> Transcriber:
    from leap.providers.whisper import Whisper

    return Whisper(studio.model, cache=studio.operator.state / "models", beam=settings.beam)


def _zoom_words(settings: Transcribe, studio: Studio) -> Transcriber:
    from leap.providers.zoom.transcriber import ZoomTranscriber

    return ZoomTranscriber(
        studio.transcript or (lambda: None),
        studio.revision,
        lambda: _whisper(settings, studio),
        {"model": settings.model, "beam": settings.beam},
    )


def _cloud_speech(settings: Transcribe, studio: Studio) -> Transcriber:
    from leap.providers.speech import SpeechTranscriber

    assert studio.ask is not None  # noqa: S101 -- who has a cloud has somebody who asks it
    server = speech_server(studio.operator, settings)
    return SpeechTranscriber(server, studio.ask, studio.answers, studio.scratch)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a topic finder needs besides its settings.

    Attributes:
        tokens: gives the credential of an account by its name.
        answers: where each answer is kept.
        calls: where calls that cost money are written down.
    """

    operator: Operator
    tenant: str
    tokens: Callable[[str], Tokens]
    answers: Answers
    calls: Calls


def _outline(_: Topics, __: Desk) -> TopicFinder:
    from leap.providers.outline import Outliner

    return Outliner()


def _cloud_chat(settings: Topics, desk: Desk) -> TopicFinder:
    from leap.providers.chat import Chat, ChatFinder
    from leap.providers.outline import Outliner

    asked: list[Topics | Fallback] = [settings]
    if settings.fallback is not None:
        asked.append(settings.fallback)
    chats = [
        Chat(
            chat_model(desk.operator, each.with_, each.model, desk.tenant, str(each.account)),
            desk.tokens(str(each.account)),
            answers=desk.answers,
            calls=desk.calls,
        )
        for each in asked
    ]
    return ChatFinder(chats, Outliner())


def _site(
    preset: AnyPreset, settings: PublicationSettings, title: str, credential: Credential
) -> Publisher:
    from leap.providers.site import SitePublisher

    assert isinstance(preset, SitePreset)  # noqa: S101 -- its platform says so
    options = {"site_title": title, **settings.options}
    return SitePublisher(site_root(preset), options, credential.get("link_secret"))


@dataclass(frozen=True, slots=True)
class Channel:
    """What a platform of videos needs besides what is said of a publication.

    Attributes:
        tokens: the credential of the account as which is published.
        quotas: what the platform lets the account's app do in a day.
        login: the command that logs in to the account anew, for messages.
    """

    operator: Operator
    tokens: Tokens
    quotas: Quotas
    login: str


def _youtube(_: PublicationSettings, channel: Channel) -> VideoPublisher:
    from leap.providers.youtube.publisher import Place, YouTubePublisher

    operator = channel.operator
    place = Place(
        operator.endpoints.youtube,
        operator.quotas.youtube,
        allow_insecure=operator.allow_insecure_endpoints,
        login=channel.login,
    )
    return YouTubePublisher(channel.tokens, channel.quotas, place)


def _vk(settings: PublicationSettings, channel: Channel) -> VideoPublisher:
    from leap.providers.vk.access import Access
    from leap.providers.vk.login import vendor
    from leap.providers.vk.publisher import VkPublisher

    endpoints = channel.operator.endpoints.vk
    return VkPublisher(
        Access(channel.tokens, vendor(endpoints, login=channel.login), login=channel.login),
        endpoints,
        group=settings.options.get("group"),
        allow_insecure=channel.operator.allow_insecure_endpoints,
    )


SOURCES: Mapping[str, Callable[[AnySource, Surroundings], Source]] = MappingProxyType(
    {"folder": _folder, "zoom": _zoom}
)
TRANSCRIBERS: Mapping[str, Callable[[Transcribe, Studio], Transcriber]] = MappingProxyType(
    {"whisper": _whisper, "zoom": _zoom_words, **dict.fromkeys(CLOUD_SPEECH, _cloud_speech)}
)
TOPIC_FINDERS: Mapping[str, Callable[[Topics, Desk], TopicFinder]] = MappingProxyType(
    {"outline": _outline, **dict.fromkeys(CLOUD_CHAT, _cloud_chat)}
)
PUBLISHERS: Mapping[str, Callable[[AnyPreset, PublicationSettings, str, Credential], Publisher]] = (
    MappingProxyType({"site": _site})
)
VIDEO_PUBLISHERS: Mapping[str, Callable[[PublicationSettings, Channel], VideoPublisher]] = (
    MappingProxyType({"youtube": _youtube, "vk": _vk})
)


def open_source(
    declaration: Declaration,
    tenant: str,
    name: str,
    *,
    tokens: Callable[[str], Tokens],
    link: Link = "auto",
    transfer: Download | None = None,
) -> Source:
    """Return the source ``name`` of ``tenant``, ready to list and to fetch.

    Args:
        declaration: what all is declared in.
        tenant: the tenant's name.
        name: the source's name.
        tokens: gives the credential of an account by its name; never asked for
            by a source without an account.
        link: whether fetching may share bytes with the source.
        transfer: how to download; by default as is built in.
    """
    declared = declaration.tenants[tenant]
    source = declared.sources[name]
    around = Surroundings(declaration.operator, declared, tokens, link, transfer or Download())
    return SOURCES[source.kind](source, around)


def open_transcriber(settings: Transcribe, studio: Studio) -> Transcriber:
    """Return the transcriber that ``settings`` name. Raises MissingTool, ProviderError."""
    return TRANSCRIBERS[settings.with_](settings, studio)


def speech_server(operator: Operator, settings: Transcribe) -> Server:
    """Return the server in a cloud that ``settings`` name. Raises ProviderError."""
    from leap.providers.speech.server import chosen

    return chosen(
        operator.endpoints.speech,
        settings.with_,
        settings.model,
        allow_insecure=operator.allow_insecure_endpoints,
    )


def open_topic_finder(settings: Topics, desk: Desk) -> TopicFinder:
    """Return the topic finder that ``settings`` name. It asks nobody yet."""
    return TOPIC_FINDERS[settings.with_](settings, desk)


def chat_model(
    operator: Operator, vendor: str, model: str | None, tenant: str, account: str
) -> ChatModel:
    """Return the chat model of ``vendor``: the named one, or the operator's."""
    from leap.providers.chat import ChatModel

    endpoint = operator.endpoints.chat.of(vendor)
    return ChatModel(
        vendor=vendor,
        service=_SERVICES[vendor],
        url=endpoint.url,
        model=model or endpoint.model,
        context=endpoint.context,
        longest=endpoint.answer,
        renew=f"leap secrets set {tenant} {account}.api_key --kind {vendor}",
        allow_insecure=operator.allow_insecure_endpoints,
    )


def open_publisher(
    tenant: TenantDeclaration, settings: PublicationSettings, credential: Credential
) -> Publisher:
    """Return the publisher behind the preset that ``settings`` are for."""
    preset = tenant.presets[settings.preset]
    return PUBLISHERS[settings.platform](preset, settings, tenant.config.title, credential)


def open_video_publisher(
    operator: Operator,
    settings: PublicationSettings,
    tokens: Tokens,
    quotas: Quotas,
    *,
    tenant: str,
) -> VideoPublisher:
    """Return the platform of videos that ``settings`` of ``tenant`` are for. It asks nobody yet."""
    platform = settings.platform
    login = f"leap auth login {platform} --tenant {tenant} --account {tokens.account}"
    return VIDEO_PUBLISHERS[platform](settings, Channel(operator, tokens, quotas, login))
