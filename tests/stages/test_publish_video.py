"""A video is brought to a platform part by part, and a crash anywhere makes no second one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from leap.domain.ports import Placed, Publication, Video
from leap.errors import (
    BadInput,
    DeferUntil,
    LeaseLost,
    LedgerError,
    NeedsHuman,
    RetrySoon,
    StageError,
)
from leap.stages.publish_video import publish_video, take_down_video

NOW = datetime(2026, 11, 20, tzinfo=UTC)
WANTED = {"media": "m1", "metadata": "d1", "captions": "c1", "thumbnail": "t1", "privacy": "p1"}


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Memory:
    """A checkpoint that forgets nothing, and may be the last thing that a process does."""

    wanted: dict[str, str]
    placed: Placed | None = None
    applied: dict[str, str] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    crash: Callable[[], None] = lambda: None

    def read(self, name: str) -> Any:
        return self.notes.get(name)

    def save(self, name: str, value: Any) -> None:
        self.crash()
        self.notes[name] = value
        self.crash()

    def place(self, placed: Placed) -> None:
        self.crash()
        self.placed = placed
        self.crash()

    def apply(self, part: str, details: Any = None) -> None:
        self.crash()
        if part in self.wanted:
            self.applied[part] = self.wanted[part]
            self.details[part] = details
        self.crash()

    def begin_anew(self) -> None:
        self.crash()
        self.placed = None
        self.applied, self.notes = {}, {}
        self.crash()


@dataclass
class Platform:
    """A small platform that reserves an id, takes a video, and then what belongs to it.

    It looks before it makes: that is what the port asks of a publisher.
    """

    platform: str = "tube"
    replaces_media: bool = False
    parts: tuple[str, ...] = ("metadata", "captions", "thumbnail", "privacy")
    videos_there: dict[str, dict[str, Any]] = field(default_factory=dict)
    journal: list[str] = field(default_factory=list)
    failures: dict[str, Exception] = field(default_factory=dict)
    crash: Callable[[], None] = lambda: None

    def place(self, publication, checkpoint, progress) -> Placed:
        self._fail("place")
        if checkpoint.read("asked") is None:
            checkpoint.save("asked", True)
        placed = checkpoint.placed or self._mine(publication.marker)
        if placed is None:
            self.crash()
            number = f"v{1 + sum(each == 'make' for each in self.journal)}"
            self.journal.append("make")
            placed = Placed(number, f"https://tube.example/{number}")
            self.videos_there[number] = {"marker": publication.marker, "placed": placed}
            self.crash()
        checkpoint.place(placed)
        if "media" not in self.videos_there[placed.external_id]:
            self.crash()
            self.journal.append("media")
            self.videos_there[placed.external_id]["media"] = publication.wanted["media"]
            self.crash()
        progress(1.0, "sent")
        return placed

    def apply(self, part, publication, placed, checkpoint, progress) -> Any:
        self._fail(part)
        self.crash()
        self.journal.append(part)
        self.videos_there[placed.external_id][part] = publication.wanted[part]
        self.crash()
        return {"given": publication.wanted[part]}

    def left_over(self, marker, checkpoint) -> list[Placed]:
        self._fail("left_over")
        return [v["placed"] for v in self.videos_there.values() if v["marker"] == marker]

    def take_down(self, placed: Placed) -> None:
        self._fail("take_down")
        self.crash()
        self.journal.append("take_down")
        self.videos_there.pop(placed.external_id, None)
        self.crash()

    def look(self, placed, parts, progress):
        return {}

    def videos(self, progress) -> Iterator[Video]:
        for video in self.videos_there.values():
            yield Video(video["placed"], "", NOW, None, "private", video["marker"])

    def _mine(self, marker: str) -> Placed | None:
        found = [v["placed"] for v in self.videos_there.values() if v["marker"] == marker]
        return found[0] if found else None

    def _fail(self, what: str) -> None:
        if what in self.failures:
            raise self.failures[what]


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    video = tmp_path / "video.mp4"
    video.write_bytes(b"-")
    return Publication(
        tenant="uni",
        recording="2026-11-20-0a1b2c3d4e5f",
        preset="tube-main",
        title="Gradient descent",
        description="",
        started_at=NOW,
        duration=60.0,
        language="en",
        files={"video": video},
        outline=None,
        breaks=(),
        segments=(),
        wanted=WANTED,
        settings={},
        marker="leap-0123456789",
    )


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def checkpoint() -> Memory:
    return Memory(dict(WANTED))


def quiet(share, message=""):
    """Receive progress and say nothing."""


def test_the_video_comes_first_and_privacy_last(publication, platform, checkpoint):
    """The receipt says where it is, what it has, and what it was given."""
    receipt = publish_video(publication, platform, checkpoint, quiet)

    assert platform.journal == ["make", "media", "metadata", "captions", "thumbnail", "privacy"]
    assert (receipt.platform, receipt.external_id) == ("tube", "v1")
    assert receipt.url == "https://tube.example/v1"
    assert receipt.applied == WANTED
    assert receipt.details["privacy"] == {"given": "p1"}
    assert "media" not in receipt.details


def test_what_is_there_already_is_not_done_again(publication, platform, checkpoint):
    """A changed description costs one request, and no upload."""
    publish_video(publication, platform, checkpoint, quiet)
    platform.journal.clear()
    wanted = {**WANTED, "metadata": "d2"}
    checkpoint.wanted = wanted
    receipt = publish_video(replace(publication, wanted=wanted), platform, checkpoint, quiet)

    assert platform.journal == ["metadata"]
    assert receipt.applied == wanted


def test_parts_that_nobody_wants_any_more_fall_away(publication, platform, checkpoint):
    """The receipt has exactly what is wanted."""
    publish_video(publication, platform, checkpoint, quiet)
    wanted = {part: made for part, made in WANTED.items() if part != "captions"}
    receipt = publish_video(replace(publication, wanted=wanted), platform, checkpoint, quiet)

    assert receipt.applied == wanted
    assert "captions" not in receipt.details


@pytest.mark.parametrize("part", ["captions", "thumbnail"])
def test_a_part_that_fails_keeps_no_other_back(publication, platform, checkpoint, part):
    """The video is opened all the same, and later only the rest is tried again."""
    platform.failures[part] = RetrySoon("the server is busy", hint="later")
    with pytest.raises(RetrySoon, match=f"{part}: the server is busy; later"):
        publish_video(publication, platform, checkpoint, quiet)
    assert platform.videos_there["v1"]["privacy"] == "p1"

    platform.failures.clear()
    platform.journal.clear()
    publish_video(publication, platform, checkpoint, quiet)
    assert platform.journal == [part]


def test_a_video_without_its_title_is_not_opened(publication, platform, checkpoint):
    """But one that people see already may be hidden, whatever else fails."""
    platform.failures["metadata"] = BadInput("no such category")
    with pytest.raises(BadInput, match="metadata: no such category"):
        publish_video(publication, platform, checkpoint, quiet)
    assert "privacy" not in platform.videos_there["v1"]

    platform.failures.clear()
    publish_video(publication, platform, checkpoint, quiet)
    platform.failures["metadata"] = BadInput("no such category")
    wanted = {**WANTED, "metadata": "d2", "privacy": "p2"}
    checkpoint.wanted = wanted
    with pytest.raises(BadInput):
        publish_video(replace(publication, wanted=wanted), platform, checkpoint, quiet)
    assert platform.videos_there["v1"]["privacy"] == "p2"


def test_a_video_that_somebody_else_has_opened_is_hidden_again(publication, platform, checkpoint):
    """It was shown once, though its privacy is not applied any more: nothing keeps that back."""
    publish_video(publication, platform, checkpoint, quiet)
    del checkpoint.applied["privacy"], checkpoint.applied["metadata"]
    platform.videos_there["v1"]["privacy"] = "theirs"
    platform.failures["metadata"] = BadInput("no such category")
    with pytest.raises(BadInput):
        publish_video(publication, platform, checkpoint, quiet)
    assert platform.videos_there["v1"]["privacy"] == "p1"


def test_without_a_video_nothing_else_is_tried(publication, platform, checkpoint):
    """There is nothing to give it to."""
    platform.failures["place"] = RetrySoon("the server is busy")
    with pytest.raises(RetrySoon, match=r"^the server is busy$"):
        publish_video(publication, platform, checkpoint, quiet)
    assert platform.journal == []


SOON, WRONG = RetrySoon("soon"), StageError("wrong")
DEFERRED, PERSON = DeferUntil("later", until=NOW), NeedsHuman("no scope")


@pytest.mark.parametrize(
    "failures, worst",
    [
        ((WRONG, SOON), SOON),
        ((SOON, DEFERRED), DEFERRED),
        ((PERSON, DEFERRED), PERSON),
        ((WRONG, WRONG), WRONG),
    ],
)
def test_of_several_failures_the_worst_says_how_it_goes_on(
    publication, platform, checkpoint, failures, worst
):
    """And tells of all of them; a person's case comes before a time to wait."""
    one, two = (type(each).__new__(type(each)) for each in failures)
    for new, old in ((one, failures[0]), (two, failures[1])):
        new.__dict__.update(vars(old))
    platform.failures = {"captions": one, "thumbnail": two}
    with pytest.raises(type(worst)) as caught:
        publish_video(publication, platform, checkpoint, quiet)
    assert type(caught.value) is type(worst)
    texts = [each.message for each in failures]
    assert caught.value.message == f"captions: {texts[0]}; thumbnail: {texts[1]}"


