"""Killed anywhere and run again, a lecture is one video on each platform, and complete."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator

import pytest

from crash.drawing import EVERYTHING, SHARES, drawn
from crash.faculty import Faculty, Orders
from crash.judging import PLATFORMS, asked, on_vk, on_youtube, videos_ever, whole

#: So many runs are enough after anything that went wrong once.
_RUNS = 4
#: Nothing was ever published, and that is right.
ACCEPTED = ("--accept", "fresh-ledger")

platforms = pytest.mark.parametrize("platform", PLATFORMS)
shares = pytest.mark.parametrize("share", range(SHARES))


def begin(faculty: Faculty, order: Orders) -> None:
    """Begin a case: nothing was ever published."""
    order("forget")
    faculty.renew()


def run_until_quiet(order: Orders, platform: str) -> None:
    """Publish again and again, until nothing fails any more."""
    said = []
    for _ in range(_RUNS):
        ran = order("perform", preset=platform)
        said.append(ran)
        if ran["code"] == 0:
            return
    raise AssertionError(said)


def numbered(names: list[str]) -> Iterator[str]:
    """Yield each place with which time it is passed, as LEAP_FAULT has it."""
    times: Counter[str] = Counter()
    for name in names:
        times[name] += 1
        yield f"{name}@{times[name]}"


@pytest.fixture
def places(faculty: Faculty, order: Orders, platform: str) -> list[str]:
    """Every place that publishing passes, with its number.

    Commits of the ledger, of which there are twice as many, only where everything is tried.
    """
    begin(faculty, order)
    found = numbered(order("census", preset=platform))
    return [place for place in found if EVERYTHING or not place.startswith("ledger.")]


@platforms
def test_every_request_and_every_note_can_be_cut_before_and_after(platform, places):
    """The census finds the places that the other tests cut at."""
    names = Counter(place.partition("@")[0] for place in places)
    assert names["publish.intended"] == names["publish.receipt"] == names["publish.recorded"] == 1
    for what in (f"{platform}.request", "checkpoint.place", "checkpoint.apply", "checkpoint.save"):
        assert names[f"{what}.before"] == names[f"{what}.after"] > 0, what
    assert names[f"{platform}.request.before"] > 10


@platforms
@shares
def test_a_kill_anywhere_makes_no_second_video(faculty, order, platform, share, places):
    """Whatever was being asked or written down at that moment."""
    for place in drawn(places, share):
        begin(faculty, order)
        killed = order("perform", preset=platform, fault=f"{place}:kill")
        assert killed["code"] == -signal.SIGKILL, place
        try:
            run_until_quiet(order, platform)
            whole(faculty, order, platform)
            if platform == "youtube":
                assert videos_ever(faculty, platform) == 1
        except AssertionError as error:
            error.add_note(f"killed at {place}")
            raise


@platforms
@shares
def test_an_answer_that_is_lost_makes_no_second_video(faculty, order, platform, share):
    """The platform did what it was asked to, and nobody heard of it."""
    begin(faculty, order)
    run_until_quiet(order, platform)
    requests = [exchange.request for exchange in asked(faculty, platform)]
    for number in drawn(range(len(requests)), share):
        begin(faculty, order)
        server = faculty.youtube if platform == "youtube" else faculty.vk
        fault = server.fault("/**", skip=number, lost=True)
        try:
            run_until_quiet(order, platform)
            assert fault.hits == 1
            whole(faculty, order, platform)
        except AssertionError as error:
            error.add_note(f"lost the answer of {requests[number].target}")
            raise


@platforms
@shares
def test_a_runner_that_slept_while_another_took_over_makes_no_second_video(
    faculty, order, platform, share, places
):
    """It wakes up in the middle of what it was doing, and finds its lease gone."""
    stops = [place for place in places if place.startswith((f"{platform}.", "checkpoint."))]
    for place in drawn(stops, share, 1 / 12):
        begin(faculty, order)
        sleeper = order("stop", preset=platform, fault=f"{place}:stop", ttl=0.6)
        assert sleeper, place
        try:
            run_until_quiet(order, platform)
            assert order("go_on", pid=sleeper) in (0, 1)
            run_until_quiet(order, platform)
            whole(faculty, order, platform)
        except AssertionError as error:
            error.add_note(f"slept at {place}")
            raise


@platforms
def test_two_runners_at_once_make_one_video(faculty, order, platform):
    """One works, and the other finds it done."""
    begin(faculty, order)
    both = order("together", presets=[platform, platform])
    assert [each["code"] for each in both] == [0, 0], both
    whole(faculty, order, platform)
    assert videos_ever(faculty, platform) == 1


def test_platforms_do_not_wait_for_each_other(faculty, order):
    """Both at once, and the trouble of one is none of the other."""
    begin(faculty, order)
    faculty.youtube.fault("/**", times=None, status=503)
    one, two = order("together", presets=list(PLATFORMS))
    assert (one["code"], two["code"]) == (1, 0)
    whole(faculty, order, "vk")
    faculty.youtube.faults.clear()
    run_until_quiet(order, "youtube")
    whole(faculty, order, "youtube")


@platforms
@shares
def test_a_ledger_that_is_lost_on_the_way_is_rebuilt_from_receipts(
    faculty, order, platform, share, places
):
    """From the moment on in which a receipt says where the video is."""
    known = next(i for i, place in enumerate(places) if place.startswith("checkpoint.receipt@"))
    after = [
        place
        for place in places[known:]
        if place.startswith((f"{platform}.", "checkpoint.", "publish."))
    ]
    for place in drawn(after, share, 1 / 9):
        begin(faculty, order)
        assert order("perform", preset=platform, fault=f"{place}:kill")["code"] < 0
        order("lose")
        try:
            run_until_quiet(order, platform)
            whole(faculty, order, platform)
            # Only the ledger knew where the bytes of a placeholder at VK go.
            assert videos_ever(faculty, platform) == 1 or platform == "vk"
        except AssertionError as error:
            error.add_note(f"lost the ledger at {place}")
            raise


@platforms
@shares
def test_half_a_video_can_be_taken_down(faculty, order, platform, share, places):
    """Whatever there is of it, and killed in the middle of that as well.

    It waits while YouTube may not list yet what it got; until then nothing stands.
    """
    for place in drawn(places, share, 1 / 12):
        begin(faculty, order)
        assert order("perform", preset=platform, fault=f"{place}:kill")["code"] < 0
        order("withdraw", preset=platform, fault="publish.taken_down:kill")
        try:
            taken = order("withdraw", preset=platform)
            if "is not known yet" in taken["said"]:
                assert faculty.youtube.live() == []
                continue
            assert taken["code"] == 0
            assert order("known", preset=platform)["state"] in (None, "withdrawn")
            standing = faculty.youtube.live() if platform == "youtube" else faculty.vk.videos
            assert standing == []
            run_until_quiet(order, platform)
            whole(faculty, order, platform)
        except AssertionError as error:
            error.add_note(f"killed at {place}")
            raise


@pytest.mark.parametrize(
    "platform, places",
    [
        (
            "youtube",
            ["youtube.request.after@2", "checkpoint.place.after", "checkpoint.apply.after@3"],
        ),
        ("vk", ["vk.request.after", "checkpoint.place.after", "checkpoint.apply.after@3"]),
    ],
)
def test_a_whole_run_that_is_killed_goes_on(alone, platform, places):
    """`leap reconcile` with everything that belongs to it; one run after the last kill."""
    template = alone.root / f"tenants/{alone.tenant}/templates/lectures.yaml"
    other = next(each for each in PLATFORMS if each != platform)
    text = template.read_text(encoding="utf-8")
    template.write_text(text.replace(f"  {other}:\n", ""), encoding="utf-8")
    for place in places if EVERYTHING else places[:1]:
        ran = alone.leap("reconcile", *ACCEPTED, LEAP_FAULT=f"{place}:killgroup")
        assert ran.returncode == -signal.SIGKILL, place + ran.stdout + ran.stderr
    ran = alone.leap("reconcile", *ACCEPTED)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    look = on_youtube if platform == "youtube" else on_vk
    (video,) = alone.youtube.live() if platform == "youtube" else alone.vk.videos
    look(alone, {"external_id": video.id if platform == "youtube" else video.name})
    before = len(asked(alone, platform))
    assert "Nothing to do" in alone.leap("reconcile").stdout
    assert len(asked(alone, platform)) == before
