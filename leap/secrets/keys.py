"""Which private key opens a tenant's file.

Keys are looked for in this order, and only the first that the file is
encrypted for is used:

1. ``SOPS_AGE_KEY``: keys themselves, one a line;
2. ``SOPS_AGE_KEY_FILE``: the path of a file of keys;
3. ``state/keys/<tenant>.agekey``: what ``leap secrets keygen`` wrote.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from leap.errors import SecretError
from leap.secrets.places import shown

PREFIX = "AGE-SECRET-KEY-"
_VALUE = "SOPS_AGE_KEY"
_FILE = "SOPS_AGE_KEY_FILE"

#: What take_keys() took out of the environment.
_taken: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Key:
    """A private age key, the recipient that belongs to it, and where it was found."""

    identity: SecretStr
    recipient: str
    origin: str


def take_keys() -> None:
    """Take the keys out of this process's environment, for its own use only.

    Programs started from then on do not inherit them.
    """
    for name in (_VALUE, _FILE):
        value = os.environ.pop(name, None)
        if value is not None:
            _taken[name] = value


def forget_keys() -> None:
    """Drop the keys that this process inherited; it can open no secrets file with them."""
    for name in (_VALUE, _FILE):
        os.environ.pop(name, None)
    _taken.clear()


def key_path(root: Path, tenant: str) -> Path:
    """Return where ``leap secrets keygen`` keeps the private key of ``tenant``."""
    return keys_folder(root) / f"{tenant}.agekey"


def keys_folder(root: Path) -> Path:
    """Return the folder of private keys; who changes keys or rules locks it."""
    return root / "state" / "keys"


def looks_private(text: str) -> bool:
    """Tell whether ``text`` has a private key in it, which must not be shown."""
    return PREFIX.rstrip("-") in text.upper()


def check_recipient(text: str) -> None:
    """Raise SecretError where ``text`` is no age recipient. Never shows a private key."""
    import pyrage

    if looks_private(text):
        message = "that is a private key; only its public key, age1..., belongs here"
        hint = "your shell remembers what you typed: replace the key, it is known now"
        raise SecretError(message, hint=hint)
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        message = f"{text[:80]!r} is no age recipient"
        raise SecretError(message, hint="a recipient begins with age1") from None


def choose(root: Path, tenant: str, recipients: Collection[str], subject: str) -> Key:
    """Return the first key whose recipient is among ``recipients``.

    Raises SecretError where none of this machine's keys is, naming the places
    that were looked at.
    """
    seen: list[str] = []
    for origin, text in texts(root, tenant):
        seen.append(origin)
        for key in parse(text, origin):
            if key.recipient in recipients:
                return key
    looked = f"looked at {', '.join(seen)}" if seen else "no key is on this machine"
    hint = f"put the key that does into {_VALUE} or {shown(root, key_path(root, tenant))}"
    raise SecretError(f"{subject}: no key opens it ({looked})", hint=hint)


def held(root: Path, tenant: str) -> frozenset[str]:
    """Return the recipients whose private keys this machine has for ``tenant``."""
    return frozenset(
        key.recipient for origin, text in texts(root, tenant) for key in parse(text, origin)
    )


def keys_in(root: Path, path: Path) -> list[Key]:
    """Return the keys in the file at ``path``, newest first; none without it."""
    if not path.exists():
        return []
    return list(parse(_read(path, shown(root, path)), shown(root, path)))


def parse(text: str, origin: str) -> Iterator[Key]:
    """Yield the age keys in ``text``, one a line, comments aside.

    Identities of age plugins are passed over. Raises SecretError at a line that
    looks like a key and is none.
    """
    import pyrage

    for number, line in enumerate(text.splitlines(), start=1):
        word = line.strip()
        if not word.startswith(PREFIX):
            continue
        try:
            identity = pyrage.x25519.Identity.from_str(word)
        except pyrage.IdentityError:
            raise SecretError(
                f"{origin}:{number}: a damaged age key",
                hint="copy it again; it is one line, AGE-SECRET-KEY-1 and 58 letters",
            ) from None
        yield Key(SecretStr(word), str(identity.to_public()), origin)


def texts(root: Path, tenant: str) -> Iterator[tuple[str, str]]:
    """Yield the places that have keys, and what they hold. Raises SecretError."""
    value = _environment(_VALUE)
    if value:
        yield _VALUE, value
    named = _environment(_FILE)
    if named:
        yield named, _read(Path(named).expanduser(), named)
    path = key_path(root, tenant)
    if path.exists():
        yield shown(root, path), _read(path, shown(root, path))


def _environment(name: str) -> str | None:
    return os.environ.get(name) or _taken.get(name)


def _read(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise SecretError(f"{name}: the key cannot be read: {reason}") from None
