"""Chapters from a cloud, with the real program and emulated vendors that count what they are paid."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from emulators.deepseek import DeepSeek, beyond
from emulators.fireworks import Fireworks, Text

from leap import secrets
from leap.ledger import open_ledger

CANARY = "sk-canary-51c0ffee"


@pytest.fixture
def deepseek() -> Iterator[DeepSeek]:
    with DeepSeek() as deepseek:
        yield deepseek


@pytest.fixture
def hosted() -> Iterator[DeepSeek]:
    with DeepSeek(hosted=True) as hosted:
        yield hosted


@pytest.fixture
def speech(spoken) -> Iterator[Fireworks]:
    with Fireworks(heard=Text(spoken), key=CANARY) as speech:
        yield speech


@pytest.fixture
def campus(university, speech, deepseek, hosted, minute):
    """Give a university with one lecture, whose words and chapters come from clouds."""
    chats = {"deepseek": {"url": deepseek.url}, "fireworks": {"url": hosted.url}}
    endpoints = {"speech": {"fireworks": {"models": speech.urls}}, "chat": chats}
    university.write(
        "leap.yaml",
        f"""
        folders: [recordings]
        sites: [state/site]
        workers: 3
        endpoints: {json.dumps(endpoints)}
        allow_insecure_endpoints: true
        """,
    )
    university.write(
        "tenants/uni/tenant.yaml",
        """
        title: Университет
        time_zone: Europe/Moscow
        defaults:
          blank: {shorter_than: 4 s, smaller_than: 5 KB}
          transcribe: {with: fireworks, account: speech}
          topics:
            with: deepseek
            account: deepseek
            fallback: {with: fireworks, account: chat}
            chapter_every: 15 s
            questions: 2
        """,
    )
    (university.root / ".sops.yaml").write_text("stores: {yaml: {indent: 2}}\ncreation_rules: []\n")
    secrets.keygen(university.root, "uni")
    for account, kind, key in (
        ("speech", "fireworks", CANARY),
        ("deepseek", "deepseek", deepseek.key()),
        ("chat", "fireworks", hosted.key()),
    ):
        fields = {"kind": kind, "api_key": key}
        secrets.set_credential(university.root, "uni", account, fields)
    path = university.recordings / "2026-11-03 Lecture on learning.mp4"
    path.write_bytes(minute.read_bytes())
    return university


def topics(university) -> dict[str, Any]:
    """Return the newest version of the topics."""
    found = university.targets.glob("*/*/topics/*/*/topics.json")
    newest = max(found, key=lambda path: path.stat().st_mtime_ns)
    [version] = json.loads(newest.read_text(encoding="utf-8"))["versions"]
    return version


def made(university) -> int:
    return len(list(university.targets.glob("*/*/topics/*/manifest.json")))


def test_a_lecture_gets_its_chapters_from_the_cloud_once(campus, deepseek, speech):
    """A description has them as YouTube reads them; a second run asks for nothing.

    Neither does one with another title, other subtitles, or another cut.
    """
    campus.edit("tenants/uni/templates/lectures.yaml", "  site:\n", _DESCRIBED)

    campus.reconcile()
    second = campus.reconcile()

    version = topics(campus)
    assert second.out.startswith("Nothing to do")
    assert (1, 1) == (len(deepseek.requests), speech.requests)
    assert ("deepseek-flash", False) == (version["model"], version["draft"])
    assert 2 == len(version["questions"])
    [target] = campus.targets.glob("uni/2*")
    shown = campus.leap("preset", "render", "site", target.name).out
    stamps = [
        f"{int(each['start']) // 60}:{int(each['start']) % 60:02d} {each['title']}"
        for each in version["detailed_topics"]
    ]
    assert 3 <= len(stamps) <= 5
    assert stamps[0].startswith("0:00 ")
    assert stamps == [line.strip() for line in shown.splitlines() if re.match(r"  \d+:\d\d ", line)]
    assert {"Hidden layer", "Chain rule"} <= {stamp.split(" ", 1)[1] for stamp in stamps}
    assert 1 == len(campus.pages())

    campus.edit("tenants/uni/templates/lectures.yaml", "site: {", 'site: {title: "New", ')
    campus.edit("tenants/uni/tenant.yaml", "defaults:", "defaults:\n  subtitles: {lines: 1}")
    third = campus.reconcile()

    assert "Done" in third.out
    assert 1 == made(campus)
    assert (1, 1) == (len(deepseek.requests), speech.requests)

    campus.edit("tenants/uni/tenant.yaml", "defaults:", "defaults:\n  trim: {padding: 2.5 s}")
    campus.reconcile()

    assert 2 == made(campus)
    assert (1, 1) == (len(deepseek.requests), speech.requests)


_DESCRIBED = '  site: {description: "{{ summary }}\\n\\n{{ chapters }}"}\n'


def test_a_kill_after_a_wrong_answer_pays_for_the_correction_alone(campus, deepseek):
    """Each answer was kept before anything was done with it, with what it cost."""
    deepseek.says(beyond)

    campus.leap("reconcile", LEAP_FAULT="topics.answered:killgroup")
    before = made(campus), len(deepseek.requests)
    campus.reconcile()

    assert ((0, 1), 1) == (before, made(campus))
    assert (2, 0) == (len(deepseek.requests), deepseek.duplicates)

    first, second = deepseek.questions
    assert first["messages"] == second["messages"][:2]
    assert "deepseek-flash" == topics(campus)["model"]
    kept = [json.loads(path.read_text()) for path in campus.targets.glob("uni/.answers/*.json")]
    paid = [each["paid"] for each in kept if "whole" in each]
    assert 2 == len(paid)
    assert all(each["prompt_tokens"] and each["completion_tokens"] for each in paid)
    assert {"deepseek"} == {each["account"] for each in paid}


def test_a_model_that_stays_wrong_is_followed_by_the_fallback(campus, deepseek, hosted):
    deepseek.says(beyond, None)

    campus.reconcile()

    assert (2, 1) == (len(deepseek.requests), len(hosted.requests))
    assert "accounts/fireworks/models/deepseek-v4-flash" == topics(campus)["model"]


def test_an_account_without_credit_is_a_persons_case(campus, deepseek):
    """Nothing is published without chapters, and nothing is lost: the next run goes on."""
    for account in deepseek.accounts.values():
        account.balance -= 10
    held = campus.reconcile(expect=4)
    for account in deepseek.accounts.values():
        account.balance += 10
    campus.reconcile()

    assert "needs a person: DeepSeek answered 402 Payment Required" in held.out
    assert 1 == len(campus.pages())


def test_a_limit_puts_the_account_off_and_says_until_when(campus, deepseek):
    campus.edit("tenants/uni/tenant.yaml", "fallback: {with: fireworks, account: chat}", "")
    deepseek.fault(429, headers={"Retry-After": "7200"}, times=None)

    campus.reconcile(expect=4)
    again = campus.reconcile()

    assert 1 == len(deepseek.requests)
    assert "deferred until" in campus.leap("status").out + again.out


def test_a_key_is_in_no_log_target_or_output(campus, deepseek):
    ran = campus.reconcile("--until", "topics")

    keys = [*deepseek.accounts]
    texts = {"output": ran.out + ran.err}
    with open_ledger("embedded", campus.root / "state") as ledger:
        texts["ledger"] = repr(ledger.snapshot("uni")) + repr(ledger.events("uni"))
    for path in campus.root.rglob("*"):
        if path.is_file():
            texts[str(path)] = path.read_bytes().decode(errors="replace")
    assert [] == [place for place, text in texts.items() if any(key in text for key in keys)]


def test_accounts_of_chat_models_are_listed_and_checked(campus, deepseek):
    """The check lists models, which costs nothing."""
    status = campus.leap("auth", "status")
    works = campus.leap("auth", "check", "--account", "deepseek")
    secrets.set_credential(
        campus.root, "uni", "deepseek", {"kind": "deepseek", "api_key": "sk-wrong"}
    )
    broken = campus.leap("auth", "check", "--account", "deepseek")

    assert re.search(r"deepseek +deepseek +ready +settings tenants/uni/tenant.yaml", status.out)
    assert (0, True) == (works.code, "2 models at DeepSeek" in works.out)
    assert "does not take the key of deepseek" in broken.out
    assert "leap secrets set uni deepseek.api_key --kind deepseek" in broken.out
    assert [] == deepseek.requests
