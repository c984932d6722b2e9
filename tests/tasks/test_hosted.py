"""A bucket and a Postgres, and machines that begin with an empty disk: what a hosted runner is."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leap.ledger.address import connect

if TYPE_CHECKING:
    from conftest import Ran, University
    from emulators.s3 import S3

    from leap.ledger.address import Address

Machine = Callable[[str], "University"]

FILE_STAGES = ["download", "trim", "transcribe", "topics", "subtitles"]


@pytest.fixture
def machine(university: University, s3: S3, database_url: str, tmp_path: Path) -> Machine:
    """Give a function that makes a new clone on an empty disk.

    Recordings and pages are outside of all clones, as in the world; so are the
    bucket and the ledger.
    """
    from emulators.s3 import ENVIRONMENT

    outside = tmp_path / "outside"
    (outside / "recordings").mkdir(parents=True)
    bucket = s3.new_bucket()
    university.write(
        "leap.yaml",
        f"""
        state: s3://{bucket}/uni
        endpoints: {{s3: {{url: '{s3.url}', region: us-east-1}}}}
        allow_insecure_endpoints: true
        folders: ['{outside}/recordings']
        sites: ['{outside}/site']
        workers: 3
        """,
    )
    university.write(
        "tenants/uni/sources/folder.yaml",
        f"""
        kind: folder
        path: '{outside}/recordings'
        settle: 0
        """,
    )
    files = {
        path.relative_to(university.root).as_posix(): path.read_text("utf-8")
        for path in university.root.rglob("*.yaml")
    }

    def make(name: str) -> University:
        made = type(university)(tmp_path / name, university.videos)
        for file, text in files.items():
            made.write(file, text)
        made.environment = {**ENVIRONMENT, "LEAP_DATABASE_URL": database_url}
        return made

    ran = make("setup").leap("ledger", "migrate")
    assert 0 == ran.code, ran.err
    s3.journal.clear()
    return make


def record(machine: University, name: str, video: str = "lecture") -> None:
    folder = machine.root.parent / "outside" / "recordings"
    (folder / name).write_bytes(machine.videos[video].read_bytes())


def pages(machine: University) -> list[Path]:
    return sorted((machine.root.parent / "outside").glob("site/uni/lectures/*/index.html"))


def uploads(s3: S3, stage: str) -> int:
    """Return how often files of a stage were committed."""
    return sum(
        each.startswith("PUT") and f"/{stage}/" in each and each.endswith("/manifest.json")
        for each in s3.journal
    )


def makes_no_secret_known(machine: University, *runs: Ran) -> None:
    """Assert that nothing that was printed or kept on the machine has the bucket's key."""
    from emulators.s3 import SECRET

    assert all(SECRET not in ran.out + ran.err for ran in runs)
    kept = [path for path in machine.root.rglob("*") if path.is_file()]
    assert not [path for path in kept if SECRET.encode() in path.read_bytes()]


def test_a_machine_with_an_empty_disk_goes_on_where_another_one_was(
    machine: Machine, s3: S3
) -> None:
    """What was made is not made again; a new title takes the pieces out of the bucket."""
    first = machine("first")
    record(first, "2026-11-03 Lecture.mp4")
    ran = first.reconcile()
    assert 1 == len(pages(first))
    makes_no_secret_known(first, ran)

    s3.journal.clear()
    second = machine("second")
    again = second.reconcile()
    assert "Nothing to do" in again.out
    assert [] == s3.journal
    assert not (second.root / "state" / "cache").exists()

    third = machine("third")
    third.edit(
        "tenants/uni/templates/lectures.yaml",
        "pipeline: lecture",
        'pipeline: lecture\nmetadata: {title: "{{ display_name }}, once more"}',
    )
    third.reconcile()
    assert dict.fromkeys(FILE_STAGES, 0) == {s: uploads(s3, s) for s in FILE_STAGES}
    assert "once more" in pages(third)[0].read_text("utf-8")
    assert 0 == sum(each.endswith("/audio.flac") for each in s3.journal)


