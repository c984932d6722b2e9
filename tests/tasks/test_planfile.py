"""A saved plan does exactly what was printed, or nothing: on the real program."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from leap.domain.fingerprint import digest
from leap.errors import LeapError
from leap.tasks.planfile import read

if TYPE_CHECKING:
    from conftest import Ran, University

TEMPLATE = "tenants/uni/templates/lectures.yaml"


def saved(university: University, *arguments: str) -> Ran:
    ran = university.leap("plan", "--out", "plan.json", *arguments)
    assert 0 == ran.code, ran.err
    return ran


def carry_out(university: University, *arguments: str) -> Ran:
    return university.leap("reconcile", "--plan", "plan.json", *arguments)


def rewrite(university: University, edit: Callable[[dict[str, Any]], None]) -> None:
    """Change the file as one who knows how its checksum is made."""
    path = university.root / "plan.json"
    data = json.loads(path.read_bytes())
    edit(data)
    data.pop("checksum")
    path.write_text(json.dumps({"checksum": digest(data), **data}))


def test_what_was_printed_is_done_once_without_listing_again(university: University) -> None:
    """A file that came later is not looked at, and a second time there is nothing to do."""
    university.record("2026-11-03 Lecture.mp4")

    printed = saved(university)

    path = university.root / "plan.json"
    assert printed.out.endswith("Apply with: leap reconcile --plan plan.json\n")
    assert 0o600 == path.stat().st_mode & 0o777
    assert [] == [each.name for each in university.root.iterdir() if "plan.json." in each.name]
    university.record("2026-11-04 Lecture later.mp4", "second")
    ran = carry_out(university)
    assert 0 == ran.code, ran.out + ran.err
    assert {"Lecture"} == set(university.status())

    again = carry_out(university)

    assert (5, "") == (again.code, again.out)
    assert (
        "error: everything in this plan is done already; make a new one with `leap plan --out`\n"
        == again.err
    )
    assert 1 == len(university.pages())


def test_a_plan_that_does_not_hold_any_more_is_refused(university: University) -> None:
    """It names what changed: the declaration, or recordings in the ledger; nothing is done."""
    university.record("2026-11-03 Lecture.mp4")
    university.record("2026-11-04 Lecture two.mp4", "second")
    saved(university)
    university.reconcile("--until", "download")

    ran = carry_out(university)
    assert 5 == ran.code
    assert (
        "error: 2 recordings (“Lecture”, “Lecture two”) changed in the ledger since this plan was "
        "made; make a new one with `leap plan --out`\n"
    ) == ran.err

    saved(university)
    university.edit("tenants/uni/tenant.yaml", "0.5 s", "0.6 s")
    ran = carry_out(university)
    assert 5 == ran.code
    assert ran.err.startswith("error: the declaration changed since this plan was made; ")
    assert {"download"} == {name.split("/")[2] for name in university.made()}


def test_a_selection_is_saved_with_the_plan(university: University) -> None:
    """Other recordings may go on meanwhile; options that would change it are refused."""
    university.record("2026-11-03 Lecture.mp4")
    university.record("2026-11-04 Lecture two.mp4", "second")
    saved(university, "--select", 'title:"lecture two",stage:+trim')
    university.reconcile("--select", "title:lecture", "--until", "download")

    refused = carry_out(university, "--limit", "1")
    ran = carry_out(university)

    assert 64 == refused.code
    assert "--limit: not together with --plan" in refused.err
    assert 0 == ran.code, ran.out + ran.err
    status = university.status()
    assert ("DOWNLOADED", "PROCESSED") == tuple(
        status[title]["status"] for title in ("Lecture", "Lecture two")
    )


def one(data: dict[str, Any]) -> dict[str, Any]:
    """Return the only recording that the only source listed."""
    (listing,) = data["listings"]["uni"]
    (observed,) = listing["observed"]
    return observed


def test_a_file_that_is_no_plan_is_refused_in_one_line(university: University) -> None:
    """Truncated, edited by hand, of another version, hostile."""
    university.record("2026-11-03 Lecture.mp4")
    saved(university)
    path = university.root / "plan.json"
    whole = path.read_bytes()
    title = b'"title":"Lecture"'
    assert title in whole

    for content, words in (
        (whole[: len(whole) // 2], "damaged, or no plan at all"),
        (b"", "damaged, or no plan at all"),
        (b"\xff\xfe\x00", "damaged, or no plan at all"),
        (b"[" * 200_000, "damaged, or no plan at all"),
        (b"[]", "not a file of `leap plan --out`"),
        (b'{"a": 1}', "not a file of `leap plan --out`"),
        (b'{"checksum": "", "x": "\\ud800"}', "made by LEAP None"),
        (whole.replace(title, b'"title":"Another"'), "was changed after it was made"),
        (whole.replace(b'"leap":"', b'"leap":"9'), "made by LEAP 9"),
    ):
        path.write_bytes(content)
        with pytest.raises(LeapError, match=words):
            read(path)

    def climbing(data: dict[str, Any]) -> None:
        one(data)["locator"] = "../../etc/passwd"

    def zoneless(data: dict[str, Any]) -> None:
        one(data)["started_at"] = "2026-11-03T00:00:00"

    def endless(data: dict[str, Any]) -> None:
        one(data)["size"] = 1 << 63

    def foreign(data: dict[str, Any]) -> None:
        one(data)["source"] = "another"

    def shapeless(data: dict[str, Any]) -> None:
        data["plan"] = {"changes": [{}]}

    def partial(data: dict[str, Any]) -> None:
        del data["ledger"]

    for edit, words in (
        (climbing, "damaged: a place outside of its source"),
        (zoneless, "damaged: a time without its zone"),
        (endless, "damaged: an impossible size"),
        (foreign, "damaged: a recording of another source"),
        (shapeless, "damaged: changes that are none"),
        (partial, "damaged, or no plan at all"),
    ):
        path.write_bytes(whole)
        rewrite(university, edit)
        with pytest.raises(LeapError, match=words):
            read(path)


def test_a_file_cannot_ask_for_what_is_not_declared(university: University) -> None:
    """Whoever knows how the checksum is made can still not make it say more than was printed."""
    university.record("2026-11-03 Lecture.mp4")
    saved(university)
    whole = (university.root / "plan.json").read_bytes()

    def renamed(data: dict[str, Any]) -> None:
        one(data)["title"] = "Lecture of somebody else"

    def reordered(data: dict[str, Any]) -> None:
        data["plan"]["changes"][0]["steps"][0]["key"] = "../../../x"

    def elsewhere(data: dict[str, Any]) -> None:
        data["listings"]["../x"] = data["listings"].pop("uni")

    def undeclared(data: dict[str, Any]) -> None:
        (listing,) = data["listings"]["uni"]
        listing["source"] = one(data)["source"] = "../x"

    for edit, words in (
        (renamed, "what has to be done for 1 recording (“Lecture”) is not what was printed"),
        (reordered, "what has to be done for 1 recording (“Lecture”) is not what was printed"),
        (elsewhere, "the plan is for tenants that are not declared here: ../x"),
        (undeclared, "the plan is for sources that are not declared here"),
    ):
        (university.root / "plan.json").write_bytes(whole)
        rewrite(university, edit)
        ran = carry_out(university)
        assert (5, "", 1) == (ran.code, ran.out, ran.err.count("\n")), (words, ran.err)
        assert words in ran.err
    assert not university.made()


def test_what_cannot_be_written_or_read_is_one_line(university: University) -> None:
    university.record("2026-11-03 Lecture.mp4")

    for arguments, code in (
        (("plan", "--out", "no such folder/plan.json"), 1),
        (("plan", "--out", "recordings"), 64),
        (("reconcile", "--plan", "no such file"), 64),
    ):
        ran = university.leap(*arguments)
        assert code == ran.code, ran.err
        assert "Traceback" not in ran.err
        assert "no such" in ran.err.lower() or "recordings" in ran.err


def test_no_secret_is_in_the_file(university: University) -> None:
    """Neither the database's URL with its password nor a key from the environment."""
    university.record("2026-11-03 Lecture.mp4")

    ran = university.leap("plan", "--out", "plan.json", SOPS_AGE_KEY="AGE-SECRET-KEY-1XYZ")

    assert 0 == ran.code, ran.err
    content = (university.root / "plan.json").read_text()
    assert "AGE-SECRET-KEY" not in content
    password = os.environ.get("LEAP_DATABASE_URL", "no url").partition("@")[0]
    assert password not in content


def test_a_file_that_is_too_large_is_not_read_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    with path.open("wb") as file:
        file.truncate((256 << 20) + 1)

    with pytest.raises(LeapError, match="too large for a plan"):
        read(path)
