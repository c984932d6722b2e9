"""However it is cut off, and whatever answer is lost: in the end there is one video."""

from __future__ import annotations

import pytest

from leap import faults
from leap.errors import LeapError, LeaseLost, NeedsHuman, RetrySoon
from leap.stages.publish_video import publish_video, take_down_video


class Crash(BaseException):
    """The process ends here, as far as the code under test can tell."""


@pytest.fixture
def run(monkeypatch, opened, paper):
    """Publish like a new process, which ends at the ``end``-th effect; return how many it had."""

    def ran(publication, group=None, end=None):
        passed = 0

        def effect(*_):
            nonlocal passed
            passed += 1
            if passed == end:
                raise Crash

        monkeypatch.setattr(faults, "point", effect)
        checkpoint = paper(publication)
        checkpoint.passed = effect
        publish_video(publication, opened(group), checkpoint, lambda *_: None)
        return passed

    return ran


def finished(run, *arguments):
    """Run until nothing is left to do."""
    for _ in range(5):
        try:
            return run(*arguments)
        except LeapError:
            continue
    return run(*arguments)


@pytest.mark.parametrize("of_group", [False, True])
def test_a_crash_at_any_effect_leaves_one_video(
    vk, user, group, run, lecture, paper, tmp_path, of_group
):
    """Before and after every request and every write: one video, complete, and no orphan."""
    owner = -group.id if of_group else user.id
    place = group if of_group else None
    publication = lecture(album=["ML"], create_album=True, thumbnail=True)
    effects = run(publication, place)
    assert effects > 30
    for end in range(1, effects + 1):
        (tmp_path / "checkpoint.json").unlink()
        vk.api.videos.clear()
        vk.api.albums.found.clear()
        with pytest.raises(Crash):
            run(publication, place, end)
        finished(run, publication, place)

        (video,) = vk.videos
        assert [] == vk.placeholders, end
        assert (1, "About trees.") == (video.uploads, video.description), end
        assert {"ML": [video.name]} == vk.albums(owner), end
        assert video.name == paper(publication).placed.external_id, end
        assert "all" == video.privacy
        assert video.thumb


@pytest.fixture
def until_the_place_has_ended(vk, run, paper, tmp_path):
    """Give what brings a publication to where its place at VK takes no bytes any more."""

    def begin(publication):
        (tmp_path / "checkpoint.json").unlink(missing_ok=True)
        vk.api.videos.clear()
        vk.uploads.cuts = [1000] * 3
        with pytest.raises(RetrySoon):
            run(publication)
        note = paper(publication).read("vk")
        paper(publication).save("vk", {**note, "ends": 1.0})

    return begin


def test_a_crash_while_a_new_place_is_taken_leaves_one_video(
    vk, run, lecture, paper, until_the_place_has_ended
):
    """At any effect on the way from a place that has ended, by our clock, to another one."""
    publication = lecture()

    def begin():
        until_the_place_has_ended(publication)

    begin()
    effects = run(publication)
    for end in range(1, effects + 1):
        begin()
        with pytest.raises(Crash):
            run(publication, end=end)
        finished(run, publication)
        (video,) = vk.videos
        assert [] == vk.placeholders, end
        assert video.name == paper(publication).placed.external_id, end
        assert "all" == video.privacy


def test_what_was_cut_anywhere_is_taken_down(
    vk, run, opened, lecture, paper, until_the_place_has_ended
):
    """With the places that were given up, which bytes may have reached."""
    publication = lecture()

    def begin():
        until_the_place_has_ended(publication)

    begin()
    effects = run(publication)
    for end in range(1, effects + 1):
        begin()
        with pytest.raises(Crash):
            run(publication, end=end)
        for _ in range(2):
            take_down_video(opened(), paper(publication), publication.marker, {}, lambda *_: None)
        assert ([], []) == (vk.videos, vk.placeholders), end


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("path", ["/method/video.save", "/upload.do"])
def test_a_lost_answer_makes_no_second_video(vk, run, lecture, path, times):
    """VK did what it was asked for, and nobody heard of it."""
    vk.fault(f"POST {path}", lost=True, times=times)
    finished(run, lecture())
    assert (1, []) == (len(vk.videos), vk.placeholders)
    assert 1 == vk.videos[0].uploads


@pytest.mark.parametrize("path", ["/method/*", "/upload.do", "/thumb"])
def test_no_lost_answer_at_all_does_harm(vk, user, run, lecture, path):
    """Each request's answer is lost once, one after the other."""
    publication = lecture(album=["ML"], create_album=True, thumbnail=True)
    for skip in range(12):
        vk.fault(f"POST {path}", lost=True, skip=skip)
    for _ in range(13):
        finished(run, publication)
    (video,) = vk.videos
    assert [] == vk.placeholders
    assert {"ML": [video.name]} == vk.albums(user.id)


