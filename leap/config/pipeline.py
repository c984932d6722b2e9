"""A pipeline: which stages a recording goes through, and with what settings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from leap.config.model import Declared, distinct, required, setting
from leap.config.settings import Settings
from leap.domain.stage import Stage

#: ``PIPELINE_STAGES``, as a type.
Chosen = Literal[
    Stage.DOWNLOAD,
    Stage.TRIM,
    Stage.TRANSCRIBE,
    Stage.TOPICS,
    Stage.SUBTITLES,
    Stage.PUBLISH,
]


class Pipeline(Settings, Declared):
    """Chooses stages and sets them up; what a stage needs is fixed in leap/domain/stage.py."""

    description: str = setting(
        "", "A sentence for the reader.", examples=["Everything, with captions."], max_length=1000
    )
    stages: Annotated[tuple[Chosen, ...], Field(min_length=1), AfterValidator(distinct)] = required(
        "The stages, in the order of the work.",
        examples=[["download", "trim", "transcribe", "topics", "subtitles", "publish"]],
    )