def test_a_run_that_is_killed_goes_on_elsewhere(machine: Machine, s3: S3) -> None:
    """At a boundary after the first stages, and in the middle of a commit."""
    first, second, third = machine("first"), machine("second"), machine("third")
    record(first, "2026-11-03 Lecture.mp4")
    ran = first.leap("reconcile", LEAP_FAULT="work.transcribe.started:killgroup")
    assert -signal.SIGKILL == ran.code
    ran = second.leap("reconcile", LEAP_FAULT="store.transcribe.before_manifest:killgroup")
    assert -signal.SIGKILL == ran.code

    third.reconcile()

    assert dict.fromkeys(FILE_STAGES, 1) == {s: uploads(s3, s) for s in FILE_STAGES}
    assert 1 == len(pages(third))
    assert "Nothing to do" in machine("fourth").reconcile().out


def test_two_machines_at_once_share_the_work(machine: Machine, s3: S3) -> None:
    """Leases in the ledger keep them from doing the same; each stage is committed once."""
    machines = [machine("first"), machine("second")]
    for day, video in enumerate(("lecture", "second"), start=3):
        record(machines[0], f"2026-11-0{day} Lecture {day}.mp4", video)

    started = [each.start("reconcile") for each in machines]
    for process in started:
        out, err = process.communicate(timeout=240)
        assert 0 == process.returncode, out + err

    assert dict.fromkeys(FILE_STAGES, 2) == {s: uploads(s3, s) for s in FILE_STAGES}
    assert 2 == len(pages(machines[0]))


def test_a_bucket_with_bad_moments_and_a_small_cache_are_enough(machine: Machine, s3: S3) -> None:
    one = machine("one")
    one.edit("leap.yaml", "workers: 3", "workers: 3\ncache: {path: disk, size: 100 kB}")
    record(one, "2026-11-03 Lecture.mp4")
    s3.refuse(*["PUT", "GET"] * 4, status=500)
    s3.cut("GET /")

    one.reconcile()
    assert 0 == one.leap("doctor").code

    assert 1 == len(pages(one))
    files = [path for path in (one.root / "disk" / "files").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 100_000
    assert [] == list((one.root / "disk" / ".scratch").iterdir())
    assert not (one.root / "state" / "targets").exists()


def test_what_people_look_at_comes_out_of_the_bucket_and_so_does_the_ledger(
    machine: Machine, s3: S3, postgres: Address
) -> None:
    """`show` names the place of a target, `report` counts its bytes, `rebuild` reads manifests."""
    first = machine("first")
    record(first, "2026-11-03 Lecture.mp4")
    first.reconcile()
    other = machine("other")

    shown = other.leap("show", other.status()["Lecture"]["recording"], "--format", "json").json
    assert shown["targets"]["trim"]["path"].startswith("s3://")
    assert "present" == shown["targets"]["trim"]["state"]
    assert 1 == len(shown["topics"]["versions"])
    assert 0 == other.leap("report", "--out", str(other.root / "report")).code

    s3.journal.clear()
    with connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE rebuilt")
    url = other.environment["LEAP_DATABASE_URL"]
    before, _, after = url.partition("/hosted_")
    other.environment["LEAP_DATABASE_URL"] = f"{before}/rebuilt{after[8:]}"
    assert 0 == other.leap("ledger", "migrate").code

    ran = other.leap("ledger", "rebuild")

    assert 0 == ran.code, ran.err
    assert "Nothing to do" in other.reconcile().out
    assert 0 == s3.count("PUT")


def test_wrong_keys_are_one_line_before_any_work(machine: Machine, s3: S3) -> None:
    one = machine("one")
    record(one, "2026-11-03 Lecture.mp4")
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    one.environment = {name: v for name, v in one.environment.items() if name not in keys}
    nowhere = {"AWS_SHARED_CREDENTIALS_FILE": "/nowhere", **dict.fromkeys(keys, "")}

    ran = one.leap("reconcile", **nowhere)

    assert 1 == ran.code
    assert "no keys for the bucket; set AWS_ACCESS_KEY_ID" in ran.err
    assert "Traceback" not in ran.err
    assert [] == pages(one)
    doctor = one.leap("doctor", **nowhere)
    assert 1 == doctor.code
    assert "no keys for the bucket" in doctor.out
