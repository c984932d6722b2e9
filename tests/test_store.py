"""The state store: results are whole or absent, whoever is killed and whoever races."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from store.committing import NOON, commit_files

from leap.domain.manifest import FailureRecord, Manifest, TargetName
from leap.domain.ports import Receipt
from leap.domain.stage import Stage
from leap.errors import StoreError
from leap.store import Store
from leap.store.bucket import BucketShelf
from leap.store.cache import Cache
from leap.store.objects import S3Objects

NAME = TargetName("demo", "2026-11-20-0a1b2c3d4e5f", Stage.TRIM, "00112233aabbccdd")
FOLDER = f"demo/{NAME.recording}/trim/{NAME.key}"


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A store with nothing in it, in a folder and in a bucket: one specification for both."""
    if request.param == "folder":
        return Store(tmp_path / "targets")
    s3 = request.getfixturevalue("s3")
    objects = S3Objects(f"s3://{s3.new_bucket()}/targets", s3.url)
    return Store(BucketShelf(objects, Cache(tmp_path / "cache", 10**9)))


def commit(store: Store, text: str = "words", name: TargetName = NAME) -> Manifest:
    with store.scratch() as out:
        (out / "sub").mkdir()
        (out / "sub" / "words.txt").write_text(text, encoding="utf-8")
        return store.commit(
            name,
            out,
            settings={"padding": 1.0},
            upstream={Stage.DOWNLOAD: "ffeeddccbbaa9988"},
            source={"title": "Лекция 🎓"},
            versions={"ffmpeg": "9"},
            facts={"duration": 12.5},
            started_at=NOON,
            finished_at=NOON + timedelta(seconds=3),
        )


def names(store: Store) -> set[str]:
    """Return what the place of the store has of the target."""
    return {name.removeprefix(f"{FOLDER}/") for name in store.shelf.sizes([FOLDER])}


def test_a_committed_target_reads_back_as_it_was_written(store: Store) -> None:
    manifest = commit(store)

    assert manifest == store.read(NAME)
    assert store.files(manifest)["sub/words.txt"].read_text(encoding="utf-8") == "words"
    assert store.is_present(manifest)
    assert manifest.seconds == 3.0


def test_an_absent_target_reads_as_none(store: Store) -> None:
    assert store.read(NAME) is None


def test_the_second_of_two_commits_keeps_the_files_of_the_first(store: Store) -> None:
    """The manifest is created exclusively: files of two runners never mix."""
    first = commit(store, "first")
    second = commit(store, "second")

    assert first == second
    assert store.files(second)["sub/words.txt"].read_text(encoding="utf-8") == "first"
    assert {"manifest.json", f"{first.attempt}/sub/words.txt"} == names(store)


def test_racing_commits_agree_on_one_manifest(store: Store) -> None:
    found: list[Manifest] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(commit(store, f"runner {n}")))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len({manifest.attempt for manifest in found}) == 1
    assert store.is_present(found[0])


def test_a_stage_that_made_nothing_is_no_result(store: Store) -> None:
    with store.scratch() as out, pytest.raises(StoreError, match="made no file"):
        commit_files(store, NAME, out)


def test_a_file_that_shrank_or_vanished_makes_the_target_absent(tmp_path: Path) -> None:
    store = Store(tmp_path)
    manifest = commit(store)
    path = store.files(manifest)["sub/words.txt"]

    path.write_text("wor", encoding="utf-8")
    assert not store.is_present(manifest)
    path.unlink()
    assert not store.is_present(manifest)

    store.discard(NAME)
    assert store.read(NAME) is None


def test_a_torn_manifest_is_one_clear_line(tmp_path: Path) -> None:
    store = Store(tmp_path)
    commit(store)
    ((store.root / "demo" / NAME.recording / "trim" / NAME.key) / "manifest.json").write_text(
        '{"version": 1, "ten'
    )

    with pytest.raises(StoreError, match=r"manifest\.json: cannot be read.*run `leap reconcile`"):
        store.read(NAME)


def test_scratch_is_removed_when_the_work_fails(store: Store) -> None:
    with pytest.raises(RuntimeError), store.scratch() as out:
        (out / "half").write_text("half")
        raise RuntimeError

    assert list((store.root / ".scratch").iterdir()) == []


def test_sweep_spares_work_under_way_and_removes_what_a_killed_process_left(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path)
    program = (
        "import sys, time, pathlib\n"
        "from leap.store import Store\n"
        "with Store(pathlib.Path(sys.argv[1])).scratch() as out:\n"
        "    (out / 'half').write_text('half')\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert store.sweep() == 0
        os.kill(process.pid, signal.SIGKILL)

    assert store.sweep() == 1
    assert list((tmp_path / ".scratch").iterdir()) == []


@pytest.mark.parametrize("place", ["before_files", "before_manifest", "after_manifest"])
def test_a_kill_while_committing_leaves_the_target_whole_or_absent(
    tmp_path: Path, place: str
) -> None:
    store = Store(tmp_path)
    program = (
        "import sys, pathlib\n"
        "sys.path.insert(0, sys.argv[2])\n"
        "from test_store import commit\n"
        "from leap.store import Store\n"
        "commit(Store(pathlib.Path(sys.argv[1])), 'killed')\n"
    )
    environment = os.environ | {"LEAP_FAULT": f"store.trim.{place}:kill"}
    process = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), str(Path(__file__).parent)],
        env=environment,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL

    standing = store.read(NAME)
    assert (place == "after_manifest") == (standing is not None)
    manifest = commit(store, "again")
    store.sweep()

    assert store.is_present(manifest)
    assert {"manifest.json", f"{manifest.attempt}/sub/words.txt"} == names(store)
    assert ("killed" if standing else "again") == store.files(manifest)["sub/words.txt"].read_text()


def test_a_full_disk_leaves_the_old_files_and_no_torn_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    monkeypatch.setenv("LEAP_FAULT", "store.trim.before_manifest:full")

    with pytest.raises(OSError, match="No space left"):
        commit(store)

    assert store.read(NAME) is None
    assert store.is_present(commit(store))


def test_a_failure_is_kept_until_it_is_forgiven_or_overtaken_by_a_result(store: Store) -> None:
    failure = FailureRecord(NAME, "moov atom not found", NOON)

    store.fail(failure)
    assert [failure] == list(store.failures("demo"))
    store.forgive(NAME)
    assert list(store.failures("demo")) == []
    store.fail(failure)
    commit(store)
    assert list(store.failures("demo")) == []


def test_receipts_are_numbered_and_never_overwritten(store: Store) -> None:
    for applied in ("a", "b", "c"):
        receipt = Receipt("site", "slug", "file:///x", {"media": applied})
        store.file_receipt("demo", NAME.recording, "site", receipt, NOON)

    found = list(store.receipts("demo"))

    assert [record.number for record in found] == [1, 2, 3]
    assert [record.applied["media"] for record in found] == ["a", "b", "c"]


def test_answers_of_one_tenant_are_not_seen_by_another(store: Store) -> None:
    store.answers("demo").put("ab12", {"words": ["да"]})

    assert store.answers("demo").get("ab12") == {"words": ["да"]}
    assert store.answers("other").get("ab12") is None
    assert [{"words": ["да"]}] == list(store.answers("demo").all())


def test_all_manifests_of_a_tenant_are_found_and_only_theirs(store: Store) -> None:
    other = TargetName("other", NAME.recording, NAME.stage, NAME.key)
    mine = commit(store)
    commit(store, name=other)

    assert [mine] == list(store.manifests("demo"))
