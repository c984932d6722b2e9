"""Tokens that a vendor has rotated: sealed for those who can read the tenant's file.

What a person wrote into that file, the *seed*, is what makes such tokens
recognisable. A fingerprint that is keyed with it tells whether it is still the
same, and reveals nothing of it. A proof of the same kind is sealed in: who
can write the place where sealed tokens are kept, but cannot read the tenant's
file, can neither read tokens nor make any.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leap.errors import SecretError
from leap.secrets.keys import Key, parse, texts
from leap.secrets.places import secrets_path, shown
from leap.secrets.rules import rule_for
from leap.secrets.structure import load, recipients

_CONTEXT = "leap: the credential of an account"


@dataclass(frozen=True, slots=True)
class Bond:
    """What sealed tokens belong to; they open for nothing else.

    Attributes:
        tenant: the tenant.
        account: the name of the account.
        generation: how often its tokens were renewed.
        seed: the ``seed_of`` what a person wrote.
    """

    tenant: str
    account: str
    generation: int
    seed: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Readers:
    """For whom a tenant's tokens are sealed, and the keys that this machine has."""

    recipients: frozenset[str]
    keys: tuple[Key, ...]


def readers_of(root: Path, tenant: str) -> Readers:
    """Return for whom tokens of ``tenant`` are sealed: whom the rule names, else the file.

    Raises SecretError where no key of this machine would open what is sealed.
    """
    path = secrets_path(root, tenant)
    rule = rule_for(root, tenant)
    names = rule.recipients if rule is not None else recipients(load(root, path)[0])
    keys = tuple(key for origin, text in texts(root, tenant) for key in parse(text, origin))
    if not any(key.recipient in names for key in keys):
        message = f"{shown(root, path)}: this machine has no key for what would be sealed"
        raise SecretError(message, hint=f"see `leap secrets recipients {tenant}`")
    return Readers(names, keys)


def seed_of(written: Mapping[str, str], renewed: Collection[str]) -> Mapping[str, str]:
    """Return the part of what a person wrote that renewals of the fields ``renewed`` replace.

    A new client secret leaves it as it is, a new login does not. Where renewals
    only add fields it is everything.
    """
    return {name: value for name, value in written.items() if name in renewed} or dict(written)


def fingerprint(tenant: str, account: str, fields: Mapping[str, str]) -> str:
    """Return 32 hex digits that are the same for the same fields of the same account alone."""
    return hmac.digest(_key(tenant, account, fields), b"fingerprint", "sha256").hex()[:32]


def seal(fields: Mapping[str, str], bond: Bond, readers: Collection[str]) -> bytes:
    """Return ``fields`` encrypted for the age recipients ``readers``, bound to ``bond``.

    Raises SecretError where a recipient cannot be used.
    """
    import pyrage

    content = _content(fields, bond)
    plain = json.dumps({"content": content, "proof": _proof(content, bond)})
    try:
        known = [pyrage.x25519.Recipient.from_str(each) for each in sorted(readers)]
        sealed: bytes = pyrage.encrypt(plain.encode(), known)
    except (pyrage.RecipientError, pyrage.EncryptError) as error:
        message = f"the tokens of {bond.account} of {bond.tenant} cannot be sealed: {error}"
        hint = f"see `leap secrets recipients {bond.tenant}`"
        raise SecretError(message, hint=hint) from None
    return sealed


def unseal(sealed: bytes, bond: Bond, keys: Sequence[Key]) -> Mapping[str, str]:
    """Return the fields in ``sealed``, which was sealed for this very ``bond``.

    Raises SecretError where no key opens it, or where it is something else.
    """
    import pyrage

    subject = f"the renewed tokens of {bond.account} of {bond.tenant}"
    identities = [pyrage.x25519.Identity.from_str(key.identity.get_secret_value()) for key in keys]
    try:
        plain = pyrage.decrypt(sealed, identities)
    except pyrage.DecryptError:
        message = f"{subject} cannot be opened with a key of this machine"
        hint = "run LEAP where the secrets could be read before, or log in again"
        raise SecretError(message, hint=hint) from None
    content, proof = _parts(plain)
    if hmac.compare_digest(_proof(content, bond).encode(), proof.encode(errors="replace")):
        fields = json.loads(content)["fields"]
        if content == _content(fields, bond):
            return {str(name): str(value) for name, value in fields.items()}
    message = f"{subject} are not what LEAP has stored, and are not to be trusted"
    raise SecretError(message, hint="find out who can write to the ledger, and log in again")


def _content(fields: Mapping[str, str], bond: Bond) -> str:
    bound = {
        "tenant": bond.tenant,
        "account": bond.account,
        "generation": bond.generation,
        "fields": dict(fields),
    }
    return json.dumps(bound, sort_keys=True)


def _proof(content: str, bond: Bond) -> str:
    key = _key(bond.tenant, bond.account, bond.seed)
    return hmac.digest(key, content.encode(errors="replace"), "sha256").hex()


def _key(tenant: str, account: str, fields: Mapping[str, str]) -> bytes:
    """Return a key that only who knows ``fields`` has, and that tells nothing of them."""
    known = json.dumps(dict(fields), sort_keys=True).encode()
    place = json.dumps([_CONTEXT, tenant, account]).encode()
    return hmac.digest(hashlib.sha256(known).digest(), place, "sha256")


def _parts(plain: bytes) -> tuple[str, str]:
    """Return what was sealed and its proof; both empty where it is no such thing."""
    try:
        found = json.loads(plain)
        content, proof = found["content"], found["proof"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return "", ""
    return (content, proof) if isinstance(content, str) and isinstance(proof, str) else ("", "")
