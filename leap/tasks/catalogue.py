"""Catalogues on disk: written after each reconcile, read for a speculative plan.

One file per tenant, one recording per line, so that a new lecture is one new
line wherever the files are kept. See docs/adr/0003-catalogue.md.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from leap.domain.catalogue import (
    VERSION,
    BadCatalogue,
    Catalogue,
    catalogue_from_json,
    catalogue_of,
    entry_to_json,
)
from leap.domain.fingerprint import KEY_LENGTH, digest
from leap.domain.plan import Plan
from leap.errors import StoreError, UsageError
from leap.store.atomic import replace_bytes

if TYPE_CHECKING:
    # Reading a catalogue needs no ledger, and must not load its driver.
    from leap.tasks.survey import Session

#: A larger file is not read: it comes from who knows where.
MAX_BYTES = 128 << 20
_HEAD = 1 << 10
_HINT = "make it with `leap reconcile` on the main branch, or leave it out"


def folder_of(state: Path) -> Path:
    """Return where catalogues are kept below the state folder."""
    return state / "catalogue"


def keep(session: Session, plan: Plan, *, written: Collection[str] = ()) -> tuple[str, ...]:
    """Write the catalogues of the tenants of ``plan`` that differ from what is on disk.

    ``plan`` is what is still to be done; ``written`` are the tenants about
    which the ledger learned something. For the others the first line of the
    file tells, so that a run with nothing to do reads next to nothing. Returns
    the tenants whose catalogue was written. Raises StoreError: what was to be
    done is done then all the same.
    """
    folder = folder_of(session.state)
    done = []
    for tenant, stamp in _stamps(plan).items():
        path = folder / f"{tenant}.json"
        if tenant not in written and _stamp_in(path) == stamp:
            continue
        # The rows are those of the ledger: a plan may hold a selection of them.
        actual = session.ledger.snapshot(tenant)
        content = to_bytes(catalogue_of(actual, stamp))
        try:
            if path.is_file() and path.read_bytes() == content:
                continue
            folder.mkdir(parents=True, exist_ok=True)
            replace_bytes(path, content)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            hint = "pull requests are compared with the old one until it can be"
            raise StoreError(f"{path}: cannot be written: {reason}", hint=hint) from error
        done.append(tenant)
    return tuple(done)


def to_bytes(catalogue: Catalogue) -> bytes:
    """Return ``catalogue`` as JSON with one recording per line, the same for the same content."""
    head = {"version": VERSION, "tenant": catalogue.tenant, "stamp": catalogue.stamp}
    lines = ",\n".join(
        json.dumps(entry_to_json(entry), ensure_ascii=False, separators=(",", ":"))
        for entry in catalogue.recordings
    )
    text = f'{json.dumps(head)[:-1]}, "recordings": [\n{lines}\n]}}\n'
    # A file's name may hold what is no character; a title may do without it.
    return text.encode("utf-8", "replace")


def read(path: Path, tenant: str) -> Catalogue | None:
    """Return the catalogue of ``tenant`` in a folder or a file; None where there is none.

    Raises UsageError where it cannot be read or is no catalogue.
    """
    file = path / f"{tenant}.json" if path.is_dir() else path
    try:
        # A link or a pipe is not opened: nothing but what was put here is read.
        if not stat.S_ISREG(file.lstat().st_mode):
            raise UsageError(f"{file}: not a file", hint=_HINT)
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"{file}: cannot be read: {reason}", hint=_HINT) from None
    if len(content) > MAX_BYTES:
        raise UsageError(f"{file}: larger than {MAX_BYTES >> 20} MiB", hint=_HINT)
    try:
        catalogue = catalogue_from_json(json.loads(content))
    except BadCatalogue as error:
        raise UsageError(f"{file}: {error}", hint=_HINT) from None
    except (ValueError, RecursionError):
        raise UsageError(f"{file}: not JSON", hint=_HINT) from None
    if catalogue.tenant != tenant:
        # A single file is given for all tenants, and is one tenant's.
        if not path.is_dir():
            return None
        raise UsageError(f"{file}: the catalogue of another tenant", hint=_HINT)
    return catalogue


def _stamps(plan: Plan) -> Mapping[str, str]:
    """Return what stands for the state of each tenant: what is in sync, and what is left."""
    left: dict[str, list[object]] = {tenant: [] for tenant in plan.rows}
    for (tenant, template), count in sorted(plan.in_sync.items()):
        left[tenant].append([template, count])
    for change in plan.changes:
        left[change.tenant].append([change.recording, change.action])
    for failure in plan.failures:
        left[failure.tenant].append([failure.recording, failure.stage.value])
    return {tenant: digest(said)[:KEY_LENGTH] for tenant, said in left.items()}


def _stamp_in(path: Path) -> str | None:
    """Return the stamp in the first line of the file, or None where there is none to be seen."""
    try:
        with path.open(encoding="utf-8") as file:
            head = file.readline(_HEAD)
    except (OSError, UnicodeDecodeError):
        return None
    before, found, _ = head.partition(', "recordings": [')
    try:
        return str(json.loads(before + "}")["stamp"]) if found else None
    except (ValueError, KeyError, TypeError):
        return None
