"""A store in a bucket: few requests, faults that pass, promises that are checked, no dead files."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from store.committing import NOON, commit_files

from leap.domain.history import Usage
from leap.domain.manifest import Manifest, TargetName
from leap.domain.stage import Stage
from leap.errors import StoreError
from leap.store import Store, bucket, objects
from leap.store.bucket import BucketShelf
from leap.store.cache import Cache
from leap.store.objects import S3Objects

if TYPE_CHECKING:
    from emulators.s3 import S3

WEEK = 7 * 24 * 3600

Open = Callable[..., Store]


@pytest.fixture
def open_store(s3: S3, tmp_path: Path) -> Open:
    """Open the store on a machine that is told by name; each has a cache of its own."""
    url = f"s3://{s3.new_bucket()}/a prefix".replace(" ", "-")

    def store(machine: str = "one", **more: str) -> Store:
        place = S3Objects(more.get("url", url), more.get("endpoint", s3.url))
        return Store(BucketShelf(place, Cache(tmp_path / machine, 10**9)))

    s3.journal.clear()
    return store


def name(recording: int = 0, stage: Stage = Stage.TRIM) -> TargetName:
    return TargetName("demo", f"2026-11-20-{recording:012x}", stage, "00112233aabbccdd")


def commit(store: Store, target: TargetName, text: str = "words", size: int = 0) -> Manifest:
    with store.scratch() as out:
        (out / "words.txt").write_text(text)
        if size:
            (out / "video.mp4").write_bytes(b"v" * size)
        return commit_files(store, target, out)


def test_what_one_machine_made_another_one_reads(open_store: Open) -> None:
    manifest = commit(open_store("one"), name(), "made on one")
    other = open_store("other")

    assert manifest == other.read(name())
    assert other.is_present(manifest)
    assert "made on one" == other.files(manifest)["words.txt"].read_text()
    assert "made on one" == (other.whole(manifest) / "words.txt").read_text()


def test_what_a_machine_made_it_does_not_bring(open_store: Open, s3: S3) -> None:
    store = open_store()
    manifest = commit(store, name(), size=100_000)
    s3.journal.clear()

    assert 100_000 == store.files(manifest)["video.mp4"].stat().st_size
    assert [] == s3.journal


def test_a_file_is_brought_when_it_is_looked_up(open_store: Open, s3: S3) -> None:
    manifest = commit(open_store("one"), name(), size=100_000)
    other = open_store("other")
    s3.journal.clear()

    files = other.files(manifest)
    assert {"video.mp4", "words.txt"} == set(files)
    assert [] == s3.journal
    assert "words" == files["words.txt"].read_text()
    assert 1 == len(s3.journal)


@pytest.mark.parametrize("count, most", [(1, 2), (5, 10), (40, 80)])
def test_many_targets_are_asked_for_together(
    open_store: Open, s3: S3, count: int, most: int
) -> None:
    """One listing for each recording, and a request for each manifest that is there."""
    store = open_store()
    made = {name(n): commit(store, name(n)) for n in range(count)}
    missing = [name(n, stage) for n in range(count) for stage in (Stage.TOPICS, Stage.SUBTITLES)]
    s3.journal.clear()

    assert made == store.standing([*made, *missing])
    assert most == len(s3.journal)


def test_a_tenant_is_listed_once_for_very_many(
    open_store: Open, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "_MANY", 3)
    store = open_store()
    commit(store, name(1))
    s3.journal.clear()

    assert {name(1)} == set(store.standing([name(n) for n in range(10)]))
    assert 2 == len(s3.journal)


def test_a_target_that_lost_a_file_does_not_stand(open_store: Open) -> None:
    store = open_store()
    manifest = commit(store, name())
    store.shelf.remove(f"demo/{name().recording}/trim/{name().key}/{manifest.attempt}/words.txt")

    assert {} == store.standing([name()])
    assert not store.is_present(manifest)


def test_a_file_that_was_damaged_is_one_clear_line(open_store: Open) -> None:
    manifest = commit(open_store("one"), name(), "words")
    place = f"demo/{name().recording}/trim/{name().key}/{manifest.attempt}/words.txt"
    open_store().shelf.objects.write(place, "WORDS")

    with pytest.raises(StoreError, match=r"^s3://leap-.*/words\.txt: not what was uploaded; "):
        open_store("other").files(manifest)["words.txt"]


def create(url: str, endpoint: str, number: int) -> bool:
    return S3Objects(url, endpoint).create("race.json", f"runner {number}")


def test_of_many_processes_one_creates(s3: S3) -> None:
    url = f"s3://{s3.new_bucket()}"
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        won = pool.starmap(create, [(url, s3.url, number) for number in range(12)])

    assert 1 == sum(won)
    assert {"race.json": f"runner {won.index(True)}"} == S3Objects(url, s3.url).read(["race.json"])


def test_a_creation_whose_answer_was_lost_has_happened(open_store: Open, s3: S3) -> None:
    """The request is made again and finds its own object, which is nobody else's."""
    store = open_store()
    prefix = store.shelf.objects.url.removeprefix("s3:/")
    s3.lose(f"PUT {prefix}/demo/{name().recording}/trim/{name().key}/manifest.json")

    manifest = commit(store, name())

    assert manifest == store.read(name())
    assert store.is_present(manifest)


