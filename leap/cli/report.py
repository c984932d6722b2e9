"""``leap report``: one static page about all recordings."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from leap.cli.common import chosen_tenants, echo_json, format_option, root_option, tenant_option
from leap.errors import LeapError, UsageError

_PAGE = "index.html"
#: Every report begins with this, so that no other file is overwritten.
_MARK = b'<meta name="generator" content="LEAP'


@click.command("report")
@root_option
@tenant_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE|DIR",
    help="Where to write the page; state/report/index.html by default.",
)
@click.option("--open", "open_", is_flag=True, help="Show the page in the browser.")
@format_option
def command(
    root: Path, tenants: tuple[str, ...], out: Path | None, format_: str, *, open_: bool
) -> None:
    """Write one static page: recordings, failures, what is next, times and sizes.

    The page needs neither a server nor a network, so that it can be opened from
    its folder, mailed or put anywhere. Links to unlisted lectures are in it:
    give it to those who may have these. Reads the ledger and the store alone.
    """
    from datetime import UTC, datetime

    from leap.config import load
    from leap.ledger import open_ledger
    from leap.render import report
    from leap.tasks.overview import gather

    if format_ == "json" and (out or open_):
        raise UsageError("--format json writes no page", hint="leave out --out and --open")
    declaration = load(root, tenants=tenants or None)
    operator = declaration.operator
    target = _target(out, operator.state / "report")
    chosen = chosen_tenants(declaration, tenants)
    with open_ledger(operator.database, operator.state) as ledger:
        found = gather(ledger, declaration, chosen, now=datetime.now(UTC), folder=target.parent)
    if format_ == "json":
        echo_json(report.json_data(found))
        return
    _write(target, report.html(found))
    click.echo(target)
    if open_:
        import webbrowser

        webbrowser.open(target.as_uri())


def _target(out: Path | None, default: Path) -> Path:
    """Return the file to write. Raises LeapError where another file would be lost."""
    if out is None:
        return default / _PAGE
    path = out.absolute()
    # A name without an ending is a folder to be made.
    target = path / _PAGE if path.is_dir() or not path.suffix else path
    if target.is_file() and not _is_report(target):
        message = f"{target}: is no report, and would be overwritten"
        raise LeapError(message, hint="name another file with --out")
    return target


def _is_report(path: Path) -> bool:
    with path.open("rb") as file:
        return _MARK in file.read(1000)


def _write(target: Path, page: str) -> None:
    """Put ``page`` at ``target``, whole or not at all."""
    scratch = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_text(page, encoding="utf-8", errors="replace")
        scratch.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            scratch.unlink()
        message = f"{target}: the report cannot be written ({error.strerror})"
        raise LeapError(message, hint="name another place with --out") from error
