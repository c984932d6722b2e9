"""Whether the owners that a tenant declares are those who are asked about its files.

The git host asks whom CODEOWNERS names, nobody else; an owner in tenant.yaml
alone would decide nothing. See
https://docs.github.com/articles/about-code-owners.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from leap.config.document import Document
from leap.config.files import read_file
from leap.errors import Diagnostic

#: Where GitHub looks, in this order; GitLab looks in the first two as well.
_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_MAX_BYTES = 3 << 20


def check_owners(root: Path, tenant: str, document: Document) -> Iterator[Diagnostic]:
    """Yield a warning where CODEOWNERS names others for ``tenant``; nothing without such a file."""
    declared = document.data.get("owners")
    if not isinstance(declared, list) or not declared:
        return
    place = next((place for place in _PLACES if (root / place).is_file()), None)
    if place is None:
        return
    asked = _owners(root / place, tenant)
    wanted = " ".join(str(name) for name in declared)
    if asked is not None and set(asked) != set(wanted.split()):
        names = " ".join(asked) or "nobody"
        yield _warning(document, f"{place} names {names} for this tenant", tenant, wanted)
    elif asked is None:
        yield _warning(document, f"{place} has no line for this tenant", tenant, wanted)


def _owners(path: Path, tenant: str) -> list[str] | None:
    """Return who is named for the folder of ``tenant``, by the last line that is about it."""
    folders = {f"{start}tenants/{tenant}{end}" for start in ("/", "") for end in ("/", "/**", "")}
    try:
        text = read_file(path, _MAX_BYTES).decode(errors="replace")
    except OSError:
        return None
    found = None
    for line in text.splitlines():
        pattern, *names = line.partition("#")[0].split() or [""]
        if pattern in folders:
            found = names
    return found


def _warning(document: Document, message: str, tenant: str, wanted: str) -> Diagnostic:
    line, column = document.position(("owners",), key=True)
    hint = f"write `/tenants/{tenant}/ {wanted}` there, or change `owners`"
    return Diagnostic(document.file, line, column, f"owners: {message}", hint, severity="warning")
