"""Words from a cloud, with the real program and emulated servers that count what they are paid."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from emulators.fireworks import Fireworks, Nothing, Text

from leap import secrets
from leap.ledger import open_ledger

CANARY = "fw-canary-8a41d07c"
NOISE = "anoisesrc=r=16000:a=0.3:seed=7,volume='lt(mod(t,8),7)':eval=frame"
SAID = "Welcome to the lecture on gradient descent. Today we look at convergence. Any questions?"


@pytest.fixture
def cloud() -> Iterator[Fireworks]:
    with Fireworks(heard=Text(SAID), key=CANARY) as cloud:
        yield cloud


@pytest.fixture
def campus(university, cloud):
    """Give a university whose words come from a cloud."""
    declare(university, cloud)
    university.edit("tenants/uni/tenant.yaml", "{beam: 1}", "{with: fireworks, account: speech}")
    university.edit("tenants/uni/tenant.yaml", "padding: 0.5 s", "padding: 0.5 s, edges: false")
    (university.root / ".sops.yaml").write_text("stores: {yaml: {indent: 2}}\ncreation_rules: []\n")
    secrets.keygen(university.root, "uni")
    give(university, "speech", kind="fireworks", api_key=CANARY)
    return university


def declare(university, cloud: Fireworks, **more: str) -> None:
    """Write leap.yaml with the addresses of the emulated servers."""
    endpoint = json.dumps({"models": cloud.urls, "check": cloud.urls["whisper-v3"], **more})
    university.write(
        "leap.yaml",
        f"""
        folders: [recordings]
        sites: [state/site]
        workers: 3
        endpoints: {{speech: {{fireworks: {endpoint}}}}}
        allow_insecure_endpoints: true
        """,
    )


def give(university, account: str, **fields: str) -> None:
    secrets.set_credential(university.root, "uni", account, fields)


def words(university) -> list[str]:
    return [word["word"] for word in master(university)["words"]]


def master(university) -> dict[str, Any]:
    """Return the newest transcript."""
    found = university.targets.glob("*/*/transcribe/*/*/master.json")
    newest = max(found, key=lambda path: path.stat().st_mtime_ns)
    return json.loads(newest.read_text())


def test_a_lecture_gets_its_words_from_the_cloud_once(campus, cloud):
    """What is published has them; a second run asks for nothing."""
    campus.record("2026-11-03 Lecture on descent.mp4")

    campus.reconcile()
    second = campus.reconcile()

    (call,) = cloud.calls
    assert SAID.split() == words(campus)
    assert 1 == len(campus.pages())
    assert second.out.startswith("Nothing to do")
    assert 1 == cloud.requests
    assert ("whisper-v3-turbo", ["en"]) == (call.model, call.form.fields["language"])
    assert "Lecture on descent" in call.form.one("prompt")


def test_a_changed_trim_setting_pays_nothing_again(campus, cloud):
    campus.record("2026-11-03 Lecture.mp4")
    campus.reconcile()

    campus.edit("tenants/uni/tenant.yaml", "edges: false", "edges: true")
    campus.reconcile()

    assert 2 == len(list(campus.targets.glob("*/*/transcribe/*/manifest.json")))
    assert 0 < len(words(campus)) < len(SAID.split())
    assert 1 == cloud.requests


@pytest.mark.parametrize("place", ["speech.answered", "transcribe.answered"])
def test_a_process_that_is_killed_after_the_answer_came_pays_nothing_again(campus, cloud, place):
    campus.record("2026-11-03 Lecture.mp4")

    campus.leap("reconcile", LEAP_FAULT=f"{place}:killgroup")
    assert [] == list(campus.targets.glob("*/*/transcribe/*/manifest.json"))
    campus.reconcile()

    assert SAID.split() == words(campus)
    assert 1 == cloud.requests


def test_a_kill_between_pieces_pays_for_the_rest_alone(campus, cloud):
    """Each piece's answer is kept as soon as it came."""
    long_lecture(campus)
    declare(campus, cloud, largest="1 MB")

    campus.leap("reconcile", LEAP_FAULT="speech.answered@1:killgroup")
    first = len(cloud.calls)
    campus.leap("reconcile")  # noise that says the same over and over is held by a gate

    pieces = master(campus)["raw_response"]["pieces"]
    assert 1 == first
    assert len(pieces) == len(cloud.calls) >= 2
    assert 0 == cloud.duplicates
    assert max(len(call.form.file) for call in cloud.calls) <= 1_000_000


