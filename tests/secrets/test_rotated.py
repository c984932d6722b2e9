"""Rotated tokens are sealed for who can read the tenant's file, and for one place alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from leap.errors import SecretError
from leap.secrets import Bond, fingerprint, readers_of, seal, seed_of, unseal
from leap.secrets.keys import Key
from leap.secrets.recipients import change_readers
from leap.secrets.rules import Reader

SEED = {"kind": "zoom", "client_secret": "c-canary", "refresh_token": "r-canary"}
BOND = Bond("acme", "zoom-main", 3, {"refresh_token": "r-canary"})
FIELDS = {"refresh_token": "new-canary", "access_token": "токен 🔑"}

texts = st.text(max_size=40)
fields = st.dictionaries(texts, texts, max_size=4)
bonds = st.builds(Bond, texts, texts, st.integers(0, 2**40), fields)


def key(identity: pyrage.x25519.Identity) -> Key:
    return Key(SecretStr(str(identity)), str(identity.to_public()), "a test")


KEYS = [key(pyrage.x25519.Identity.generate()) for _ in range(3)]


@given(fields, bonds, st.sets(st.sampled_from(KEYS), min_size=1))
def test_whoever_it_is_sealed_for_opens_it(content, bond, readers) -> None:
    """Every text comes back as it was, with any one of the readers' keys."""
    sealed = seal(content, bond, [reader.recipient for reader in readers])

    for reader in readers:
        assert unseal(sealed, bond, [reader]) == content
    for stranger in set(KEYS) - readers:
        with pytest.raises(SecretError, match="cannot be opened"):
            unseal(sealed, bond, [stranger])


@given(fields, bonds, bonds)
def test_it_opens_for_what_it_was_sealed_for_alone(content, bond, other) -> None:
    """Another tenant, account, generation or seed is another place."""
    sealed = seal(content, bond, [KEYS[0].recipient])

    if other != bond:
        with pytest.raises(SecretError, match="not to be trusted"):
            unseal(sealed, other, KEYS)


@pytest.mark.parametrize(
    "changes",
    [
        {"tenant": "globex"},
        {"account": "zoom-other"},
        {"generation": 2},
        {"seed": {"refresh_token": "another"}},
    ],
    ids=str,
)
def test_each_part_of_the_place_counts(changes) -> None:
    """Sealed tokens that were copied to another row are refused."""
    sealed = seal(FIELDS, BOND, [KEYS[0].recipient])

    with pytest.raises(SecretError, match="not to be trusted"):
        unseal(sealed, replace(BOND, **changes), KEYS)


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"null",
        b'{"content": 1, "proof": "x"}',
        b'{"content": "\\ud800", "proof": "\\ud800"}',
        b'{"content": "{}", "proof": "' + b"0" * 64 + b'"}',
        b"[" * 100_000,
    ],
    ids=lambda plain: repr(plain[:30]),
)
def test_what_another_has_sealed_for_the_tenant_is_refused(plain) -> None:
    """Recipients are public: to encrypt for them proves nothing."""
    forged = pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(KEYS[0].recipient)])

    with pytest.raises(SecretError, match="not what LEAP has stored"):
        unseal(forged, BOND, KEYS)


@given(st.integers(0, 400), st.integers(1, 255))
def test_a_changed_byte_is_noticed(place, change) -> None:
    """As is every cut."""
    sealed = seal(FIELDS, BOND, [KEYS[0].recipient])
    place %= len(sealed)
    changed = bytearray(sealed)
    changed[place] ^= change

    for broken in (bytes(changed), sealed[:place]):
        with pytest.raises(SecretError, match="cannot be opened"):
            unseal(broken, BOND, KEYS)


def test_nothing_of_it_shows() -> None:
    """Neither in what is stored, nor in a printed value, nor in a message."""
    sealed = seal(FIELDS, BOND, [KEYS[0].recipient])
    with pytest.raises(SecretError) as caught:
        unseal(sealed, replace(BOND, generation=4), KEYS)

    shown = f"{sealed!r} {BOND!r} {caught.value} {fingerprint('acme', 'zoom-main', SEED)}"
    assert "canary" not in shown


def test_a_fingerprint_is_of_one_account() -> None:
    """Who has the same credential elsewhere cannot be told from the ledger."""
    prints = {
        fingerprint(*place)
        for place in (
            ("acme", "zoom-main", SEED),
            ("acme", "zoom-other", SEED),
            ("globex", "zoom-main", SEED),
            ("acme", "zoom-main", SEED | {"refresh_token": "other"}),
            ("acme", "zoom-main", SEED | {"more": ""}),
        )
    }
    backwards = dict(reversed(SEED.items()))

    assert len(prints) == 5
    assert fingerprint("acme", "zoom-main", backwards) in prints


def test_the_seed_is_what_renewals_replace() -> None:
    """A new client secret is no new login; where renewals only add, everything counts."""
    renewed = ("access_token", "refresh_token")

    assert seed_of(SEED, renewed) == {"refresh_token": "r-canary"}
    assert seed_of(SEED | {"client_secret": "new"}, renewed) == seed_of(SEED, renewed)
    assert seed_of(SEED, ["access_token"]) == SEED


def test_it_is_sealed_for_the_readers_of_the_tenants_rule(root: Path, sealed: Path, ada) -> None:
    """Whoever is let in or shut out, what is sealed next follows."""
    mine = readers_of(root, "acme")
    change_readers(root, "acme", add=[Reader(str(ada.to_public()), "Ada")])
    both = readers_of(root, "acme")

    assert mine.recipients == {mine.keys[0].recipient}
    assert both.recipients == {mine.keys[0].recipient, str(ada.to_public())}
    assert unseal(seal(FIELDS, BOND, both.recipients), BOND, [key(ada)]) == FIELDS


def test_without_a_rule_it_is_sealed_for_the_readers_of_the_file(root: Path, sealed: Path) -> None:
    """The file says itself who can open it."""
    expected = readers_of(root, "acme").recipients
    (root / ".sops.yaml").unlink()

    assert readers_of(root, "acme").recipients == expected


def test_what_could_not_be_opened_here_is_not_sealed_here(root: Path, sealed: Path, ada) -> None:
    """A rule for others alone would have tokens renewed that nobody here can use."""
    rules = root / ".sops.yaml"
    (mine,) = readers_of(root, "acme").recipients
    rules.write_text(rules.read_text().replace(mine, str(ada.to_public())))

    with pytest.raises(SecretError, match="this machine has no key") as caught:
        readers_of(root, "acme")
    assert caught.value.hint == "see `leap secrets recipients acme`"


def test_a_recipient_of_another_kind_is_refused() -> None:
    """Before anything was renewed."""
    with pytest.raises(SecretError, match="cannot be sealed"):
        seal(FIELDS, BOND, ["ssh-ed25519 AAAA"])
    with pytest.raises(SecretError, match="cannot be sealed"):
        seal(FIELDS, BOND, [])
