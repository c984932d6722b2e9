"""What was in sync and has not changed is not looked into; what changes, is, whatever changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leap import providers
from leap.config import load
from leap.domain.plan import Plan
from leap.domain.recording import Listing
from leap.domain.snapshot import Skip
from leap.errors import DeferUntil, LeapError, MissingTool, NeedsHuman, RetrySoon, SecretError
from leap.tasks import planfile
from leap.tasks.evidence import judge
from leap.tasks.reconcile import admit, leave_alone
from leap.tasks.survey import Session, Survey, open_session, survey


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory, university_files, videos) -> Path:
    """A university whose lectures are downloaded, and known to be in sync."""
    root = tmp_path_factory.mktemp("settled") / "uni"
    for name, text in university_files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "pipelines" / "lecture.yaml").write_text("stages: [download]\n", encoding="utf-8")
    template = root / "tenants/uni/templates/lectures.yaml"
    template.write_text("match: {keywords: [lecture]}\npipeline: lecture\n", encoding="utf-8")
    (root / "recordings").mkdir()
    for number, name in enumerate(("lecture", "second", "third")):
        shutil.copyfile(videos[name], root / "recordings" / f"2026-11-0{number + 1} Lecture.mp4")
    shutil.copyfile(videos["short"], root / "recordings" / "2026-11-09 Meeting.mp4")
    return root


@pytest.fixture
def session(settled: Path, tmp_path: Path) -> Iterator[Session]:
    """A ledger of its own in which all that is found is in sync."""
    root = tmp_path / "uni"
    shutil.copytree(settled, root)
    for path in (root / "recordings").iterdir():
        os.utime(path, (1_790_000_000, 1_790_000_000))
    with open_session(load(root)) as opened:
        found, plan = survey(opened, ["uni"], _quiet)
        admit(opened, found, plan)
        for row in plan.rows["uni"]:
            for stage, key in (row.wanted.stages if row.wanted else {}).items():
                opened.ledger.stage_done("uni", row.id, stage, key, seconds=1.0, facts={})
        found, plan = survey(opened, ["uni"], _quiet)
        admit(opened, found, plan)
        yield opened


def _quiet(share: float | None, message: str = "") -> None:
    """Take no notice of progress."""


def look(session: Session) -> tuple[Survey, Plan]:
    return survey(session, ["uni"], _quiet)


def folder(session: Session) -> Path:
    return session.declaration.root / "recordings"


def test_what_is_in_sync_is_counted_and_not_read(session: Session) -> None:
    """Skipped recordings are settled as well."""
    found, plan = look(session)

    assert {("uni", "lectures"): 3} == plan.in_sync
    assert {"lectures": 3, None: 1} == dict(found.left_out["uni"])
    assert {} == dict(found.actuals["uni"].recordings)
    assert ((), ()) == (plan.changes, plan.rows["uni"])


def test_a_new_file_is_planned_alone(session: Session, videos: dict[str, Path]) -> None:
    """What is known of its neighbours is not asked for."""
    shutil.copyfile(videos["blank"], folder(session) / "2026-11-05 Lecture.mp4")

    found, plan = look(session)

    assert ["2026-11-05"] == [row.id[:10] for row in plan.rows["uni"]]
    assert {} == dict(found.actuals["uni"].recordings)
    assert {("uni", "lectures"): 3} == plan.in_sync


def test_a_touched_file_is_read_again_and_in_sync_again(session: Session) -> None:
    """Its bytes are the same, so nothing is to be done; then it is settled under its new mark."""
    (folder(session) / "2026-11-01 Lecture.mp4").touch()

    found, plan = look(session)
    admit(session, found, plan)

    assert (1, ()) == (len(plan.rows["uni"]), plan.changes)
    assert {("uni", "lectures"): 3} == plan.in_sync
    assert () == look(session)[1].rows["uni"]


def test_a_copy_of_a_settled_recording_is_a_duplicate(session: Session) -> None:
    """The original is compared with although nothing else of it is read."""
    original = folder(session) / "2026-11-01 Lecture.mp4"
    shutil.copyfile(original, folder(session) / "2026-11-06 Lecture again.mp4")

    _, plan = look(session)

    [row] = plan.rows["uni"]
    assert (Skip.DUPLICATE, "the same content as “Lecture”") == (row.skip, row.reason)


def test_a_moved_file_keeps_its_identity(session: Session) -> None:
    """And nothing is done about it but writing the new place down."""
    old = folder(session) / "2026-11-01 Lecture.mp4"
    old.rename(old.with_name("2026-11-01 Lecture, renamed.mp4"))

    _, plan = look(session)

    [change] = plan.changes
    assert ("refresh", ()) == (change.action, change.steps)
    assert change.reason.startswith("moved from")


def test_a_newcomer_where_a_settled_recording_was_first_seen_is_another_one(
    session: Session, videos: dict[str, Path]
) -> None:
    """The place alone does not make it the same."""
    old = folder(session) / "2026-11-01 Lecture.mp4"
    old.rename(old.with_name("2026-11-01 Lecture, renamed.mp4"))
    found, plan = look(session)
    admit(session, found, plan)
    found, plan = look(session)
    admit(session, found, plan)
    shutil.copyfile(videos["blank"], old)

    _, plan = look(session)

    [row] = plan.rows["uni"]
    assert row.external_id.startswith("2026-11-01 Lecture.mp4@")
    assert row.id[11:] not in {
        each.id[11:] for each in session.ledger.snapshot("uni").recordings.values()
    }


def test_a_vanished_file_is_noted_and_settled_as_gone(session: Session) -> None:
    """What is done stays done; when the file comes back, so does its recording."""
    path = folder(session) / "2026-11-01 Lecture.mp4"
    aside = path.rename(session.declaration.root / "aside.mp4")

    found, plan = look(session)
    [row] = plan.rows["uni"]
    admit(session, found, plan)
    gone = look(session)[1]
    aside.rename(path)
    back = look(session)[1]

    assert (False, {("uni", "lectures"): 3}) == (row.listed, plan.in_sync)
    assert ((), {("uni", "lectures"): 3}) == (gone.rows["uni"], gone.in_sync)
    assert [(row.id, True)] == [(each.id, each.listed) for each in back.rows["uni"]]


def test_a_fact_that_is_written_has_its_recording_planned(session: Session) -> None:
    """Whoever writes it, whichever way."""
    row = next(
        row for row in session.ledger.snapshot("uni").recordings.values() if row.wanted is not None
    )
    session.ledger._connections.run(
        "uni",
        lambda connection: connection.execute(
            "DELETE FROM leap.stages WHERE recording = %s", [row.id]
        ),
    )

    _, plan = look(session)

    assert [row.id] == [change.recording for change in plan.changes]
    assert {("uni", "lectures"): 2} == plan.in_sync


@pytest.mark.parametrize(
    "edit",
    [
        lambda root: _append(root / "tenants/uni/templates/lectures.yaml", "priority: 3\n"),
        lambda root: _append(root / "leap.yaml", "defaults: {blank: {shorter_than: 1 s}}\n"),
        lambda root: _append(root / "pipelines/lecture.yaml", "trim: {padding: 1 s}\n"),
    ],
    ids=["template", "operator", "pipeline"],
)
def test_an_edit_of_anything_declared_has_everything_planned(
    session: Session, edit: Callable[[Path], None]
) -> None:
    """Nobody has to know which edit concerns which recording."""
    edit(session.declaration.root)

    again = Session(load(session.declaration.root), session.ledger, session.store)
    _, plan = look(again)

    assert 4 == len(plan.rows["uni"])


def test_a_saved_plan_is_judged_by_all_that_is_known_as_well(
    session: Session, videos: dict[str, Path], tmp_path: Path
) -> None:
    """One of three finished lectures is made anew, and not one of one."""
    _append(session.declaration.root / "leap.yaml", "safety: {at_least: 1, rework: 50 %}\n")
    again = Session(load(session.declaration.root), session.ledger, session.store)
    found, plan = look(again)
    admit(again, found, plan)
    shutil.copyfile(videos["blank"], folder(again) / "2026-11-01 Lecture.mp4")
    found, plan = look(again)
    file = tmp_path / "plan.json"
    planfile.write(file, again, found, plan)

    replayed, same = planfile.replay(again, planfile.read(file))

    assert plan.changes == same.changes
    assert {("uni", "lectures"): 2} == plan.in_sync == same.in_sync
    assert () == judge(again, plan, found.actuals).refusals
    assert () == judge(again, same, replayed.actuals).refusals


def test_a_comment_is_no_edit(session: Session) -> None:
    _append(session.declaration.root / "leap.yaml", "# a comment\n")

    again = Session(load(session.declaration.root), session.ledger, session.store)

    assert () == look(again)[1].rows["uni"]


ZOOM = "kind: zoom\naccount: zoom-main\nsince: 2026-01-01\n"
MIDNIGHT = datetime(2199, 1, 1, tzinfo=UTC)


class Refusing:
    """A source that cannot be listed (``leap.domain.ports.Source``)."""

    kind = "zoom"
    asked = 0

    def __init__(self, error: LeapError) -> None:
        self.error = error

    def list(self, *_: object) -> Listing:
        self.asked += 1
        raise self.error


@pytest.fixture
def refusing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> Callable[[LeapError], tuple[Session, Refusing]]:
    """Give a function that adds two sources of one account, which answers with an error."""

    def add(error: LeapError) -> tuple[Session, Refusing]:
        for name in ("one", "two"):
            path = session.declaration.root / f"tenants/uni/sources/{name}.yaml"
            path.write_text(ZOOM, encoding="utf-8")
        source = Refusing(error)
        others = {**providers.SOURCES, "zoom": lambda *_: source}
        monkeypatch.setattr(providers, "SOURCES", others)
        return Session(load(session.declaration.root), session.ledger, session.store), source

    return add


@pytest.mark.parametrize(
    "error",
    [
        RetrySoon("Zoom is busy"),
        NeedsHuman("Zoom: revoked", hint="run `leap auth login zoom`"),
        SecretError("no key opens it", hint="run `leap secrets keygen`"),
        MissingTool("sops is not installed"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_source_that_fails_keeps_no_other_back(refusing, error: LeapError) -> None:
    """Every run asks it again, and says which source it was, why, and what to do."""
    session, source = refusing(error)

    found, plan = look(session)

    assert (f"uni/one: {error}", f"uni/two: {error}") == plan.problems
    assert 2 == source.asked
    assert 4 == len(plan.rows["uni"])
    assert {"uni": {}} == found.deferred


def test_an_account_that_is_put_off_is_asked_once(refusing) -> None:
    """That is a problem while it is new, and a note until the time has come."""
    session, source = refusing(DeferUntil("Zoom: the daily limit is used up", until=MIDNIGHT))
    line = "not listed before 2199-01-01 00:00 UTC: Zoom: the daily limit is used up"

    found, plan = look(session)
    looked_only = look(session)[1]
    leave_alone(session, found)
    asked = source.asked
    known, later = look(session)
    session.ledger.defer("uni", "zoom-main", datetime(2026, 1, 1, tzinfo=UTC), "over")
    look(session)

    assert (f"uni/one: {line}",) == plan.problems == looked_only.problems
    assert (f"uni/two: {line}",) == plan.notes
    assert ((), (f"uni/one: {line}", f"uni/two: {line}")) == (later.problems, later.notes)
    assert ("uni/one", "uni/two") == known.not_asked
    assert (2, 3) == (asked, source.asked)


def test_a_time_that_has_come_puts_nothing_off(refusing) -> None:
    """A provider whose clock is slow is simply asked by the next run."""
    session, _ = refusing(DeferUntil("wait", until=datetime(2026, 1, 1, tzinfo=UTC)))

    found, plan = look(session)

    assert {"uni": {}} == found.deferred
    assert ("uni/one: wait", "uni/two: wait") == plan.problems


def test_what_was_in_sync_is_so_while_its_source_is_put_off(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that is known has changed, so nothing is read."""
    refused = {"folder": lambda *_: Refusing(RetrySoon("the share is away"))}
    monkeypatch.setattr(providers, "SOURCES", refused)

    _, plan = look(session)

    assert ({("uni", "lectures"): 3}, ()) == (plan.in_sync, plan.rows["uni"])


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
