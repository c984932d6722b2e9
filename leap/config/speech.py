"""Where speech becomes words outside of this machine, as the operator says it.

Every such server takes OpenAI's form at ``POST …/v1/audio/transcriptions``.
What else they differ in is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from leap.config.address import Endpoint
from leap.config.model import Model, Text, setting
from leap.config.units import Called, Shaped, Size, complaint

#: The name of a model, as a server has it: ``whisper-1``, ``Systran/faster-whisper-small``.
SPEECH_MODEL = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9][A-Za-z0-9._-]{0,99})?$"
SpeechModel = Annotated[
    str, Shaped(SPEECH_MODEL, "the name of a model", "write it like `whisper-v3-turbo`")
]
#: Who transcribes outside of this machine, by the word that YAML has for it.
CloudSpeech = Literal["fireworks", "openai", "groq", "speaches"]
CLOUD_SPEECH: tuple[str, ...] = get_args(CloudSpeech)
#: Of these, who transcribes without a key; one that wants a key gets it.
WITHOUT_ACCOUNT = frozenset({"speaches"})

_FIELD = re.compile(r"[a-z][a-z0-9_]{0,59}(\[\])?")
#: What LEAP itself puts into the form.
_OURS = frozenset(
    {"file", "model", "language", "prompt", "temperature", "response_format", "stream"}
    | {"timestamp_granularities", "timestamp_granularities[]"}
)
_SMALLEST = 1_000_000


def _are_foreign(fields: dict[str, str]) -> dict[str, str]:
    for name in fields:
        if not _FIELD.fullmatch(name):
            raise complaint(f"`{name[:40]}` is not the name of a form's field")
        if name in _OURS:
            hint = "leave it out; what it says follows from the settings under `transcribe`"
            raise complaint(f"`{name}` is a field that LEAP fills in", hint)
    return fields


def _is_of_use(size: int) -> int:
    if size < _SMALLEST:
        raise complaint("smaller than 1 MB, which is less than a minute of speech")
    return size


Models = Annotated[dict[SpeechModel, Endpoint], Field(max_length=50)]
FormFields = Annotated[
    dict[str, Text],
    Field(max_length=30),
    AfterValidator(_are_foreign),
    Called("fields with their values"),
]
Upload = Annotated[Size, AfterValidator(_is_of_use)]

_MODELS = "The models there are, each with the address of its server; the first is the usual one."
_SPELLING = (
    "How the form asks for the times of words: `timestamp_granularities=word,segment` (comma),"
    " or a field `timestamp_granularities[]` for each (brackets)."
)
_LARGEST = "The largest file that is taken; longer sound goes there in pieces."
_CHECK = "Where `leap auth check` lists the models to see whether a key works; empty: nowhere."


class SpeechEndpoint(Model):
    """One vendor's servers."""

    models: Models = setting(
        {}, _MODELS, examples=[{"whisper-v3": "https://audio-prod.api.fireworks.ai"}]
    )
    granularities: Literal["comma", "brackets"] = setting(
        "brackets",
        _SPELLING,
        examples=["brackets"],
    )
    largest: Upload = setting("25 MB", _LARGEST, examples=["25 MB"])
    fields: FormFields = setting(
        {},
        "More fields of the form, as the server's own documentation has them.",
        examples=[{"vad_model": "silero", "alignment_model": "mms_fa"}],
    )
    check: Endpoint | Literal[""] = setting("", _CHECK, examples=["https://api.openai.com"])


class Fireworks(SpeechEndpoint):
    """Fireworks' audio servers: one for each model."""

    models: Models = setting(
        {
            "whisper-v3-turbo": "https://audio-turbo.api.fireworks.ai",
            "whisper-v3": "https://audio-prod.api.fireworks.ai",
        },
        _MODELS,
        examples=[{"whisper-v3": "https://audio-prod.api.fireworks.ai"}],
        min_length=1,
    )
    granularities: Literal["comma", "brackets"] = setting("comma", _SPELLING, examples=["comma"])
    largest: Upload = setting("1 GB", _LARGEST, examples=["1 GB"])
    check: Endpoint | Literal[""] = setting(
        "https://api.fireworks.ai/inference",
        _CHECK,
        examples=["https://api.fireworks.ai/inference"],
    )


class OpenAI(SpeechEndpoint):
    """OpenAI. Of its models only whisper-1 tells the times of words."""

    models: Models = setting(
        {"whisper-1": "https://api.openai.com"},
        _MODELS,
        examples=[{"whisper-1": "https://api.openai.com"}],
        min_length=1,
    )
    check: Endpoint | Literal[""] = setting(
        "https://api.openai.com", _CHECK, examples=["https://api.openai.com"]
    )


class Groq(SpeechEndpoint):
    """Groq, whose paid plans take files of 100 MB."""

    models: Models = setting(
        {
            "whisper-large-v3-turbo": "https://api.groq.com/openai",
            "whisper-large-v3": "https://api.groq.com/openai",
        },
        _MODELS,
        examples=[{"whisper-large-v3": "https://api.groq.com/openai"}],
        min_length=1,
    )
    check: Endpoint | Literal[""] = setting(
        "https://api.groq.com/openai", _CHECK, examples=["https://api.groq.com/openai"]
    )


class Speaches(SpeechEndpoint):
    """A server of one's own that speaks OpenAI's protocol, such as speaches; needs no account."""

    models: Models = setting(
        {}, _MODELS, examples=[{"Systran/faster-whisper-small": "http://127.0.0.1:8000"}]
    )
    largest: Upload = setting("1 GB", _LARGEST, examples=["1 GB"])


class SpeechEndpoints(Model):
    """Where speech becomes words, by vendor."""

    fireworks: Fireworks = setting(
        Fireworks(), "Where Fireworks is.", examples=[{"fields": {"vad_model": "silero"}}]
    )
    openai: OpenAI = setting(OpenAI(), "Where OpenAI is.", examples=[{"largest": "20 MB"}])
    groq: Groq = setting(Groq(), "Where Groq is.", examples=[{"largest": "100 MB"}])
    speaches: Speaches = setting(
        Speaches(),
        "A server of one's own.",
        examples=[{"models": {"Systran/faster-whisper-small": "https://speech.example.org"}}],
    )

    def of(self, vendor: str) -> SpeechEndpoint:
        """Return what ``transcribe: {with: …}`` names."""
        endpoint: SpeechEndpoint = getattr(self, vendor)
        return endpoint

    def insecure(self) -> Iterator[tuple[str, ...]]:
        """Yield the keys, below this section, of what is reached without encryption."""
        for name, endpoint in self:
            for model, url in endpoint.models.items():
                if not url.startswith("https://"):
                    yield name, "models", model
            if endpoint.check and not endpoint.check.startswith("https://"):
                yield name, "check"
