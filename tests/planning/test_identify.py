"""Which file is which recording, when files move, change, are copied or vanish."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from leap.domain.recording import Listing, Observed, recording_id
from leap.domain.snapshot import Actual, RecordingRow, Skip
from leap.planning.identify import Identified, Identities, identify

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def seen(path: str, revision: str, source: str = "folder") -> Observed:
    return Observed(
        source=source,
        source_kind="folder",
        account=source,
        external_id=path,
        locator=path,
        revision=revision,
        title=path.rpartition("/")[2],
        started_at=NOON,
        size=1000,
        duration=60.0,
    )


def row_of(item: Identified) -> RecordingRow:
    """Return the row that a reconcile writes for what was identified."""
    here = item.observed
    return RecordingRow(
        id=item.id,
        source=here.source,
        source_kind=here.source_kind,
        account=here.account,
        external_id=item.external_id,
        locator=here.locator,
        revision=here.revision,
        title=here.title,
        started_at=item.known.started_at if item.known else here.started_at,
        size=here.size,
        duration=here.duration,
        template="t",
        skip=Skip.DUPLICATE if item.original else None,
        reason="",
        settled_at=None,
        listed=True,
        wanted=None,
        since=NOON,
    )


def after(found: Identities, before: Actual | None = None) -> Actual:
    rows = dict(before.recordings) if before else {}
    rows |= {item.id: row_of(item) for item in found.listed}
    rows |= {row.id: replace(row, listed=False) for row in found.gone}
    return Actual("demo", recordings=rows)


def listed(*observed: Observed) -> list[Listing]:
    return [Listing("folder", tuple(observed))]


def first_run(*observed: Observed) -> tuple[Identities, Actual]:
    found = identify("demo", listed(*observed), Actual("demo"))
    return found, after(found)


def test_the_id_comes_from_the_source_alone() -> None:
    found, _ = first_run(seen("a.mp4", "1"))

    identity = seen("a.mp4", "1").identity("demo")
    assert recording_id(identity, NOON) == found.listed[0].id
    assert "2026-11-20-" + identity == found.listed[0].id


def test_nothing_changes_for_a_file_that_stays() -> None:
    found, actual = first_run(seen("a.mp4", "1"))

    again = identify("demo", listed(seen("a.mp4", "1")), actual)

    assert found.listed[0].id == again.listed[0].id
    assert again.listed[0].moved_from is None
    assert again.gone == ()


def test_a_new_path_with_known_bytes_is_a_move() -> None:
    found, actual = first_run(seen("a.mp4", "1"))

    moved = identify("demo", listed(seen("sub/b.mp4", "1")), actual).listed[0]

    assert (found.listed[0].id, "a.mp4", "a.mp4") == (moved.id, moved.external_id, moved.moved_from)


def test_two_files_that_swap_names_swap_places() -> None:
    found, actual = first_run(seen("a.mp4", "1"), seen("b.mp4", "2"))
    ids = {item.observed.revision: item.id for item in found.listed}

    again = identify("demo", listed(seen("a.mp4", "2"), seen("b.mp4", "1")), actual)

    assert ids == {item.observed.revision: item.id for item in again.listed}


def test_changed_bytes_at_the_same_path_are_the_same_recording() -> None:
    found, actual = first_run(seen("a.mp4", "1"))

    again = identify("demo", listed(seen("a.mp4", "2")), actual)

    assert found.listed[0].id == again.listed[0].id


def test_a_second_copy_is_a_duplicate_of_the_first() -> None:
    found, actual = first_run(seen("a.mp4", "1"), seen("b.mp4", "1"))
    assert [item.original for item in found.listed] == [None, "a.mp4"]

    again = identify("demo", listed(seen("a.mp4", "1"), seen("b.mp4", "1")), actual)
    assert [item.original for item in again.listed] == [None, "a.mp4"]


def test_a_copy_that_sorts_first_does_not_take_over() -> None:
    _, actual = first_run(seen("b.mp4", "1"))

    again = identify("demo", listed(seen("a.mp4", "1"), seen("b.mp4", "1")), actual)

    assert [item.original for item in again.listed] == ["b.mp4", None]


def test_when_only_the_copy_is_left_the_original_lives_there() -> None:
    found, actual = first_run(seen("a.mp4", "1"), seen("b.mp4", "1"))

    again = identify("demo", listed(seen("b.mp4", "1")), actual)

    assert found.listed[0].id == again.listed[0].id
    assert again.listed[0].moved_from == "a.mp4"
    assert [found.listed[1].id] == [row.id for row in again.gone]


def test_a_copy_in_another_source_is_a_duplicate_too() -> None:
    _, actual = first_run(seen("a.mp4", "1"))
    listings = [*listed(seen("a.mp4", "1")), Listing("share", (seen("x.mp4", "1", "share"),))]

    again = identify("demo", listings, actual)

    assert [item.original for item in again.listed] == [None, "a.mp4"]


def test_new_bytes_where_a_moved_recording_began_are_a_new_recording() -> None:
    found, actual = first_run(seen("a.mp4", "1"))
    moved = identify("demo", listed(seen("b.mp4", "1")), actual)
    actual = after(moved, actual)

    again = identify("demo", listed(seen("a.mp4", "2"), seen("b.mp4", "1")), actual)

    new, old = again.listed
    assert found.listed[0].id == old.id
    assert new.id != old.id
    assert new.external_id == "a.mp4@2"
    actual = after(again, actual)
    assert new.id == identify("demo", listed(seen("a.mp4", "2")), actual).listed[0].id


def test_a_recording_is_gone_only_from_a_complete_listing() -> None:
    found, actual = first_run(seen("a.mp4", "1"))

    complete = identify("demo", listed(), actual)
    broken = identify("demo", [Listing("folder", (), complete=False)], actual)

    assert [found.listed[0].id] == [row.id for row in complete.gone]
    assert broken.gone == ()
    assert [found.listed[0].id] == [row.id for row in broken.unseen]


places = st.sampled_from(["a", "b", "c", "d"])
folders = st.dictionaries(places, st.sampled_from(["1", "2", "3"]), max_size=4)


@given(st.lists(folders, min_size=1, max_size=5))
def test_whatever_happens_in_a_folder_identities_stay_unique_and_stable(
    history: list[dict[str, str]],
) -> None:
    """Each file has one identity, no two files share one, and looking again changes nothing."""
    actual = Actual("demo")
    for folder in history:
        files = [seen(path, revision) for path, revision in sorted(folder.items())]
        found = identify("demo", listed(*files), actual)

        assert [f.locator for f in files] == [item.observed.locator for item in found.listed]
        ids = [item.id for item in found.listed]
        assert len(ids) == len(set(ids))
        originals = [i.observed.revision for i in found.listed if i.original is None]
        assert sorted(set(folder.values())) == sorted(originals)
        known = set(actual.recordings)
        assert known <= {*ids, *(row.id for row in found.gone)}

        actual = after(found, actual)
        again = identify("demo", listed(*files), actual)
        assert ids == [item.id for item in again.listed]
        assert [item.original for item in found.listed] == [i.original for i in again.listed]
        assert all(item.moved_from is None for item in again.listed)


def meeting(uuid: str, source: str, revision: str = "1") -> Observed:
    """Return a recording whose name is unique all over the world."""
    return replace(seen(uuid, revision, source), source_kind="zoom", account="")


def test_what_two_sources_list_is_one_recording_of_the_first() -> None:
    both = [Listing(source, (meeting("a==", source),)) for source in ("account", "host")]

    found = identify("demo", both, Actual("demo"))
    again = identify("demo", both, after(found))

    assert ["account"] == [item.observed.source for item in found.listed]
    assert found.listed[0].id == again.listed[0].id
    assert ((), ()) == (found.gone, again.gone)


def test_a_recording_stays_with_its_source_however_that_is_listed() -> None:
    """Unchanged, or not to be reached: another source that lists it does not take it over."""
    before = after(identify("demo", [Listing("host", (meeting("a==", "host"),))], Actual("demo")))
    account = Listing("account", (meeting("a==", "account"),))

    for host in (
        Listing("host", (), unchanged=frozenset({"a=="})),
        Listing("host", (), complete=False),
    ):
        found = identify("demo", [account, host], before)

        assert ((), ()) == (found.listed, found.gone)


def test_another_source_takes_over_what_its_source_lists_no_more() -> None:
    """A source's file was renamed, or a host was taken off the list: nothing is made twice."""
    found = identify("demo", [Listing("host", (meeting("a==", "host"),))], Actual("demo"))
    account = Listing("account", (meeting("a==", "account"),))

    for listings in ([account], [account, Listing("host", ())]):
        now = identify("demo", listings, after(found))

        assert [found.listed[0].id] == [item.id for item in now.listed]
        assert "account" == now.listed[0].observed.source
        assert now.listed[0].known is not None
        assert () == now.gone


def test_an_unchanged_recording_is_not_gone_when_another_source_has_a_file_of_its_name() -> None:
    rows = after(identify("demo", listed(seen("a.mp4", "1")), Actual("demo")))

    found = identify(
        "demo",
        [
            Listing("folder", (), unchanged=frozenset({"a.mp4"})),
            Listing("other", (seen("a.mp4", "2", "other"),)),
        ],
        rows,
    )

    assert () == found.gone
    assert ["other"] == [item.observed.source for item in found.listed]
