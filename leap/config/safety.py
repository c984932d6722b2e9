"""Safety: from when on a plan changes so much that a person has to say yes.

The operator decides for everybody (``safety:`` in leap.yaml). A tenant may be
stricter with itself (``safety:`` in tenant.yaml), never more lenient: whoever
may merge a tenant's files must not be able to switch off what protects its
published lectures. See docs/adr/0002-refusals.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from leap.config.model import Declared, Integer, Model, setting
from leap.config.units import Share
from leap.errors import Diagnostic

#: What holds where nobody says anything: a third of ten lectures is a sweeping change.
_DEFAULTS: Mapping[str, float] = MappingProxyType({"rework": 0.3, "matches": 0.3, "at_least": 10})


class Safety(Model):
    """From when on a plan is refused until a person accepts it; lower is stricter."""

    rework: Share | None = setting(
        None,
        "The share of finished recordings that may be made again; 30 % unless said otherwise.",
        examples=["30 %"],
    )
    matches: Share | None = setting(
        None,
        "The share of known recordings that a template may newly take; 30 % unless said otherwise.",
        examples=["30 %"],
    )
    at_least: Integer | None = setting(
        None,
        "Shares are judged from this many recordings on; 10 unless said otherwise.",
        examples=[10],
        ge=1,
        le=1_000_000,
    )


@dataclass(frozen=True, slots=True)
class Threshold:
    """One limit that holds, and where it was decided; a built-in one has no file."""

    name: str
    value: float
    file: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """Return ``tenants/acme/tenant.yaml:7``, or that it is the default."""
        return f"{self.file}:{self.line}" if self.file else "the default"


def thresholds(operator: Declared, tenant: Declared) -> Mapping[str, Threshold]:
    """Return the limits that hold for a tenant by name: the strictest of what both files say."""
    return {name: _strictest(name, operator, tenant) for name in _DEFAULTS}


def lenient(operator: Declared, tenant: Declared) -> Iterator[Diagnostic]:
    """Warn of what a tenant says without effect, because the operator is stricter."""
    for name in _DEFAULTS:
        asked = _said(name, tenant)
        holds = _strictest(name, operator)
        if asked is not None and asked.value > holds.value:
            written = operator.document.data.get("safety", {}).get(name, _written(holds))
            message = f"the operator is stricter: {written} holds ({holds.place})"
            hint = f"remove it, or have `safety.{name}` raised in leap.yaml"
            yield tenant.document.warning(("safety", name), message, hint)


def _strictest(name: str, *files: Declared) -> Threshold:
    """Return the lowest limit; what the operator says takes the place of the default."""
    said = [_said(name, file) for file in files]
    outermost = said[0] or Threshold(name, _DEFAULTS[name])
    return min([outermost, *(each for each in said[1:] if each)], key=lambda each: each.value)


def _said(name: str, file: Declared) -> Threshold | None:
    value = getattr(getattr(file, "safety", None), name, None)
    if value is None:
        return None
    line, _ = file.document.position(("safety", name), key=True)
    return Threshold(name, value, file.file, line)


def _written(threshold: Threshold) -> str:
    return f"{threshold.value:g}" if threshold.value > 1 else f"{threshold.value * 100:g} %"
