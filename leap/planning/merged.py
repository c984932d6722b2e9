"""The merged settings of recordings that are worked on."""

from __future__ import annotations

from leap.config import Declaration, Effective, effective, override_for
from leap.domain.plan import Change
from leap.domain.snapshot import RecordingRow


class MergedSettings:
    """The merged settings of recordings, each combination of layers merged once."""

    def __init__(self, declaration: Declaration) -> None:
        self._declaration = declaration
        self._found: dict[tuple[str, str, str], Effective] = {}

    def of(self, change: Change, row: RecordingRow) -> Effective:
        """Return what holds for the recording ``row``, which ``change`` is about."""
        override = override_for(self._declaration.tenants[change.tenant], row)
        here = change.tenant, change.template or "", override.file if override else ""
        if here not in self._found:
            self._found[here] = effective(self._declaration, here[0], here[1], override)
        return self._found[here]
