"""Which recording is which: files that moved, changed, were copied or are gone.

A recording's identity comes from where it was first seen, and it keeps that
identity when its file moves. Bytes are compared by revision (for a folder:
sha256), so nothing is guessed from names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from leap.domain.recording import Listing, Observed, recording_hex, recording_id
from leap.domain.snapshot import Actual, RecordingRow, Skip


@dataclass(frozen=True, slots=True)
class Identified:
    """One recording that is listed now, with the identity it has or gets.

    ``known`` is the ledger's row, ``original`` the title of the recording
    whose bytes it repeats, and ``moved_from`` its former place.
    """

    id: str
    external_id: str
    observed: Observed
    known: RecordingRow | None = None
    original: str | None = None
    moved_from: str | None = None


@dataclass(frozen=True, slots=True)
class Identities:
    """All listed recordings, and the known ones that are not among them.

    ``gone`` are those that their source no longer lists; of ``unseen`` it could
    not tell.
    """

    listed: tuple[Identified, ...]
    gone: tuple[RecordingRow, ...]
    unseen: tuple[RecordingRow, ...] = ()


def identify(tenant: str, listings: Sequence[Listing], actual: Actual) -> Identities:
    """Match what the sources list with what the ledger knows.

    A row counts as gone only where its source's listing is complete. What is
    settled and unchanged is in neither; only its bytes are compared.
    """
    listed: list[Identified] = []
    gone: list[RecordingRow] = []
    unseen: list[RecordingRow] = []
    for listing, rows in _shared_out(listings, actual):
        taken = {row.id[11:] for row in rows} | {other.id[11:] for other in actual.others}
        found = _match_source(tenant, rows, listing.observed, taken)
        listed += found
        here = {item.id for item in found}
        (gone if listing.complete else unseen).extend(
            row for row in rows if row.id not in here and row.locator not in listing.unchanged
        )
    return Identities(_mark_copies(listed, actual), tuple(gone), tuple(unseen))


def _shared_out(
    listings: Sequence[Listing], actual: Actual
) -> Iterator[tuple[Listing, list[RecordingRow]]]:
    """Yield every listing with the rows it is compared with; no recording is in two of them.

    Several sources may list one recording whose name is unique all over the
    world: the meetings of a host, and those of the whole account. The source
    that it was first found in keeps it as long as it lists it, or cannot tell.
    """
    sources = {listing.source: listing for listing in listings}
    seen = {
        listing.source: {item.locator for item in listing.observed} | listing.unchanged
        for listing in listings
    }
    keepers: dict[tuple[str, str], str] = {}
    for row in actual.recordings.values():
        own = sources.get(row.source)
        if own is not None and (not own.complete or row.locator in seen[own.source]):
            _keep(keepers, row, own.source)
    for listing in listings:
        for item in listing.observed:
            _keep(keepers, item, listing.source)
    for listing in listings:
        rows = [
            row for row in actual.recordings.values() if _keeper(keepers, row) == listing.source
        ]
        observed = tuple(
            item for item in listing.observed if _keeper(keepers, item) == listing.source
        )
        yield replace(listing, observed=observed), rows


def _keep(keepers: dict[tuple[str, str], str], item: RecordingRow | Observed, source: str) -> None:
    if not item.account:
        keepers.setdefault((item.source_kind, item.locator), source)


def _keeper(keepers: Mapping[tuple[str, str], str], item: RecordingRow | Observed) -> str:
    """Return the source whose recording ``item`` is; an account's own is its source's."""
    return keepers.get((item.source_kind, item.locator), item.source)


def _match_source(
    tenant: str, rows: Iterable[RecordingRow], observed: Sequence[Observed], taken: set[str]
) -> list[Identified]:
    """Pair the observations of one source with its rows, the surest pairs first.

    ``taken`` are the identities that a newcomer may not get.
    """
    open_rows = {row.id: row for row in rows}
    open_seen = {item.locator: item for item in observed}
    found: list[Identified] = []

    def pair(row: RecordingRow, item: Observed) -> None:
        del open_rows[row.id], open_seen[item.locator]
        moved = row.locator if row.locator != item.locator else None
        found.append(Identified(row.id, row.external_id, item, known=row, moved_from=moved))

    def unchanged(row: RecordingRow) -> None:
        item = open_seen.get(row.locator)
        if item is not None and item.revision == row.revision:
            pair(row, item)

    # A copy gives way to the original: if only the copy's file is left, that
    # is where the original lives now.
    for row in [row for row in open_rows.values() if row.skip is not Skip.DUPLICATE]:
        unchanged(row)
    elsewhere: dict[str, list[Observed]] = {}
    for seen in reversed(open_seen.values()):
        elsewhere.setdefault(seen.revision, []).append(seen)
    for row in [row for row in open_rows.values() if row.skip is not Skip.DUPLICATE]:
        # The first place where its bytes are now, if they are somewhere else.
        if row.revision and elsewhere.get(row.revision):
            pair(row, elsewhere[row.revision].pop())
    for row in list(open_rows.values()):
        unchanged(row)
    for row in list(open_rows.values()):
        item = open_seen.get(row.locator)
        if item is not None:
            pair(row, item)
    found += [_newcomer(tenant, item, taken) for item in open_seen.values()]
    order = {item.locator: index for index, item in enumerate(observed)}
    return sorted(found, key=lambda each: order[each.observed.locator])


def _newcomer(tenant: str, item: Observed, taken: set[str]) -> Identified:
    """Give a new recording its identity.

    Where another recording was first seen at this very place and moved away
    since, the revision makes the difference.
    """
    external_id = item.external_id
    identity = item.identity(tenant)
    if identity in taken:
        external_id = f"{external_id}@{item.revision[:12]}"
        identity = recording_hex(tenant, item.source_kind, item.account, external_id)
    return Identified(recording_id(identity, item.started_at), external_id, item)


def _mark_copies(listed: Sequence[Identified], actual: Actual) -> tuple[Identified, ...]:
    """Mark all but one recording of the same bytes as copies of that one.

    The one is the recording that the ledger knew first as an original; among
    new ones, the first listed.
    """
    now = {item.id: item.observed for item in listed}
    originals = {each.revision: (each.id, each.title) for each in actual.others if each.revision}
    for row in actual.recordings.values():
        # What is listed now overrides what the ledger remembers.
        revision = now[row.id].revision if row.id in now else row.revision
        if revision and revision == row.revision and row.skip is not Skip.DUPLICATE:
            title = now[row.id].title if row.id in now else row.title
            originals[revision] = row.id, title
    marked: list[Identified] = []
    known_first = sorted(listed, key=lambda item: item.known is None)
    for item in known_first:
        revision = item.observed.revision
        if not revision:
            marked.append(item)
            continue
        owner, title = originals.setdefault(revision, (item.id, item.observed.title))
        marked.append(item if owner == item.id else replace(item, original=title))
    order = {item.id: index for index, item in enumerate(listed)}
    return tuple(sorted(marked, key=lambda item: order[item.id]))
