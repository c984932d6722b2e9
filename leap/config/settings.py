"""The settings of the stages: one section per subject.

The same sections may stand in ``leap.yaml`` and ``tenant.yaml`` (under
``defaults:``), in a pipeline, a template and an override. What is closer to
the recording wins, key by key (leap/config/merge.py). The defaults written
here are the outermost layer.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from leap.config.chat import CHAT_MODEL, ChatModelName, CloudChat
from leap.config.gates import Gates
from leap.config.model import (
    MERGED,
    UNKEYED,
    Flag,
    Integer,
    Model,
    Name,
    Number,
    distinct,
    none_for,
    setting,
)
from leap.config.templating import Description, Title
from leap.config.transcription import Transcribe
from leap.config.units import (
    Called,
    Duration,
    DurationOrAuto,
    DurationOrOff,
    Level,
    OrWord,
    RateOrOff,
    Share,
    Size,
    complaint,
    in_words,
)
from leap.config.variables import DateFormat


class Blank(Model):
    """What is too little to be a lecture; such recordings are skipped."""

    shorter_than: Duration = setting(
        "20 min", "A shorter recording is skipped as blank.", examples=["20 min", 0]
    )
    smaller_than: Size = setting(
        "25 MB", "A smaller file is skipped as blank.", examples=["25 MB", 0]
    )


def _is_patient(seconds: float) -> float:
    if seconds < 1:
        raise complaint("shorter than 1 s, in which nothing can be fetched")
    return seconds


Patience = Annotated[Duration, AfterValidator(_is_patient)]


class Download(Model):
    """How a recording comes from its source."""

    max_size: Annotated[Size, UNKEYED] = setting(
        "50 GB", "A larger file is not taken in.", examples=["50 GB", "500 MB"]
    )
    link: Annotated[Literal["auto", "copy"], UNKEYED] = setting(
        "auto",
        "`auto` shares the bytes of a folder's file where the file system can; "
        "`copy` always copies them.",
        examples=["auto", "copy"],
    )
    connections: Annotated[Integer, UNKEYED] = setting(
        8,
        "How many parts of one file come at once, where the server takes that.",
        examples=[8],
        ge=1,
        le=32,
    )
    bandwidth: Annotated[RateOrOff, UNKEYED] = setting(
        "off",
        "One download takes no more of the network than this; `off` takes what there is.",
        examples=["20 MB/s", "off"],
    )
    stall: Annotated[Patience, UNKEYED] = setting(
        "60 s", "A connection that brings nothing for so long is begun anew.", examples=["60 s"]
    )
    deadline: Annotated[Patience, UNKEYED] = setting(
        "12 h",
        "A download that takes longer stops, and the next run goes on with it.",
        examples=["12 h"],
    )
    shortest: Annotated[Share, UNKEYED] = setting(
        "0 %",
        "A file that lasts less than this share of what its source lists is not taken in; pauses"
        " of a recording count for a source, and are not in its file.",
        examples=["50 %", "0 %"],
    )


class Trim(Model):
    """What is cut out of a recording."""

    silence_below: Level = setting(
        "-40 dB", "What is quieter than this is silence.", examples=["-40 dB", "-32.5 dB"]
    )
    silence_longer_than: Duration = setting(
        "2 s", "Shorter silences are breath, not silence.", examples=["2 s"]
    )
    padding: Duration = setting(
        "1 s", "How much silence is left on both sides of what is kept.", examples=["1 s"]
    )
    edges: Flag = setting(
        True, "Cut the silence before the first and after the last sound.", examples=[True, False]
    )
    pauses_longer_than: DurationOrOff = setting(
        "60 s",
        "Cut a pause inside the lecture that is longer than this; `off` keeps all pauses.",
        examples=["60 s", "off"],
    )
    max_removed: Share = setting(
        "70 %",
        "Where more than this share would be cut, nothing is: then the microphone was off.",
        examples=["70 %"],
    )


_TopicsModel = Annotated[
    ChatModelName | None,
    none_for(""),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": CHAT_MODEL}, {"const": ""}]}),
    Called("name of a model"),
]


class Fallback(Model):
    """Who is asked where the first model cannot be reached, or does not answer to the point."""

    with_: CloudChat = setting(
        "fireworks", "Who finds the topics then.", examples=["fireworks"], alias="with"
    )
    account: Annotated[Name | None, UNKEYED] = setting(
        None, "The account in secrets.sops.yaml that pays for it.", examples=["fireworks"]
    )
    model: _TopicsModel = setting(
        "",
        "The model; empty means the one in leap.yaml.",
        examples=["accounts/fireworks/models/deepseek-v4-flash"],
    )


class Topics(Model):
    """How a lecture is divided into chapters."""

    with_: Literal["outline", CloudChat] = setting(
        "outline",
        "Who finds the topics: `outline` on this machine, a draft; or a chat model.",
        examples=["outline", "deepseek"],
        alias="with",
    )
    account: Annotated[Name | None, UNKEYED] = setting(
        None,
        "The account in secrets.sops.yaml that pays for a chat model.",
        examples=["deepseek"],
    )
    model: _TopicsModel = setting(
        "", "The chat model; empty means the one in leap.yaml.", examples=["deepseek-v4-pro"]
    )
    fallback: Annotated[Fallback | None, none_for("none"), OrWord("none")] = setting(
        "none",
        "Who is asked where the chat model cannot be reached, or is of no use; `none` is nobody.",
        examples=[{"with": "fireworks", "account": "fireworks"}, "none"],
    )
    granularity: Literal["short", "medium", "long"] = setting(
        "long", "How fine the list is: `short` is a handful, `long` is detailed.", examples=["long"]
    )
    chapter_every: DurationOrAuto = setting(
        "auto",
        "How long a chapter is on average; `auto` goes by the lecture's length and `granularity`.",
        examples=["5 min", "auto"],
    )
    break_at_least: Duration = setting(
        "8 min", "A pause of this length is listed as a break.", examples=["8 min"]
    )
    questions: Integer = setting(
        3,
        "How many questions for students a chat model writes; `outline` writes none.",
        examples=[3, 0],
        ge=0,
        le=10,
    )

    @property
    def is_in_a_cloud(self) -> bool:
        """Tell whether the transcript leaves this machine."""
        return self.with_ != "outline"

    @property
    def idle(self) -> frozenset[str]:
        """What does not count, as the others are: nothing of a chat model does for `outline`."""
        return frozenset(() if self.is_in_a_cloud else {"model", "fallback", "questions"})

    @model_validator(mode="after")
    def _are_paid(self, info: ValidationInfo) -> Topics:
        # One layer may name the model, and another the account.
        if info.context != MERGED or not self.is_in_a_cloud:
            return self
        if self.account is None:
            hint = f"name one under `topics`, such as `account: {self.with_}`"
            raise complaint(f"`with: {self.with_}` needs an `account`", hint, ("with", "account"))
        if self.fallback is not None and self.fallback.account is None:
            hint = f"name one under `fallback`, such as `account: {self.fallback.with_}`"
            keys = ("fallback.with", "fallback.model", "with")
            raise complaint("`fallback` needs an `account`", hint, keys)
        return self


class Subtitles(Model):
    """How words become captions."""

    line_length: Integer = setting(
        42,
        "The most characters in a line; a Chinese, Japanese or Korean one counts twice.",
        examples=[42, 32],
        ge=10,
        le=100,
    )
    lines: Integer = setting(2, "The most lines shown at once.", examples=[2, 1], ge=1, le=4)
    reading_speed: Number = setting(
        17, "The most characters per second, where the speech allows.", examples=[17], ge=5, le=50
    )
    shortest: Duration = setting(
        "0.833 s", "How long a caption is shown at least.", examples=["0.833 s", "1 s"]
    )
    longest: Duration = setting(
        "7 s", "How long a caption is shown at most.", examples=["7 s", "5 s"]
    )
    formats: Annotated[
        tuple[Literal["srt", "vtt"], ...], Field(min_length=1), AfterValidator(distinct)
    ] = setting(
        ("srt", "vtt"),
        "The files that are made; web pages need `vtt`.",
        examples=[["srt", "vtt"]],
    )

    @model_validator(mode="after")
    def _agree(self, info: ValidationInfo) -> Subtitles:
        # One layer may say half of it; only together they must make sense.
        if info.context == MERGED and self.shortest > self.longest:
            message = f"`shortest` ({self.shortest:g} s) is above `longest` ({self.longest:g} s)"
            hint = "raise `longest` or lower `shortest`"
            raise complaint(message, hint, ("shortest", "longest"))
        return self


class Metadata(Model):
    """What a publication says about its lecture; see docs/reference.md for the variables."""

    title: Title = setting(
        "{{ display_name }}",
        "The title, with variables; empty means the recording's own name.",
        examples=["{{ display_name }} | {{ topic }} ({{ record_date }})"],
        validate_default=False,
    )
    description: Description = setting(
        "{{ summary }}\n\n{{ chapters }}",
        "The description, with variables.",
        examples=["{{ summary }}\n\n{{ chapters }}"],
        validate_default=False,
    )
    date_format: DateFormat = setting(
        "YYYY-MM-DD",
        "How dates are written in titles: YYYY or YY, MM and DD, with anything between.",
        examples=["DD.MM.YYYY", "YYYY-MM-DD"],
    )


class Settings(Model):
    """The sections that every layer may have."""

    blank: Blank | None = setting(None, "What is skipped.", examples=[{"shorter_than": "20 min"}])
    download: Download | None = setting(
        None, "How a recording is fetched.", examples=[{"max_size": "10 GB"}]
    )
    trim: Trim | None = setting(None, "What is cut out.", examples=[{"padding": "1 s"}])
    transcribe: Transcribe | None = setting(
        None, "How speech becomes words.", examples=[{"language": "en"}]
    )
    topics: Topics | None = setting(
        None, "How chapters are found.", examples=[{"granularity": "long"}]
    )
    subtitles: Subtitles | None = setting(
        None, "How captions are set.", examples=[{"line_length": 42, "lines": 2}]
    )
    metadata: Metadata | None = setting(
        None, "What a publication says.", examples=[{"title": "{{ display_name }}"}]
    )
    gates: Gates | None = setting(
        None, "What is not published.", examples=[{"min_words_per_minute": 20}]
    )


#: Section name → model, in the order of the work.
SECTIONS: dict[str, type[Model]] = {
    "blank": Blank,
    "download": Download,
    "trim": Trim,
    "transcribe": Transcribe,
    "topics": Topics,
    "subtitles": Subtitles,
    "metadata": Metadata,
    "gates": Gates,
}


def as_written(section: str, key: str, value: Any) -> str:
    """Return the value of a setting, as ``keyed`` has it, the way a person writes it.

    A setting that there is no more is shown as it is.
    """
    fields = SECTIONS[section].model_fields
    field = next((each for name, each in fields.items() if (each.alias or name) == key), None)
    kinds = [each.name for each in (field.metadata if field else ()) if isinstance(each, Called)]
    return in_words(kinds[0] if kinds else "", value)


def keyed(section: Model) -> dict[str, Any]:
    """Return, as JSON data, the settings of ``section`` that can change a result."""
    return section.model_dump(mode="json", by_alias=True, exclude=_unkeyed(section))


def _unkeyed(section: Model) -> dict[str, Any]:
    """Return what does not count for a result, as pydantic's ``exclude`` has it."""
    found: dict[str, Any] = {}
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if UNKEYED in field.metadata or name in section.idle:
            found[name] = True
        elif isinstance(value, Model):
            found[name] = _unkeyed(value)
    return found
