"""What must not be done twice is asked about once more, right before it leaves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from leap.errors import LeaseLost
from leap.providers.http import call_json, guarded, outcome_of_status


def ask(http, server):
    request = http.build_request("GET", f"{server.url}/x")
    return call_json(http, request, outcome=outcome_of_status)


def test_a_request_leaves_only_where_the_guard_lets_it(http, server):
    """What the guard raises is raised, and the server hears nothing."""
    asked = []

    def require():
        asked.append(len(server.journal))
        if len(asked) > 1:
            raise LeaseLost("another runner has it")

    with guarded(require):
        assert ask(http, server) == {"you": "/x"}
        with pytest.raises(LeaseLost, match="another runner has it"):
            ask(http, server)
    assert asked == [0, 1]
    assert len(server.journal) == 1
    ask(http, server)
    assert len(server.journal) == 2


def test_each_attempt_is_asked_about(http, server):
    """Between two attempts another runner may have taken over."""
    server.fault("GET /x", status=503, json={})
    asked = []
    with guarded(lambda: asked.append(1)):
        ask(http, server)
    assert len(asked) == len(server.journal) == 2


def test_other_threads_are_not_guarded(http, server):
    """They do something else, such as renewing a token under a lease of its own."""

    def never():
        raise LeaseLost("another runner has it")

    with guarded(never), ThreadPoolExecutor(1) as thread:
        assert thread.submit(ask, http, server).result() == {"you": "/x"}
