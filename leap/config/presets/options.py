"""What publications have in common: on every platform, and on platforms of videos."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import core_schema

from leap.config.model import NAME_HINT, NAME_PATTERN, UNKEYED, Model, setting
from leap.config.presets.parts import In
from leap.config.templating import Description, Title
from leap.config.thumbnails import picture_name
from leap.config.units import Called, Shaped, complaint, duration, share


class PublishOptions(Model):
    """What may be said per publication on every platform."""

    title: Title | None = setting(
        None, "The title on this platform, with variables.", examples=["{{ display_name }}"]
    )
    description: Description | None = setting(
        None, "The description on this platform, with variables.", examples=["{{ summary }}"]
    )
    approval: Annotated[Literal["none", "required"], UNKEYED] = setting(
        "none",
        "`required`: nothing is published before an override says `approve: true`. What is "
        "published already stays, and follows edits.",
        examples=["required"],
    )


def _collections(value: Any) -> Any:
    """Return a single title as a list of one."""
    return [value] if isinstance(value, str) else value


def _frame(value: Any) -> dict[str, float]:
    if isinstance(value, str) and value.strip().endswith("%"):
        return {"share": share(value, "30 %")}
    if value == 0 and not isinstance(value, bool | str):
        return {"at": 0.0}
    if not isinstance(value, str):
        raise complaint("a frame is at a time or at a share", "write `12 min` or `30 %`")
    return {"at": duration(value, "12 min` or `30 %")}


def _thumbnail(value: Any) -> str | dict[str, dict[str, float]]:
    """Return the name of a picture without its ending, or where in the video one is."""
    if isinstance(value, Mapping):
        for key in value:
            if key != "frame":
                near = difflib.get_close_matches(str(key), ["frame"], n=1)
                hint = "did you mean `frame`?" if near else "the key here is `frame`"
                raise complaint(f"unknown key `{str(key)[:60]}`", hint)
        if "frame" not in value:
            raise complaint("the key `frame` is missing", "such as `{frame: 30 %}`")
        frame = value["frame"]
        return {"frame": dict(frame) if isinstance(frame, Mapping) else _frame(frame)}
    if not isinstance(value, str):
        hint = "write the name of a file in thumbnails/, or `{frame: 30 %}`"
        raise complaint("this is not a picture", hint)
    name = picture_name(value)
    return Shaped(NAME_PATTERN, "the name of a file in thumbnails/", NAME_HINT).check(name)


#: After validation the file's name without ending, or ``{frame: {at: seconds}}``,
#: or ``{frame: {share: 0..1}}``.
Thumbnail = Annotated[
    Any,
    BeforeValidator(_thumbnail),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": 70},
                {
                    "type": "object",
                    "properties": {
                        "frame": {"anyOf": [{"type": "string", "maxLength": 50}, {"const": 0}]}
                    },
                    "required": ["frame"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
    Called("file in thumbnails/, or `{frame: …}`"),
]


class _AsList:
    """Lets one title or id be written where a list of them is meant."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(_collections, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        listed = handler(schema)
        return {"anyOf": [listed["items"], listed]}


#: Accepts one title or id as well as a list of them; a tuple afterwards. Stands after
#: what is said of the list.
AsList = _AsList()


class VideoOptions(PublishOptions):
    """What may be said per publication on every platform of videos."""

    thumbnail: Annotated[Thumbnail | None, In("thumbnail")] = setting(
        None,
        "The picture before the video plays: a file in thumbnails/, or a frame of the video, by "
        "its time or as a share of the length. Without it the platform chooses one.",
        examples=["week-3", {"frame": "30 %"}, {"frame": "12 min"}],
    )
    new_media: Annotated[Literal["hold", "keep"], UNKEYED] = setting(
        "hold",
        "What becomes of a published video when its media changes, which the platform cannot "
        "exchange. `hold`: it stays as it is, and waits for a decision. `keep`: its media stays, "
        "and its texts follow.",
        examples=["keep"],
    )


#: The meaning of ``manage``, on every platform of videos.
MANAGE = (
    "What is kept as it is declared once a video is published, also where somebody changes it "
    "there; whatever is not in the list is set once and then left to people."
)
