"""What one publication must not forget survives, sealed where it is secret."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from leap import secrets
from leap.domain.ports import Placed
from leap.errors import LeaseLost, SecretError
from leap.ledger import open_ledger
from leap.stages.publish_video import BEGUN
from leap.store import Store
from leap.tasks.checkpoint import LedgerCheckpoint
from leap.tasks.survey import SystemClock
from leap.tasks.tokens import Seeds

PLACED = Placed("v1", "https://tube.example/v1")
WANTED = {"media": "m1", "privacy": "p1"}
ADDRESS = "https://upload.example/?upload_id=canary"


@pytest.fixture
def job(tmp_path) -> Iterator[SimpleNamespace]:
    """A publishing step, as far as a checkpoint looks at it."""
    tenant = f"t{uuid.uuid4().hex[:12]}"  # a shared Postgres keeps what other tests left
    root = tmp_path / "репозиторий"
    (root / "tenants" / tenant).mkdir(parents=True)
    (root / ".sops.yaml").write_text("stores: {yaml: {indent: 2}}\ncreation_rules: []\n")
    secrets.keygen(root, tenant)
    log_in(root, tenant, "first")
    state = root / "state"
    with open_ledger("embedded", state, migrate=True) as ledger:
        session = SimpleNamespace(
            ledger=ledger,
            store=Store(state / "targets"),
            clock=SystemClock(),
            declaration=SimpleNamespace(root=root),
        )
        publication = SimpleNamespace(platform="youtube", account="channel")
        yield SimpleNamespace(
            tenant=tenant,
            recording="2026-11-20-0a1b2c3d4e5f",
            preset="tube",
            wanted=WANTED,
            session=session,
            publication=publication,
        )


@pytest.fixture
def opened(job) -> Iterator[Callable[[], LedgerCheckpoint]]:
    """Open the checkpoint as each new attempt does."""
    ledger, where = job.session.ledger, (job.tenant, job.recording, job.preset)
    with ledger.lease(job.tenant, "r/tube", wait=0) as lease:
        ledger.publication_intended(*where, "youtube", WANTED, lease)

        def again() -> LedgerCheckpoint:
            seeds = Seeds(job.session.declaration.root, job.tenant)
            return LedgerCheckpoint(job, lease, seeds)

        yield again


def log_in(root, tenant: str, token: str) -> None:
    """Write down another refresh token, as a login does."""
    fields = {
        "kind": "youtube",
        "client_id": "app",
        "client_secret": "secret",
        "refresh_token": token,
    }
    secrets.set_credential(root, tenant, "channel", fields)


def test_everything_is_there_for_the_next_attempt(opened):
    """Notes, secrets, the place, and each part with what it was given."""
    first = opened()
    assert (first.placed, first.applied, first.read("opened")) == (None, {}, None)
    first.save("opened", {"at": 1})
    first.save_secret("session", ADDRESS)
    first.place(PLACED)
    first.apply("privacy", "public")
    first.apply("captions", ["en"])

    for checkpoint in (first, opened()):
        assert checkpoint.placed == PLACED
        assert checkpoint.applied == {"privacy": "p1"}
        assert checkpoint.details == {"privacy": "public"}
        assert checkpoint.read("opened") == {"at": 1}
        assert checkpoint.read_secret("session") == ADDRESS
        assert checkpoint.read_secret("other") is None


def test_forgetting_is_for_good(opened):
    """None forgets; a new beginning forgets all but what was given."""
    checkpoint = opened()
    checkpoint.save("opened", 1)
    checkpoint.save("opened", None)
    checkpoint.save_secret("session", ADDRESS)
    checkpoint.save_secret("session", None)
    assert (opened().read("opened"), opened().read_secret("session")) == (None, None)

    checkpoint.place(PLACED)
    checkpoint.apply("media", {"size": 1})
    checkpoint.save("opened", 1)
    checkpoint.begin_anew()
    for each in (checkpoint, opened()):
        assert (each.placed, each.applied, each.read("opened")) == (None, {}, None)
        assert each.details == {"media": {"size": 1}}


def test_the_ledger_never_sees_a_secret(job, opened):
    """Neither does it open for another publication, even where somebody moves it there."""
    opened().save_secret("session", ADDRESS)
    where = (job.tenant, job.recording, job.preset)
    sealed = job.session.ledger.kept(*where).sealed["session"]
    assert b"canary" not in sealed

    with job.session.ledger.lease(job.tenant, "x", wait=0) as lease:
        job.session.ledger.keep(*where, "other", lease, sealed=sealed)
    with pytest.raises(SecretError, match="what was kept of the upload to tube cannot be opened"):
        opened().read_secret("other")


def test_another_login_has_no_use_for_what_was_sealed(job, opened):
    """It looks for itself what there is."""
    opened().save_secret("session", ADDRESS)
    log_in(job.session.declaration.root, job.tenant, "second")

    assert opened().read_secret("session") is None


def test_where_a_video_is_stands_in_a_receipt_at_once(job, opened):
    """Once, and also where a crash came between the ledger and the file."""
    where = (job.tenant, job.recording, job.preset)
    store, ledger = job.session.store, job.session.ledger
    checkpoint = opened()
    checkpoint.save(BEGUN, "m1")
    with ledger.lease(job.tenant, "x", wait=0) as lease:
        ledger.publication_placed(*where, PLACED, lease)
    assert store.last_receipt(*where) is None

    for _ in range(2):
        opened().place(PLACED)
    (receipt,) = store.receipts(job.tenant)
    assert (receipt.external_id, receipt.url, receipt.applied) == ("v1", PLACED.url, {})
    assert receipt.details == {"unfinished": "m1"}
    events = [event.kind for event in ledger.events(job.tenant, job.recording)]
    assert events == ["publication.placed"]


def test_a_rebuilt_ledger_still_knows_which_media_were_begun(job, opened):
    """The receipt tells it, so that what was placed goes on."""
    checkpoint = opened()
    checkpoint.save(BEGUN, "m1")
    checkpoint.place(PLACED)
    checkpoint.save(BEGUN, None)

    assert opened().read(BEGUN) == "m1"


def test_a_runner_without_the_lease_writes_nothing(job, opened):
    """Not even into its own memory."""
    with job.session.ledger.lease(job.tenant, "r/other", wait=0) as lease:
        pass
    late = LedgerCheckpoint(job, lease, Seeds(job.session.declaration.root, job.tenant))
    for write in (
        lambda: late.save("opened", 1),
        lambda: late.save_secret("session", ADDRESS),
        lambda: late.place(PLACED),
        lambda: late.apply("media"),
        late.begin_anew,
    ):
        with pytest.raises(LeaseLost):
            write()
    assert (late.placed, late.applied, late.read("opened")) == (None, {}, None)
    assert list(job.session.store.receipts(job.tenant)) == []
