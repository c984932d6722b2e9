"""The catalogue: what a run leaves for pull requests, and what is read from strangers."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.catalogue import BadCatalogue, Catalogue, catalogue_from_json
from leap.errors import UsageError
from leap.tasks.catalogue import read, to_bytes

if TYPE_CHECKING:
    from conftest import University

ENTRY: dict[str, Any] = {
    "id": "2026-11-20-0a1b2c3d4e5f",
    "title": "Линейная алгебра, лекция 1 👋",
    "started_at": "2026-11-20T12:00:00+00:00",
    "source": "folder",
    "size": 1000,
    "duration": 3600.0,
    "revision": "ab" * 32,
    "listed": True,
    "status": "UPLOADED",
    "template": "lectures",
    "skip": None,
    "made": {"trim": ["0123456789abcdef"]},
    "published": [{"preset": "site", "platform": "site"}],
}


def document(*entries: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"version": 1, "tenant": "uni", "stamp": "s", "recordings": list(entries), **changes}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """Nothing is lost on the way, and each recording is a line of its own."""
    catalogue = catalogue_from_json(document(ENTRY, {**ENTRY, "id": "2026-11-21-0a1b2c3d4e5f"}))
    path = tmp_path / "uni.json"
    path.write_bytes(to_bytes(catalogue))

    assert catalogue == read(tmp_path, "uni")
    assert catalogue == read(path, "uni")
    assert document(ENTRY)["recordings"][0] == json.loads(path.read_text())["recordings"][0]
    assert 4 == len(path.read_text().splitlines())


def test_no_file_is_no_catalogue(tmp_path: Path) -> None:
    """Before the first run there is none, and that is no mistake."""
    assert read(tmp_path, "uni") is None
    assert read(tmp_path / "nowhere", "uni") is None


@pytest.mark.parametrize(
    "change",
    [
        {"id": "../../etc/passwd"},
        {"id": "2026-11-20-0a1b2c3d4e5f\n"},
        {"title": 7},
        {"title": "x" * 1001},
        {"started_at": "yesterday"},
        {"started_at": "2026-11-20T12:00:00"},
        {"source": "Not A Name"},
        {"size": -1},
        {"size": True},
        {"size": 1e300},
        {"duration": float("nan")},
        {"duration": "1 h"},
        {"status": "DANCING"},
        {"template": "../x"},
        {"skip": "because"},
        {"made": []},
        {"made": {"trim": "0123"}},
        {"made": {"trim": ["not hex"]}},
        {"made": {"explode": []}},
        {"made": {"trim": ["a"] * 101}},
        {"published": [{"preset": "site"}]},
        {"published": [{"preset": "a/b", "platform": "site"}]},
        {"published": {}},
    ],
    ids=lambda change: json.dumps(change)[:40],
)
def test_a_value_that_is_not_as_it_should_be_is_refused(change: dict[str, Any]) -> None:
    """A catalogue comes from who knows where: every value is checked."""
    with pytest.raises(BadCatalogue, match=r"^recording 1: "):
        catalogue_from_json(document({**ENTRY, **change}))


@pytest.mark.parametrize("key", sorted(ENTRY.keys() - {"listed"}))
def test_a_value_that_is_missing_is_named(key: str) -> None:
    """Every key has to be there."""
    entry = {name: value for name, value in ENTRY.items() if name != key}

    with pytest.raises(BadCatalogue, match=f"recording 1: {key}"):
        catalogue_from_json(document(entry))


@pytest.mark.parametrize(
    "data",
    [
        [],
        None,
        {},
        document(version=2),
        document(recordings={}),
        document(ENTRY, tenant="../acme"),
        document(ENTRY, ENTRY),
        document("text"),  # type: ignore[arg-type]
    ],
    ids=["list", "null", "empty", "version", "mapping", "tenant", "twice", "text"],
)
def test_what_is_no_catalogue_is_refused(data: Any) -> None:
    """Another shape is told as such."""
    with pytest.raises(BadCatalogue):
        catalogue_from_json(data)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(key=st.sampled_from(sorted(ENTRY)), value=_ANY)
def test_any_data_is_read_or_refused(key: str, value: Any) -> None:
    """Whatever stands in a catalogue, there is no other outcome."""
    with contextlib.suppress(BadCatalogue):
        assert isinstance(catalogue_from_json(document({**ENTRY, key: value})), Catalogue)


def _text(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(content)


def _huge(path: Path) -> None:
    path.touch()
    os.truncate(path, (128 << 20) + 1)


@pytest.mark.parametrize(
    "make, complaint",
    [
        (_text("{"), "not JSON"),
        (_text("[" * 100_000), "not JSON"),
        (_text('{"version": ' + "9" * 5000 + "}"), "not JSON"),
        (_text("{}"), "not a catalogue of version 1"),
        (_text(json.dumps(document(ENTRY, tenant="acme"))), "another tenant"),
        (lambda path: path.symlink_to("/etc/passwd"), "not a file"),
        (os.mkfifo, "not a file"),
        (lambda path: path.mkdir(), "not a file"),
        (_huge, "larger than"),
    ],
    ids=["torn", "deep", "number", "other", "tenant", "link", "pipe", "folder", "large"],
)
def test_a_file_that_is_no_catalogue_is_one_line(
    tmp_path: Path, make: Callable[[Path], object], complaint: str
) -> None:
    """Nothing of the file is repeated, nothing waits, and the way out is named."""
    make(tmp_path / "uni.json")

    with pytest.raises(UsageError, match=complaint) as raised:
        read(tmp_path, "uni")

    assert "root:" not in str(raised.value)
    assert "leap reconcile" in str(raised.value)


# ── the real program ───────────────────────────────────────────────────────


@pytest.fixture
def lectures(university: University) -> University:
    """Give a university with one lecture that was published, and one recording without template."""
    university.record("2026-11-20 Lecture 1.mp4")
    university.record("2026-11-21 Picnic.mp4", "second")
    university.reconcile()
    return university


def test_a_run_leaves_a_catalogue_without_secrets(lectures: University) -> None:
    """It holds what a comparison needs, and neither addresses nor paths."""
    text = (lectures.root / "state/catalogue/uni.json").read_text(encoding="utf-8")
    lecture, picnic = json.loads(text)["recordings"]

    assert ("Lecture 1", "UPLOADED", "lectures") == tuple(
        lecture[key] for key in ("title", "status", "template")
    )
    assert [{"preset": "site", "platform": "site"}] == lecture["published"]
    assert {"download", "trim", "transcribe", "topics", "subtitles"} == set(lecture["made"])
    assert ("SKIPPED", "no-template", []) == tuple(
        picnic[key] for key in ("status", "skip", "published")
    )
    for forbidden in ("://", ".mp4", str(lectures.root), "lectures/lecture-1"):
        assert forbidden not in text


def test_a_run_with_nothing_to_do_leaves_the_catalogue_alone(lectures: University) -> None:
    """It is written when something changed, and again when it is lost or damaged."""
    path = lectures.root / "state/catalogue/uni.json"
    before = path.stat().st_mtime_ns, path.read_bytes()

    lectures.reconcile()
    assert before == (path.stat().st_mtime_ns, path.read_bytes())

    path.write_text("{")
    lectures.reconcile()
    assert before[1] == path.read_bytes()

    lectures.record("2026-11-22 Lecture 2.mp4", "third")
    lectures.reconcile()
    assert 3 == len(json.loads(path.read_text())["recordings"])


def test_a_catalogue_that_cannot_be_written_does_not_fail_the_run(university: University) -> None:
    """What was to be done is done; the reason is said."""
    university.write("state/catalogue", "a file")

    ran = university.reconcile()

    assert "warning:" in ran.err
    assert "catalogue" in ran.err