@pytest.mark.parametrize("error", [LeaseLost("another runner has it"), LedgerError("it is gone")])
def test_who_cannot_write_down_what_it_does_stops_at_once(publication, platform, checkpoint, error):
    """Whatever comes next is another runner's, or would be forgotten."""
    platform.failures["metadata"] = error
    with pytest.raises(type(error)):
        publish_video(publication, platform, checkpoint, quiet)
    assert platform.journal == ["make", "media"]


def test_a_kill_at_any_point_makes_no_second_video(publication):
    """Each point once, before and after every effect; the next attempt completes it."""
    points = 0
    while True:
        points += 1
        passed = 0

        def crash(last: int = points) -> None:
            nonlocal passed
            passed += 1
            if passed == last:
                raise Killed

        platform = Platform(crash=crash)
        checkpoint = Memory(dict(WANTED), crash=crash)
        try:
            publish_video(publication, platform, checkpoint, quiet)
        except Killed:
            platform.crash = checkpoint.crash = lambda: None
            publish_video(publication, platform, checkpoint, quiet)
        else:
            break
        (video,) = platform.videos_there.values()
        assert {part: video[part] for part in WANTED} == WANTED
        assert platform.journal.count("make") == 1
    assert points > 20


def test_half_a_video_of_other_media_is_taken_away_first(publication, platform, checkpoint):
    """What was begun before the settings changed never becomes a second video."""
    platform.crash = _at(4)
    with pytest.raises(Killed):
        publish_video(publication, platform, checkpoint, quiet)
    assert platform.journal == ["make", "media"]
    platform.crash = lambda: None
    wanted = {**WANTED, "media": "m2"}
    checkpoint.wanted = wanted
    receipt = publish_video(replace(publication, wanted=wanted), platform, checkpoint, quiet)

    assert platform.journal[2:5] == ["take_down", "make", "media"]
    assert list(platform.videos_there) == [receipt.external_id]
    assert platform.videos_there[receipt.external_id]["media"] == "m2"


