"""A recording becomes a page, whatever happens meanwhile."""

from __future__ import annotations

import json
import os
import pickle
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import leap
from leap.domain.snapshot import PublicationFact
from leap.domain.transcript import Segment
from leap.errors import NeedsHuman, ProviderError
from leap.providers.site import SitePublisher

POINTS = [
    "site.page.before_files",
    "site.page.before_replace",
    "site.page.before_record",
    "site.index.before_replace",
    "site.sweep.before_remove",
]
_CHILD = """
import pickle, sys
from leap.providers.site import SitePublisher
root, options, publication = pickle.load(sys.stdin.buffer)
known = options.pop("withdraw", None)
publisher = SitePublisher(root, options, "s3cret")
if known is None:
    publisher.publish(publication, None, lambda share, message="": None)
else:
    publisher.withdraw(publication.recording, known)
"""


def fact(receipt, preset="site") -> PublicationFact:
    """What the ledger remembers of a receipt."""
    now = datetime(2026, 11, 21, tzinfo=UTC)
    place = receipt.external_id, receipt.url
    return PublicationFact(preset, "site", "applied", now, *place, applied={}, wanted={})


def tree(root: Path) -> dict[str, bytes]:
    """Every file of a site with its content."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def start(root, publication, fault="", **options) -> subprocess.Popen:
    """Publish in a process of its own, which ``fault`` may end."""
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD],
        stdin=subprocess.PIPE,
        cwd=Path(leap.__file__).parents[1],
        env=os.environ | {"LEAP_FAULT": fault},
    )
    child.stdin.write(pickle.dumps((root, options, publication)))
    child.stdin.close()
    return child


# ── what is published ──────────────────────────────────────────────────────


def test_a_recording_becomes_a_page_that_is_listed(root, make, publish, broken):
    """The receipt says where it is and which digests it has."""
    receipt = publish(make())
    page = root / "lectures" / "gradient-descent-0a1b2c3d4e5f" / "index.html"
    assert receipt.platform == "site"
    assert receipt.external_id == "gradient-descent-0a1b2c3d4e5f"
    assert receipt.url == page.as_uri()
    assert receipt.applied == {"media": b"moving pictures".hex(), "metadata": "1"}
    assert "Gradient descent" in page.read_text()
    assert "lectures/gradient-descent-0a1b2c3d4e5f/" in (root / "index.html").read_text()
    assert broken(root) == []


def test_publishing_again_changes_no_byte(root, make, publish):
    """The same publication gives the same site."""
    publish(make())
    before = tree(root)
    publish(make())
    assert tree(root) == before


def test_a_base_url_makes_the_address_of_the_receipt(make, publish):
    """Where the folder is served from is the preset's to say."""
    receipt = publish(make(), base_url="https://lectures.example.org/ml/")
    assert receipt.url == "https://lectures.example.org/ml/lectures/gradient-descent-0a1b2c3d4e5f/"


def test_changed_media_replace_the_old_under_one_address(root, make, publish, broken):
    """The new video has a new name, and the old file is gone."""
    first = publish(make(b"first cut"))
    second = publish(make(b"second cut"), fact(first))
    folder = root / "lectures" / second.external_id
    assert second.url == first.url
    assert [p.read_bytes() for p in folder.glob("video-*")] == [b"second cut"]
    assert broken(root) == []


def test_a_corrected_title_keeps_its_address(root, make, publish):
    """Links that were shared go on working, also when the ledger was lost."""
    first = publish(make())
    for known in (fact(first), None):
        again = publish(make(title="Gradient descent, corrected"), known)
        assert again.url == first.url
    assert "Gradient descent, corrected" in (root / "index.html").read_text()


def test_a_page_without_words_is_a_page(root, make, publish, broken):
    """A pipeline may end after trimming; a silent recording has no words."""
    whole = make()
    publish(make(files={"video": whole.files["video"]}, outline=None, segments=()))
    assert broken(root) == []


def test_hostile_text_stays_text(root, make, publish):
    """Titles, descriptions, chapters and words are people's; none of them becomes markup."""
    evil = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)> 🎓 \u202eФ"
    captions = make().files["vtt"]
    captions.write_text(f"WEBVTT\n\n00:00.000 --> 00:01.000\n{evil}\n", encoding="utf-8")
    publish(
        make(title=evil, description=evil, segments=(Segment(0, 0.0, 1.0, evil),)), site_title=evil
    )
    for page in root.rglob("index.html"):
        text = page.read_text(encoding="utf-8")
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "\u202e" not in text


def test_a_lecture_without_a_title_is_named_by_its_date(root, make, publish):
    """Nobody has to click on nothing."""
    publish(make(title=" \x00 "), language="ru")
    assert "Лекция от 20 ноября 2026" in (root / "index.html").read_text(encoding="utf-8")


