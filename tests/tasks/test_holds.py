"""What a provider puts off, and what only a person can mend, with the real program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from emulators.zoom import Limit, Zoom

from leap import providers, secrets
from leap.config import load
from leap.domain.stage import PIPELINE_STAGES, Stage
from leap.domain.status import StatusName
from leap.errors import DeferUntil, LeapError, NeedsHuman, RetrySoon
from leap.tasks import planfile
from leap.tasks.job import Job
from leap.tasks.reconcile import admit
from leap.tasks.retry import retry
from leap.tasks.standings import read_standings
from leap.tasks.survey import Session, SystemClock, open_session, survey
from leap.tasks.trouble import StepFailed, StepHeld
from leap.tasks.work import perform

if TYPE_CHECKING:
    from conftest import Ran, University
    from emulators.zoom import Account

    from leap.domain.ports import Receipt

LIST = "GET /v2/accounts/me/recordings"
ONE = "GET /v2/meetings/*/recordings"


@dataclass
class Campus:
    """A university with a folder and a Zoom account, which downloads and does nothing else."""

    university: University
    zoom: Zoom
    account: Account

    def __post_init__(self) -> None:
        # Zoom's day and the machine's are the same, so that a time to come is to come here too.
        self.midnight = datetime.now(UTC).date() + timedelta(days=1)

    @property
    def until(self) -> str:
        return f"{self.midnight:%Y-%m-%d} 00:00 UTC"

    def limit(self, category: str, per_day: int | None) -> None:
        """Let Zoom answer so many requests a day, None for any number."""
        self.account.limits[category] = Limit(None, per_day)

    def lecture(self, number: int) -> None:
        start = datetime.now(UTC) - timedelta(days=number, hours=5)
        files = [self.university.videos["lecture"]]
        self.zoom.meeting(topic=f"Lecture {number}", start=start, files=files)

    def asked(self, pattern: str) -> int:
        """Return how often Zoom was asked."""
        return len(self.zoom.journal.of(pattern))

    def reconcile(self, *arguments: str, expect: int = 0) -> Ran:
        return self.university.reconcile(*arguments, expect=expect)

    def summary(self, *arguments: str, expect: int = 0) -> Any:
        return self.reconcile("--format", "json", *arguments, expect=expect).json

    def holds(self) -> dict[str, Any]:
        return {title: each["hold"] for title, each in self.university.status().items()}


def flat(ran: Ran) -> str:
    """Return what a command printed without the line breaks of a narrow terminal."""
    return " ".join(ran.out.split())


@pytest.fixture
def zoom() -> Iterator[Zoom]:
    with Zoom() as found:
        yield found


@pytest.fixture
def campus(university: University, zoom: Zoom) -> Campus:
    account = zoom.account(plan="unlimited")
    university.write("pipelines/lecture.yaml", "stages: [download]\n")
    university.edit("tenants/uni/templates/lectures.yaml", "publish:\n  site:\n", "")
    university.write(
        "leap.yaml",
        f"""
        folders: [recordings]
        sites: [state/site]
        workers: 1
        endpoints: {{zoom: {{api: "{zoom.url}", oauth: "{zoom.url}"}}}}
        allow_insecure_endpoints: true
        """,
    )
    university.write(
        "tenants/uni/sources/zoom.yaml",
        f"""
        kind: zoom
        account: zoom-main
        since: {datetime.now(UTC) - timedelta(days=20):%Y-%m-%d}
        plan: business
        """,
    )
    (university.root / ".sops.yaml").write_text("stores: {yaml: {indent: 2}}\ncreation_rules: []\n")
    secrets.keygen(university.root, "uni")
    fields = {
        "kind": "zoom_s2s",
        "account_id": account.id,
        "client_id": account.client_id,
        "client_secret": account.client_secret,
    }
    secrets.set_credential(university.root, "uni", "zoom-main", fields)
    return Campus(university, zoom, account)


def test_a_daily_limit_of_downloads_defers_them_and_keeps_nothing_else_back(campus) -> None:
    """Zoom is asked once; later runs leave it alone and are well, until the limit is lifted."""
    for number in (1, 2, 3):
        campus.lecture(number)
    campus.university.record("2026-11-01 Lecture in the folder.mp4")
    campus.limit("light", 0)

    first = campus.reconcile(expect=4)
    refused = campus.asked(ONE)
    holds = campus.holds()
    second = campus.summary()
    strict = campus.reconcile("--strict", expect=4)

    assert 1 == refused == campus.asked(ONE)
    assert "Held in this run:" in first.out
    assert "Done" in first.out
    assert f"download deferred until {campus.until}: Zoom: the account's daily limit" in flat(first)
    assert holds.pop("Lecture in the folder") is None
    assert 3 == len(holds)
    for hold in holds.values():
        assert ("deferred", f"{campus.midnight}T00:00:00+00:00") == (hold["kind"], hold["until"])
    assert ([], [], 3) == (second["failed"], second["held"], len(second["deferred"]))
    assert "Nothing to do: 1 in sync, 3 deferred." in strict.out

    campus.limit("light", None)
    campus.reconcile()
    assert 1 == campus.asked(ONE)
    statuses = campus.university.status()
    retried = campus.university.leap("retry", statuses["Lecture 2"]["recording"])
    last = campus.summary()

    assert "download will be tried again." in retried.out
    assert ["Lecture 2"] == [each["title"] for each in last["done"]]
    assert 2 == last["summary"]["deferred"]


def test_runners_that_share_the_work_leave_alone_what_is_put_off(campus, luigid) -> None:
    """It is handed to the scheduler once, and not again as long as it has to wait."""
    campus.lecture(1)
    campus.limit("light", 0)
    scheduler = luigid()

    first = campus.summary("--scheduler", scheduler.url, expect=4)
    asked = campus.asked(ONE)
    second = campus.summary("--scheduler", scheduler.url)

    assert ([], ["Lecture 1"]) == (first["left"], [each["title"] for each in first["held"]])
    assert ([], ["Lecture 1"]) == (second["held"], [each["title"] for each in second["deferred"]])
    assert 1 == asked == campus.asked(ONE)


def test_a_daily_limit_of_lists_leaves_the_source_alone(campus) -> None:
    """`plan` writes nothing, the run that met the limit exits 4, and those after it are well."""
    campus.lecture(1)
    campus.reconcile()
    campus.limit("medium", 0)
    campus.lecture(2)
    campus.university.record("2026-11-01 Lecture in the folder.mp4")
    before = campus.asked(LIST)

    planned = campus.university.leap("plan")
    first = campus.reconcile(expect=4)
    asked = campus.asked(LIST) - before
    second = campus.reconcile()
    campus.reconcile("--strict", expect=4)
    campus.university.edit("tenants/uni/tenant.yaml", "title:", "title: New\n# title:")
    third = campus.reconcile()

    line = f"uni/zoom: not listed before {campus.until}: Zoom: the account's daily limit"
    assert 1 == planned.code
    assert 2 == asked == campus.asked(LIST) - before
    assert f"Problems: {line}" in flat(first)
    assert "Lecture in the folder" in campus.university.status()
    assert f"Notes: {line}" in flat(second)
    assert "Nothing to do" in third.out

    campus.limit("medium", None)
    retried = campus.university.leap("retry", "uni/zoom")
    last = campus.summary()

    assert "uni/zoom: will be listed again.\n" in retried.out
    assert ["Lecture 2"] == [each["title"] for each in last["done"]]
    assert "uni/zoom: was not put off" in campus.university.leap("retry", "uni/zoom").out
    assert 64 == campus.university.leap("retry", "uni/other").code


def test_what_a_person_has_to_do_is_new_once_and_over_when_it_is_done(campus) -> None:
    """Every run looks whether it helped; nobody has to tell LEAP."""
    campus.lecture(1)
    missing = {"code": 4711, "message": "Invalid access token, does not contain scopes:[a:b:c]."}
    fault = campus.zoom.fault(ONE, status=400, json=missing, times=None)

    first = campus.reconcile(expect=4)
    hold = campus.holds()["Lecture 1"]
    second = campus.summary()
    asked = campus.asked(ONE)
    campus.reconcile("--strict", expect=4)
    campus.zoom.faults.remove(fault)
    last = campus.summary()

    assert "download needs a person: " in flat(first)
    assert "person" == hold["kind"]
    assert "marketplace.zoom.us" in hold["reason"]
    assert ([], ["Lecture 1"]) == (
        second["held"],
        [each["title"] for each in second["still_held"]],
    )
    assert 2 == asked
    assert ["Lecture 1"] == [each["title"] for each in last["done"]]
    assert campus.holds()["Lecture 1"] is None


def test_a_saved_plan_does_not_do_more_than_was_printed(campus, tmp_path) -> None:
    """What was put off when it was made stays put off, and the rest is done."""
    campus.limit("light", 0)
    campus.lecture(1)
    campus.reconcile(expect=4)
    campus.university.record("2026-11-01 Lecture in the folder.mp4")
    file = str(tmp_path / "plan.json")
    campus.university.leap("plan", "--out", file)
    campus.limit("light", None)

    done = campus.summary("--plan", file)

    assert ["Lecture in the folder"] == [each["title"] for each in done["done"]]
    assert "deferred" == campus.holds()["Lecture 1"]["kind"]


class Refusing:
    """A platform that refuses everything (``leap.domain.ports.Publisher``)."""

    platform = "site"
    replaces_media = True

    def __init__(self, error: LeapError) -> None:
        self.error = error

    def publish(self, publication: Any, known: Any, progress: Any) -> Receipt:
        raise self.error

    def withdraw(self, recording: str, known: Any) -> None:
        raise self.error


@pytest.fixture
def session(university: University) -> Iterator[Session]:
    """Give a university with one lecture, which is published as it is."""
    university.write("pipelines/lecture.yaml", "stages: [download, trim, publish]\n")
    university.record("2026-11-01 Lecture.mp4")
    with open_session(load(university.root)) as opened:
        yield opened


@pytest.mark.parametrize(
    "error, kind",
    [
        (RetrySoon("the platform is busy"), "retry"),
        (DeferUntil("100 uploads a day", until=datetime(2199, 1, 1, tzinfo=UTC)), "deferred"),
        (NeedsHuman("access was revoked", hint="log in again"), "person"),
    ],
    ids=["retry soon", "defer until", "needs human"],
)
def test_a_platform_refuses_in_three_ways(
    session: Session, error: LeapError, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lecture stays as far as it is, and says what it waits for; `retry` lifts a hold."""
    monkeypatch.setattr(providers, "PUBLISHERS", {"site": lambda *_: Refusing(error)})
    found, plan = survey(session, ["uni"], quiet)
    admit(session, found, plan)
    [change], [row] = plan.work, plan.rows["uni"]
    *makes, publishes = change.steps
    for step in makes:
        perform(Job(session, change, row, step, quiet))

    with pytest.raises(StepFailed, match=error.message) as raised:
        perform(Job(session, change, row, publishes, quiet))
    [standing] = read_standings(session.ledger, session.declaration)
    again = survey(session, ["uni"], quiet)[1]
    lifted = retry(session, "uni", row.id)
    after = survey(session, ["uni"], quiet)[1]

    assert isinstance(raised.value, StepHeld) == (kind != "retry")
    assert StatusName.PROCESSED is standing.status.status
    assert (kind, f"site: {error}") == (standing.status.hold.kind, standing.status.hold.reason)
    assert (kind == "deferred") == bool(again.deferred) == (not again.work)
    assert (("publish to site",) if kind != "retry" else ()) == lifted
    assert [(Stage.PUBLISH,)] == [change.stages for change in after.work]


