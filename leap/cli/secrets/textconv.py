"""leap secrets textconv: what `git diff` shows of an encrypted file."""

from __future__ import annotations

from pathlib import Path

import click

from leap.cli.common import root_option


@click.command("textconv")
@root_option
@click.argument("file", type=click.Path(path_type=Path))
def command(root: Path, file: Path) -> None:
    """Print FILE as `git diff` compares it: its values, or without a key its structure."""
    from leap.secrets.textconv import as_text

    click.echo(as_text(root, file), nl=False)
