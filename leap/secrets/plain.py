"""What the decrypted text of a tenant's secrets must look like, told by line and column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from leap.config.document import Document
from leap.config.reader import read
from leap.errors import Diagnostic, SecretError
from leap.secrets.places import check_account, check_field


def complaints(text: bytes, tenant: str) -> tuple[Diagnostic, ...]:
    """Return what is wrong with ``text`` as the secrets of ``tenant``; shows no value."""
    document, problems = read(text, _name(tenant))
    return problems or tuple(sorted(_complaints(document, tenant)))


def become_other(text: bytes, tenant: str, read_back: object) -> tuple[Diagnostic, ...]:
    """Return the values of ``text`` that came back from sops as something else.

    To YAML as sops reads it some words without quotes are numbers or dates.
    """
    document, _ = read(text, _name(tenant))
    return tuple(
        document.error(path, f"`{'.'.join(path)}` would become another value", "put it in quotes")
        for path, value in _values(document.data)
        if _at(read_back, path) != value
    )


def _complaints(document: Document, tenant: str) -> Iterator[Diagnostic]:
    data = document.data
    if data.get("tenant") != tenant:
        message = f"it must say `tenant: {tenant}`, which ties the file to its folder"
        yield document.error(("tenant",), message)
    for key in data:
        if key not in {"tenant", "credentials"}:
            message = f"the key `{key}` does not belong here"
            yield document.error((key,), message, "there are `tenant` and `credentials`", key=True)
    accounts = data.get("credentials")
    if not isinstance(accounts, Mapping):
        message = "`credentials` must map account names to fields"
        yield document.error(("credentials",), message, "for none write `credentials: {}`")
        return
    for account, fields in accounts.items():
        place = ("credentials", account)
        yield from _name_problem(document, place, check_account)
        if not isinstance(fields, Mapping) or not fields:
            message = f"`{account}` must map field names to texts"
            yield document.error(place, message, "as `kind: site` on a line of its own")
            continue
        for field, value in fields.items():
            yield from _name_problem(document, (*place, field), check_field)
            if not isinstance(value, str):
                message = f"`{account}.{field}` must be text"
                yield document.error((*place, field), message, "put it in quotes")
            elif not value:
                yield document.error((*place, field), f"`{account}.{field}` is empty")
    for path in document.keys:
        # A key without a value is not among the data.
        if len(path) > 1 and path[0] == "credentials" and _at(data, path) is None:
            yield document.error(path, f"`{'.'.join(map(str, path[1:]))}` is empty", key=True)


def _name_problem(
    document: Document, path: tuple[str, ...], check: Callable[[str], None]
) -> Iterator[Diagnostic]:
    try:
        check(path[-1])
    except SecretError as error:
        yield document.error(path, error.message, error.hint, key=True)


def _values(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield ("tenant",), data["tenant"]
    for account, fields in data["credentials"].items():
        for field, value in fields.items():
            yield ("credentials", account, field), value


def _at(data: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        if not isinstance(data, Mapping):
            return None
        data = data.get(part)
    return data


def _name(tenant: str) -> str:
    return f"secrets of {tenant}"
