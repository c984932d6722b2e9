"""The bucket's keys in one process, work on media in another.

A process apart alone asks the bucket for a task: it brings and takes whole
files. The one that works on them forgets the keys, for as long as it lives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from leap.domain.ports import Progress
from leap.errors import StoreError
from leap.secrets import forget_keys
from leap.store import Entry, Objects, forget_bucket_keys, objects_of, through
from leap.tasks.apart import Apart
from leap.tasks.survey import Session


def bucket_apart(session: Session, tenant: str) -> Session:
    """Return ``session`` with a bucket that is asked in another process; drops this one's keys.

    The other process answers about ``tenant`` alone, and ends with this one.
    To be called while this process has one thread. A store in a folder has no
    keys, and stays as it is.
    """
    objects = objects_of(session.store)
    if objects is None:
        return session

    def answer(question: Mapping[str, Any], _: Progress) -> Mapping[str, Any]:
        forget_keys()  # of the tenants: it needs none
        return _answered(objects, tenant, question)

    apart = Apart(answer)
    forget_bucket_keys()
    return replace(session, store=through(session.store, ObjectsApart(objects.url, apart)))


class ObjectsApart:
    """A bucket that is asked in another process (``leap.store.Objects``)."""

    def __init__(self, url: str, apart: Apart) -> None:
        self.url = url
        self._apart = apart

    def read(self, names: Sequence[str]) -> dict[str, str]:
        texts: dict[str, str] = self._ask("read", names)
        return texts

    def entries(self, prefixes: Sequence[str]) -> list[Entry]:
        return [Entry(*each) for each in self._ask("entries", prefixes)]

    def create(self, name: str, text: str) -> bool:
        return bool(self._ask("create", [name], text))

    def write(self, name: str, text: str) -> None:
        self._ask("write", [name], text)

    def remove(self, names: Sequence[str]) -> None:
        self._ask("remove", names)

    def upload(self, path: Path, name: str) -> None:
        self._ask("upload", [name], str(path))

    def download(self, name: str, path: Path) -> None:
        self._ask("download", [name], str(path))

    def abort_uploads(self, before: float) -> int:
        """Raise StoreError: a task has no business with the uploads of others."""
        message = f"{self.url}: a task gives up no uploads"
        raise StoreError(message)

    def _ask(self, do: str, names: Sequence[str], *more: str) -> Any:
        question = {"do": do, "names": list(names), "with": more}
        return self._apart.ask(question, _silent)["found"]


_DOING: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "read": lambda objects, names: objects.read(names),
        "entries": lambda objects, names: [astuple(each) for each in objects.entries(names)],
        "create": lambda objects, names, text: objects.create(*names, text),
        "write": lambda objects, names, text: objects.write(*names, text),
        "remove": lambda objects, names: objects.remove(names),
        "upload": lambda objects, names, path: objects.upload(Path(path), *names),
        "download": lambda objects, names, path: objects.download(*names, Path(path)),
    }
)


def _answered(objects: Objects, tenant: str, question: Mapping[str, Any]) -> Mapping[str, Any]:
    """Do what ``ObjectsApart`` was asked for, in the process that has the keys."""
    names: list[str] = question["names"]
    if not all(name.startswith(f"{tenant}/") for name in names):
        message = f"{objects.url}: asked about another tenant than {tenant}"
        raise StoreError(message)
    return {"found": _DOING[question["do"]](objects, names, *question["with"])}


def _silent(share: float | None, message: str = "") -> None:
    """Files of a bucket tell no progress."""
