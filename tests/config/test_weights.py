"""Models of transcription: which languages they hear, and which folders they may be in."""

from __future__ import annotations

import json

import pytest

from leap.config import check, load
from leap.config.weights import located, unheard
from leap.errors import BadInput

TENANT = "tenants/acme/tenant.yaml"
TEMPLATE = "tenants/acme/templates/known.yaml"
PLAIN = "match: {keywords: [known course]}\npipeline: lecture\n"
OUTSIDE = "have the operator add it to `models` in leap.yaml"


def said(root):
    return [str(each) for each in check(root) if "publishes, but nowhere" not in each.message]


def place(declaration, model):
    return located(model, declaration.root, declaration.operator.models)


@pytest.mark.parametrize(
    "model,language,heard",
    [
        (None, "en", True),
        (None, "en-GB", True),
        (None, "ru", False),
        (None, None, False),
        ("tiny.en", "ru", False),
        ("Systran/faster-whisper-small.en", "de", False),
        ("small.en", "en", True),
        ("base", "ru", True),
        ("base", None, True),
        ("./models/large", "ru", True),
    ],
)
def test_an_english_model_is_known_by_its_name(model, language, heard):
    """Whisper's English models end in `.en`; of a folder nothing is known beforehand."""
    assert heard == (unheard(model, language) is None)


def test_another_language_needs_another_model(write):
    """Said where the language was chosen, with the model that helps and what brings it."""
    root = write({TEMPLATE: PLAIN + "transcribe: {language: ru}\n"})

    assert [
        (
            f"{TEMPLATE}:3:14: the model that comes with LEAP hears English only, not `ru`;"
            " set `model: base`, which `pip install 'leap[multilingual]'` brings"
        )
    ] == said(root)


def test_language_and_model_may_be_chosen_in_different_files(write):
    """Only together they must make sense."""
    tenant = "title: Acme\ndefaults: {transcribe: {language: ru}}\n"
    sound = write({TENANT: tenant, TEMPLATE: PLAIN + "transcribe: {model: base}\n"})

    assert [] == said(sound)

    broken = write({TENANT: tenant, TEMPLATE: PLAIN + "transcribe: {model: small.en}\n"})

    [message] = said(broken)
    assert message.startswith(f"{TEMPLATE}:3:14: `small.en` hears English only")


def test_what_is_not_transcribed_may_be_in_any_language(write):
    """A pipeline without that stage has nothing to hear."""
    archive = "match: {keywords: [known course]}\npipeline: archive\n"

    assert [] == said(write({TEMPLATE: archive + "transcribe: {language: ru}\n"}))


def test_detection_needs_a_choice(write):
    """A model of one language finds that language everywhere, which is worth a warning."""
    root = write({TEMPLATE: PLAIN + "transcribe: {language: auto}\n"})

    [found] = [each for each in check(root) if "detect" in each.message]
    assert (TEMPLATE, 3, "warning") == (found.file, found.line, found.severity)

    assert [] == said(write({TEMPLATE: PLAIN + "transcribe: {language: auto, model: base}\n"}))


@pytest.mark.parametrize(
    "model", ["/etc", "./../secrets", "./tenants/acme/model", "./state/models/../keys"]
)
@pytest.mark.parametrize(
    "file,text",
    [
        (
            "leap.yaml",
            "folders: [recordings]\nsites: [site]\ndefaults: {transcribe: {model: MODEL}}\n",
        ),
        (
            "pipelines/lecture.yaml",
            "stages: [download, trim, transcribe]\ntranscribe: {model: MODEL}\n",
        ),
        (TENANT, "title: Acme\ndefaults: {transcribe: {model: MODEL}}\n"),
        (TEMPLATE, PLAIN + "transcribe: {model: MODEL}\n"),
        (
            "tenants/acme/overrides/first.yaml",
            "for: {recording: 0a1b2c3d4e5f}\ntranscribe: {model: MODEL}\n",
        ),
    ],
)
def test_a_folder_outside_is_refused_wherever_it_is_named(model, file, text, write):
    """Weights are read by a program that trusts them, so the operator says where they may be."""
    root = write({file: text.replace("MODEL", model)})

    [found] = [each for each in check(root) if each.hint == OUTSIDE]
    assert (file, "error") == (found.file, found.severity)
    assert f"`{model}` is outside the folders that models may be in" == found.message


def test_a_folder_inside_is_taken(write, tmp_path):
    """Relative to the repository or absolute; a link that leads out of it is not inside."""
    (tmp_path / "srv" / "models" / "large").mkdir(parents=True)
    leap = f"folders: [recordings]\nsites: [site]\nmodels: [./weights, '{tmp_path}/srv/models']\n"
    root = write(
        {
            "leap.yaml": leap,
            TEMPLATE: PLAIN + "transcribe: {model: ./weights/large, language: ru}\n",
        }
    )
    (root / "weights").mkdir()
    (root / "weights" / "link").symlink_to(tmp_path)
    declaration = load(root)

    assert [] == said(root)
    assert root / "weights" / "large" == place(declaration, "./weights/large")
    assert tmp_path / "srv/models/large" == place(declaration, f"{tmp_path}/srv/models/large")
    with pytest.raises(BadInput, match="outside the folders that models may be in"):
        place(declaration, "./weights/link/secret")


def test_a_name_is_never_a_folder(write):
    """Even where a folder of that name is at hand."""
    root = write()
    (root / "base").mkdir()
    declaration = load(root)

    assert ["base", "some/body", None] == [
        place(declaration, model) for model in ("base", "some/body", None)
    ]


@pytest.mark.parametrize("model", ["~/models", "../models", "a/b/c", "-x", "a b"])
def test_what_is_neither_a_name_nor_a_folder_is_refused(model, write):
    """The message says how to write it."""
    root = write({TEMPLATE: PLAIN + f"transcribe:\n  model: {json.dumps(model)}\n"})

    [message] = said(root)
    assert "is not the name of a model, or a folder; write it like `base`" in message


def test_a_cloud_has_no_folders(write):
    """A folder is of this machine."""
    cloud = "with: fireworks, account: fireworks, model: ./state/models/large"
    root = write({TEMPLATE: PLAIN + f"transcribe: {{{cloud}}}\n"})

    assert any("fireworks has no model `./state/models/large`" in each for each in said(root))