@pytest.mark.parametrize("code", [1, 10, 22, 36])
def test_a_place_may_be_there_in_spite_of_an_error(vk, user, run, lecture, code):
    """VK's own trouble with `video.save` leaves one open; the marker tells which it was."""
    publication = lecture()
    vk.refuse("video.save", code)
    vk.video(user.id, "Trees", f"About trees.\n\n{publication.marker}", empty=True)
    other = vk.video(user.id, "Trees", "Somebody's own", empty=True)
    run(publication)
    (video,) = vk.videos
    assert [other] == vk.placeholders
    assert "Trees" == video.title


def test_bytes_are_sent_again_to_the_same_place(vk, run, lecture):
    """A connection that broke in the middle costs no new video."""
    vk.uploads.cuts = [100_000, 500_000]
    run(lecture())
    assert 1 == len(vk.calls("video.save"))
    assert 1 == vk.videos[0].uploads


def test_a_place_that_takes_no_bytes_again_is_given_up(vk, run, lecture):
    """Where the address is dead, there is a new place, and the old one is deleted."""
    vk.uploads.cuts, vk.uploads.repeatable = [100_000], False
    run(lecture())
    assert 2 == len(vk.calls("video.save"))
    assert (1, []) == (len(vk.videos), vk.placeholders)


def test_an_address_that_has_ended_is_not_tried(vk, paper, run, lecture):
    """A run of the next day does not send gigabytes in vain."""
    publication = lecture()
    vk.uploads.cuts = [100] * 3
    with pytest.raises(RetrySoon):
        run(publication)
    assert 1 == len(vk.placeholders)
    paper(publication).save("vk", {**paper(publication).read("vk"), "ends": 1.0})
    vk.journal.clear()
    run(publication)
    assert 1 == vk.journal.count("POST /upload.do")
    assert (1, []) == (len(vk.videos), vk.placeholders)


def test_too_fast_is_waited_for(vk, run, lecture, waited):
    """VK says so of an upload; a few seconds later it takes the same bytes."""
    vk.uploads.too_fast = 1
    run(lecture())
    assert 3.0 in waited
    assert 1 == len(vk.calls("video.save"))


def test_a_page_of_an_error_is_no_answer(vk, run, lecture):
    """A 502 in HTML may mean that the bytes came: they are looked for, then sent again."""
    rule = vk.fault("POST /upload.do", status=502, content=b"<html>Bad Gateway</html>")
    run(lecture())
    assert 1 == rule.hits
    assert (1, 1) == (len(vk.videos), len(vk.calls("video.save")))


def test_bytes_that_arrived_are_never_sent_again(vk, run, lecture):
    """The address says that it has them: then it is looked, and it is so."""
    vk.fault("POST /upload.do", lost=True)
    run(lecture())
    assert (1, 1) == (vk.journal.count("POST /upload.do"), len(vk.videos))


def test_a_runner_that_was_taken_over_leaves_no_place(vk, opened, paper, lecture):
    """It finds its lease gone when it writes down what VK gave: then it gives that back."""
    publication = lecture()
    checkpoint = paper(publication)

    def gone():
        if vk.placeholders:
            raise LeaseLost("another runner publishes this now")

    checkpoint.passed = gone
    with pytest.raises(LeaseLost):
        opened().place(publication, checkpoint, lambda *_: None)
    assert ([], 1) == (vk.placeholders, len(vk.calls("video.save")))


def test_a_video_that_vk_has_twice_is_for_a_person(vk, user, run, lecture):
    """Two with the same marker and all bytes: nobody guesses which is to stay."""
    publication = lecture()
    for _ in range(2):
        vk.video(user.id, "Trees", publication.marker)
    vk.refuse("video.save", 10)
    with pytest.raises(NeedsHuman, match="more than once") as raised:
        run(publication)
    assert "delete all but one" in str(raised.value)
    assert 2 == len(vk.videos)


def test_a_ledger_that_was_lost_takes_over_what_there_is(vk, user, paper, run, lecture):
    """A receipt that knows no more than the video's id is enough."""
    publication = lecture()
    run(publication)
    checkpoint, placed = paper(publication), paper(publication).placed
    checkpoint.begin_anew()
    checkpoint.place(placed)
    checkpoint.save("begun", "m1")
    run(publication)
    assert 1 == len(vk.videos)
    assert 1 == len(vk.calls("video.save"))


def test_a_video_that_was_deleted_while_it_was_sent_is_for_a_person(vk, run, lecture):
    """VK took it, and shows it no more: somebody decides whether it comes back."""
    vk.after("POST /upload.do", lambda: setattr(vk.api.videos[0], "deleted", True))
    with pytest.raises(NeedsHuman, match="not there any more"):
        run(lecture())
    assert 1 == len(vk.calls("video.save"))


def test_somebody_elses_video_is_never_deleted(vk, user, paper, run, lecture):
    """A place that was given up is deleted only if it is empty, or bears the marker."""
    theirs = vk.video(user.id, "By hand", "Mine")
    publication = lecture()
    note = {"stage": "saving", "since": vk.clock.now().timestamp(), "stale": [theirs.name]}
    paper(publication).save("vk", {**note, "video": "", "ends": 0.0, "lost": False})
    paper(publication).save("begun", "m1")
    run(publication)
    assert theirs in vk.videos
    assert 2 == len(vk.videos)
