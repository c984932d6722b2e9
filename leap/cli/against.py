"""``leap plan --against``: what an edit would do, from files alone."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from leap.cli.common import MARK, echo_json
from leap.errors import ConfigError, ExitCode, UsageError

if TYPE_CHECKING:
    from leap.config import Declaration

F = TypeVar("F", bound=Callable[..., Any])


def against_options(function: F) -> F:
    """Add ``--against`` and ``--catalogue``; the command gets both as ``str | Path | None``."""
    against = click.option(
        "--against",
        metavar="REF",
        help="What the YAML here changes against that of a revision or a folder; "
        "needs no key, database or network.",
    )
    catalogue = click.option(
        "--catalogue",
        type=click.Path(path_type=Path),
        metavar="PATH",
        help="With --against: where the last `leap reconcile` left its catalogues; "
        "else state/catalogue.",
    )
    return against(catalogue(function))


def require_alone(against: str | None, catalogue: Path | None, **others: object) -> None:
    """Raise UsageError for options that mean nothing with ``--against``, or without it."""
    if against is None:
        if catalogue is not None:
            raise UsageError("--catalogue: it is for --against REF", hint="see `leap plan --help`")
        return
    for name, value in others.items():
        if value:
            hint = "what is compared with a revision is foreseen, and cannot be applied"
            raise UsageError(f"--{name}: not together with --against", hint=hint)


def show(
    root: Path,
    against: str,
    *,
    catalogue: Path | None,
    tenants: tuple[str, ...],
    format_: str,
    verbose: bool,
    detailed_exitcode: bool,
) -> int:
    """Print what the declaration at ``root`` changes against ``against``; return the exit code.

    Needs no key, no database and no network. Raises ConfigError where the
    declaration at ``root`` has mistakes, UsageError where there is nothing to
    compare it with.
    """
    from leap.config import load
    from leap.planning.speculate import speculate
    from leap.render import diagnostics, speculative
    from leap.render.speculative_markdown import broken, markdown
    from leap.render.terminal import paint_for, width_of_terminal
    from leap.tasks.catalogue import folder_of, read

    with _base(root, against) as folder:
        try:
            head = load(root, tenants=tenants or None)
            base, notes = _load_base(folder, tenants)
            names = sorted(tenants or {*head.tenants, *base})
            place = catalogue or folder_of(head.operator.state)
            catalogues = {name: read(place, name) for name in names}
            found = speculate(base, head, catalogues, against=against, tenants=names, notes=notes)
        except ConfigError as error:
            # A comment and a program want to hear of it where they look for the plan.
            if format_ == "json":
                echo_json(diagnostics.data(error.diagnostics))
            elif format_ == "markdown":
                _echo(broken(error.diagnostics))
            raise
    if format_ == "json":
        echo_json(speculative.json_data(found))
    elif format_ == "markdown":
        _echo(markdown(found))
    else:
        paint, width = paint_for(sys.stdout), width_of_terminal()
        click.echo(speculative.text(found, width=width, paint=paint, whole=verbose))
    return ExitCode.CHANGES if found.has_changes and detailed_exitcode else ExitCode.OK


def _echo(document: str) -> None:
    """Print Markdown in UTF-8, whatever the terminal reads."""
    click.echo(document.encode(errors="replace"), nl=False)


@contextlib.contextmanager
def _base(root: Path, against: str) -> Iterator[Path]:
    """Give a folder with the declaration called ``against``: a revision's, or one that is there.

    What looks like a path is one. Any other name is asked of git first: a pull
    request must not be able to stand in for `main` with a folder of that name.
    """
    from leap.tasks.revision import lay_out, resolve

    folder = Path(against)
    is_there = False
    with contextlib.suppress(OSError):  # a name too long for a folder may be one for git
        is_there = bool(against) and (folder / MARK).is_file()
    if is_there and (folder.is_absolute() or folder.parts[:1] == ("..",) or against[:1] == "."):
        yield folder
        return
    commit = resolve(root, against)
    if commit is None and is_there:
        yield folder
    elif commit is None:
        message = f"--against {against}: neither a revision nor a folder with {MARK}"
        hint = "a shallow clone has few revisions: fetch it, or give the folder of its checkout"
        raise UsageError(message, hint=hint)
    else:
        with tempfile.TemporaryDirectory(prefix="leap-against-") as name:
            lay_out(root, commit, Path(name))
            yield Path(name)


def _load_base(
    folder: Path, tenants: tuple[str, ...]
) -> tuple[Mapping[str, Declaration], list[str]]:
    """Return the declaration to compare with by tenant; one with mistakes counts as absent."""
    from leap.config import load

    there = {path.name for path in (folder / "tenants").glob("[!.]*/")}
    names = sorted(there & set(tenants) if tenants else there)
    if not names:
        return {}, []
    try:
        whole = load(folder, tenants=names)
    except ConfigError:
        pass
    else:
        return dict.fromkeys(whole.tenants, whole), []
    found: dict[str, Declaration] = {}
    notes = []
    for name in names:
        try:
            found[name] = load(folder, tenants=[name])
        except ConfigError as error:
            first = error.diagnostics[0]
            notes.append(f"{name} has mistakes there ({first}): compared as if it were new")
    return found, notes
