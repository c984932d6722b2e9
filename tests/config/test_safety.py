"""Who decides from when on a plan is refused: the operator, and a tenant only for itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from leap.config import check, load
from leap.config.safety import Threshold, thresholds

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Give a function that lays out a repository with these ``safety:`` sections."""

    def write(operator: str = "", tenant: str = "") -> Path:
        folder = tmp_path / "tenants" / "acme"
        folder.mkdir(parents=True, exist_ok=True)
        (tmp_path / "leap.yaml").write_text(f"state: state\n{operator}\n")
        (folder / "tenant.yaml").write_text(f"title: Acme\n{tenant}\n")
        return tmp_path

    return write


def limits_of(root: Path) -> Mapping[str, Threshold]:
    declaration = load(root)
    return thresholds(declaration.operator, declaration.tenants["acme"].config)


def test_the_built_in_limits(write: Write) -> None:
    """A third of ten recordings is a sweeping change where nobody says otherwise."""
    limits = limits_of(write())

    assert {"rework": 0.3, "matches": 0.3, "at_least": 10} == {
        name: limit.value for name, limit in limits.items()
    }
    assert "the default" == limits["rework"].place


def test_the_operator_may_say_anything(write: Write) -> None:
    """What leap.yaml says takes the place of the default, stricter or not."""
    limits = limits_of(write("safety:\n  rework: 50 %\n  at_least: 5"))

    assert Threshold("rework", 0.5, "leap.yaml", 3) == limits["rework"]
    assert Threshold("at_least", 5, "leap.yaml", 4) == limits["at_least"]
    assert 0.3 == limits["matches"].value


def test_a_tenant_may_be_stricter(write: Write) -> None:
    """A tenant's lower limit holds, and its line is the one to edit."""
    limits = limits_of(write("safety: {rework: 50 %}", "safety:\n  rework: 10 %"))

    assert "tenants/acme/tenant.yaml:3" == limits["rework"].place


@pytest.mark.parametrize("operator", ["", "safety: {rework: 20 %}"])
def test_a_tenant_cannot_loosen_what_the_operator_decided(write: Write, operator: str) -> None:
    """A tenant's higher limit has no effect, and a warning at its line says so."""
    root = write(operator, "safety:\n  rework: 90 %")

    assert limits_of(root)["rework"].value <= 0.3
    warned = [each for each in check(root) if "stricter" in each.message]
    assert [("tenants/acme/tenant.yaml", 3, "warning")] == [
        (each.file, each.line, each.severity) for each in warned
    ]


def test_the_warning_names_the_limit_as_it_is_written(write: Write) -> None:
    """The operator's own words, with their file and line."""
    root = write("safety: {rework: 20 %}", "safety: {rework: 90 %}")
    (warning,) = check(root)

    assert "the operator is stricter: 20 % holds (leap.yaml:2)" == warning.message
