"""What is known of accounts without asking anybody: from the file, the ledger, and the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leap.domain.accounts import CredentialState, Deferral
from leap.render.accounts import Account, text
from leap.secrets import fingerprint, keygen, readers_of, seal, set_credential
from leap.secrets.rotated import Bond
from leap.tasks.accounts import look

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOGIN = "leap auth login zoom --tenant acme --account zoom"
CHECK = "leap auth check --tenant acme --account zoom"
SEED = {"client_id": "id", "client_secret": "canary-secret", "refresh_token": "canary-token"}


@dataclass
class Known:
    """The part of a ledger that knows accounts."""

    states: Mapping[str, CredentialState] = field(default_factory=dict)
    put_off: Mapping[str, Deferral] = field(default_factory=dict)

    def credentials(self, tenant: str) -> Mapping[str, CredentialState]:
        """Return what became of every credential."""
        return self.states

    def deferrals(self, tenant: str) -> Mapping[str, Deferral]:
        """Return whom to leave alone."""
        return self.put_off


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a repository whose source names the account zoom, with a key."""
    (tmp_path / "leap.yaml").write_text("")
    sources = tmp_path / "tenants" / "acme" / "sources"
    sources.mkdir(parents=True)
    (sources.parent / "tenant.yaml").write_text("title: Acme\n")
    (sources / "lectures.yaml").write_text("kind: zoom\naccount: zoom\nsince: 2026-09-01\n")
    keygen(tmp_path, "acme")
    return tmp_path


def stored(root: Path, **more: str) -> None:
    """Write a person's login into the file."""
    set_credential(root, "acme", "zoom", {"kind": "zoom", **SEED, **more})


def rotated(root: Path, **fields: str) -> CredentialState:
    """Return what the ledger has after three renewals."""
    seed = {"refresh_token": SEED["refresh_token"]}
    sealed = seal(fields, Bond("acme", "zoom", 3, seed), readers_of(root, "acme").recipients)
    return CredentialState(
        "zoom",
        seed=fingerprint("acme", "zoom", seed),
        generation=3,
        fields=tuple(fields),
        sealed=sealed,
        expires_at=NOW + timedelta(days=80),
        renewed_at=NOW - timedelta(hours=2),
        used_at=NOW - timedelta(hours=1),
    )


def zoom(root: Path, known: Known | None = None) -> Account:
    """Return what is known of the one account."""
    (account,) = look(root, ["acme"], known, NOW)
    return account


def test_a_login_that_nobody_used_yet_is_the_files(root: Path) -> None:
    """Its end is what was written down with it."""
    stored(root, expires_at="2027-02-01T00:00:00+00:00")

    found = zoom(root, Known())

    assert ("ready", "file", 0) == (found.state, found.origin, found.generation)
    assert datetime(2027, 2, 1, tzinfo=UTC) == found.expires_at


def test_a_renewed_login_is_the_ledgers(root: Path) -> None:
    """Its end is that of the newest renewal, whatever the file says."""
    stored(root, expires_at="2026-11-01T00:00:00+00:00", scopes="a b")

    found = zoom(root, Known({"zoom": rotated(root, refresh_token="canary-new")}))

    assert ("ready", "ledger", 3) == (found.state, found.origin, found.generation)
    assert (("a", "b"), NOW + timedelta(days=80)) == (found.scopes, found.expires_at)
    assert [
        "acme                                                                   1 account",
        "  zoom  zoom  ready  source lectures",
        "      newest token: the ledger's, generation 3, 2 h ago",
        "      ends 2027-02-10 12:00 UTC, unless it is used before",
        "      last used 1 h ago",
        "      scopes: a b",
        "",
        "1 account, and nobody has to do anything. Ask the vendors with: leap auth check",
    ] == text([found], now=NOW).splitlines()


@pytest.mark.parametrize(
    "more, problem, helps",
    [
        (
            {"expires_at": "2026-11-01T00:00:00+00:00"},
            "the login was not used for too long",
            LOGIN,
        ),
        (
            {"kind": "site"},
            "it is of the kind site, and source lectures wants zoom",
            "leap secrets set acme zoom.link_secret --kind site",
        ),
        (
            {"kind": "zoom_s2s"},
            "it lacks account_id",
            f"{LOGIN} --server-to-server",
        ),
    ],
)
def test_what_needs_a_person_comes_with_a_command(
    root: Path, more: dict[str, str], problem: str, helps: str
) -> None:
    """Each trouble has its own way out."""
    stored(root, **more)

    found = zoom(root)

    assert ("needs you", problem, helps) == (found.state, found.problem, found.helps)


