"""Whether models on this machine may be loaded, and know the language that is spoken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from leap.config.document import Document
from leap.config.effective import LAYERS, Effective
from leap.config.paths import inside, resolved
from leap.config.repository import OPERATOR
from leap.config.tree import Tree
from leap.config.weights import FOLDER, outside, unheard
from leap.domain.stage import Stage
from leap.errors import Diagnostic


def check_folders(tree: Tree) -> Iterator[Diagnostic]:
    """Say where a folder is named that is outside the operator's folders of models."""
    if tree.operator.model is None:
        return
    allowed = [resolved(tree.root, path) for path in tree.operator.model.models]
    for document, prefix in _layers(tree):
        path = (*prefix, "transcribe", "model")
        model = _at(document.data, path)
        if not isinstance(model, str) or not re.fullmatch(FOLDER, model):
            continue  # a name, or said by the model of this file
        if not inside(resolved(tree.root, Path(model)), allowed):
            yield document.error(path, *outside(model))


def check_hearing(settings: Effective) -> Iterator[Diagnostic]:
    """Say where a language is asked for that the model cannot know.

    A warning where the language is to be detected by a model that knows one.
    """
    asked = settings.transcribe
    if asked.is_in_a_cloud or Stage.TRANSCRIBE not in settings.stages:
        return
    wrong = unheard(asked.model, asked.language)
    decided = [settings.origin(f"transcribe.{key}") for key in ("language", "model")]
    place = max(decided, key=lambda origin: LAYERS.index(origin.layer))
    if wrong:
        severity: Literal["error", "warning"] = "error" if asked.language else "warning"
        yield Diagnostic(place.file or OPERATOR, place.line, place.column, *wrong, severity)


def _layers(tree: Tree) -> Iterator[tuple[Document, tuple[str, ...]]]:
    """Yield every file that may have settings, and where they are in it."""
    yield tree.operator.document, ("defaults",)
    for pipeline in tree.pipelines.values():
        yield pipeline.document, ()
    for branch in tree.tenants.values():
        if branch.tenant is not None:
            yield branch.tenant.document, ("defaults",)
        for entry in (*branch.templates.values(), *branch.overrides.values()):
            yield entry.document, ()


def _at(data: Any, path: Sequence[str]) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data
