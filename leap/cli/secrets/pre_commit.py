"""leap secrets pre-commit: what the hook runs before each commit."""

from __future__ import annotations

from pathlib import Path

import click

from leap.cli.common import root_option
from leap.errors import Diagnostic, ExitCode


@click.command("pre-commit")
@root_option
def command(root: Path) -> int:
    """Check what is about to be committed; exit 1 where it should not be.

    Finds private keys and tokens in every staged file. Where the staged files
    concern tenants, pipelines or rules, they are validated, too, as they are
    staged. Needs no key.
    """
    from leap.secrets.staged import concerns_declaration, staged_exposed, staged_tree

    found = list(staged_exposed(root))
    if concerns_declaration(root):
        with staged_tree(root) as tree:
            found += _validated(tree)
    errors = sorted({each for each in found if each.severity == "error"})
    for each in errors:
        click.echo(str(each), err=True)
    if errors:
        noun = "problem" if len(errors) == 1 else "problems"
        click.echo(f"{len(errors)} {noun} in what is staged; nothing was committed.", err=True)
    return ExitCode.ERROR if errors else ExitCode.OK


def _validated(tree: Path) -> list[Diagnostic]:
    from leap.config import check_files
    from leap.secrets import check

    checked = check_files(tree)
    secrets = (each for tenant in checked.tenants for each in check(tree, tenant))
    return [*checked.diagnostics, *secrets]
