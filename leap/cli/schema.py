"""leap schema: write the JSON Schemas that editors read."""

from __future__ import annotations

from pathlib import Path

import click

from leap.cli.common import root_option
from leap.errors import ExitCode

FOLDER = "schemas"


@click.command(name="schema")
@root_option
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 if any is stale.")
def command(root: Path, only_check: bool) -> int:  # noqa: FBT001 -- click gives it by name
    """Write schemas/*.schema.json, which the first line of every YAML file names."""
    from leap.config.schema import schemas

    folder = root / FOLDER
    wanted = schemas()
    stale = [name for name, text in wanted.items() if _current(folder / name) != text]
    if only_check:
        for name in stale:
            click.echo(f"{FOLDER}/{name}: stale; run `leap schema`", err=True)
        return ExitCode.ERROR if stale else ExitCode.OK
    folder.mkdir(exist_ok=True)
    for name in stale:
        (folder / name).write_text(wanted[name], encoding="utf-8")
    noun = "schema" if len(wanted) == 1 else "schemas"
    click.echo(f"{len(wanted)} {noun} in {FOLDER}/, {len(stale)} changed", err=True)
    return ExitCode.OK


def _current(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
