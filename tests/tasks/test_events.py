"""Progress crosses from forked children to the process that shows it."""

from __future__ import annotations

import os
import threading

import pytest

from leap.tasks.events import feeding


# Luigi forks from a process with threads, so this must work; Python warns of it.
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_events_of_forked_children_arrive_whole() -> None:
    """Lines of many writers never mix, however many write at once."""
    got: list[dict[str, object]] = []
    with feeding(got.append, lambda: None) as feed:
        children = []
        for child in range(4):
            process = os.fork()
            if process == 0:
                for number in range(50):
                    feed.failed(f"{child}-{number}", "ж" * 400)
                os._exit(0)
            children.append(process)
        for process in children:
            os.waitpid(process, 0)

    assert {event["id"] for event in got} == {f"{c}-{n}" for c in range(4) for n in range(50)}
    assert {event["reason"] for event in got} == {"ж" * 300}


def test_progress_is_thinned_out() -> None:
    got: list[dict[str, object]] = []
    with feeding(got.append, lambda: None) as feed:
        report = feed.progress("task")
        for step in range(1000):
            report(step / 1000, "working")

    assert 1 <= len(got) <= 5
    assert got[0]["share"] == 0.0


def test_clocks_go_on_while_nothing_happens() -> None:
    ticked = threading.Event()
    with feeding(lambda event: None, ticked.set):
        assert ticked.wait(timeout=10)
