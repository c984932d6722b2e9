"""A tenant's credentials: opened for its run, written one value at a time."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import SecretStr

from leap.errors import SecretError
from leap.secrets import sops
from leap.secrets.files import changing, replace
from leap.secrets.keys import Key, choose
from leap.secrets.places import check_account, check_field, secrets_path, shown
from leap.secrets.rules import Rule, rule_for
from leap.secrets.sealing import YAML
from leap.secrets.structure import load, recipients

Credentials = Mapping[str, Mapping[str, SecretStr]]


def credentials(root: Path, tenant: str) -> Credentials:
    """Return the credentials of ``tenant`` by account name; none without a file.

    Each is a mapping of field names to values, ``kind`` among them. Raises
    SecretError where the file is not wholly encrypted, no key opens it, it was
    tampered with, or it belongs to another tenant.
    """
    path = secrets_path(root, tenant)
    if not path.exists():
        return MappingProxyType({})
    data, _ = opened(root, tenant)
    return MappingProxyType(
        {
            account: MappingProxyType({field: SecretStr(value) for field, value in fields.items()})
            for account, fields in data["credentials"].items()
        }
    )


def set_credential(root: Path, tenant: str, name: str, fields: Mapping[str, str]) -> None:
    """Set ``fields`` of the credential ``name``; its other fields stay.

    The file is made where there is none, for the recipients of the tenant's
    rule; else it must be this tenant's and open with a key of this machine.
    Readers see the old file or the new one. Raises SecretError.
    """
    check_account(name)
    for field, value in fields.items():
        check_field(field)
        if not value:
            # sops leaves an empty text as it is, which shows that it is empty.
            raise SecretError(f"the value of {name}.{field} is empty")
    path = secrets_path(root, tenant)
    with changing(root, path):
        if path.exists():
            replace(path, _changed(root, tenant, path, name, fields))
        else:
            # JSON is YAML, so this is a document of the right type without a dumper.
            plain = json.dumps({"tenant": tenant, "credentials": {name: dict(fields)}})
            replace(path, sealed_anew(root, tenant, plain.encode()))


def require_settable(root: Path, tenant: str) -> None:
    """Raise SecretError where ``set_credential`` would: no rule, no key, no right to write."""
    path = secrets_path(root, tenant)
    if path.exists():
        opened(root, tenant)
    else:
        _needed_rule(root, tenant)
    if not os.access(path.parent, os.W_OK | os.X_OK):
        message = f"{shown(root, path.parent)}: no file can be written there"
        raise SecretError(message, hint="see who owns the folder")


def sealed_anew(root: Path, tenant: str, plain: bytes) -> bytes:
    """Return the YAML text ``plain`` encrypted as the first file of ``tenant``.

    Raises SecretError where no rule says for whom.
    """
    path = secrets_path(root, tenant)
    rule = _needed_rule(root, tenant)
    command = ["encrypt", "--filename-override", str(path), *YAML]
    return sops.run(command, subject=shown(root, path), root=root, rules=rule.file, stdin=plain)


def _needed_rule(root: Path, tenant: str) -> Rule:
    rule = rule_for(root, tenant)
    if rule is None:
        message = f"{shown(root, secrets_path(root, tenant))}: no rule says whom to encrypt it for"
        raise SecretError(message, hint=f"make a key: leap secrets keygen {tenant}")
    return rule


def opened(root: Path, tenant: str) -> tuple[dict[str, Any], Key]:
    """Return the decrypted document of ``tenant``, and the key that opened it.

    It is checked to be this tenant's. Raises SecretError as ``credentials`` does.
    """
    path = secrets_path(root, tenant)
    subject = shown(root, path)
    document, problems = load(root, path)
    for problem in problems:
        raise SecretError(str(problem))
    command = ["decrypt", "--input-type", "yaml", "--output-type", "json", str(path)]
    key = choose(root, tenant, recipients(document), subject)
    data: dict[str, Any] = json.loads(sops.run(command, subject=subject, root=root, key=key))
    if data.get("tenant") != tenant:
        message = f"{subject}: it was encrypted for another tenant, not for {tenant}"
        raise SecretError(message, hint="each tenant needs credentials of its own")
    for account, field in _no_texts(data.get("credentials")):
        message = f"{subject}: `credentials.{account}.{field}` is no text"
        hint = f"put it in quotes: leap secrets edit {tenant}"
        raise SecretError(message, hint=hint)
    return data, key


def _no_texts(accounts: Any) -> Iterator[tuple[str, str]]:
    return (
        (account, field)
        for account, fields in accounts.items()
        for field, value in fields.items()
        if not isinstance(value, str)
    )


def _changed(root: Path, tenant: str, path: Path, name: str, fields: Mapping[str, str]) -> bytes:
    _, key = opened(root, tenant)
    rule = rule_for(root, tenant)
    # `sops set` writes into the file it is given, so it gets a copy.
    with tempfile.TemporaryDirectory(prefix="leap-secrets-") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        for field, value in fields.items():
            index = "".join(f"[{json.dumps(part)}]" for part in ("credentials", name, field))
            sops.run(
                ["set", "--value-stdin", *YAML, str(copy), index],
                subject=shown(root, path),
                root=root,
                rules=rule.file if rule else None,
                key=key,
                stdin=json.dumps(value).encode(),
            )
        return copy.read_bytes()
