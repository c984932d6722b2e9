"""leap secrets git: let git show and guard secrets in this clone."""

from __future__ import annotations

from pathlib import Path

import click

from leap.cli.common import root_option


@click.command("git")
@root_option
def command(root: Path) -> None:
    """Let git show and guard secrets in this clone; safe to repeat.

    `git diff` then shows the values of files that a key of this machine opens,
    and of others what changed. A pre-commit hook refuses a commit with a
    secret in the clear or with broken YAML; a hook of yours is left alone.
    """
    from leap.secrets.gitsetup import set_up

    for sentence in set_up(root) or ("This clone is set up already.",):
        click.echo(sentence, err=True)
