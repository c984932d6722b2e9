"""The log of a publication: numbered receipts, each of them created once and never changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from leap.domain.manifest import ReceiptRecord
from leap.domain.ports import Receipt
from leap.domain.stage import Stage
from leap.store.shelf import Shelf

#: Tenant, recording and preset.
Publication = tuple[str, str, str]

_NUMBERED = "[0-9]*.json"


def file(shelf: Shelf, of: Publication, receipt: Receipt, at: datetime) -> ReceiptRecord:
    """Append ``receipt`` to the log and return it with its number."""
    data = {
        "platform": receipt.platform,
        "external_id": receipt.external_id,
        "url": receipt.url,
        "applied": dict(receipt.applied),
        "at": at.isoformat(),
        "details": dict(receipt.details),
    }
    while True:
        name = f"{_folder(of)}/{1 + max(map(_number, _names(shelf, of)), default=0):04d}.json"
        if shelf.create(name, data):
            return _record(name, data)


def of_tenant(shelf: Shelf, tenant: str) -> Iterator[ReceiptRecord]:
    """Yield every receipt of a tenant; those of one publication in order."""
    names = shelf.find(f"{tenant}/*/{Stage.PUBLISH.value}/*/{_NUMBERED}")
    for name, data in shelf.read_all(names):
        yield _record(name, data)


def last(shelf: Shelf, of: Publication) -> ReceiptRecord | None:
    """Return the newest receipt of a publication, or None where there is none."""
    newest = max(_names(shelf, of), key=_number, default=None)
    data = shelf.read(newest) if newest is not None else None
    return None if newest is None or data is None else _record(newest, data)


def _names(shelf: Shelf, of: Publication) -> list[str]:
    return shelf.find(f"{_folder(of)}/{_NUMBERED}")


def _folder(of: Publication) -> str:
    tenant, recording, preset = of
    return f"{tenant}/{recording}/{Stage.PUBLISH.value}/{preset}"


def _number(name: str) -> int:
    return int(name.rpartition("/")[2].removesuffix(".json"))


def _record(name: str, data: dict[str, Any]) -> ReceiptRecord:
    tenant, recording, _, preset, _ = name.split("/")
    return ReceiptRecord(
        number=_number(name),
        tenant=tenant,
        recording=recording,
        preset=preset,
        platform=data["platform"],
        external_id=data["external_id"],
        url=data["url"],
        applied=data["applied"],
        at=datetime.fromisoformat(data["at"]),
        details=data["details"],
    )
