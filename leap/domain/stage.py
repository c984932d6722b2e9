"""The stages a recording goes through, and what each of them needs.

``download → trim → transcribe → {topics, subtitles} → publish``. A pipeline
chooses stages; the edges are fixed here. ``discard`` comes after all of them,
where the source says so: no pipeline chooses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from types import MappingProxyType


class Stage(StrEnum):
    """One step of the work on a recording, in working order."""

    DOWNLOAD = "download"
    TRIM = "trim"
    TRANSCRIBE = "transcribe"
    TOPICS = "topics"
    SUBTITLES = "subtitles"
    PUBLISH = "publish"
    DISCARD = "discard"


#: What a stage cannot work without.
NEEDS = MappingProxyType(
    {
        Stage.DOWNLOAD: (),
        Stage.TRIM: (Stage.DOWNLOAD,),
        Stage.TRANSCRIBE: (Stage.TRIM,),
        Stage.TOPICS: (Stage.TRANSCRIBE,),
        Stage.SUBTITLES: (Stage.TRANSCRIBE,),
        Stage.PUBLISH: (Stage.TRIM,),
        Stage.DISCARD: (Stage.PUBLISH,),
    }
)

#: What a stage also waits for and takes in, where the pipeline has it.
USES = MappingProxyType(
    {
        Stage.PUBLISH: (Stage.TRANSCRIBE, Stage.TOPICS, Stage.SUBTITLES),
    }
)

#: The stages that make files; ``publish`` makes a publication instead.
FILE_STAGES = tuple(stage for stage in Stage if stage not in (Stage.PUBLISH, Stage.DISCARD))

#: The stages that a pipeline may choose.
PIPELINE_STAGES = (*FILE_STAGES, Stage.PUBLISH)


def inputs(stage: Stage, pipeline: Iterable[Stage]) -> tuple[Stage, ...]:
    """Return the stages of ``pipeline`` whose results ``stage`` takes in, in order."""
    return _inputs(stage, frozenset(pipeline))


@cache
def _inputs(stage: Stage, chosen: frozenset[Stage]) -> tuple[Stage, ...]:
    wanted = set(NEEDS[stage]) | (set(USES.get(stage, ())) & chosen)
    return tuple(other for other in Stage if other in wanted)


def missing_needs(pipeline: Sequence[Stage]) -> tuple[tuple[Stage, Stage], ...]:
    """Return ``(stage, needed)`` for every need that ``pipeline`` leaves out."""
    chosen = set(pipeline)
    return tuple((stage, need) for stage in pipeline for need in NEEDS[stage] if need not in chosen)


def downstream(stage: Stage, pipeline: Iterable[Stage]) -> tuple[Stage, ...]:
    """Return the stages of ``pipeline`` that directly or indirectly take in ``stage``."""
    chosen = tuple(other for other in Stage if other in set(pipeline))
    reached = {stage}
    for other in chosen:
        if reached & set(inputs(other, chosen)):
            reached.add(other)
    return tuple(other for other in chosen if other in reached and other is not stage)
