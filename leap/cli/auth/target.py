"""What a login is for: whose account, what it is called, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from leap.cli.common import no_such_tenant, tenant_names
from leap.errors import UsageError

if TYPE_CHECKING:
    from leap.config.accounts import Use


#: Who logs in: a person, an app by itself, or a person who gets the token itself.
Way = Literal["person", "app", "implicit"]


@dataclass(frozen=True, slots=True)
class Target:
    """What a login is for, and in which ``way``.

    ``kind`` is its credential's, ``uses`` is what names it.
    """

    root: Path
    vendor: str
    kind: str
    tenant: str
    account: str
    uses: tuple[Use, ...]
    way: Way

    @property
    def command(self) -> str:
        from leap.tasks.accounts import login_command

        # Messages add what makes it the login of an app.
        flag = " --implicit" if self.way == "implicit" else ""
        return login_command(self.vendor, self.tenant, self.account, flag=flag)

    @property
    def file(self) -> str:
        return f"tenants/{self.tenant}/secrets.sops.yaml"


def require_known(vendor: str, way: Way) -> None:
    """Raise UsageError where nobody can log in at ``vendor`` in this way."""
    from leap.providers.accounts import APP_LOGINS, IMPLICIT_LOGINS, LOGINS

    there = {"person": LOGINS, "app": APP_LOGINS, "implicit": IMPLICIT_LOGINS}[way]
    if vendor not in there:
        names = ", ".join(f"`{name}`" for name in there)
        raise UsageError(f"there is no login for {vendor[:60]!r}", hint=f"there is {names}")


def find_target(
    root: Path, vendor: str, tenant: str | None, account: str | None, way: Way
) -> Target:
    """Return what the command line means; what it leaves out must be the only one of its kind.

    Raises UsageError, and SecretError for a name that no account can have.
    """
    from leap.config.accounts import accounts_in
    from leap.providers.accounts import APP_LOGINS
    from leap.secrets.places import check_account

    name = _tenant(root, tenant)
    declared = accounts_in(root, [name]).get(name, {})
    if account is None:
        account = _account(vendor, declared)
    check_account(account)
    kind = APP_LOGINS[vendor] if way == "app" else vendor
    return Target(root, vendor, kind, name, account, declared.get(account, ()), way)


def _tenant(root: Path, name: str | None) -> str:
    there = tenant_names(root)
    if name is not None:
        if name not in there:
            raise no_such_tenant(name, there, option="--tenant ")
        return name
    if len(there) == 1:
        return there[0]
    if not there:
        raise UsageError("there is no tenant yet", hint="make a folder tenants/NAME")
    raise UsageError("there are several tenants", hint="say whose account it is with --tenant")


def _account(vendor: str, declared: Mapping[str, tuple[Use, ...]]) -> str:
    """Return how the files call their one account at ``vendor``; else its own name."""
    names = [name for name, uses in declared.items() if any(use.vendor == vendor for use in uses)]
    if len(names) > 1:
        message = f"there are several accounts at {vendor}: {', '.join(names)}"
        raise UsageError(message, hint="say which one with --account")
    return names[0] if names else vendor


def stored_fields(wanted: Target) -> Mapping[str, str]:
    """Return the credential as it is now. Raises UsageError where it is of another kind."""
    from leap.secrets import credentials

    fields = {
        name: value.get_secret_value()
        for name, value in credentials(wanted.root, wanted.tenant).get(wanted.account, {}).items()
    }
    kind = fields.get("kind", wanted.kind)
    if kind != wanted.kind:
        message = f"{wanted.file}: {wanted.account} is a credential of the kind {kind}"
        hint = f"take another name with --account, or remove it: leap secrets edit {wanted.tenant}"
        raise UsageError(message, hint=hint)
    return fields
