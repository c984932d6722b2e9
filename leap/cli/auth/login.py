"""leap auth login: a credential from a vendor, encrypted where the tenant's others are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leap.cli.auth.person import of_person, vendor_of
from leap.cli.auth.target import Target, Way, find_target, require_known, stored_fields
from leap.cli.auth.typed import Typed
from leap.cli.common import root_option
from leap.errors import UsageError

if TYPE_CHECKING:
    from leap.config.operator import Operator
    from leap.providers.oauth.checked import Checked


@click.command("login")
@root_option
@click.argument("vendor", metavar="VENDOR")
@click.option("--tenant", metavar="NAME", help="Whose account it is, where there are several.")
@click.option(
    "--account", metavar="NAME", help="What to call it; else as the sources do, or as the vendor."
)
@click.option("--client-id", metavar="ID", help="Of the app at the vendor; not secret.")
@click.option("--port", type=click.IntRange(1, 65535), help="Where the browser comes back to.")
@click.option("--no-browser", is_flag=True, help="Only print the address, and open nothing.")
@click.option(
    "--server-to-server", "is_app", is_flag=True, help="For an app that needs nobody to log in."
)
@click.option(
    "--implicit", is_flag=True, help="For an older app at VK: a token for a day, to be pasted."
)
@click.option(
    "--redirect",
    metavar="ADDRESS",
    help="Where the app at the vendor sends the browser, if not to this machine; to be pasted.",
)
@click.option(
    "--testing", is_flag=True, help="The app at Google is in testing: the login ends in 7 days."
)
def command(
    root: Path,
    vendor: str,
    tenant: str | None,
    account: str | None,
    client_id: str | None,
    port: int | None,
    *,
    no_browser: bool,
    is_app: bool,
    implicit: bool,
    redirect: str | None,
    testing: bool,
) -> None:
    """Log in at VENDOR (zoom, youtube, vk), and keep the credential in the tenant's secrets file.

    A browser opens, in which somebody allows the app to read recordings, or to
    publish; the vendor then sends it back to this machine, where LEAP waits for
    5 minutes. Without a browser on this machine, open the printed address
    anywhere, and paste the address at which it ends; at VK that is the usual way.
    The client secret is asked for unseen, or read from stdin, unless it is in the
    file already.

    With --server-to-server nobody logs in: the app's account_id, client_id and
    client_secret are asked for (or read from stdin, one a line), tried, and kept.
    """
    from leap.config import load
    from leap.secrets import take_keys
    from leap.secrets.credentials import require_settable

    way: Way = "app" if is_app else "implicit" if implicit else "person"
    require_known(vendor, way)
    of_login = {"--port": port, "--redirect": redirect, "--no-browser": no_browser}
    _require_fitting(way, {**of_login, "--testing": testing})
    wanted = find_target(root, vendor, tenant, account, way)
    operator = load(root, tenants=()).operator
    # No program that is started from here on, a browser first of all, gets to see keys.
    take_keys()
    require_settable(root, wanted.tenant)
    stored = stored_fields(wanted)
    if is_app:
        fields = _of_app(wanted, client_id)
    else:
        own = vendor_of(wanted, operator, redirect, testing=testing)
        fields = of_person(own, operator, stored, client_id, port, opens=not no_browser)
    _keep(wanted, operator, fields)


def _require_fitting(way: Way, options: Mapping[str, object]) -> None:
    """Raise UsageError for options of a login that contradict each other."""
    given = [name for name, value in options.items() if value]
    if way == "app" and given:
        message = f"{given[0]} is for a login, which --server-to-server is not"
        raise UsageError(message, hint="leave it out")
    if way == "implicit" and {"--port", "--redirect"}.intersection(given):
        message = f"--implicit ends at VK's own page, so that {given[0]} has no meaning"
        raise UsageError(message, hint="leave it out")
    if {"--port", "--redirect"}.issubset(given):
        message = "--port waits for the browser here, --redirect lets it end elsewhere"
        raise UsageError(message, hint="leave one of them out")


# ── an app that logs in by itself ──────────────────────────────────────────


def _of_app(wanted: Target, client_id: str | None) -> Mapping[str, str]:
    from leap.providers.accounts import CREDENTIALS

    typed = Typed()
    given = {"client_id": client_id} if client_id else {}
    shown: dict[str, Callable[[str], str]] = {"client_id": typed.plain, "account_id": typed.plain}
    return {
        name: given.get(name) or shown.get(name, typed.secret)(name)
        for name in CREDENTIALS[wanted.kind]
    }


# ── afterwards ─────────────────────────────────────────────────────────────


def _keep(wanted: Target, operator: Operator, fields: Mapping[str, str]) -> None:
    """Ask the vendor what the credential is worth, store it, and say what comes next."""
    from leap.providers.accounts import CHECKS
    from leap.providers.oauth.checked import Fresh
    from leap.secrets import set_credential

    credential = {"kind": wanted.kind, **fields}
    named_by = [use.model for use in wanted.uses if use.model is not None]
    fresh = Fresh(wanted.account, credential)
    checked = CHECKS[wanted.kind](operator, fresh, named_by, wanted.command)
    if checked.scopes:
        credential["scopes"] = " ".join(sorted(checked.scopes))
    set_credential(wanted.root, wanted.tenant, wanted.account, credential)
    _tell(wanted, checked)


def _tell(wanted: Target, checked: Checked) -> None:
    from leap.config.source import SOURCES
    from leap.render.terminal import moment

    whose = f" of {checked.whose}" if checked.whose else ""
    click.echo(f"The credential{whose} is in {wanted.file}, as {wanted.account}.", err=True)
    if checked.missing:
        click.echo("The app is not allowed everything yet. Give it the scopes to", err=True)
        for each in checked.missing:
            click.echo(f"  {each.ability}: {each.scope}", err=True)
    for limit in checked.limits:
        click.echo(f"But {limit}.", err=True)
    if checked.ends_anyhow and checked.dies_at is not None:
        click.echo(f"It ends {moment(checked.dies_at)}, used or not: log in again then.", err=True)
    if wanted.uses:
        click.echo(f"Next: commit the file, then: leap plan --tenant {wanted.tenant}", err=True)
    else:
        text = f"Next: commit the file, and write `account: {wanted.account}` into a file in"
        folder = "sources" if wanted.vendor in SOURCES else "presets"
        click.echo(f"{text} tenants/{wanted.tenant}/{folder}/.", err=True)
