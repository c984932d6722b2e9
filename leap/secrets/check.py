"""What can be said about an encrypted file without any key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from leap.config.document import Document
from leap.config.reader import read
from leap.errors import Diagnostic, SecretError
from leap.secrets.places import FILE, secrets_path, shown
from leap.secrets.rules import rule_for

_ENCRYPTED = re.compile(r"ENC\[AES256_GCM,data:[^\]]+\]")
_OLDEST = (3, 9)
#: With any of these sops leaves something in the clear, or does not notice a change.
_SELECTORS = (
    "encrypted_comment_regex",
    "encrypted_regex",
    "encrypted_suffix",
    "mac_only_encrypted",
    "unencrypted_comment_regex",
    "unencrypted_regex",
)
_OTHER_KEYS = ("azure_kv", "gcp_kms", "hc_vault", "hckms", "key_groups", "kms", "pgp")


def check(root: Path, tenant: str) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the encrypted file of ``tenant``; nothing without one.

    Needs no key: everything in it must be encrypted, for exactly the
    recipients of the tenant's rule.
    """
    path = secrets_path(root, tenant)
    if not path.exists():
        return ()
    try:
        document, problems = load(root, path)
        problems = problems or tuple(structure(document))
        if "sops" in document.data:
            problems += tuple(_rule(root, tenant, document))
    except SecretError as error:
        return (Diagnostic(shown(root, path), 0, 0, error.message, error.hint),)
    return tuple(sorted(problems))


def load(root: Path, path: Path) -> tuple[Document, tuple[Diagnostic, ...]]:
    """Return the encrypted document at ``path``. Raises SecretError if it cannot be read."""
    name = shown(root, path)
    try:
        return read(path.read_bytes(), name)
    except OSError as error:
        raise SecretError(f"{name}: {error.strerror}") from None


def structure(document: Document) -> Iterator[Diagnostic]:
    """Yield where ``document`` is not what sops makes of a whole file."""
    metadata = document.data.get("sops")
    if not isinstance(metadata, Mapping):
        hint = "revoke what is in it, remove it, and use `leap secrets set`"
        yield Diagnostic(document.file, 0, 0, "the file is not encrypted", hint)
        return
    yield from _metadata(document, metadata)
    for key in document.data:
        if key not in {"tenant", "credentials", "sops"}:
            yield document.error((key,), f"the key `{key}` does not belong here", key=True)
    for key in ("tenant", "credentials"):
        if key not in document.data:
            yield Diagnostic(document.file, 0, 0, f"the key `{key}` is missing")
    for path, name in _leaves(document.data):
        if str(path[-1]).endswith("_unencrypted"):
            hint = "sops does not encrypt such keys: rename it"
            yield document.error(path, f"`{name}` is in the clear", hint, key=True)
        elif not _encrypted(document.data, path):
            hint = "revoke it, and use `leap secrets set`"
            yield document.error(path, f"`{name}` is in the clear", hint)


def recipients(document: Document) -> frozenset[str]:
    """Return the age recipients that ``document`` is encrypted for."""
    metadata = document.data.get("sops", {})
    entries = metadata.get("age", []) if isinstance(metadata, Mapping) else []
    entries = entries if isinstance(entries, list) else []
    return frozenset(
        str(entry["recipient"])
        for entry in entries
        if isinstance(entry, Mapping) and "recipient" in entry
    )


def _metadata(document: Document, metadata: Mapping[str, Any]) -> Iterator[Diagnostic]:
    version = str(metadata.get("version", ""))
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers < _OLDEST:
        message = f"encrypted by sops {version or 'of no version'}; 3.9 or newer is wanted"
        yield document.error(("sops", "version"), message, "rotate it: sops rotate -i")
    for key in _SELECTORS:
        if key in metadata:
            message = f"`{key}` leaves part of the file unprotected"
            yield document.error(("sops", key), message, "encrypt the whole file", key=True)
    if metadata.get("unencrypted_suffix", "_unencrypted") != "_unencrypted":
        message = "`unencrypted_suffix` was changed"
        yield document.error(("sops", "unencrypted_suffix"), message, key=True)
    for key in _OTHER_KEYS:
        if metadata.get(key):
            message = f"`{key}` opens the file too; only age recipients are used here"
            yield document.error(("sops", key), message, key=True)


def _rule(root: Path, tenant: str, document: Document) -> Iterator[Diagnostic]:
    rule = rule_for(root, tenant)
    place = ("sops", "age")
    if rule is None:
        hint = "every tenant's file needs a rule of its own"
        yield document.error(place, f"no rule in .sops.yaml is for {FILE} of {tenant}", hint)
        return
    found = recipients(document)
    where = shown(root, rule.file)
    for recipient in sorted(found - rule.recipients):
        message = f"{recipient} can open the file, and {where} does not name it"
        yield document.error(place, message, "make them agree: sops updatekeys")
    for recipient in sorted(rule.recipients - found):
        message = f"{where} names {recipient}, which cannot open the file"
        yield document.error(place, message, "make them agree: sops updatekeys")


def _leaves(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the path of each value outside the metadata, and its name for people."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [
        ((key,), value) for key, value in data.items() if key != "sops"
    ]
    while waiting:
        path, value = waiting.pop(0)
        if isinstance(value, Mapping):
            waiting += [((*path, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [((*path, index), inner) for index, inner in enumerate(value)]
        else:
            yield path, ".".join(str(part) for part in path)


def _encrypted(data: Any, path: tuple[str | int, ...]) -> bool:
    for part in path:
        data = data[part]
    return isinstance(data, str) and _ENCRYPTED.fullmatch(data) is not None
