"""Tokens are renewed once, stored before they are used, and never lost without a word.

A vendor that rotates its refresh tokens is a file here: who renews must show
the newest token, and has used it up. Runs that race or are killed are processes
of their own, for which this module is the program.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leap import secrets
from leap.domain.ports import Renewal, Tokens
from leap.errors import DeferUntil, LedgerError, NeedsHuman, RetrySoon, SecretError
from leap.ledger import PostgresLedger, open_ledger
from leap.ledger.address import connect
from leap.ledger.embedded import EmbeddedServer
from leap.tasks import tokens as door

SEED = {"kind": "zoom", "client_secret": "canary-client", "refresh_token": "canary-0"}
DEATH = datetime(2027, 2, 20, tzinfo=UTC)
REFUSAL = "Zoom does not take the refresh token"


@dataclass
class Vendor:
    """Takes the newest refresh token once, and answers with the next; also across processes."""

    file: Path
    pause: float = 0.0
    answering: Callable[[], object] = lambda: None

    def __call__(self, fields: Mapping[str, str]) -> Renewal:
        asked = self.asked + 1
        accepted = fields["refresh_token"] == f"canary-{self.known['renewed']}"
        renewed = asked if accepted else self.known["renewed"]
        self.file.write_text(json.dumps({"asked": asked, "renewed": renewed}))
        time.sleep(self.pause)
        self.answering()
        if not accepted:
            raise NeedsHuman(REFUSAL, hint="log in to zoom-main again")
        rotated = {"refresh_token": f"canary-{renewed}", "access_token": f"canary-access-{renewed}"}
        return Renewal(rotated, expires_at=DEATH)

    @property
    def known(self) -> Mapping[str, int]:
        return json.loads(self.file.read_text())

    @property
    def asked(self) -> int:
        return self.known["asked"]


def after(renewals: int) -> dict[str, str]:
    """Return the fields as they are after so many renewals."""
    return {
        **SEED,
        "refresh_token": f"canary-{renewals}",
        "access_token": f"canary-access-{renewals}",
    }


def main(root: str, vendor: str, pause: str) -> None:
    """Be a run: look at the credential, wait for a line, and renew it."""
    with open_ledger("embedded", Path(root) / "state") as ledger:
        tokens = door.tokens_of(Path(root), ledger, "acme")("zoom-main")
        stale = tokens.current()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        fields = tokens.renewed(stale, Vendor(Path(vendor), float(pause)))
        sys.stdout.write(json.dumps(fields))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose ledger all tests here share; each begins with an empty one."""
    return tmp_path_factory.mktemp("репозиторий a b")


@pytest.fixture(scope="module")
def shared(home: Path) -> Iterator[PostgresLedger]:
    with open_ledger("embedded", home / "state") as ledger:
        yield ledger


@pytest.fixture
def direct(home: Path, shared: PostgresLedger) -> Iterator[Callable[..., list[tuple[object, ...]]]]:
    """Run a statement past the ledger, as its superuser."""
    server = EmbeddedServer(home / "state")

    def execute(statement: str, *values: object) -> list[tuple[object, ...]]:
        with connect(server.superuser_address(), autocommit=True) as connection:
            done = connection.execute(statement, values or None)
            return done.fetchall() if done.description else []

    with server.running():
        yield execute


@pytest.fixture
def ledger(shared: PostgresLedger, direct) -> PostgresLedger:
    direct("DELETE FROM leap.credentials; DELETE FROM leap.leases")
    return shared


@pytest.fixture
def root(home: Path, ledger: PostgresLedger) -> Path:
    """The repository, with a credential of acme in it."""
    for old in (home / ".sops.yaml", home / "tenants/acme/secrets.sops.yaml"):
        old.unlink(missing_ok=True)
    secrets.key_path(home, "acme").unlink(missing_ok=True)
    (home / "tenants" / "acme").mkdir(parents=True, exist_ok=True)
    secrets.keygen(home, "acme")
    secrets.set_credential(home, "acme", "zoom-main", SEED)
    return home


@pytest.fixture
def vendor(tmp_path: Path) -> Vendor:
    file = tmp_path / "vendor.json"
    file.write_text(json.dumps({"asked": 0, "renewed": 0}))
    return Vendor(file)


