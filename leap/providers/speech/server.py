"""A server that transcribes, as the operator declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from leap.config.speech import SpeechEndpoints
from leap.errors import ProviderError

#: How vendors write themselves.
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "fireworks": "Fireworks",
        "openai": "OpenAI",
        "groq": "Groq",
        "speaches": "the speech server",
    }
)


@dataclass(frozen=True, slots=True)
class Server:
    """One model at one vendor.

    Attributes:
        vendor: as ``transcribe: {with: …}`` names it.
        url: the address before ``/v1/audio/transcriptions``.
        granularities: how the form spells that words shall have times.
        largest: bytes of the largest file that is taken.
        fields: more fields of the form.
        allow_insecure: whether ``url`` may be http, or in a private network.
    """

    vendor: str
    model: str
    url: str
    granularities: Literal["comma", "brackets"]
    largest: int
    fields: Mapping[str, str] = field(default_factory=dict)
    allow_insecure: bool = False

    @property
    def name(self) -> str:
        """The vendor, for messages."""
        return NAMES[self.vendor]

    @property
    def place(self) -> str:
        """The section of leap.yaml that describes it, for hints."""
        return f"endpoints.speech.{self.vendor}"


def chosen(
    endpoints: SpeechEndpoints, vendor: str, model: str | None, *, allow_insecure: bool
) -> Server:
    """Return the server for ``model``, by default of the first one that is declared.

    Raises ProviderError where the operator declares no such model.
    """
    endpoint = endpoints.of(vendor)
    name = model or next(iter(endpoint.models), "")
    if name not in endpoint.models:
        known = ", ".join(endpoint.models) or "none"
        message = f"{NAMES[vendor]} has no model {name or 'at all'} here; declared is {known}"
        hint = f"add it with its address to endpoints.speech.{vendor}.models in leap.yaml"
        raise ProviderError(message, hint=hint)
    return Server(
        vendor=vendor,
        model=name,
        url=endpoint.models[name],
        granularities=endpoint.granularities,
        largest=endpoint.largest,
        fields=dict(endpoint.fields),
        allow_insecure=allow_insecure,
    )
