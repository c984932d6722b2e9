"""The files of a team's repository, filled in with what the team answered."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from leap.config.schema import schemas
from leap.scaffold.answers import Answers

if TYPE_CHECKING:
    from jinja2 import Environment, Template

FILES = Path(__file__).with_name("files")
#: The page in the folder of recordings, where that is in the repository.
_RECORDINGS = "RECORDINGS.md"
_CODEOWNERS = "dot_github/CODEOWNERS"
_ZOOM = "tenants/TENANT/sources/zoom.yaml"

#: Releases of the actions that the workflows use, by the commits of their tags.
ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "checkout": "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2",
        "python": "actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0",
        "upload": "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1",
    }
)


def files(answers: Answers) -> dict[str, str]:
    """Return the text of every file by its path, which is relative and has ``/``."""
    return filled_in(answers) | {f"schemas/{name}": text for name, text in schemas().items()}


def key_secret(tenant: str) -> str:
    """Return the name of the secret that holds the tenant's age key in CI."""
    return f"SOPS_AGE_KEY_{tenant.upper().replace('-', '_')}"


def filled_in(answers: Answers) -> dict[str, str]:
    """Return those of the files that stand in ``files/``."""
    values = _values(answers)
    return {
        _place_of(name, answers): template.render(values)
        for name, template in _templates().items()
        if _is_wanted(name, answers)
    }


def _is_wanted(name: str, answers: Answers) -> bool:
    if name == _RECORDINGS:
        return not PurePosixPath(answers.recordings).is_absolute()
    if name == _ZOOM:
        return answers.zoom_since is not None
    return answers.ci is not None or not name.startswith("dot_github/") or name == _CODEOWNERS


def _place_of(name: str, answers: Answers) -> str:
    """Return where a file of ``files/`` goes: ``dot_x`` is ``.x``, TENANT is the tenant."""
    if name == _RECORDINGS:
        return f"{answers.recordings}/README.md"
    parts = name.split("/")
    return "/".join(
        answers.tenant if part == "TENANT" else re.sub("^dot_", ".", part) for part in parts
    )


def _values(answers: Answers) -> dict[str, object]:
    ci = answers.ci
    is_english = answers.language == "en" or answers.language.startswith("en-")
    hosted = ci is not None and ci.bucket is not None
    # Other languages need another model, and a bucket its client: both are extras.
    more = [*([] if is_english else ["multilingual"]), *(["s3"] if hosted else []), "whisper"]
    return {
        "tenant": answers.tenant,
        "title": answers.title,
        "time_zone": answers.time_zone,
        "language": answers.language,
        "english": is_english,
        "recordings": answers.recordings,
        "zoom_since": answers.zoom_since,
        "site": answers.site,
        "owners": answers.owners,
        "operators": answers.operators,
        "leap": answers.leap.replace("leap[embedded,whisper]", f"leap[embedded,{','.join(more)}]"),
        "ignored": list(_ignored(answers)),
        "actions": ACTIONS,
        "key_secret": key_secret(answers.tenant),
        "ci": ci is not None,
        "hosted": hosted,
        "bucket": ci.bucket if ci else None,
        "database_secret": ci.database_secret if ci else None,
        # Every repository has its own minute: the whole hour is everybody's.
        "minute": 1 + sum(answers.tenant.encode()) % 58,
    }


def _ignored(answers: Answers) -> Iterator[dict[str, str]]:
    """Yield the folders in the repository that git shall not look into."""
    folders = {"Recordings": answers.recordings, "Published pages": answers.site}
    for what, path in folders.items():
        if not PurePosixPath(path).is_absolute() and not path.startswith("state/"):
            yield {"what": what, "path": path}


@cache
def _templates() -> Mapping[str, Template]:
    environment = _environment()
    return {
        path.relative_to(FILES).as_posix(): environment.from_string(
            path.read_text(encoding="utf-8")
        )
        for path in sorted(FILES.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    }


def _environment() -> Environment:
    from jinja2 import Environment, StrictUndefined

    # Braces are what titles in templates and expressions in workflows are written with.
    environment = Environment(
        variable_start_string="[=",
        variable_end_string="=]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[##",
        comment_end_string="##]",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 -- no HTML; each kind of file has its filter below
    )
    environment.filters["yaml"] = _yaml
    environment.filters["shell"] = shlex.quote
    environment.filters["markdown"] = _markdown
    return environment


def _yaml(text: str) -> str:
    """Return ``text`` as YAML: bare where that is the same text, else in quotes.

    A JSON string is a YAML string: https://yaml.org/spec/1.2.2/#12-overview
    """
    bare = re.fullmatch(r"[^\W\d_][\w .()/+-]*[\w)]", text) and " #" not in text
    words = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
    return text if bare and text.lower() not in words else json.dumps(text, ensure_ascii=False)


def _markdown(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|!])", r"\\\1", text)
