"""Who shall find topics is tried out: its account, its fallback, what counts for a result."""

from __future__ import annotations

import pytest

from leap.config import check
from leap.config.accounts import accounts_in
from leap.config.model import MERGED
from leap.config.settings import Topics, keyed

SECRETS = "credentials: {deepseek: {api_key: ENC}, spare: {api_key: ENC}}\nsops: {}\n"


@pytest.fixture
def said(write, sound_files):
    """Return a function that writes how a tenant finds topics, and what is said about it."""

    def complaints(topics: str, operator: str = "") -> list[str]:
        root = write(
            {
                "leap.yaml": sound_files["leap.yaml"] + operator,
                "tenants/acme/tenant.yaml": sound_files["tenants/acme/tenant.yaml"]
                + f"defaults:\n  topics: {topics}\n",
                "tenants/acme/presets/site.yaml": "platform: site\npath: site/acme\n",
                "tenants/acme/secrets.sops.yaml": SECRETS,
            }
        )
        return [f"{each.severity} {each}" for each in check(root)]

    return complaints


@pytest.mark.parametrize(
    "topics",
    [
        "{with: deepseek, account: deepseek}",
        "{with: deepseek, account: deepseek, fallback: none, questions: 0}",
        "{with: deepseek, account: deepseek, fallback: {account: spare}}",
        "{with: openai, account: spare, model: gpt-4o-mini}",
        "{with: fireworks, account: spare, model: accounts/fireworks/models/deepseek-v4p1-flash}",
    ],
)
def test_who_has_an_account_can_be_asked(said, topics):
    assert [] == said(topics)


@pytest.mark.parametrize(
    "topics, message",
    [
        ("{with: deepseek}", "`with: deepseek` needs an `account`; name one under `topics`"),
        ("{with: deepseek, account: depseek}", "did you mean `deepseek`?"),
        ("{with: deepseek, account: x}", "`leap secrets set acme x.api_key --kind deepseek`"),
        ("{with: depseek, account: deepseek}", "did you mean `deepseek`?"),
        ("{with: deepseek, account: deepseek, fallback: {}}", "`fallback` needs an `account`"),
        ("{with: deepseek, account: deepseek, fallback: {account: x}}", "--kind fireworks`"),
        ("{with: deepseek, account: deepseek, fallback: off}", "must be keys with values"),
        ("{with: deepseek, account: deepseek, questions: 11}", "11 is more than 10"),
        ("{with: deepseek, account: deepseek, model: a b}", "`a b` is not the name of a model"),
    ],
)
def test_a_mistake_is_found_where_it_was_made(said, topics, message):
    (found,) = said(topics)

    assert found.startswith("error tenants/acme/tenant.yaml:4:")
    assert message in found


def test_what_only_a_chat_model_knows_is_warned_about_without_one(said):
    """A setting that does nothing is a misunderstanding."""
    (found,) = said("{with: outline, questions: 5}")

    assert "warning tenants/acme/tenant.yaml:4:" in found
    assert "`questions` is a setting of chat models alone" in found


def test_an_endpoint_without_encryption_is_refused(said):
    (found,) = said(
        "{with: deepseek, account: deepseek}",
        "endpoints: {chat: {deepseek: {url: 'http://api.example.org'}}}\n",
    )

    assert "endpoints.chat.deepseek.url: tokens would travel to it in the clear" in found


def test_the_offline_outline_is_keyed_by_what_it_reads_alone():
    """So that a chat model's setting makes no outline anew."""
    plain, odd = Topics(), Topics(questions=7, model="x", fallback="none")

    assert {"with", "granularity", "chapter_every", "break_at_least"} == keyed(plain).keys()
    assert keyed(plain) == keyed(odd)


def test_an_account_counts_for_no_key_and_a_model_does():
    def key(**more):
        said = {"with": "deepseek", "account": "a", "fallback": {"account": "b"}} | more
        return keyed(Topics.model_validate(said, context=MERGED))

    assert key() == key(account="c") == key(fallback={"account": "d"})
    assert key() != key(model="deepseek-v4-pro")
    assert key() != key(fallback={"account": "b", "with": "openai"})
    assert key() != key(questions=4)


def test_accounts_of_topics_and_their_fallback_are_known(said, tmp_path):
    """`leap auth status` tells where they are named."""
    said("{with: deepseek, account: deepseek, fallback: {account: spare, with: openai}}")

    found = accounts_in(tmp_path / "Лекции & more")["acme"]

    uses = {name: [(use.role, use.vendor) for use in found[name]] for name in ("deepseek", "spare")}
    assert {"deepseek": [("settings", "deepseek")], "spare": [("settings", "openai")]} == uses