@pytest.fixture
def another_run(root: Path, ledger: PostgresLedger) -> Callable[..., Tokens]:
    """Give the credential as another run finds it."""
    return lambda account="zoom-main": door.tokens_of(root, ledger, "acme")(account)


@pytest.fixture
def tokens(another_run) -> Tokens:
    return another_run()


@pytest.fixture
def start(root: Path, vendor: Vendor) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a run that renews when it is told to, in a process of its own."""
    started: list[subprocess.Popen[str]] = []

    def run(*, fault: str = "", pause: float = 0.0) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, __file__, str(root), str(vendor.file), str(pause)],
                env={**os.environ, "LEAP_FAULT": fault},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        assert started[-1].stdout.readline() == "ready\n", started[-1].communicate()[1]
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


@contextmanager
def full_disk(direct) -> Iterator[None]:
    """Let no row of a credential be written for a block, as a full disk does."""
    direct("""
        CREATE FUNCTION leap.is_full() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER is_full BEFORE INSERT OR UPDATE ON leap.credentials
        FOR EACH ROW EXECUTE FUNCTION leap.is_full()
    """)
    try:
        yield
    finally:
        direct("DROP TRIGGER is_full ON leap.credentials; DROP FUNCTION leap.is_full()")


# ── reading ────────────────────────────────────────────────────────────────


def test_a_credential_is_what_a_person_wrote(ledger, tokens):
    """Until something is renewed; that it was used is noted."""
    assert tokens.current() == SEED
    assert tokens.account == "zoom-main"
    state = ledger.credential("acme", "zoom-main")
    assert (state.generation, state.used_at is not None) == (0, True)


def test_nothing_is_opened_before_it_is_asked_for_and_then_once(root, ledger):
    """A source without an account costs no decryption, and two accounts cost one."""
    secrets.set_credential(root, "acme", "zoom-other", {"kind": "zoom", "token": "canary-x"})
    key = secrets.key_path(root, "acme")
    key.rename(key.with_suffix(".away"))
    of = door.tokens_of(root, ledger, "acme")
    main, other = of("zoom-main"), of("zoom-other")
    with pytest.raises(SecretError, match="no key opens it"):
        main.current()
    key.with_suffix(".away").rename(key)

    assert main.current() == SEED
    key.unlink()
    assert other.current()["token"] == "canary-x"


def test_an_account_that_nobody_wrote_down_needs_a_person(another_run):
    """The hint is the command that writes it."""
    with pytest.raises(NeedsHuman, match="has no account zoom-extra") as caught:
        another_run("zoom-extra").current()

    assert caught.value.hint == "run `leap secrets set acme zoom-extra.<field>`"


def test_a_use_that_cannot_be_noted_stops_nothing(tokens, direct):
    """It is good to know and no more."""
    with full_disk(direct):
        assert tokens.current() == SEED


# ── renewing ───────────────────────────────────────────────────────────────


def test_what_was_renewed_is_there_for_every_run(ledger, tokens, another_run, vendor):
    """With what the vendor did not replace, and when the credential dies."""
    expected = after(1)

    assert tokens.renewed(tokens.current(), vendor) == expected
    assert tokens.current() == expected
    assert another_run().current() == expected
    state = ledger.credential("acme", "zoom-main")
    assert (state.generation, state.fields, state.expires_at, state.renewing) == (
        1,
        ("access_token", "refresh_token"),
        DEATH,
        None,
    )


def test_it_is_stored_before_it_is_returned_and_can_be_renewed_again(tokens, another_run, vendor):
    """Each generation is made from the one before."""
    for number in (1, 2, 3):
        assert tokens.renewed(tokens.current(), vendor) == after(number)
        assert another_run().current() == after(number)
    assert vendor.asked == 3


def test_whoever_comes_late_gets_what_another_has_renewed(tokens, another_run, vendor):
    """The vendor is not asked again."""
    stale = tokens.current()
    another_run().renewed(stale, vendor)

    assert tokens.renewed(stale, vendor) == after(1)
    assert vendor.asked == 1


def test_two_runs_at_once_renew_once(start, vendor):
    """Both find their token stale; one asks, and the other waits for its answer."""
    runs = [start(pause=0.5) for _ in range(2)]
    for run in runs:
        run.stdin.write("\n")
        run.stdin.flush()

    answers = [run.communicate()[0] for run in runs]
    assert [json.loads(answer) for answer in answers] == [after(1)] * 2
    assert vendor.asked == 1


def test_who_waits_too_long_for_another_run_tries_again_soon(ledger, tokens, vendor, monkeypatch):
    """It is no failure for good, and the vendor is not asked meanwhile."""
    monkeypatch.setattr(door, "_PATIENCE_SECONDS", 0.1)
    stale = tokens.current()

    with (
        ledger.lease("acme", "credential/zoom-main", wait=0),
        pytest.raises(RetrySoon, match="credential/zoom-main of acme is being worked on"),
    ):
        tokens.renewed(stale, vendor)
    assert vendor.asked == 0


# ── a person ───────────────────────────────────────────────────────────────


def test_a_new_login_wins(root, tokens, another_run, vendor):
    """What was rotated of the former one is of the past."""
    tokens.renewed(tokens.current(), vendor)
    secrets.set_credential(root, "acme", "zoom-main", {"refresh_token": "canary-login"})

    assert another_run().current() == SEED | {"refresh_token": "canary-login"}


def test_a_new_login_is_renewed_in_its_turn(root, ledger, tokens, another_run, vendor):
    """Generations go on; none is given twice."""
    tokens.renewed(tokens.current(), vendor)
    vendor.file.write_text(json.dumps({"asked": 6, "renewed": 6}))
    secrets.set_credential(root, "acme", "zoom-main", {"refresh_token": "canary-6"})
    again = another_run()

    assert again.renewed(again.current(), vendor) == after(7)
    assert another_run().current() == after(7)
    assert ledger.credential("acme", "zoom-main").generation == 2


def test_a_new_client_secret_keeps_what_was_rotated(root, tokens, another_run, vendor):
    """It is no login: the refresh token in git was used up long ago."""
    tokens.renewed(tokens.current(), vendor)
    secrets.set_credential(root, "acme", "zoom-main", {"client_secret": "canary-new"})

    assert another_run().current() == after(1) | {"client_secret": "canary-new"}


# ── what goes wrong ────────────────────────────────────────────────────────


def test_what_could_not_be_stored_is_not_renewed(tokens, vendor, direct):
    """The vendor is asked only when the ledger can be written."""
    stale = tokens.current()

    with full_disk(direct), pytest.raises(LedgerError, match="could not extend file"):
        tokens.renewed(stale, vendor)
    assert vendor.asked == 0
    assert tokens.renewed(stale, vendor) == after(1)


def test_what_could_not_be_sealed_is_not_renewed(root, tokens, vendor):
    """A rule that shuts this machine out would seal tokens away from it."""
    stale = tokens.current()
    rules = root / ".sops.yaml"
    text = rules.read_text()
    recipient = next(word for word in text.split() if word.startswith("age1"))
    other = "age1yxefg086ndhzywu62usw39az4m40y3cgwn27cgd4fnqs8d84zfequmfqxg"
    rules.write_text(text.replace(recipient, other))

    with pytest.raises(SecretError, match="this machine has no key"):
        tokens.renewed(stale, vendor)
    assert vendor.asked == 0


def test_an_answer_that_cannot_be_stored_is_said_clearly(tokens, another_run, vendor, direct):
    """The disk got full in between: a person has to log in again, and so it stands later on."""
    stale = tokens.current()
    disk = full_disk(direct)
    vendor.answering = disk.__enter__
    with pytest.raises(LedgerError) as caught:
        tokens.renewed(stale, vendor)
    disk.__exit__(None, None, None)
    vendor.answering = lambda: None

    assert "acme: the renewed tokens of zoom-main could not be stored" == caught.value.message
    assert "log in again once the ledger can be written" in caught.value.hint
    with pytest.raises(NeedsHuman, match="renewed the tokens of zoom-main, has lost them"):
        another_run().renewed(stale, vendor)


def test_a_refusal_is_the_vendors_word_each_time(ledger, tokens, vendor):
    """Nothing was cut off, and nothing is said of it."""
    vendor.file.write_text(json.dumps({"asked": 0, "renewed": 9}))

    for _ in range(2):
        with pytest.raises(NeedsHuman) as caught:
            tokens.renewed(tokens.current(), vendor)
        assert caught.value.message == REFUSAL
    assert ledger.credential("acme", "zoom-main").renewing is None


@pytest.mark.parametrize(
    "error",
    [DeferUntil("later", until=DEATH), RetrySoon("no answer"), KeyError("a bug")],
    ids=lambda error: type(error).__name__,
)
def test_after_any_other_failure_the_tokens_can_be_renewed(tokens, vendor, error):
    """What the vendor did not take is still good."""

    def fail(fields: Mapping[str, str]) -> Renewal:
        raise error

    with pytest.raises(type(error)):
        tokens.renewed(tokens.current(), fail)

    assert tokens.renewed(tokens.current(), vendor) == after(1)


def test_forged_tokens_are_refused(root, ledger, tokens, another_run, vendor, direct):
    """Who can write to the database cannot have LEAP use an account of theirs."""
    tokens.renewed(tokens.current(), vendor)
    bond = secrets.Bond("acme", "zoom-main", 1, {"refresh_token": "a guess"})
    readers = secrets.readers_of(root, "acme").recipients
    forged = secrets.seal({"refresh_token": "theirs", "access_token": "x"}, bond, readers)
    direct("UPDATE leap.credentials SET sealed = %s", forged)

    with pytest.raises(SecretError, match="not what LEAP has stored"):
        another_run().current()


# ── a run that ends ────────────────────────────────────────────────────────


def killed(run: subprocess.Popen[str]) -> bool:
    run.communicate("\n")
    return run.returncode == -signal.SIGKILL


def test_killed_before_the_vendor_was_asked_nothing_is_lost(start, another_run, vendor):
    """The next run renews the same tokens."""
    assert killed(start(fault="tokens.intended:kill"))
    tokens = another_run()

    assert tokens.renewed(tokens.current(), vendor) == after(1)


def test_killed_after_it_was_stored_nothing_is_lost(start, another_run, vendor):
    """The next run finds what was renewed."""
    assert killed(start(fault="tokens.stored:kill"))

    assert another_run().current() == after(1)
    assert vendor.asked == 1


def test_killed_between_answer_and_store_a_person_logs_in_again(root, start, another_run, vendor):
    """No program can close this gap; each run says what happened, until somebody did."""
    assert killed(start(fault="tokens.answered:kill"))

    for _ in range(2):
        tokens = another_run()
        with pytest.raises(NeedsHuman, match=REFUSAL) as caught:
            tokens.renewed(tokens.current(), vendor)
        assert "a run that was cut off at 20" in caught.value.message
        assert caught.value.hint == "log in to zoom-main again"

    vendor.file.write_text(json.dumps({"asked": 6, "renewed": 6}))
    secrets.set_credential(root, "acme", "zoom-main", {"refresh_token": "canary-6"})
    tokens = another_run()
    assert tokens.renewed(tokens.current(), vendor) == after(7)


def test_ctrl_c_waits_for_the_answer_and_stores_it(start, another_run, vendor):
    """Pressed while the vendor answers, it ends the run a moment later."""
    run = start(pause=1.0)
    run.stdin.write("\n")
    run.stdin.flush()
    deadline = time.monotonic() + 30
    while vendor.asked == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    _, complaint = run.communicate()

    assert "KeyboardInterrupt" in complaint
    assert another_run().current() == after(1)


# ── what a dump shows ──────────────────────────────────────────────────────


def test_no_token_is_in_the_database(ledger, tokens, vendor, direct):
    """Whoever has a dump has names of fields, times, and what they cannot open."""
    tokens.renewed(tokens.current(), vendor)
    tables = direct("SELECT tablename FROM pg_tables WHERE schemaname = 'leap'")
    rows = [row for (table,) in tables for row in direct(f"TABLE leap.{table}")]
    (sealed,) = [value for row in rows for value in row if isinstance(value, bytes)]

    assert sealed.startswith(b"age-encryption.org/v1\n-> X25519 ")
    assert "canary" not in repr(rows)
    assert "canary" not in repr((tokens, ledger.credential("acme", "zoom-main")))


if __name__ == "__main__":
    main(*sys.argv[1:])
