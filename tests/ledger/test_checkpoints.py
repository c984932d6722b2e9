"""What publishing has under way is kept through every crash, and written under a lease alone."""

from __future__ import annotations

import pytest

from leap.domain.ledger import Kept, Lease
from leap.domain.ports import Placed, Receipt
from leap.errors import LeaseLost

PLACED = Placed("v1", "https://example.org/v1")
WHERE = ("acme", "r", "youtube")


@pytest.fixture
def lease(ledger):
    """The right to publish, with an intent written."""
    with ledger.lease("acme", "r/youtube", wait=0) as held:
        ledger.publication_intended(*WHERE, "youtube", {"media": "m", "privacy": "p"}, held)
        yield held


def test_notes_and_secrets_are_kept_by_name(ledger, lease):
    """The last word counts, and nothing at all forgets; false and zero are something."""
    ledger.keep(*WHERE, "session", lease, sealed=b"\0sealed")
    ledger.keep(*WHERE, "opened", lease, note={"at": "2026-11-20", "n": 0, "ok": False})
    ledger.keep(*WHERE, "opened", lease, note=[0, "Лекция\0"])
    ledger.keep(*WHERE, "gone", lease, note="x")
    ledger.keep(*WHERE, "gone", lease)
    ledger.keep("acme", "r", "other", "opened", lease, note="another publication's")

    assert ledger.kept(*WHERE) == Kept(
        notes={"opened": [0, "Лекция\ufffd"]}, sealed={"session": b"\0sealed"}
    )
    assert ledger.kept("globex", "r", "youtube") == Kept()


def test_what_was_a_secret_may_become_a_note(ledger, lease):
    """A name holds one thing."""
    ledger.keep(*WHERE, "session", lease, sealed=b"sealed")
    ledger.keep(*WHERE, "session", lease, note=1)

    assert ledger.kept(*WHERE) == Kept(notes={"session": 1})


def test_a_placed_video_is_intended_until_all_of_it_is_there(ledger, lease):
    """Each part adds its digest, and what the platform was given of it."""
    ledger.publication_placed(*WHERE, PLACED, lease)
    ledger.part_applied(*WHERE, "media", "m", None, lease)
    ledger.part_applied(*WHERE, "privacy", "p", "public", lease)
    ledger.publication_placed(*WHERE, PLACED, lease)

    found = ledger.publication(*WHERE)
    assert (found.state, found.external_id, found.url) == ("intended", "v1", PLACED.url)
    assert found.applied == {"media": "m", "privacy": "p"}
    assert ledger.kept(*WHERE).details == {"media": None, "privacy": "public"}


def test_another_place_has_nothing_of_what_the_first_one_had(ledger, lease):
    """A digest is true of one copy alone."""
    ledger.publication_placed(*WHERE, PLACED, lease)
    ledger.part_applied(*WHERE, "media", "m", None, lease)
    ledger.publication_placed(*WHERE, Placed("v2", "there"), lease)

    found = ledger.publication(*WHERE)
    assert (found.external_id, found.applied) == ("v2", {})


def test_a_copy_after_another_begins_with_nothing(ledger, lease):
    """But with what is known of what the platform was given."""
    ledger.publication_placed(*WHERE, PLACED, lease)
    ledger.part_applied(*WHERE, "media", "m", {"size": 1}, lease)
    ledger.keep(*WHERE, "session", lease, sealed=b"sealed")
    ledger.begin_anew(*WHERE, lease)

    found = ledger.publication(*WHERE)
    assert (found.state, found.external_id, found.url, found.applied) == (
        "intended",
        None,
        None,
        {},
    )
    assert ledger.kept(*WHERE) == Kept(details={"media": {"size": 1}})
    ledger.publication_placed(*WHERE, Placed("v2", "there"), lease)
    assert ledger.given("acme", "youtube") == {("r", "youtube"): {}}


def test_a_failure_keeps_what_is_there(ledger, lease):
    """The next attempt goes on from it."""
    ledger.publication_placed(*WHERE, PLACED, lease)
    ledger.part_applied(*WHERE, "media", "m", None, lease)
    ledger.keep(*WHERE, "opened", lease, note=1)
    ledger.publication_failed(*WHERE, "youtube", wanted={}, reason="no", permanent=False)

    found = ledger.publication(*WHERE)
    assert (found.state, found.external_id, found.applied) == ("failed", "v1", {"media": "m"})
    assert ledger.kept(*WHERE).notes == {"opened": 1}


