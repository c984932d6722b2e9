"""Letting somebody in and shutting somebody out changes the rule and the file together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from leap import secrets
from leap.errors import SecretError
from leap.secrets import keys
from leap.secrets.recipients import change_readers, readers
from leap.secrets.rules import Reader


def own(root: Path) -> str:
    """Return the recipient of the key that acme has on this machine."""
    return keys.keys_in(root, secrets.key_path(root, "acme"))[0].recipient


def test_who_comes_in_can_read(root: Path, sealed: Path, ada, values, monkeypatch) -> None:
    """The colleague's own key opens the file afterwards, and check agrees."""
    recipient = str(ada.to_public())

    assert change_readers(root, "acme", add=[Reader(recipient, "Ada Lovelace")])

    assert secrets.check(root, "acme") == ()
    assert readers(root, "acme") == (Reader(own(root)), Reader(recipient, "Ada Lovelace"))
    secrets.key_path(root, "acme").unlink()
    monkeypatch.setenv("SOPS_AGE_KEY", str(ada))
    assert {"site-links"} == set(values(root, "acme"))


def test_who_goes_out_cannot_read(root: Path, sealed: Path, ada, monkeypatch) -> None:
    """A removed key does not open the file, and every value has a new ciphertext."""
    recipient = str(ada.to_public())
    change_readers(root, "acme", add=[Reader(recipient, "Ada")])
    before = set(re.findall(r"ENC\[.*?\]", sealed.read_text()))

    assert change_readers(root, "acme", remove=["Ada"])

    assert before.isdisjoint(re.findall(r"ENC\[.*?\]", sealed.read_text()))
    assert secrets.check(root, "acme") == ()
    secrets.key_path(root, "acme").unlink()
    monkeypatch.setenv("SOPS_AGE_KEY", str(ada))
    with pytest.raises(SecretError, match="no key opens it"):
        secrets.credentials(root, "acme")


def test_adding_changes_few_lines(root: Path, sealed: Path, ada) -> None:
    """Values keep their ciphertext when somebody comes in, so that a review stays short."""
    before = [line for line in sealed.read_text().splitlines() if "type:str" in line]

    change_readers(root, "acme", add=[Reader(str(ada.to_public()))])

    assert (
        before[:-1] == [line for line in sealed.read_text().splitlines() if "type:str" in line][:-1]
    )


def test_a_second_time_changes_nothing(root: Path, sealed: Path, ada) -> None:
    """Adding who is in already leaves rule and file as they are."""
    reader = Reader(str(ada.to_public()), "Ada")
    change_readers(root, "acme", add=[reader])
    before = sealed.read_bytes(), (root / ".sops.yaml").read_bytes()

    assert not change_readers(root, "acme", add=[reader])

    assert before == (sealed.read_bytes(), (root / ".sops.yaml").read_bytes())


def test_a_rule_that_was_edited_by_hand_is_applied(root: Path, sealed: Path, ada) -> None:
    """With nothing to add or remove, the file is encrypted for whom the rule names."""
    file = root / ".sops.yaml"
    file.write_text(f"{file.read_text()}      - {ada.to_public()}\n")
    assert len(secrets.check(root, "acme")) == 1

    assert change_readers(root, "acme")

    assert secrets.check(root, "acme") == ()


def test_a_tenant_without_a_file_gets_its_rule_changed(root: Path, ada) -> None:
    """Who may read can be said before there is anything to read."""
    secrets.keygen(root, "acme")

    assert not change_readers(root, "acme", add=[Reader(str(ada.to_public()))])

    assert 2 == len(readers(root, "acme"))


