"""Which chat models find topics, and where they are, as the operator says it.

Every such server takes OpenAI's ``POST …/chat/completions``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, get_args

from leap.config.address import Endpoint
from leap.config.model import Integer, Model, required, setting
from leap.config.units import Shaped

_PART = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}"
#: The name of a model, as a server has it: ``deepseek-flash``, ``accounts/fireworks/models/…``.
CHAT_MODEL = rf"^{_PART}(/{_PART}){{0,4}}$"
ChatModelName = Annotated[
    str, Shaped(CHAT_MODEL, "the name of a model", "write it like `deepseek-flash`")
]
#: Who finds topics outside of this machine, by the word that YAML has for it.
CloudChat = Literal["deepseek", "fireworks", "openai"]
CLOUD_CHAT: tuple[str, ...] = get_args(CloudChat)

_URL = "Where `/chat/completions` and `/models` are."
_MODEL = "The model that is asked where `topics` names none."
_CONTEXT = "Tokens that a transcript and its answer may have together; longer ones go in parts."
_ANSWER = "Tokens that an answer may have."


class ChatEndpoint(Model):
    """One vendor's chat models."""

    url: Endpoint = required(_URL, examples=["https://llm.example.org/v1"])
    model: ChatModelName = required(_MODEL, examples=["qwen3"])
    context: Integer = setting(128_000, _CONTEXT, examples=[128_000], ge=4_000, le=10_000_000)
    answer: Integer = setting(8_000, _ANSWER, examples=[8_000], ge=500, le=400_000)


class DeepSeekChat(ChatEndpoint):
    """DeepSeek, which reads a million tokens."""

    url: Endpoint = setting("https://api.deepseek.com", _URL, examples=["https://api.deepseek.com"])
    model: ChatModelName = setting("deepseek-flash", _MODEL, examples=["deepseek-v4-pro"])
    context: Integer = setting(1_000_000, _CONTEXT, examples=[1_000_000], ge=4_000, le=10_000_000)


class FireworksChat(ChatEndpoint):
    """Fireworks, which sends longer answers than 4096 tokens as a stream only."""

    url: Endpoint = setting(
        "https://api.fireworks.ai/inference/v1",
        _URL,
        examples=["https://api.fireworks.ai/inference/v1"],
    )
    model: ChatModelName = setting(
        "accounts/fireworks/models/deepseek-v4-flash",
        _MODEL,
        examples=["accounts/fireworks/models/deepseek-v4-flash"],
    )
    answer: Integer = setting(4_096, _ANSWER, examples=[4_096], ge=500, le=4_096)


class OpenAIChat(ChatEndpoint):
    """OpenAI, or any other server that speaks its protocol."""

    url: Endpoint = setting(
        "https://api.openai.com/v1", _URL, examples=["https://llm.example.org/v1"]
    )
    model: ChatModelName = setting("gpt-4o-mini", _MODEL, examples=["gpt-4o-mini"])


class ChatEndpoints(Model):
    """Where chat models are, by vendor."""

    deepseek: DeepSeekChat = setting(
        DeepSeekChat(), "Where DeepSeek is.", examples=[{"model": "deepseek-v4-pro"}]
    )
    fireworks: FireworksChat = setting(
        FireworksChat(),
        "Where Fireworks is.",
        examples=[{"model": "accounts/fireworks/models/deepseek-v4-flash"}],
    )
    openai: OpenAIChat = setting(
        OpenAIChat(),
        "Where OpenAI is, or a server that speaks its protocol.",
        examples=[{"url": "https://llm.example.org/v1", "model": "qwen3", "context": 32_000}],
    )

    def of(self, vendor: str) -> ChatEndpoint:
        """Return what ``topics: {with: …}`` names."""
        endpoint: ChatEndpoint = getattr(self, vendor)
        return endpoint

    def insecure(self) -> Iterator[tuple[str, ...]]:
        """Yield the keys, below this section, of what is reached without encryption."""
        for name, endpoint in self:
            if not endpoint.url.startswith("https://"):
                yield name, "url"