def test_without_a_lease_nothing_is_written(ledger, lease):
    """A runner that slept while another took over changes nothing any more."""
    before = ledger.publication(*WHERE), ledger.kept(*WHERE)
    for foreign in (Lease("r/youtube", "somebody", 12345), Lease("r/vk", "x", lease.fence)):
        for write in (
            lambda old: ledger.keep(*WHERE, "session", old, note=1),
            lambda old: ledger.publication_placed(*WHERE, PLACED, old),
            lambda old: ledger.part_applied(*WHERE, "media", "m", None, old),
            lambda old: ledger.begin_anew(*WHERE, old),
        ):
            with pytest.raises(LeaseLost):
                write(foreign)
    assert (ledger.publication(*WHERE), ledger.kept(*WHERE)) == before


def test_a_withdrawal_forgets_what_was_under_way(ledger, lease):
    """Published again, the recording begins anew."""
    ledger.publication_placed(*WHERE, PLACED, lease)
    ledger.keep(*WHERE, "opened", lease, note=1)
    ledger.publication_withdrawn(*WHERE, Receipt("youtube", "", "", {}, {"withdrawn": True}), 2)

    assert ledger.publication(*WHERE).state == "withdrawn"
    assert ledger.publication(*WHERE).external_id is None
    assert ledger.kept(*WHERE) == Kept()


def test_a_receipt_tells_what_was_given_of_the_parts_it_names(ledger):
    """Other facts of a receipt are none of a part's; a half receipt is to be completed."""
    given = {"privacy": "unlisted", "metadata": {"title": "Лекция"}, "provenance": {"commit": "c"}}
    half = Receipt("youtube", "v1", PLACED.url, {"metadata": "a"}, given)
    ledger.publication_unfinished(*WHERE, half, 1)
    unfinished = ledger.publication(*WHERE)
    assert (unfinished.state, unfinished.applied) == ("intended", {"metadata": "a"})
    assert ledger.kept(*WHERE).details == {"metadata": {"title": "Лекция"}}

    ledger.publication_applied(*WHERE, Receipt("youtube", "v1", "", {"privacy": "p"}, given), 2)
    ledger.publication_unfinished(*WHERE, half, 1)
    assert ledger.publication(*WHERE).state == "applied"
    assert ledger.given("acme", "youtube") == {("r", "youtube"): {"privacy": "unlisted"}}
    assert ledger.given("acme", "vk") == {}
    assert ledger.given("globex", "youtube") == {}


DIGESTS = {"media": "m", "metadata": "d", "privacy": "p"}


def applied(ledger):
    ledger.publication_applied(*WHERE, Receipt("youtube", "v1", PLACED.url, DIGESTS), 1)


def test_what_others_have_changed_is_not_applied_any_more(ledger):
    """The rest is; a part that never was there changes nothing."""
    applied(ledger)
    ledger.publication_drifted(*WHERE, ["thumbnail"])
    before = ledger.publication(*WHERE)
    ledger.publication_drifted(*WHERE, ["metadata", "privacy"])

    found = ledger.publication(*WHERE)
    assert (before.state, before.applied) == ("applied", DIGESTS)
    assert (found.state, found.applied, found.url) == ("applied", {"media": "m"}, PLACED.url)


def test_what_was_gone_and_stands_again_is_held_no_more(ledger):
    """A failure of another kind stays one."""
    applied(ledger)
    ledger.publication_failed(
        *WHERE, "youtube", wanted=DIGESTS, reason="gone", permanent=False, needs_person=True
    )
    ledger.publication_drifted(*WHERE, ["privacy"])
    found = ledger.publication(*WHERE)
    assert (found.state, found.reason, found.needs_person) == ("applied", "", False)
    assert found.applied == {"media": "m", "metadata": "d"}

    ledger.publication_failed(
        *WHERE, "youtube", wanted=DIGESTS, reason="log in", permanent=False, needs_person=True
    )
    ledger.publication_drifted(*WHERE, ["metadata"])
    found = ledger.publication(*WHERE)
    assert (found.state, found.reason, found.needs_person) == ("failed", "log in", True)
    assert found.applied == {"media": "m", "metadata": "d"}


def test_a_publication_that_somebody_works_on_is_left_alone(ledger, lease):
    """What was seen is older than what is being done."""
    ledger.publication_placed(*WHERE, PLACED, lease)
    ledger.part_applied(*WHERE, "media", "m", None, lease)
    ledger.publication_drifted(*WHERE, ["media"])

    found = ledger.publication(*WHERE)
    assert (found.state, found.applied) == ("intended", {"media": "m"})