def test_a_published_video_never_gets_other_media(publication, platform, checkpoint):
    """People have linked to it: a person decides."""
    publish_video(publication, platform, checkpoint, quiet)
    platform.journal.clear()
    wanted = {**WANTED, "media": "m2"}
    with pytest.raises(NeedsHuman, match="has other media than the recording has now"):
        publish_video(replace(publication, wanted=wanted), platform, checkpoint, quiet)
    assert platform.journal == []

    # Nor when somebody has changed who sees it.
    del checkpoint.applied["privacy"]
    with pytest.raises(NeedsHuman, match="has other media than the recording has now"):
        publish_video(replace(publication, wanted=wanted), platform, checkpoint, quiet)
    assert platform.journal == []


def test_a_missing_file_stops_before_anything_is_asked(publication, platform, checkpoint):
    """Neither the platform nor the checkpoint hears of it."""
    publication.files["video"].unlink()
    with pytest.raises(StageError, match=r"video\.mp4"):
        publish_video(publication, platform, checkpoint, quiet)
    assert (platform.journal, checkpoint.notes) == ([], {})


@pytest.mark.parametrize("kill_at", range(1, 5))
def test_whatever_is_there_of_a_video_is_taken_down(publication, platform, checkpoint, kill_at):
    """Known or not: what was begun is looked for by its marker. Safe to repeat."""
    platform.videos_there["theirs"] = {"marker": "", "placed": Placed("theirs", "")}
    platform.crash = _at(kill_at)
    with pytest.raises(Killed):
        publish_video(publication, platform, checkpoint, quiet)
    platform.crash = lambda: None
    if kill_at == 2:
        assert checkpoint.placed is None
        assert len(platform.videos_there) == 2
    for _ in range(2):
        receipt = take_down_video(
            platform, checkpoint, publication.marker, {"privacy": "public"}, quiet
        )
        assert list(platform.videos_there) == ["theirs"]
    assert (receipt.external_id, receipt.applied) == ("", {})
    assert receipt.details == {"privacy": "public", "withdrawn": True}


def test_places_that_were_given_up_are_taken_down_too(publication, platform, checkpoint):
    """One video was begun twice, and only the second place is known."""
    platform.crash = _at(3)
    with pytest.raises(Killed):
        publish_video(publication, platform, checkpoint, quiet)
    platform.crash = lambda: None
    stale = Placed("v0", "https://tube.example/v0")
    platform.videos_there["v0"] = {"marker": publication.marker, "placed": stale}
    assert checkpoint.placed is not None

    take_down_video(platform, checkpoint, publication.marker, {}, quiet)
    assert platform.videos_there == {}


def test_what_may_not_be_shown_yet_is_not_taken_for_gone(publication, platform, checkpoint):
    """Nothing is forgotten, and nothing begun anew, before it is known what is there."""
    platform.crash = _at(2)
    with pytest.raises(Killed):
        publish_video(publication, platform, checkpoint, quiet)
    platform.crash = lambda: None
    platform.failures["left_over"] = DeferUntil("not known yet", until=NOW)
    with pytest.raises(DeferUntil):
        take_down_video(platform, checkpoint, publication.marker, {}, quiet)
    wanted = {**WANTED, "media": "m2"}
    checkpoint.wanted = wanted
    with pytest.raises(DeferUntil):
        publish_video(replace(publication, wanted=wanted), platform, checkpoint, quiet)
    assert checkpoint.read("begun") == "m1"
    assert platform.journal == ["make"]


def _at(number: int) -> Callable[[], None]:
    passed = 0

    def crash() -> None:
        nonlocal passed
        passed += 1
        if passed == number:
            raise Killed

    return crash
