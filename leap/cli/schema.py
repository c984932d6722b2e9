"""leap schema: write the JSON Schemas that editors read, and the reference that people read."""

from __future__ import annotations

from pathlib import Path

import click

from leap.cli.common import root_option
from leap.errors import ExitCode

FOLDER = "schemas"
REFERENCE = "docs/reference.md"


@click.command(name="schema")
@root_option
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 if any is stale.")
def command(root: Path, only_check: bool) -> int:  # noqa: FBT001 -- click gives it by name
    """Write schemas/*.schema.json, which the first line of every YAML file names.

    Where there is a docs/reference.md, it is written anew as well.
    """
    wanted = _wanted(root)
    stale = [path for path, text in wanted.items() if _current(root / path) != text]
    if only_check:
        for path in stale:
            click.echo(f"{path}: stale; run `leap schema`", err=True)
        return ExitCode.ERROR if stale else ExitCode.OK
    for path in stale:
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(wanted[path], encoding="utf-8")
    click.echo(f"{len(wanted)} files, {len(stale)} of them changed", err=True)
    return ExitCode.OK


def _wanted(root: Path) -> dict[str, str]:
    """Return the text of every file that the models decide, by path."""
    from leap.config.reference import reference
    from leap.config.schema import schemas

    wanted = {f"{FOLDER}/{name}": text for name, text in schemas().items()}
    return wanted | ({REFERENCE: reference()} if (root / REFERENCE).is_file() else {})


def _current(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
