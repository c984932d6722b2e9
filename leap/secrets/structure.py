"""What sops makes of a wholly encrypted file, and where a file is not that; no key needed."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from leap.config.document import Document
from leap.config.events import MAX_BYTES
from leap.config.files import read_file
from leap.config.reader import read
from leap.errors import Diagnostic, SecretError
from leap.secrets.places import shown

_OLDEST = (3, 9)
_REVOKE = "revoke it, and use `leap secrets set`"
_WRONG_FORM = "take the file from git again, or set it with `leap secrets set`"

_ENCRYPTED = re.compile(
    r"ENC\[AES256_GCM,data:(?P<data>[A-Za-z0-9+/=]+),iv:(?P<iv>[A-Za-z0-9+/=]+)"
    r",tag:(?P<tag>[A-Za-z0-9+/=]+),type:(str|int|float|bool|bytes|time|comment)\]"
)
_LEAST = {"data": 1, "iv": 12, "tag": 16}
_COMMENT = re.compile(r"(?:^|[ \t])(#.*)$")
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


def load(root: Path, path: Path) -> tuple[Document, tuple[Diagnostic, ...]]:
    """Return the encrypted document at ``path``, and where it is not one that LEAP trusts.

    Raises SecretError if it cannot be read.
    """
    name = shown(root, path)
    if path.is_symlink():
        hint = "put the file itself here"
        raise SecretError(f"{name}: a symbolic link is not followed", hint=hint)
    try:
        content = read_file(path, MAX_BYTES + 1)
    except OSError as error:
        raise SecretError(f"{name}: cannot be read: {error.strerror}") from None
    return parse(content, name)


def parse(content: bytes, name: str) -> tuple[Document, tuple[Diagnostic, ...]]:
    """Return the encrypted document in ``content``, as ``load`` does with a file's."""
    document, problems = read(content, name)
    return document, problems or tuple(sorted(_structure(document)))


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


def comments(content: bytes, name: str) -> Iterator[Diagnostic]:
    """Yield the comments that somebody wrote into encrypted text; sops encrypts its own."""
    hint = f"remove it; `leap secrets edit {Path(name).parent.name}` encrypts comments, too"
    for number, line in enumerate(content.decode(errors="replace").splitlines(), start=1):
        found = _COMMENT.search(line)
        if found and not _encrypted(found.group(1).removeprefix("#")):
            column = found.start(1) + 1
            yield Diagnostic(name, number, column, "a comment in the clear", hint)


def _structure(document: Document) -> Iterator[Diagnostic]:
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
    credentials = document.data.get("credentials", {})
    if isinstance(credentials, Mapping):
        for account, fields in credentials.items():
            if not isinstance(fields, Mapping):
                message = f"`credentials.{account}` must map field names to texts"
                yield document.error(("credentials", account), message)
    else:
        message = "`credentials` must map account names to fields"
        yield document.error(("credentials",), message)
    yield from _values(document)


def _values(document: Document) -> Iterator[Diagnostic]:
    """Yield each value, outside of the metadata, that sops has not encrypted."""
    for path in document.keys:
        name = ".".join(str(part) for part in path)
        if path[0] == "sops":
            continue
        if str(path[-1]).endswith("_unencrypted"):
            hint = "sops does not encrypt such keys: rename it"
            yield document.error(path, f"`{name}` is in the clear", hint, key=True)
    for path in document.positions:
        name = ".".join(str(part) for part in path)
        value = _at(document.data, path)
        inside = path and path[0] != "sops" and not str(path[-1]).endswith("_unencrypted")
        if not inside or isinstance(value, Mapping | list):
            continue
        if value is None or value == "":
            yield document.error(path, f"`{name}` is empty", "set it, or remove the line")
        elif not _encrypted(value):
            dressed = str(value).startswith("ENC[")
            message = "is not what sops wrote" if dressed else "is in the clear"
            yield document.error(path, f"`{name}` {message}", _WRONG_FORM if dressed else _REVOKE)


def _metadata(document: Document, metadata: Mapping[str, Any]) -> Iterator[Diagnostic]:
    tenant = Path(document.file).parent.name
    version = str(metadata.get("version", ""))
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers < _OLDEST:
        message = f"encrypted by sops {version or 'of no version'}; 3.9 or newer is wanted"
        hint = f"rotate it: leap secrets rotate {tenant}"
        yield document.error(("sops", "version"), message, hint)
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
    for key, what in (("mac", "what shows that nothing was changed"), ("lastmodified", "its date")):
        if key not in metadata:
            yield document.error(("sops",), f"`sops.{key}`, {what}, is missing", _WRONG_FORM)
    if "mac" in metadata and not _encrypted(metadata["mac"]):
        yield document.error(("sops", "mac"), "`sops.mac` is not one that sops wrote", _WRONG_FORM)
    yield from _data_keys(document, metadata.get("age"))


def _data_keys(document: Document, entries: Any) -> Iterator[Diagnostic]:
    """Yield what is wrong with the list of who can open the file."""
    place: tuple[str | int, ...] = ("sops", "age")
    if not isinstance(entries, list) or not entries:
        yield document.error(place, "nobody can open the file: it has no age recipient")
        return
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        recipient = entry.get("recipient") if isinstance(entry, Mapping) else None
        sealed = entry.get("enc") if isinstance(entry, Mapping) else None
        if not isinstance(recipient, str) or not _armoured(sealed):
            message = "an entry that sops did not write: it opens nothing"
            yield document.error((*place, index), message, _WRONG_FORM)
        elif recipient in seen:
            yield document.error((*place, index), f"{recipient} is here twice", _WRONG_FORM)
        else:
            seen.add(recipient)


def _armoured(text: Any) -> bool:
    lines = text.strip().splitlines() if isinstance(text, str) else [""]
    return (lines[0], lines[-1]) == (
        "-----BEGIN AGE ENCRYPTED FILE-----",
        "-----END AGE ENCRYPTED FILE-----",
    )


def _encrypted(value: Any) -> bool:
    """Tell whether ``value`` is ciphertext, and not a text dressed up as one."""
    found = _ENCRYPTED.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return False
    try:
        return all(
            len(base64.b64decode(found[part], validate=True)) >= least
            for part, least in _LEAST.items()
        )
    except binascii.Error:
        return False


def _at(data: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data
