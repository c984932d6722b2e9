"""New keys for a tenant's secrets: the file's data key, and the tenant's own age key."""

from __future__ import annotations

import time
from pathlib import Path

from leap.errors import SecretError
from leap.secrets.files import changing, locked, replace
from leap.secrets.keygen import key_text
from leap.secrets.keys import Key, key_path, keys_folder, keys_in
from leap.secrets.places import secrets_path, shown
from leap.secrets.recipients import needed_rule, reseal
from leap.secrets.rules import Reader
from leap.secrets.structure import load, recipients


def rotate(root: Path, tenant: str) -> None:
    """Encrypt every value in the file of ``tenant`` anew, under a new data key.

    The readers stay. Raises SecretError.
    """
    path = secrets_path(root, tenant)
    with changing(root, path):
        if not path.exists():
            message = f"{shown(root, path)}: there is nothing to rotate"
            raise SecretError(
                message, hint=f"set a secret: leap secrets set {tenant} ACCOUNT.FIELD"
            )
        rule = needed_rule(root, tenant)
        reseal(root, tenant, rule, rule.readers, new_data_key=True)


def rotate_key(root: Path, tenant: str) -> str:
    """Give ``tenant`` a new age key of its own; return the recipient that belongs to it.

    The new key goes on top of ``state/keys/<tenant>.agekey``; the former one
    stays below it, since it opens what git remembers. Then the new recipient
    takes the former one's place in ``.sops.yaml`` and in the encrypted file. A
    killed run leaves a key that opens the file; the next one goes on from there.

    Raises SecretError where the tenant's key is not on this machine.
    """
    path = secrets_path(root, tenant)
    with changing(root, path):
        rule = needed_rule(root, tenant)
        held = keys_in(root, key_path(root, tenant))
        own = [key.recipient for key in held if key.recipient in rule.recipients]
        if not own:
            message = f"{shown(root, key_path(root, tenant))}: no key of {tenant} is here"
            raise SecretError(message, hint="rotate it on the machine that has the key")
        new = held[0].recipient if _began(root, tenant, held, own) else _prepend(root, tenant)
        wanted = [
            Reader(new, each.name) if each.recipient in own else each for each in rule.readers
        ]
        reseal(root, tenant, rule, tuple(dict.fromkeys(wanted)), new_data_key=True)
        return new


def _began(root: Path, tenant: str, held: list[Key], own: list[str]) -> bool:
    """Tell whether the newest key is that of a rotation that was not finished."""
    newest = held[0].recipient
    path = secrets_path(root, tenant)
    if newest not in own:
        return True
    return path.exists() and newest not in recipients(load(root, path)[0])


def _prepend(root: Path, tenant: str) -> str:
    path = key_path(root, tenant)
    with locked(keys_folder(root)):
        recipient, text = key_text()
        day = time.strftime("%Y-%m-%d")
        note = f"# replaced on {day} by the key above; opens older versions in git\n"
        former = path.read_text(encoding="utf-8")
        replace(path, f"{text}{note}{former}".encode(), mode=0o600)
    return recipient
