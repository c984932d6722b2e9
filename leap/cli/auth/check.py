"""leap auth check: ask the vendors whether the accounts work."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from leap.cli.common import echo_json, format_option, root_option, tenant_names, tenant_option
from leap.errors import ExitCode, UsageError


@click.command("check")
@root_option
@tenant_option
@click.option("--account", "accounts", multiple=True, metavar="NAME", help="Only this account.")
@format_option
def command(root: Path, tenants: tuple[str, ...], accounts: tuple[str, ...], format_: str) -> int:
    """Ask each vendor whether its account works, and for all that the sources need.

    A person's login is renewed on the way. Exit code 1 where an account needs a
    person, or could not be asked.
    """
    from leap.config import load
    from leap.config.accounts import accounts_in
    from leap.ledger import open_ledger
    from leap.render import accounts as render
    from leap.render.terminal import paint_for, width_of_terminal
    from leap.secrets import secrets_path, take_keys
    from leap.tasks.account_checks import ask

    operator = load(root, tenants=()).operator
    take_keys()
    names = tenants or tuple(tenant_names(root))
    paint, width = paint_for(sys.stdout), width_of_terminal()
    answers = []
    if any(accounts_in(root, names).values()) or any(secrets_path(root, n).exists() for n in names):
        with open_ledger(operator.database, operator.state) as ledger:
            for answer in ask(root, operator, ledger, names, accounts):
                answers.append(answer)
                if format_ == "text":
                    click.echo(render.answer(answer, width=width, paint=paint))
    unknown = sorted(set(accounts) - {answer.account for answer in answers})
    if unknown:
        message = f"--account {unknown[0]}: there is none of this name that could be asked about"
        raise UsageError(message, hint="see `leap auth status`")
    if format_ == "json":
        echo_json(render.answers_data(answers))
    elif not answers:
        click.echo("There is no account whose vendor could be asked.")
    return ExitCode.OK if all(answer.works for answer in answers) else ExitCode.ERROR
