"""A tenant's credentials: opened for its run, written one value at a time."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import SecretStr

from leap.errors import SecretError
from leap.secrets import sops
from leap.secrets.check import load, recipients, structure
from leap.secrets.files import locked, replace
from leap.secrets.keys import Key, choose
from leap.secrets.places import check_account, check_field, secrets_path, shown
from leap.secrets.rules import rule_for

Credentials = Mapping[str, Mapping[str, SecretStr]]

_YAML = ("--input-type", "yaml", "--output-type", "yaml")


def credentials(root: Path, tenant: str) -> Credentials:
    """Return the credentials of ``tenant`` by account name; none without a file.

    Each is a mapping of field names to values, ``kind`` among them. Raises
    SecretError where the file is not wholly encrypted, no key opens it, it was
    tampered with, or it belongs to another tenant.
    """
    path = secrets_path(root, tenant)
    if not path.exists():
        return MappingProxyType({})
    data, _ = _opened(root, tenant, path)
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
    try:
        with locked(path.parent):
            if path.exists():
                _change(root, tenant, path, name, fields)
            else:
                _create(root, tenant, path, name, fields)
    except OSError as error:
        where = shown(root, Path(error.filename or path))
        raise SecretError(f"{where}: cannot be written: {error.strerror}") from None


def _create(root: Path, tenant: str, path: Path, name: str, fields: Mapping[str, str]) -> None:
    subject = shown(root, path)
    rule = rule_for(root, tenant)
    if rule is None:
        message = f"{subject}: no rule says whom to encrypt it for"
        raise SecretError(message, hint=f"make a key: leap secrets keygen {tenant}")
    # JSON is YAML, so this is a document of the right type without a dumper.
    plain = json.dumps({"tenant": tenant, "credentials": {name: dict(fields)}})
    command = ["encrypt", "--filename-override", str(path), *_YAML]
    encrypted = sops.run(command, subject=subject, root=root, rules=rule.file, stdin=plain.encode())
    replace(path, encrypted)


def _change(root: Path, tenant: str, path: Path, name: str, fields: Mapping[str, str]) -> None:
    subject = shown(root, path)
    _, key = _opened(root, tenant, path)
    rule = rule_for(root, tenant)
    # `sops set` writes into the file it is given, so it gets a copy.
    with tempfile.TemporaryDirectory(prefix="leap-secrets-") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        for field, value in fields.items():
            index = "".join(f"[{json.dumps(part)}]" for part in ("credentials", name, field))
            sops.run(
                ["set", "--value-stdin", *_YAML, str(copy), index],
                subject=subject,
                root=root,
                rules=rule.file if rule else None,
                key=key,
                stdin=json.dumps(value).encode(),
            )
        replace(path, copy.read_bytes())


def _opened(root: Path, tenant: str, path: Path) -> tuple[dict[str, Any], Key]:
    """Return the decrypted document, checked to be this tenant's, and the key that opened it."""
    subject = shown(root, path)
    document, problems = load(root, path)
    for problem in (*problems, *structure(document)):
        raise SecretError(str(problem))
    command = ["decrypt", "--input-type", "yaml", "--output-type", "json", str(path)]
    key = choose(root, tenant, recipients(document), subject)
    text = sops.run(command, subject=subject, root=root, key=key)
    data = json.loads(text)
    if data.get("tenant") != tenant:
        message = f"{subject}: it was encrypted for another tenant, not for {tenant}"
        raise SecretError(message, hint="each tenant needs credentials of its own")
    accounts = data.get("credentials")
    if not isinstance(accounts, dict):
        raise SecretError(f"{subject}: `credentials` must map account names to fields")
    for account, fields in accounts.items():
        if not isinstance(fields, dict) or not all(isinstance(v, str) for v in fields.values()):
            message = f"{subject}: `credentials.{account}` must map field names to texts"
            raise SecretError(message, hint="put numbers in quotes")
    return data, key
