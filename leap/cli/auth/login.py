"""leap auth login: a credential from a vendor, encrypted where the tenant's others are."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leap.cli.auth.target import Target, find_target, require_known, stored_fields
from leap.cli.auth.typed import Typed
from leap.cli.common import root_option
from leap.errors import UsageError

if TYPE_CHECKING:
    from leap.config.operator import Operator
    from leap.providers.oauth.attempt import Attempt
    from leap.providers.oauth.checked import Checked
    from leap.providers.oauth.login import Login
    from leap.providers.oauth.token import App
    from leap.providers.oauth.vendor import Vendor


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
) -> None:
    """Log in at VENDOR (zoom), and keep the credential in the tenant's secrets file.

    A browser opens, in which somebody allows the app to read recordings; the
    vendor then sends it back to this machine, where LEAP waits for 5 minutes.
    Without a browser on this machine, open the printed address anywhere, and
    paste the address at which it ends. The client secret is asked for unseen, or
    read from stdin, unless it is in the file already.

    With --server-to-server nobody logs in: the app's account_id, client_id and
    client_secret are asked for (or read from stdin, one a line), tried, and kept.
    """
    from leap.config import load
    from leap.secrets import take_keys
    from leap.secrets.credentials import require_settable

    require_known(vendor, is_app=is_app)
    if is_app and (port or no_browser):
        raise UsageError("--port and --no-browser are for a login, which --server-to-server is not")
    wanted = find_target(root, vendor, tenant, account, is_app=is_app)
    operator = load(root, tenants=()).operator
    # No program that is started from here on, a browser first of all, gets to see keys.
    take_keys()
    require_settable(root, wanted.tenant)
    stored = stored_fields(wanted)
    if is_app:
        fields = _of_app(wanted, client_id)
    else:
        fields = _of_person(wanted, operator, stored, client_id, port, opens=not no_browser)
    _keep(wanted, operator, fields)


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


# ── a person ───────────────────────────────────────────────────────────────


def _of_person(
    wanted: Target,
    operator: Operator,
    stored: Mapping[str, str],
    client_id: str | None,
    port: int | None,
    *,
    opens: bool,
) -> Mapping[str, str]:
    from leap.providers.accounts import LOGINS
    from leap.providers.oauth.login import Login
    from leap.providers.oauth.token import exchange

    typed = Typed()
    vendor = LOGINS[wanted.vendor](operator, wanted.command)
    app = _app(vendor, stored, client_id, typed)
    with _listening(vendor, app, port) as (attempt, listen):
        login = Login(attempt)
        listen(login)
        _show(attempt, opens=opens)
        _hear(login, typed)
        answer = login.wait()
    granted = exchange(app, attempt, answer, allow_insecure=operator.allow_insecure_endpoints)
    echoed = {name: answer.fields[name] for name in vendor.echoed if name in answer.fields}
    secret = {"client_secret": app.secret} if app.secret else {}
    return {"client_id": app.id, **secret, **echoed, **granted.fields()}


def _app(vendor: Vendor, stored: Mapping[str, str], client_id: str | None, typed: Typed) -> App:
    from leap.providers.oauth.token import App

    identity = client_id or stored.get("client_id") or typed.plain("client_id")
    if vendor.authentication == "none":
        return App(identity, "")
    # The secret of one app is of no use to another one.
    secret = stored.get("client_secret") if identity == stored.get("client_id") else None
    return App(identity, secret or typed.secret("client_secret"))


@contextlib.contextmanager
def _listening(
    vendor: Vendor, app: App, port: int | None
) -> Iterator[tuple[Attempt, Callable[[Login], None]]]:
    """Give the question to ask, and what hears the answer to it."""
    from leap.providers.oauth.attempt import begin
    from leap.providers.oauth.receiver import Receiver

    if vendor.lands_at is not None:
        yield begin(vendor, app.id, vendor.lands_at), lambda _: None
        return
    with Receiver(vendor.port if port is None else port, vendor.path) as receiver:
        yield begin(vendor, app.id, receiver.redirect_uri), receiver.listen


def _show(attempt: Attempt, *, opens: bool) -> None:
    from leap.cli.auth.browser import open_page

    vendor = attempt.vendor
    click.echo(f"Allow LEAP at {vendor.name}, in a browser:\n\n  {attempt.address}\n", err=True)
    opened = opens and vendor.lands_at is None and open_page(attempt.address)
    if opened:
        click.echo("It should be open by now.", err=True)
    if vendor.lands_at is None:
        click.echo(f"Waiting 5 minutes for the answer at {attempt.redirect_uri} …", err=True)
    if not opened:
        click.echo(
            "A browser on another machine will end at a page that it cannot show:\n"
            "paste the whole address of that page here.",
            err=True,
        )


def _hear(login: Login, typed: Typed) -> None:
    """Offer every line that is typed from now on as the answer, on a thread of its own."""

    def listen() -> None:
        for line in typed.lines():
            refused = login.offer(line) if line.strip() else None
            if refused is not None:
                click.echo(f"{refused.message}; {refused.hint}", err=True)

    threading.Thread(target=listen, daemon=True).start()


# ── afterwards ─────────────────────────────────────────────────────────────


def _keep(wanted: Target, operator: Operator, fields: Mapping[str, str]) -> None:
    """Ask the vendor what the credential is worth, store it, and say what comes next."""
    from leap.providers.accounts import CHECKS
    from leap.providers.oauth.checked import Fresh
    from leap.secrets import set_credential

    credential = {"kind": wanted.kind, **fields}
    sources = [use.model for use in wanted.uses if use.model is not None]
    fresh = Fresh(wanted.account, credential)
    checked = CHECKS[wanted.kind](operator, fresh, sources, wanted.command)
    if checked.scopes:
        credential["scopes"] = " ".join(sorted(checked.scopes))
    set_credential(wanted.root, wanted.tenant, wanted.account, credential)
    _tell(wanted, checked)


def _tell(wanted: Target, checked: Checked) -> None:
    whose = f" of {checked.whose}" if checked.whose else ""
    click.echo(f"The credential{whose} is in {wanted.file}, as {wanted.account}.", err=True)
    if checked.missing:
        click.echo("The app is not allowed everything yet. Give it the scopes to", err=True)
        for each in checked.missing:
            click.echo(f"  {each.ability}: {each.scope}", err=True)
    if wanted.uses:
        click.echo(f"Next: commit the file, then: leap plan --tenant {wanted.tenant}", err=True)
    else:
        text = f"Next: commit the file, and write `account: {wanted.account}` into a file in"
        click.echo(f"{text} tenants/{wanted.tenant}/sources/.", err=True)
