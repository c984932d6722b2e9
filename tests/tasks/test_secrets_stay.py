"""A secret is used where it belongs, and is found nowhere else afterwards."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from leap.ledger import open_ledger

if TYPE_CHECKING:
    from conftest import University

CANARY = "kanarienvogel-7f3a91c4e5"


def set_secret(university: University, tenant: str = "uni") -> None:
    made = university.leap("secrets", "keygen", tenant)
    assert made.code == 0, made.err
    done = subprocess.run(
        university.command("secrets", "set", tenant, "site-links.link_secret", "--kind", "site"),
        cwd=university.root,
        input=CANARY + "\n",
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def unlisted(university: University) -> University:
    university.write(
        "tenants/uni/presets/site.yaml",
        "platform: site\naccount: site-links\nprivacy: unlisted\n",
    )
    set_secret(university)
    return university


def test_a_secret_is_in_no_log_page_manifest_plan_or_table(unlisted: University) -> None:
    unlisted.record("2026-11-03 Lecture.mp4")
    key = next((unlisted.root / "state" / "keys").iterdir()).read_text()
    private = next(line for line in key.splitlines() if not line.startswith("#"))

    ran = unlisted.reconcile()

    assert len(unlisted.pages()) == 1
    texts = {"output": ran.out + ran.err, "plan": unlisted.leap("plan", "-v").out}
    with open_ledger("embedded", unlisted.root / "state") as ledger:
        texts["ledger"] = repr(ledger.snapshot("uni")) + repr(ledger.events("uni"))
    for path in unlisted.root.rglob("*"):
        if path.is_file() and path.parent.name != "keys":
            texts[str(path)] = path.read_bytes().decode(errors="replace")
    leaks = [place for place, text in texts.items() if CANARY in text or private in text]
    assert leaks == []


def test_an_unlisted_page_has_an_address_that_cannot_be_guessed(unlisted: University) -> None:
    unlisted.record("2026-11-03 Lecture.mp4")
    unlisted.reconcile()

    (page,) = unlisted.pages()
    assert "lecture" not in page.parent.name
    assert page.parent.name not in (unlisted.site / "index.html").read_text(encoding="utf-8")


def test_a_secrets_file_of_another_tenant_is_refused(unlisted: University) -> None:
    """Whoever copies a file gets one line; nothing is published with it."""
    for name in ("tenant", "sources/folder", "templates/lectures", "presets/site"):
        text = (unlisted.root / f"tenants/uni/{name}.yaml").read_text(encoding="utf-8")
        unlisted.write(f"tenants/other/{name}.yaml", text)
    set_secret(unlisted, "other")
    stolen = (unlisted.root / "tenants/uni/secrets.sops.yaml").read_bytes()
    (unlisted.root / "tenants/other/secrets.sops.yaml").write_bytes(stolen)
    keys = unlisted.root / "state" / "keys"
    (keys / "other.agekey").write_bytes((keys / "uni.agekey").read_bytes())
    unlisted.record("2026-11-03 Lecture.mp4")

    ran = unlisted.leap("reconcile", "--tenant", "other")

    assert ran.code in (1, 4)
    assert "encrypted for another tenant, not for other" in ran.err
    assert "Traceback" not in ran.out + ran.err
    assert not (unlisted.root / "state/site/other/lectures").exists()


def test_without_a_key_only_publishing_stops_and_says_what_to_do(unlisted: University) -> None:
    unlisted.record("2026-11-03 Lecture.mp4")
    key = unlisted.root / "state" / "keys" / "uni.agekey"
    key.rename(key.with_suffix(".away"))

    ran = unlisted.reconcile(expect=4)

    assert "no key opens it" in ran.err
    assert len(unlisted.made()) == 5
    key.with_suffix(".away").rename(key)
    unlisted.reconcile()
    assert len(unlisted.pages()) == 1
