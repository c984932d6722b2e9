"""YouTube: what may be said of a video there."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, model_validator

from leap.config.model import (
    MERGED,
    UNKEYED,
    Declared,
    Flag,
    Integer,
    Name,
    distinct,
    required,
    setting,
)
from leap.config.moments import Moment
from leap.config.presets.options import MANAGE, AsList, VideoOptions
from leap.config.presets.parts import In
from leap.config.units import Called, Shaped, complaint

#: https://developers.google.com/youtube/v3/docs/videos#snippet.tags[]
_MOST_TAGS = 500
#: What LEAP adds itself, to know its own videos again: `leap-` and ten digits.
_OWN_TAG = 16

ManagedByYouTube = Literal[
    "title", "description", "tags", "playlists", "thumbnail", "captions", "privacy", "settings"
]
_ALL: tuple[ManagedByYouTube, ...] = (
    "title", "description", "tags", "playlists", "thumbnail", "captions", "privacy", "settings",
)  # fmt: skip


def tags_length(tags: tuple[str, ...]) -> int:
    """Return how long ``tags`` are as YouTube counts: with commas, and quotes around spaces."""
    return sum(len(tag) + 2 * (" " in tag) for tag in tags) + max(0, len(tags) - 1)


def _fit(tags: tuple[str, ...]) -> tuple[str, ...]:
    length, most = tags_length(tags), _MOST_TAGS - _OWN_TAG
    if length > most:
        message = f"together the tags have {length} characters, as YouTube counts them"
        raise complaint(message, f"at most {most} are left beside LEAP's own tag")
    return tags


Tag = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=100),
    Shaped(r"[^<>,]+", "a tag", "a tag has no comma, `<` or `>`"),
]
Playlist = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=150),
    Shaped(r"[^<>]+", "the title or id of a playlist", "it has no `<` or `>`"),
]
Language = Annotated[
    str,
    Shaped(
        r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", "a language code", "write it like `en` or `pt-BR`"
    ),
    Called("language code"),
]


class YouTubeOptions(VideoOptions):
    """What may be said per video on YouTube."""

    tags: Annotated[
        tuple[Tag, ...],
        Field(max_length=100),
        AfterValidator(distinct),
        AfterValidator(_fit),
        In("metadata"),
    ] = setting((), "Words that describe the video.", examples=[["machine learning", "lecture"]])
    category: Annotated[Integer, In("metadata")] = setting(
        27, "The number of its category; 27 is Education.", examples=[27, 28], ge=1, le=99
    )
    language: Annotated[Language | None, In("metadata")] = setting(
        None, "The language of title, description and sound; else the spoken one.", examples=["en"]
    )
    license: Annotated[Literal["youtube", "creativeCommon"], In("metadata")] = setting(
        "youtube",
        "`youtube` is the standard licence, `creativeCommon` is CC BY.",
        examples=["creativeCommon"],
    )
    embeddable: Annotated[Flag, In("metadata")] = setting(
        True, "Whether other pages may show the video.", examples=[False]
    )
    made_for_kids: Annotated[Flag, In("metadata")] = setting(
        False, "Whether it is made for children, as the law has it.", examples=[False]
    )
    captions: Annotated[Flag, In("captions")] = setting(
        True, "Whether its subtitles become a caption track.", examples=[False]
    )
    playlist: Annotated[
        tuple[Playlist, ...],
        Field(max_length=20),
        AsList,
        AfterValidator(distinct),
        In("playlists"),
    ] = setting(
        (),
        "The playlist that it is in, by title or id, or several.",
        examples=["ML 2026", ["ML 2026", "All lectures"]],
    )
    create_playlist: Annotated[Flag, In("playlists")] = setting(
        False, "Whether a playlist is made that is not there yet, private.", examples=[True]
    )
    privacy: Annotated[Literal["private", "unlisted", "public"], In("privacy")] = setting(
        "unlisted", "Who can watch it in the end.", examples=["unlisted", "public"]
    )
    publish_at: Annotated[Moment | None, In("privacy")] = setting(
        None,
        "When it becomes public, in the tenant's time zone or with an offset; until then it is "
        "private. Needs `privacy: public`.",
        examples=["2026-12-01 10:00", "2026-12-01T10:00+03:00"],
    )
    notify_subscribers: Annotated[Flag, UNKEYED] = setting(
        True, "Whether the channel's subscribers are told.", examples=[False]
    )

    @model_validator(mode="after")
    def _can_be_scheduled(self, info: ValidationInfo) -> YouTubeOptions:
        # One layer may set the time and another the privacy; so only the whole is judged.
        if info.context == MERGED and self.publish_at is not None and self.privacy != "public":
            message = f"`publish_at` makes a video public, and `privacy` is `{self.privacy}`"
            raise complaint(message, "write `privacy: public` beside it", ("publish_at",))
        return self


class YouTubePreset(YouTubeOptions, Declared):
    """A YouTube channel."""

    platform: Literal["youtube"] = required("The platform.", examples=["youtube"])
    account: Name = required(
        "The account in secrets.sops.yaml whose channel new videos go to.",
        examples=["youtube-main"],
    )
    manage: Annotated[tuple[ManagedByYouTube, ...], AfterValidator(distinct), UNKEYED] = setting(
        _ALL, MANAGE, examples=[["title", "description", "captions"]]
    )
