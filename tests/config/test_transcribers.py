"""Who shall transcribe is tried out: its server, its model, its account, its settings."""

from __future__ import annotations

import pytest

from leap.config import load
from leap.config.model import MERGED
from leap.config.settings import keyed
from leap.config.transcription import Transcribe
from leap.errors import ConfigError

SECRETS = "credentials: {speech: {api_key: ENC}}\nsops: {}\n"
SPEACHES = "endpoints: {speech: {speaches: {models: {tiny: 'https://speech.example.org'}}}}\n"


@pytest.fixture
def said(write, sound_files):
    """Return what loading says about a tenant that transcribes like this."""

    def complaints(transcribe: str, operator: str = "") -> list[str]:
        root = write(
            {
                "leap.yaml": sound_files["leap.yaml"] + operator,
                "tenants/acme/tenant.yaml": sound_files["tenants/acme/tenant.yaml"]
                + f"defaults:\n  transcribe: {transcribe}\n",
                "tenants/acme/presets/site.yaml": "platform: site\npath: site/acme\n",
                "tenants/acme/secrets.sops.yaml": SECRETS,
            }
        )
        try:
            load(root)
        except ConfigError as error:
            return [str(each) for each in error.diagnostics if each.severity == "error"]
        return []

    return complaints


@pytest.mark.parametrize(
    "transcribe, message",
    [
        ("{with: fireworks}", "`with: fireworks` needs an `account`"),
        ("{with: fireworks, account: speach}", "no account `speach`; did you mean `speech`?"),
        (
            "{with: groq, account: pay}",
            "add it with `leap secrets set acme pay.api_key --kind groq`",
        ),
        (
            "{with: fireworks, account: speech, model: whisper-v3-tubro}",
            "fireworks has no model `whisper-v3-tubro`; did you mean `whisper-v3-turbo`?",
        ),
        ("{with: openai, account: speech, model: nova}", "in leap.yaml has `whisper-1`"),
        ("{with: speaches}", "`with: speaches` has no server yet"),
        ("{with: firewoks}", "did you mean `fireworks`?"),
    ],
)
def test_a_mistake_is_found_where_it_was_made(said, transcribe, message):
    (found,) = said(transcribe)

    assert message in found
    assert found.startswith("tenants/acme/tenant.yaml:4:")


@pytest.mark.parametrize(
    "transcribe",
    [
        "{with: fireworks, account: speech}",
        "{with: openai, account: speech, model: whisper-1}",
        "{with: speaches, model: tiny}",
    ],
)
def test_what_is_declared_is_fine(said, transcribe):
    assert [] == said(transcribe, SPEACHES)


def test_the_setting_of_another_transcriber_is_pointed_out(write, sound_files):
    """A warning: what is said for all may be overridden for some."""
    from leap.config.checks import check_tree
    from leap.config.tree import grow

    tenant = sound_files["tenants/acme/tenant.yaml"]
    line = "defaults: {transcribe: {with: fireworks, account: speech, beam: 2}}\n"
    root = write(
        {
            "tenants/acme/tenant.yaml": tenant + line,
            "tenants/acme/secrets.sops.yaml": SECRETS,
            "tenants/acme/presets/site.yaml": "platform: site\npath: site/acme\n",
        }
    )

    (found,) = check_tree(grow(root))

    assert ("warning", 3) == (found.severity, found.line)
    assert "`beam` is a setting of `whisper` alone" in found.message


def test_an_account_is_no_part_of_a_target_s_key():
    """Who pays decides nothing about the words."""
    one = Transcribe.model_validate({"with": "fireworks", "account": "a"}, context=MERGED)
    other = Transcribe.model_validate({"with": "fireworks", "account": "b"}, context=MERGED)

    assert keyed(one) == keyed(other)
    assert {"with", "model", "language", "prompt", "vocabulary", "temperature", "beam"} == set(
        keyed(one)
    )


@pytest.mark.parametrize(
    "endpoint, message",
    [
        ("{models: {'../x': 'https://a.example'}}", "is not the name of a model"),
        ("{models: {m: 'https://a.example/?key=1'}}", "is not an endpoint"),
        ("{models: {m: 'http://a.example'}}", "tokens would travel to it in the clear"),
        ("{check: 'http://a.example'}", "tokens would travel to it in the clear"),
        ("{largest: 10 kB}", "smaller than 1 MB"),
        ("{fields: {language: de}}", "`language` is a field that LEAP fills in"),
        ("{fields: {'a b': c}}", "is not the name of a form's field"),
        ("{models: {}}", "models"),
    ],
)
def test_an_endpoint_that_cannot_be_is_refused(said, endpoint, message):
    (found,) = said("{}", f"endpoints: {{speech: {{fireworks: {endpoint}}}}}\n")

    assert message in found
    assert found.startswith("leap.yaml:3:")


def test_one_word_about_an_endpoint_leaves_the_rest(write, sound_files):
    text = "endpoints: {speech: {fireworks: {fields: {vad_model: silero}}}}\n"
    root = write({"leap.yaml": sound_files["leap.yaml"] + text})

    found = load(root).operator.endpoints.speech

    assert ["whisper-v3-turbo", "whisper-v3"] == list(found.fireworks.models)
    assert ({"vad_model": "silero"}, {}) == (found.fireworks.fields, found.groq.fields)
    assert ("comma", "brackets") == (found.fireworks.granularities, found.openai.granularities)
    assert (10**9, 25 * 10**6) == (found.fireworks.largest, found.openai.largest)
