"""What commands share: finding the repository, and JSON on stdout."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from leap.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])

#: The file that marks a repository's root.
MARK = "leap.yaml"


def find_root(directory: Path | None) -> Path:
    """Return the repository's root: ``directory``, or the nearest parent with leap.yaml.

    Raises UsageError where there is none.
    """
    if directory is not None:
        if not (directory / MARK).is_file():
            message = f"{directory}: no {MARK} here"
            raise UsageError(message, hint="name the repository's root with -C")
        return directory.resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / MARK).is_file():
            return folder
    message = f"{here}: no {MARK} here or in any folder above"
    raise UsageError(message, hint="go to the repository, or name it with -C DIR")


def root_option(function: F) -> F:
    """Add ``-C/--directory``; the command gets ``root: Path``."""

    def resolve(_: click.Context, __: click.Parameter, value: Path | None) -> Path:
        return find_root(value)

    return click.option(
        "-C",
        "--directory",
        "root",
        type=click.Path(file_okay=False, exists=True, path_type=Path),
        callback=resolve,
        metavar="DIR",
        help="The repository's root; else the nearest folder above with leap.yaml.",
    )(function)


def format_option(function: F) -> F:
    """Add ``--format text|json``; the command gets ``format_: str``."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="json: one document alone on stdout.",
    )(function)


def tenant_option(function: F) -> F:
    """Add ``--tenant NAME`` (repeatable); the command gets ``tenants: tuple[str, ...]``."""
    return click.option(
        "--tenant", "tenants", multiple=True, metavar="NAME", help="Only this tenant; repeatable."
    )(function)


def echo_json(document: Any) -> None:
    """Print ``document`` as JSON on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