def test_the_newest_lecture_is_listed_first(root, make, publish):
    """By when it was held, not by when it was published."""
    publish(make(title="Newer"))
    publish(
        make(
            title="Older",
            recording="2026-11-01-ffffffffffff",
            started_at=datetime(2026, 11, 1, tzinfo=UTC),
        )
    )
    front = (root / "index.html").read_text()
    assert 0 < front.index("Newer") < front.index("Older")


# ── who may find it ────────────────────────────────────────────────────────


def test_an_unlisted_page_is_found_by_its_link_only(root, make, publish):
    """No list, no search and no address tells of it, and robots are asked to pass by."""
    receipt = publish(make(settings={"privacy": "unlisted"}))
    assert "gradient" not in receipt.external_id
    assert "0a1b2c3d4e5f" not in receipt.external_id
    assert receipt.external_id not in (root / "index.html").read_text()
    assert "noindex" in (root / "lectures" / receipt.external_id / "index.html").read_text()
    assert receipt.external_id not in (root / "lectures" / "index.html").read_text()


def test_an_unlisted_page_without_a_secret_needs_a_person(root, make):
    """An address that can be computed by anybody would not be unlisted."""
    publisher = SitePublisher(root, {"privacy": "unlisted"})
    with pytest.raises(NeedsHuman, match="leap secrets set"):
        publisher.publish(make(), None, lambda share, message="": None)
    assert not root.exists()


def test_a_privacy_that_a_site_does_not_know_is_refused(make, publish):
    """Nothing is published by mistake."""
    with pytest.raises(NeedsHuman, match="private"):
        publish(make(settings={"privacy": "private"}))


@pytest.mark.parametrize("remember", [True, False])
def test_changed_privacy_moves_the_page(root, make, publish, broken, remember):
    """The old address is gone, whether or not the ledger still knew it."""
    known = None
    for privacy in ("public", "unlisted", "public"):
        receipt = publish(make(settings={"privacy": privacy}), known)
        known = fact(receipt) if remember else None
        pages = [p.name for p in (root / "lectures").iterdir() if p.is_dir()]
        assert pages == [receipt.external_id]
        listed = receipt.external_id in (root / "index.html").read_text()
        assert listed == (privacy == "public")
        assert broken(root) == []


def test_two_presets_may_share_a_folder(root, make, publish):
    """Each has its own page of the recording, and withdrawing one leaves the other."""
    first = publish(make())
    second = publish(make(preset="other"))
    assert first.external_id != second.external_id
    SitePublisher(root, {}).withdraw(make().recording, fact(first))
    pages = [p.name for p in (root / "lectures").iterdir() if p.is_dir()]
    assert pages == [second.external_id]


def test_a_withdrawn_page_is_gone(root, make, publish):
    """Safe to repeat, also when the whole site is gone."""
    receipt = publish(make())
    publisher = SitePublisher(root, {})
    for _ in range(2):
        publisher.withdraw(make().recording, fact(receipt))
        assert not (root / "lectures" / receipt.external_id).exists()
        assert receipt.external_id not in (root / "index.html").read_text()
    SitePublisher(root / "never", {}).withdraw(make().recording, fact(receipt))
    assert not (root / "never").exists()


def test_the_last_page_leaves_an_empty_front_page(root, make, publish):
    """Which says that there is nothing, and goes on being LEAP's."""
    SitePublisher(root, {}).withdraw(make().recording, fact(publish(make())))
    assert "No lecture has been published yet." in (root / "index.html").read_text()
    assert publish(make()).external_id in (root / "index.html").read_text()


def test_lectures_are_listed_by_course(root, make, publish):
    """The course with the newest lecture first, and what belongs to none at the end."""
    day = datetime(2026, 11, 20, tzinfo=UTC)
    for number, (course, days) in enumerate([("A", 3), (None, 0), ("B", 1), ("A", 2)]):
        recording, when = f"2026-11-20-00000000000{number}", day - timedelta(days=days)
        publish(make(recording=recording, started_at=when, settings={"course": course}))
    front = (root / "index.html").read_text()
    headings = re.findall(r"<h2[^>]*>([^<]*)</h2>", front)
    assert headings == ["B", "A", "Other lectures"]
    assert re.findall(r'data-slug="[^"]*(\d)"', front) == ["2", "3", "0", "1"]


def test_a_front_page_of_somebody_else_is_not_overwritten(root, make, publish):
    """A preset may point at a folder that has a site already."""
    receipt = publish(make())
    (root / "index.html").write_text("<h1>Department of History</h1>")
    with pytest.raises(NeedsHuman, match="not LEAP's, and is not overwritten"):
        publish(make())
    SitePublisher(root, {}).withdraw(make().recording, fact(receipt))
    assert (root / "index.html").read_text() == "<h1>Department of History</h1>"
    assert not (root / "lectures" / receipt.external_id).exists()


