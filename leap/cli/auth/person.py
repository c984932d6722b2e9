"""A person logs in: a page opens, and somewhere an answer arrives."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from leap.cli.auth.typed import Typed
from leap.errors import UsageError

if TYPE_CHECKING:
    from leap.cli.auth.target import Target
    from leap.config.operator import Operator
    from leap.providers.oauth.attempt import Answer, Attempt
    from leap.providers.oauth.login import Login
    from leap.providers.oauth.token import App
    from leap.providers.oauth.vendor import Vendor


def vendor_of(wanted: Target, operator: Operator, redirect: str | None, *, testing: bool) -> Vendor:
    """Return the vendor's OAuth as it is to be used.

    ``redirect`` is where the app sends the browser, if not to where it usually
    does; ``testing`` tells that the vendor has the app for one in testing.
    Raises UsageError.
    """
    from leap.providers.accounts import IMPLICIT_LOGINS, LOGINS

    there = IMPLICIT_LOGINS if wanted.way == "implicit" else LOGINS
    vendor = there[wanted.vendor](operator, wanted.command)
    if testing and vendor.testing is None:
        raise UsageError(f"--testing is not for {vendor.name}", hint="leave it out")
    if redirect is not None:
        _require_address(redirect)
    return replace(
        vendor,
        lands_at=redirect or vendor.lands_at,
        testing=vendor.testing if testing else None,
    )


def _require_address(redirect: str) -> None:
    if re.fullmatch(r"https?://[!-~]{1,300}", redirect) is None:
        message = f"--redirect {redirect[:60]!r}: is no address of the web"
        raise UsageError(message, hint="copy it from the app at the vendor: https://…")


def of_person(
    vendor: Vendor,
    operator: Operator,
    stored: Mapping[str, str],
    client_id: str | None,
    port: int | None,
    *,
    opens: bool,
) -> Mapping[str, str]:
    """Ask somebody to say yes at ``vendor``, and return the fields of the credential.

    ``stored`` are those that are known of it; ``port`` is where to listen, if
    not where the vendor's apps usually allow it; ``opens`` tells whether to open
    a browser. Raises UsageError, NeedsHuman for a no, and other ProviderErrors.
    """
    from leap.providers.oauth.login import Login
    from leap.providers.oauth.token import exchange, require_all

    typed = Typed()
    app = _app(vendor, stored, client_id, typed)
    with _listening(vendor, app, port) as (attempt, listen):
        login = Login(attempt)
        listen(login)
        _show(attempt, opens=opens)
        answer = _heard(login, typed)
    granted = exchange(app, attempt, answer, allow_insecure=operator.allow_insecure_endpoints)
    require_all(vendor, granted)
    if vendor.testing is not None and granted.ends_at is None:
        granted = replace(granted, ends_at=datetime.now(UTC) + vendor.testing)
    # The state is of this login alone; what else is wanted back, is with each renewal.
    kept = [name for name in vendor.echoed if name in answer.fields and name != "state"]
    echoed = {name: answer.fields[name] for name in kept}
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

    if vendor.lands_at is not None and port is None:
        yield begin(vendor, app.id, vendor.lands_at), lambda _: None
        return
    with Receiver(vendor.port if port is None else port, vendor.path) as receiver:
        yield begin(vendor, app.id, receiver.redirect_uri), receiver.listen


def _show(attempt: Attempt, *, opens: bool) -> None:
    from leap.cli.auth.browser import open_page

    vendor = attempt.vendor
    click.echo(f"Allow LEAP at {vendor.name}, in a browser:\n\n  {attempt.address}\n", err=True)
    opened = opens and open_page(attempt.address)
    if opened:
        click.echo("It should be open by now.", err=True)
    if attempt.redirect_uri == vendor.lands_at:
        click.echo(
            f"It will end at {vendor.lands_at}, whether a page is there or not:\n"
            "paste the whole address of that page here.",
            err=True,
        )
        return
    click.echo(f"Waiting 5 minutes for the answer at {attempt.redirect_uri} …", err=True)
    if not opened:
        click.echo(
            "A browser on another machine will end at a page that it cannot show:\n"
            "paste the whole address of that page here.",
            err=True,
        )


def _heard(login: Login, typed: Typed) -> Answer:
    """Return the answer, whether it arrives by itself or is pasted."""
    if login.attempt.redirect_uri != login.attempt.vendor.lands_at:
        threading.Thread(target=_read, args=(login, typed), daemon=True).start()
    elif not _read(login, typed):
        hint = "begin again, and paste the address at which the browser ends"
        raise UsageError("no address was pasted", hint=hint)
    return login.wait()


def _read(login: Login, typed: Typed) -> bool:
    """Offer every line that is typed from now on; tell whether one ended the login."""
    from leap.providers.oauth.attempt import ForeignAnswer

    for line in typed.lines():
        if not line.strip():
            continue
        refused = login.offer(line)
        if not isinstance(refused, ForeignAnswer):
            return True
        click.echo(str(refused), err=True)
    return False
