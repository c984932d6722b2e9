"""leap validate: check every YAML file; all mistakes at once."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Sequence
from pathlib import Path

import click

from leap.cli.annotations import annotate
from leap.cli.common import echo_json, format_option, root_option, tenant_option
from leap.errors import ExitCode

_COLOURS = {"error": "red", "warning": "yellow", "ok": "green", "hint": "cyan"}


@click.command(name="validate")
@root_option
@tenant_option
@format_option
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
def command(root: Path, tenants: tuple[str, ...], format_: str, strict: bool) -> int:  # noqa: FBT001 -- click gives it by name
    """Check every YAML file; all mistakes at once.

    Nothing is changed, and nothing but the files is needed: no network, no
    database and no key. Of secrets it sees that they are encrypted, and for
    whom. With GITHUB_ACTIONS=true the findings also appear as annotations of
    a pull request.
    """
    from leap.config import by_place, check_files
    from leap.render import diagnostics as render
    from leap.secrets import check as check_secrets

    checked = check_files(root, tenants=tenants or None)
    secrets = [each for tenant in checked.tenants for each in check_secrets(root, tenant)]
    # A place that is no file is told by both, and one .sops.yaml serves many tenants.
    told = {each.file for each in checked.diagnostics if not each.line}
    more = {each for each in secrets if each.line or each.file not in told}
    found = sorted({*checked.diagnostics, *more}, key=by_place)
    if format_ == "json":
        echo_json(render.data(found))
    else:
        # What is wrong with such a file may be a secret in the clear: it is not shown.
        hidden = frozenset(each.file for each in secrets)
        lines = functools.cache(functools.partial(_lines, root, hidden))
        click.echo(render.text(found, lines, files=checked.files, style=_style))
        if not checked.tenants:
            click.echo("no tenant yet: write tenants/<name>/tenant.yaml, or `leap init`", err=True)
    annotate(root, found, "leap validate")
    failing = {"error", "warning"} if strict else {"error"}
    return ExitCode.ERROR if any(each.severity in failing for each in found) else ExitCode.OK


def _style(text: str, role: str) -> str:
    return click.style(text, fg=_COLOURS[role])


def _lines(root: Path, hidden: Collection[str], file: str) -> Sequence[str]:
    """Return the lines of a file as far as they can be shown; none of the ``hidden`` ones."""
    from leap.config.events import MAX_BYTES
    from leap.config.files import read_file

    if file in hidden:
        return ()
    try:
        content = read_file(root / file, MAX_BYTES)
    except OSError:
        return ()
    # YAML's line ends are ours; str.splitlines knows more of them.
    return re.split(r"\r\n|\r|\n", content.decode("utf-8-sig", errors="replace"))
