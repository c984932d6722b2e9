"""VK Video: what may be said of a video there."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from leap.config.model import UNKEYED, Declared, Flag, Integer, Name, distinct, required, setting
from leap.config.presets.options import MANAGE, AsList, VideoOptions
from leap.config.presets.parts import In
from leap.config.units import complaint

ManagedByVk = Literal["title", "description", "album", "thumbnail", "privacy", "settings"]
_ALL: tuple[ManagedByVk, ...] = (
    "title", "description", "album", "thumbnail", "privacy", "settings",
)  # fmt: skip

Album = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)]


class VkOptions(VideoOptions):
    """What may be said per video on VK."""

    comments: Annotated[Literal["all", "friends", "friends_of_friends", "none"], In("metadata")] = (
        setting("all", "Who may comment on it.", examples=["none"])
    )
    repeat: Annotated[Flag, In("metadata")] = setting(
        False, "Whether it begins again at its end.", examples=[False]
    )
    album: Annotated[
        tuple[Album, ...], Field(max_length=20), AsList, AfterValidator(distinct), In("albums")
    ] = setting(
        (),
        "The album that it is in, by title or id, or several.",
        examples=["ML 2026", ["ML 2026", "All lectures"]],
    )
    create_album: Annotated[Flag, In("albums")] = setting(
        False, "Whether an album is made that is not there yet.", examples=[True]
    )
    privacy: Annotated[Literal["public", "unlisted", "friends", "private"], In("privacy")] = (
        setting(
            "public",
            "Who can watch it in the end. A community's videos are always public.",
            examples=["public", "unlisted"],
        )
    )
    wallpost: Annotated[Flag, UNKEYED] = setting(
        False, "Whether a new video is posted on the wall too.", examples=[False]
    )
    compression: Annotated[Flag, UNKEYED] = setting(
        False, "Whether VK may compress the video, for slow networks.", examples=[False]
    )


class VkPreset(VkOptions, Declared):
    """The videos of a VK community, or of the account itself."""

    platform: Literal["vk"] = required("The platform.", examples=["vk"])
    account: Name = required(
        "The account in secrets.sops.yaml that publishes.", examples=["vk-faculty"]
    )
    group: Annotated[Integer | None, UNKEYED] = setting(
        None,
        "The number of the community that new videos go to; without it, the account's own profile.",
        examples=[123456789],
        ge=1,
        le=10**12,
    )
    manage: Annotated[tuple[ManagedByVk, ...], AfterValidator(distinct), UNKEYED] = setting(
        _ALL, MANAGE, examples=[["title", "description"]]
    )

    @model_validator(mode="after")
    def _can_hide(self) -> VkPreset:
        # "Privacy setting is available for videos uploaded to own profile by user":
        # https://dev.vk.com/en/method/video.save
        if self.group is not None and self.privacy != "public":
            message = f"videos of a community cannot be `{self.privacy}`: VK shows them to all"
            hint = "write `privacy: public`, or leave `group` out to publish as the account itself"
            raise complaint(message, hint, ("privacy",))
        return self