def test_a_service_that_creates_what_exists_is_refused(open_store: Open, s3: S3) -> None:
    open_store().check()
    s3.is_exclusive = False

    with pytest.raises(StoreError, match=r"creates what exists already; .*If-None-Match"):
        open_store().check()


def test_faults_that_pass_are_not_seen(open_store: Open, s3: S3, tmp_path: Path) -> None:
    """Errors of the service at any request, and connections that break in the middle of a file."""
    store, other = open_store("one"), open_store("other")
    prefix = store.shelf.objects.url.removeprefix("s3:/")
    s3.refuse("PUT", "GET", status=500)
    s3.refuse("PUT", "GET", status=503)
    s3.cut(f"GET {prefix}/demo/{name().recording}/trim/{name().key}/", f"GET {prefix}/demo")

    manifest = commit(store, name(), size=3_000_000)

    assert 3_000_000 == other.files(other.read(name()))["video.mp4"].stat().st_size
    assert manifest == other.read(name())


def test_a_large_file_arrives_in_parts(open_store: Open, s3: S3) -> None:
    """Also when one of them fails at first."""
    store = open_store()
    s3.refuse("PUT /", status=500)

    manifest = commit(store, name(), size=20 << 20)

    assert 3 <= sum("partNumber=" in each for each in s3.journal)
    assert 20 << 20 == open_store("other").files(manifest)["video.mp4"].stat().st_size


def test_what_keeps_failing_is_one_line_without_a_secret(
    open_store: Open, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    from emulators.s3 import SECRET

    monkeypatch.setitem(objects._SETTINGS["retries"], "total_max_attempts", 2)
    s3.refuse(*["GET"] * 20, status=500)

    with pytest.raises(StoreError, match=r"does not answer \(InternalError\); check the") as raised:
        open_store().read(name())

    assert SECRET not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_bucket_that_is_not_there_is_named(open_store: Open) -> None:
    with pytest.raises(StoreError, match=r"s3://leap-none/.*: no such bucket"):
        open_store(url="s3://leap-none").check()


def test_without_keys_it_says_which(open_store: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(variable)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")

    with pytest.raises(StoreError, match="no keys for the bucket; set AWS_ACCESS_KEY_ID"):
        open_store().check()


def test_a_server_that_is_gone_is_one_line(
    open_store: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(objects._SETTINGS["retries"], "total_max_attempts", 1)

    with pytest.raises(StoreError, match="does not answer"):
        open_store(endpoint="http://127.0.0.1:9").read(name())


def test_the_room_of_targets_is_counted_by_stage(open_store: Open) -> None:
    store = open_store()
    commit(store, name(), size=1000)
    commit(store, name(stage=Stage.TOPICS))
    store.answers("demo").put("ab", {"words": "x" * 1000})

    found = store.usage("demo")
    assert {Stage.TRIM, Stage.TOPICS} == set(found)
    assert (1, True) == (found[Stage.TRIM].targets, 1000 < found[Stage.TRIM].size < 2000)
    assert Usage() == store.usage("other").get(Stage.TRIM, Usage())


def test_a_sweep_takes_what_killed_runs_left_a_week_ago(
    open_store: Open, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files without a manifest, and files beside one that are not its own."""
    store = open_store()
    place = store.shelf.objects
    standing = commit(store, name(1))
    of_dead = f"demo/{name(2).recording}/trim/{name(2).key}/aaaaaaaaaaaa/video.mp4"
    beside = f"demo/{name(1).recording}/trim/{name(1).key}/bbbbbbbbbbbb/video.mp4"
    for each in (of_dead, beside):
        place.write(each, "half")

    assert 0 == store.sweep()
    assert {of_dead, beside} == set(place.read([of_dead, beside]))
    assert 0 == store.sweep()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + WEEK + 60)
    assert 2 == store.sweep()
    assert {} == place.read([of_dead, beside])
    assert store.is_present(standing)


def test_uploads_that_nobody_finished_are_given_up(open_store: Open) -> None:
    place = open_store().shelf.objects
    place._s3.call_s3("create_multipart_upload", Bucket=place._bucket, Key=f"{place._prefix}x")

    assert 0 == place.abort_uploads(NOON.timestamp() - 50 * 365 * 24 * 3600)
    assert 1 == place.abort_uploads(time.time())
    assert 0 == place.abort_uploads(time.time())


def test_a_sweep_looks_once_a_day(open_store: Open, s3: S3) -> None:
    open_store("one").sweep()
    s3.journal.clear()

    open_store("other").sweep()

    assert 1 == len(s3.journal)
