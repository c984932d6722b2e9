"""What a team says about itself, and whether it can be so."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pydantic import TypeAdapter, ValidationError

from leap.config.model import NAME_HINT, NAME_PATTERN, Text
from leap.config.moments import TimeZone
from leap.config.transcription import Language
from leap.errors import UsageError

#: What is not a name of GitHub's: https://docs.github.com/actions/reference/secrets-reference
_SECRET = re.compile(r"(?!GITHUB_)[A-Za-z_][A-Za-z0-9_]{0,99}")
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*/?")
_OWNER = re.compile(r"@[A-Za-z0-9][A-Za-z0-9-]*(/[A-Za-z0-9._-]+)?|[^@\s]+@[^@\s]+\.[^@\s]+")
_LEAP = re.compile(r"(leap|git\+|https?:|file:)\S*( @ \S+)?")
#: Folders at the root that are not for recordings, nor for pages.
_TAKEN = ("tenants", "pipelines", "schemas")


@dataclass(frozen=True, slots=True)
class Continuous:
    """How the repository is reconciled on GitHub.

    ``bucket`` is an ``s3://`` address for a runner of GitHub's, which keeps
    nothing; None means a runner of the team's own. ``database_secret`` names
    the secret that holds the ledger's URL; None means the embedded ledger.
    """

    bucket: str | None = None
    database_secret: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What is filled into the files. Paths are absolute or relative to the repository.

    ``zoom_since`` is the day from which recordings in Zoom count too, as
    ``2026-11-20``; None leaves Zoom out.
    """

    tenant: str
    title: str
    leap: str
    time_zone: str = "UTC"
    language: str = "en"
    recordings: str = "recordings"
    site: str = "state/site"
    owners: str = "@your-org/lectures"
    operators: str = "@your-org/operators"
    ci: Continuous | None = None
    zoom_since: str | None = None


def tenant(text: str) -> str:
    """Return the name of a tenant. Raises UsageError, as all functions here."""
    if not re.fullmatch(NAME_PATTERN, text):
        raise UsageError(f"`{_shown(text)}` is not a name", hint=NAME_HINT)
    return text


def title(text: str) -> str:
    """Return a name that people read."""
    text = _checked(Text, text)
    if _unseen(text):
        raise UsageError("the name has signs that cannot be seen", hint="type it on one line")
    return text


def time_zone(text: str) -> str:
    """Return the name of a time zone."""
    return _checked(TimeZone, text)


def language(text: str) -> str:
    """Return a code of a language, or ``auto``."""
    _checked(Language, text)
    return text


def folder(text: str) -> str:
    """Return a folder, absolute or relative to the repository, as YAML shall have it."""
    path = PurePosixPath(text.strip() or ".")
    parts = path.parts
    if text.startswith("~") or _unseen(text):
        raise UsageError(f"`{_shown(text)}` is not a folder", hint="write the whole path")
    if ".." in parts or not path.name:
        hint = "name a folder in the repository, or write the whole path"
        raise UsageError(f"`{_shown(text)}` leaves the repository, or is all of it", hint=hint)
    if not path.is_absolute() and (parts[0] in _TAKEN or parts[0].startswith(".")):
        hint = "choose another name, such as `recordings`"
        raise UsageError(f"`{_shown(text)}` is a folder with a meaning of its own", hint=hint)
    return path.as_posix()


def owner(text: str) -> str:
    """Return who owns files, as CODEOWNERS names people and teams; several with spaces."""
    words = text.split()
    if not words or not all(_OWNER.fullmatch(word) for word in words):
        raise UsageError(
            f"`{_shown(text)}` is no owner", hint="write it like `@org/team` or `@name`"
        )
    return " ".join(words)


def bucket(text: str) -> str:
    """Return the address of a bucket, or of a folder in one, without a final ``/``."""
    if not _BUCKET.fullmatch(text):
        raise UsageError(f"`{_shown(text)}` is no bucket", hint="write it like `s3://our-lectures`")
    return text.rstrip("/")


def secret(text: str) -> str:
    """Return the name of a secret, never its value."""
    if "://" in text:
        # What was typed may hold a password, so it is not repeated.
        hint = "put it into a secret of the environment `production`, and name that secret here"
        raise UsageError("a database's URL does not belong in a file", hint=hint)
    if not _SECRET.fullmatch(text):
        hint = "letters, digits and _, as in LEAP_DATABASE_URL"
        raise UsageError(f"`{_shown(text)}` is no name of a secret", hint=hint)
    return text


def leap(text: str) -> str:
    """Return what pip installs LEAP by, as a line of requirements.txt."""
    text = text.strip()
    if not _LEAP.fullmatch(text):
        hint = "write it like `git+https://github.com/ORG/leap@COMMIT`"
        raise UsageError(f"`{_shown(text)}` does not say where LEAP is", hint=hint)
    return text if text.startswith("leap") else f"leap[embedded,whisper] @ {text}"


def suggested_tenant(name: str) -> str:
    """Return a name of a tenant that resembles the name of a folder."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:63].strip("-") or "university"


def suggested_title(name: str) -> str:
    """Return a title for the tenant ``name``: ``acme-university`` is Acme University."""
    return " ".join(word.capitalize() for word in name.split("-") if word)


def _checked(kind: Any, text: str) -> str:
    try:
        return str(TypeAdapter(kind).validate_python(text))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        hint = first.get("ctx", {}).get("hint")
        raise UsageError(first["msg"], hint=hint or None) from None


def _shown(text: str) -> str:
    """Return ``text`` for a message: on one line, and not endless."""
    return "".join("?" if _unseen(sign) else sign for sign in text[:60])


def _unseen(text: str) -> bool:
    return any(unicodedata.category(sign).startswith("C") for sign in text)