@pytest.mark.parametrize(
    "more, state, said, helps",
    [
        ({"expires_at": "2026-12-22T13:00:00+00:00"}, "ready", "", ""),
        (
            {"expires_at": "2026-12-20T12:00:00+00:00"},
            "ends soon",
            "the login ends in 28 days, unless it is used before",
            CHECK,
        ),
        (
            {"ends_at": "2026-11-29T12:00:00+00:00", "expires_at": "2027-05-20T00:00:00+00:00"},
            "ends soon",
            "the login ends in 7 days, used or not",
            LOGIN,
        ),
        (
            {"ends_at": "2026-11-22T17:00:00+00:00"},
            "ends soon",
            "the login ends in 5 h, used or not",
            LOGIN,
        ),
        (
            {"ends_at": "2026-11-22T11:00:00+00:00"},
            "needs you",
            "the login has ended",
            LOGIN,
        ),
    ],
)
def test_the_end_of_a_login_is_told_a_month_before(
    root: Path, more: dict[str, str], state: str, said: str, helps: str
) -> None:
    """One that use puts off is only to be used; one that ends anyhow needs another login."""
    stored(root, **more)

    found = zoom(root)

    assert (state, helps) == (found.state, found.helps)
    assert said in text([found], now=NOW)


def test_the_last_day_of_a_login_is_shown_as_trouble(root: Path) -> None:
    """What is weeks away is only coloured as a warning."""
    colours = []
    for ends in ("2026-12-01T12:00:00+00:00", "2026-11-23T11:00:00+00:00"):
        stored(root, ends_at=ends)
        painted: dict[str, str] = {}

        def paint(words: str, style: str, painted: dict[str, str] = painted) -> str:
            painted[words.strip()] = style
            return words

        text([zoom(root)], now=NOW, paint=paint)
        colours.append(painted["ends soon"])

    assert ["yellow", "red"] == colours


@pytest.mark.parametrize(
    "ends, state",
    [
        ("2026-11-23T06:00:00+00:00", "ready"),
        ("2026-11-22T17:00:00+00:00", "ends soon"),
        ("2026-11-22T11:00:00+00:00", "needs you"),
    ],
)
def test_a_token_for_a_day_is_told_of_in_its_last_hours(root: Path, ends: str, state: str) -> None:
    """Who has such a token knows that it ends every day; the command that helps is its own."""
    (root / "tenants" / "acme" / "sources" / "lectures.yaml").unlink()
    presets = root / "tenants" / "acme" / "presets"
    presets.mkdir()
    (presets / "faculty.yaml").write_text("platform: vk\naccount: vk-main\ngroup: 1\n")
    fields = {"kind": "vk", "access_token": "canary", "client_id": "7"}
    ends_at = {"access_token_expires_at": ends, "ends_at": ends}
    set_credential(root, "acme", "vk-main", {**fields, **ends_at})

    (found,) = look(root, ["acme"], Known(), NOW)

    assert (state, True, ("preset faculty",)) == (found.state, found.ends_anyhow, found.uses)
    login = "leap auth login vk --tenant acme --account vk-main --implicit"
    assert ("" if state == "ready" else login) == found.helps
    if state == "needs you":
        assert "its token, which lives a day, has ended" == found.problem


def test_a_limit_of_one_kind_of_step_is_shown(root: Path) -> None:
    """What is put off for publishing alone is put off for the account."""
    stored(root)
    until = NOW + timedelta(hours=5)

    found = zoom(root, Known(put_off={"zoom/publish": Deferral(until, "no units are left")}))

    assert ("waits", until) == (found.state, found.deferral and found.deferral.until)


def test_a_renewal_that_was_cut_off_is_to_be_checked(root: Path) -> None:
    """Only the vendor knows whether the tokens were taken."""
    stored(root)

    found = zoom(root, Known({"zoom": CredentialState("zoom", renewing="x", renewing_at=NOW)}))

    assert ("needs you", CHECK) == (found.state, found.helps)
    assert "a renewal was cut off, and its tokens may be lost" == found.problem


def test_tokens_that_nobody_here_can_open_need_a_login(root: Path) -> None:
    """A ledger with something else in it is not believed."""
    stored(root)
    state = rotated(root, refresh_token="canary-new")
    other = CredentialState(
        "zoom", seed=state.seed, generation=4, fields=state.fields, sealed=state.sealed
    )

    found = zoom(root, Known({"zoom": other}))

    assert ("needs you", "ledger", LOGIN) == (found.state, found.origin, found.helps)
    assert "are not what LEAP has stored" in (found.problem or "")


def test_an_account_that_is_left_alone_waits(root: Path) -> None:
    """Nobody has to do anything about it."""
    stored(root)
    until = NOW + timedelta(hours=5)

    found = zoom(root, Known(put_off={"zoom": Deferral(until, "the daily limit is used up")}))

    assert "waits" == found.state
    shown = text([found], now=NOW)
    assert "left alone until 2026-11-22 17:00 UTC: the daily limit is used up" in shown


def test_a_broken_source_still_names_its_account(root: Path) -> None:
    """What is not valid yet, since its account is missing, is what needs a login most."""
    (root / "tenants" / "acme" / "sources" / "lectures.yaml").write_text(
        "kind: zoom\naccount: zoom\nsince: yesterday\n"
    )

    found = zoom(root)

    assert ("there is no credential yet", LOGIN) == (found.problem, found.helps)


def test_nothing_secret_is_shown(root: Path) -> None:
    """Neither the table nor a value in a log has a field of the credential in it."""
    stored(root)
    found = zoom(root, Known({"zoom": rotated(root, refresh_token="canary-new")}))

    assert "canary" not in repr(found) + text([found], now=NOW)