def long_lecture(university) -> None:
    """Record a minute of sound that takes more than 1 MB."""
    import imageio_ffmpeg

    out = university.recordings / "2026-11-03 Lecture.mp4"
    subprocess.run(
        [
            *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"),
            *("-f", "lavfi", "-i", "smptehdbars=s=160x90:r=2"),
            *("-f", "lavfi", "-i", NOISE),
            *("-t", "60", "-g", "4", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"),
            *("-movflags", "+faststart", str(out)),
        ],
        check=True,
        timeout=120,
    )


def test_silence_has_no_words(campus, cloud):
    """An answer without text is an answer, and is kept like any other."""
    cloud.heard = Nothing()
    campus.record("2026-11-03 Lecture.mp4")

    ran = campus.leap("reconcile")
    campus.leap("reconcile")

    assert [] == words(campus), ran.out + ran.err
    assert 1 == cloud.requests


def test_an_answer_without_times_names_the_setting_and_is_paid_once(campus, cloud):
    """However often the run is repeated; the other spelling is another question."""
    cloud.words = "null"
    campus.record("2026-11-03 Lecture.mp4")

    first = campus.reconcile(expect=4)
    campus.leap("reconcile")
    asked = cloud.requests
    cloud.words = "right"
    declare(campus, cloud, granularities="brackets")
    campus.reconcile()

    assert "without the times of its words" in first.out + first.err
    assert "granularities: brackets" in " ".join((first.out + first.err).split())
    assert (1, 2) == (asked, cloud.requests)
    assert SAID.split() == words(campus)


def test_an_unpaid_account_is_held_until_it_is_paid(campus, cloud):
    cloud.fault(status=402, times=None, json={"error": {"message": f"no money, {CANARY}"}})
    campus.record("2026-11-03 Lecture.mp4")

    ran = campus.reconcile(expect=4)
    asked = cloud.requests
    cloud.faults.clear()
    campus.reconcile()

    assert "needs a person" in ran.out + ran.err
    assert CANARY not in ran.out + ran.err
    assert (1, 2) == (asked, cloud.requests)


def test_a_far_retry_after_puts_the_account_off(campus, cloud):
    """The second lecture is not even sent."""
    cloud.fault(status=429, times=None, headers={"Retry-After": "7200"})
    campus.record("2026-11-03 Lecture.mp4")
    campus.record("2026-11-04 Lecture.mp4", "second")
    campus.edit("leap.yaml", "workers: 3", "workers: 1")

    ran = campus.reconcile(expect=4)

    assert "deferred until" in ran.out + ran.err
    assert 1 == cloud.requests


def test_at_most_two_at_once_for_an_account(campus, cloud):
    """Without a word about it in leap.yaml."""
    cloud.fault(delay=1.5, times=None)
    campus.edit("leap.yaml", "workers: 3", "workers: 6")
    for day, video in enumerate(("lecture", "second", "third"), start=1):
        campus.record(f"2026-11-0{day} Lecture.mp4", video)

    campus.reconcile()

    spans = [
        (each.request.at.timestamp(), each.request.at.timestamp() + each.seconds)
        for each in cloud.journal.of("POST **")
    ]
    assert 3 == len(spans)
    assert 2 == max(sum(a <= start < b for a, b in spans) for start, _ in spans)


def test_the_key_is_nowhere_but_in_the_request(campus, cloud):
    campus.record("2026-11-03 Lecture.mp4")

    ran = campus.reconcile()

    texts = {"output": ran.out + ran.err, "plan": campus.leap("plan", "-v").out}
    with open_ledger("embedded", campus.root / "state") as ledger:
        texts["ledger"] = repr(ledger.snapshot("uni")) + repr(ledger.events("uni"))
    for path in campus.root.rglob("*"):
        if path.is_file() and path.parent.name != "keys":
            texts[str(path)] = path.read_bytes().decode(errors="replace")
    assert [] == [place for place, text in texts.items() if CANARY in text]
    assert all(each.request.bearer == CANARY for each in cloud.journal.of("POST **"))


def test_accounts_are_listed_and_checked(campus, cloud):
    """The vendor is asked for its models, which costs nothing."""
    status = campus.leap("auth", "status", "--format", "json")
    right = campus.leap("auth", "check", "--format", "json")
    give(campus, "speech", kind="fireworks", api_key="wrong")
    wrong = campus.leap("auth", "check")

    assert 0 == status.code, status.err
    assert "tenants/uni/tenant.yaml" in status.out
    assert 0 == right.code, right.out + right.err
    assert 1 == wrong.code
    assert "does not accept the key" in " ".join(wrong.out.split())
    assert 0 == cloud.requests


def test_a_server_of_ones_own_needs_no_account(university):
    with Fireworks("speaches", heard=Text(SAID), key=None) as server:
        endpoint = json.dumps({"models": server.urls})
        university.write(
            "leap.yaml",
            f"""
            folders: [recordings]
            sites: [state/site]
            endpoints: {{speech: {{speaches: {endpoint}}}}}
            allow_insecure_endpoints: true
            """,
        )
        university.edit("tenants/uni/tenant.yaml", "{beam: 1}", "{with: speaches}")
        university.edit("tenants/uni/tenant.yaml", "padding: 0.5 s", "edges: false")
        university.record("2026-11-03 Lecture.mp4")
        university.reconcile()

        assert SAID.split() == words(university)
        assert [None] == [each.request.bearer for each in server.journal.of("POST **")]