def test_files_of_somebody_else_stay(root, make, publish):
    """Publishing again and withdrawing touch only what LEAP wrote."""
    receipt = publish(make())
    theirs = [root / "robots.txt", root / "lectures" / receipt.external_id / "slides.pdf"]
    for path in theirs:
        path.write_text("theirs")
    again = publish(make(b"second cut"), fact(receipt))
    SitePublisher(root, {}).withdraw(make().recording, fact(again))
    assert [path.read_text() for path in theirs] == ["theirs", "theirs"]
    assert [path.name for path in theirs[1].parent.iterdir()] == ["slides.pdf"]


@pytest.mark.parametrize("place", ["site.index.before_replace", "site.sweep.before_remove"])
def test_a_killed_withdrawal_is_completed_by_the_next(root, make, publish, broken, place):
    """Wherever it was cut, the page is there or gone, and then gone for good."""
    receipt = publish(make())
    child = start(root, make(), f"{place}:kill", withdraw=fact(receipt))
    assert child.wait(30) == -signal.SIGKILL
    assert broken(root) == []
    SitePublisher(root, {}).withdraw(make().recording, fact(receipt))
    assert not (root / "lectures" / receipt.external_id).exists()
    assert receipt.external_id not in (root / "index.html").read_text()


# ── crashes, full disks, other processes ───────────────────────────────────


@pytest.mark.parametrize("place", POINTS)
def test_a_killed_publisher_leaves_a_working_site(root, make, publish, broken, place):
    """The old page or the new one is there, never a torn one; repeating completes it."""
    first = publish(make(b"first cut"))
    changed = make(b"second cut", title="Second", settings={"privacy": "unlisted"})

    child = start(root, changed, f"{place}:kill")
    assert child.wait(30) == -signal.SIGKILL
    assert broken(root) == []
    assert (root / "lectures" / first.external_id / "index.html").is_file()

    receipt = publish(changed)
    assert broken(root) == []
    assert [p.name for p in (root / "lectures").iterdir() if p.is_dir()] == [receipt.external_id]
    assert first.external_id not in (root / "index.html").read_text()


@pytest.mark.parametrize("place", POINTS)
def test_a_killed_first_publication_is_completed_by_the_next(root, make, publish, broken, place):
    """What a crash left is no different from what was never begun."""
    child = start(root, make(), f"{place}:kill")
    assert child.wait(30) == -signal.SIGKILL
    assert broken(root) == []
    publish(make())
    assert len(list((root / "lectures").iterdir())) == 2  # the page, and the way back
    assert "Gradient descent" in (root / "index.html").read_text()


@pytest.mark.parametrize("place", POINTS)
def test_a_full_disk_is_one_clear_line(root, make, publish, broken, monkeypatch, place):
    """With the place and the next command; the old page stays."""
    publish(make(b"first cut"))
    monkeypatch.setenv("LEAP_FAULT", f"{place}:full")
    monkeypatch.setattr("leap.faults._passed", type(leap.faults._passed)())
    with pytest.raises(ProviderError, match=r"no space left on device; .*leap reconcile"):
        publish(make(b"second cut"))
    assert broken(root) == []


def test_a_folder_that_is_in_the_way_is_one_clear_line(root, make, publish):
    """A file where the site's folder should be is named."""
    root.parent.mkdir(parents=True)
    root.write_text("not a folder")
    with pytest.raises(ProviderError, match="not a directory"):
        publish(make())


def test_publishers_at_once_lose_no_page(root, make, broken):
    """The front page of the last one lists the pages of all."""
    children = [
        start(root, make(recording=f"2026-11-20-00000000000{n}", title=f"Lecture {n}"))
        for n in range(4)
    ]
    assert [child.wait(60) for child in children] == [0, 0, 0, 0]
    front = (root / "index.html").read_text()
    assert [n for n in range(4) if f"Lecture {n}" not in front] == []
    assert broken(root) == []


def test_a_damaged_record_does_no_harm(root, make, publish):
    """The page is not listed until it is published again."""
    receipt = publish(make())
    record = root / "lectures" / receipt.external_id / "page.json"
    record.write_text("{")
    publish(make(recording="2026-11-21-ffffffffffff", title="Another"))
    assert "Another" in (root / "index.html").read_text()
    assert publish(make(), fact(receipt)).url == receipt.url
    assert json.loads(record.read_text())["title"] == "Gradient descent"


def test_what_the_ledger_knows_never_leads_out_of_the_site(root, make, publish, tmp_path):
    """An external id is a name to compare with, not a path to follow."""
    outside = tmp_path / "outside"
    outside.mkdir()
    strange = fact(publish(make()))
    strange = PublicationFact("site", "site", "applied", strange.since, "../../../outside")
    SitePublisher(root, {}).withdraw(make().recording, strange)
    assert outside.is_dir()