class Fixed(SystemClock):
    """A clock that stands."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at


def test_a_saved_plan_is_as_of_when_it_was_made(session: Session, tmp_path) -> None:
    """A time that has come since makes no more work of it, and no other plan."""
    session.declaration.root.joinpath("pipelines/lecture.yaml").write_text(
        "stages: [download, trim, transcribe, topics, subtitles, publish]\n"
    )
    session = replace(session, declaration=load(session.declaration.root))
    found, plan = survey(session, ["uni"], quiet)
    admit(session, found, plan)
    [row] = plan.rows["uni"]
    until = datetime.now(UTC) + timedelta(hours=1)
    session.ledger.stage_failed(
        *("uni", row.id, Stage.TOPICS, row.wanted.stages[Stage.TOPICS]),
        reason="500 a day",
        permanent=False,
        until=until,
    )
    found, plan = survey(session, ["uni"], quiet)
    planfile.write(tmp_path / "plan.json", session, found, plan)
    later = replace(session, clock=Fixed(until + timedelta(hours=1)))

    replayed = planfile.replay(later, planfile.read(tmp_path / "plan.json"))[1]
    anew = survey(later, ["uni"], quiet)[1]

    done_now = (Stage.DOWNLOAD, Stage.TRIM, Stage.TRANSCRIBE, Stage.SUBTITLES)
    assert [done_now] == [change.stages for change in replayed.changes]
    assert plan.deferred == replayed.deferred
    assert [PIPELINE_STAGES] == [change.stages for change in anew.changes]


def quiet(share: float | None, message: str = "") -> None:
    """Take no notice of progress."""