@pytest.mark.parametrize(
    "add, remove, message",
    [
        ("age1x", None, "'age1x' is no age recipient"),
        ("", None, "'' is no age recipient"),
        ("ssh-ed25519 AAAA", None, "is no age recipient"),
        (None, "age1x", "'age1x' is not among who can read the secrets of acme"),
        (None, "OWN", r"\.sops\.yaml: nobody could read the secrets of acme then"),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    root: Path, sealed: Path, add: str | None, remove: str | None, message: str
) -> None:
    """A wrong word is refused in one line, and rule and file stay."""
    before = sealed.read_bytes(), (root / ".sops.yaml").read_bytes()
    remove = own(root) if remove == "OWN" else remove

    with pytest.raises(SecretError, match=message):
        change_readers(
            root,
            "acme",
            add=[Reader(add)] if add is not None else (),
            remove=[remove] if remove else (),
        )

    assert before == (sealed.read_bytes(), (root / ".sops.yaml").read_bytes())


@pytest.mark.parametrize("verb", ["add", "remove"])
@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_a_private_key_is_never_repeated(root: Path, sealed: Path, ada, verb: str, case) -> None:
    """Whoever pastes the wrong half of a key learns it, and no output has it."""
    private = case(str(ada))
    change = {"add": [Reader(private)]} if verb == "add" else {"remove": [private]}

    with pytest.raises(SecretError, match="that is a private key") as caught:
        change_readers(root, "acme", **change)

    assert private not in str(caught.value)
    assert "AGE-SECRET" not in (root / ".sops.yaml").read_text()


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 81, "\x1b[31m"])
def test_a_name_is_one_short_line(root: Path, sealed: Path, ada, name: str) -> None:
    """What becomes a comment cannot become anything else."""
    with pytest.raises(SecretError, match="must be one short line"):
        change_readers(root, "acme", add=[Reader(str(ada.to_public()), name)])


def test_tenants_do_not_share_a_key_by_accident(root: Path, sealed: Path) -> None:
    """The key of another tenant comes in only if that is said to be meant."""
    secrets.keygen(root, "globex")
    other = readers(root, "globex")[0]

    with pytest.raises(SecretError, match="can read the secrets of globex, too"):
        change_readers(root, "acme", add=[other])
    assert change_readers(root, "acme", add=[other], shared=True)


def test_a_rule_of_two_tenants_is_not_changed(root: Path, sealed: Path, ada) -> None:
    """Letting somebody in to acme must not let them in to globex."""
    file = root / ".sops.yaml"
    file.write_text(file.read_text().replace("tenants/acme/", "tenants/.*/"))

    with pytest.raises(SecretError, match="the rule of acme is that of globex, too"):
        change_readers(root, "acme", add=[Reader(str(ada.to_public()))])


def test_without_a_key_nothing_is_changed(root: Path, sealed: Path, ada) -> None:
    """Nobody can be let in by somebody who cannot read."""
    secrets.key_path(root, "acme").unlink()
    before = (root / ".sops.yaml").read_bytes()

    with pytest.raises(SecretError, match="no key opens it"):
        change_readers(root, "acme", add=[Reader(str(ada.to_public()))])

    assert before == (root / ".sops.yaml").read_bytes()


def test_a_tenant_without_a_rule_needs_a_key_first(root: Path, ada) -> None:
    """The hint names the command that makes both."""
    with pytest.raises(SecretError) as caught:
        change_readers(root, "globex", add=[Reader(str(ada.to_public()))])

    assert "make a key: leap secrets keygen globex" == caught.value.hint


def test_joining_is_a_key_and_somebody_who_lets_it_in(
    root: Path, sealed: Path, tmp_path: Path
) -> None:
    """On another machine the tenant has a rule already; its key waits to be added."""
    kept = secrets.key_path(root, "acme")
    aside = kept.replace(tmp_path / "machine one")

    with pytest.raises(SecretError, match="has a rule already") as caught:
        secrets.keygen(root, "acme")
    recipient = secrets.keygen(root, "acme", join=True)
    joining = kept.replace(tmp_path / "machine two")
    aside.replace(kept)
    change_readers(root, "acme", add=[Reader(recipient, "machine two")])
    joining.replace(kept)

    assert "leap secrets keygen acme --join" in str(caught.value.hint)
    assert {"site-links"} == set(secrets.credentials(root, "acme"))
