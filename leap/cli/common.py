"""What commands share: finding the repository, and JSON on stdout."""

from __future__ import annotations

import difflib
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from leap.errors import UsageError

if TYPE_CHECKING:
    from contextlib import ExitStack

    from leap.config import Declaration
    from leap.config.operator import Operator
    from leap.domain.ports import Progress
    from leap.ledger import PostgresLedger

F = TypeVar("F", bound=Callable[..., Any])

#: The file that marks a repository's root.
MARK = "leap.yaml"

_SECONDS_BETWEEN = 0.2


def find_root(directory: Path | None) -> Path:
    """Return the repository's root: ``directory``, or the nearest parent with leap.yaml.

    Raises UsageError where there is none.
    """
    if directory is not None:
        if not (directory / MARK).is_file():
            message = f"{directory}: no {MARK} here"
            raise UsageError(message, hint="name the repository's root with -C")
        return directory.resolve()
    try:
        here = Path.cwd()
    except FileNotFoundError:
        message = "the current folder is gone"
        raise UsageError(message, hint="go to the repository, or name it with -C DIR") from None
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
        is_eager=True,
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


def accept_option(function: F) -> F:
    """Add ``--accept NAME`` (repeatable); the command gets ``accept: tuple[str, ...]``."""
    return click.option(
        "--accept",
        multiple=True,
        metavar="NAME",
        help="Do it although it is refused by this name; repeatable.",
    )(function)


def tenant_names(root: Path) -> list[str]:
    """Return the folders of tenants, by name."""
    return sorted(path.name for path in (root / "tenants").glob("[!.]*/"))


def tenant_option(function: F) -> F:
    """Add ``--tenant NAME`` (repeatable); the command gets ``tenants: tuple[str, ...]``.

    For a command with ``root_option``: a tenant has a folder below the root.
    """

    def known(context: click.Context, _: click.Parameter, names: tuple[str, ...]) -> Any:
        there = tenant_names(context.params["root"]) if names else []
        for name in names:
            if name not in there:
                raise no_such_tenant(name, there, option="--tenant ")
        return names

    return click.option(
        "--tenant",
        "tenants",
        multiple=True,
        callback=known,
        metavar="NAME",
        help="Only this tenant; repeatable.",
    )(function)


def no_such_tenant(name: str, there: Iterable[str], *, option: str = "") -> UsageError:
    """Return a tenant's unknown name, given with ``option``, as an error with the nearest one."""
    close = difflib.get_close_matches(name, there, n=1)
    hint = f"did you mean `{close[0]}`?" if close else "see the folders under tenants/"
    return UsageError(f"{option}{name}: no such tenant", hint=hint)


def echo_json(document: Any) -> None:
    """Print ``document`` as JSON on stdout, in UTF-8 whatever the terminal reads.

    https://www.rfc-editor.org/rfc/rfc8259#section-8.1
    """
    click.echo(json.dumps(document, ensure_ascii=False, indent=2).encode(errors="replace"))


def chosen_tenants(declaration: Declaration, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tenants that a command is for: those named, else all of them.

    Raises UsageError for a name that no tenant has.
    """
    for name in names:
        if name not in declaration.tenants:
            raise no_such_tenant(name, declaration.tenants, option="--tenant ")
    return names or tuple(declaration.tenants)


def ledger_if_any(operator: Operator | None, stack: ExitStack) -> PostgresLedger | None:
    """Return the ledger, open until ``stack`` ends; None where there is none yet.

    Raises LedgerError, MissingTool.
    """
    from leap.ledger import open_ledger
    from leap.ledger.opening import exists

    if operator is None or not exists(operator.database, operator.state):
        return None
    return stack.enter_context(open_ledger(operator.database, operator.state))


def listing_progress() -> Progress:
    """Return a receiver that shows on a terminal which file of a source is being read.

    Reading a folder for the first time means hashing every file in it; the
    line is wiped by the next output. Without a terminal nothing is shown.
    """
    stream = sys.stderr
    last = time.monotonic()

    def show(share: float | None, message: str = "") -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _SECONDS_BETWEEN:
            return
        last = now
        percent = f"{share:4.0%} " if share is not None else ""
        stream.write(f"\r\x1b[2K{percent}{message[:100]}\r")
        stream.flush()

    return show if stream.isatty() else _silent


def _silent(share: float | None, message: str = "") -> None:
    del share, message
