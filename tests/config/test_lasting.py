"""On a machine that is thrown away after each run, nothing may be published that it forgets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leap.config import check, load, require_lasting
from leap.errors import ConfigError

YT = "tenants/acme/presets/yt.yaml"
ELSEWHERE = "postgresql://leap@db.example.org/leap"


@pytest.fixture
def lay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Give a function that lays out a tenant with a channel, as seen on a hosted runner."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.delenv("LEAP_DATABASE_URL", raising=False)

    def lay(operator: str, preset: str = "platform: youtube\naccount: main\n") -> Path:
        files = {
            "leap.yaml": operator,
            "tenants/acme/tenant.yaml": "title: Acme\n",
            YT: preset,
        }
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return lay


def errors(root: Path) -> list[tuple[int, str]]:
    return [(each.line, each.message) for each in check(root) if each.severity == "error"]


def test_what_would_be_lost_is_an_error_at_its_place(lay: Callable[..., Path]) -> None:
    """Else the next run would publish every lecture once more."""
    root = lay("# ours\nstate: state\ndatabase: embedded\n")
    again = f"the next run would publish again what {YT} has published"

    assert [
        (2, f"with CI=true a store on this machine is lost after the run, and {again}"),
        (3, f"with CI=true an embedded ledger is lost after the run, and {again}"),
    ] == errors(root)
    with pytest.raises(ConfigError) as raised:
        require_lasting(load(root))
    assert 2 == len(raised.value.diagnostics)


def test_what_is_kept_elsewhere_lasts(
    lay: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file may say where, or, for the password in it, the environment."""
    there = "state: s3://leap-acme/state\n"

    assert [] == errors(lay(f"{there}database: {ELSEWHERE}\n"))
    assert 1 == len(errors(lay(there)))
    monkeypatch.setenv("LEAP_DATABASE_URL", ELSEWHERE)
    assert [] == errors(lay(there))
    require_lasting(load(lay(there)))


def test_a_site_may_be_made_again(lay: Callable[..., Path]) -> None:
    """It is lost with the machine, or what is made anew takes its place."""
    assert [] == errors(lay("state: state\n", "platform: site\n"))


@pytest.mark.parametrize("value", ["false", "", "0"])
def test_one_s_own_machine_lasts(
    lay: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("CI", value)

    assert [] == errors(lay("state: state\n"))
