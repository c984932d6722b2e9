"""``leap show --why`` over real lectures: every published field leads to where it comes from."""

from __future__ import annotations

import subprocess

import pytest

TEMPLATE = "tenants/uni/templates/lectures.yaml"
RICH = """
    match: {keywords: [lecture]}
    pipeline: lecture
    metadata:
      title: "{{ display_name }} | {{ topic }} ({{ record_date }})"
      description: "{{ title }}, {{ duration_hm }}, {{ tenant }}"
    publish:
      site: {course: ML}
"""


@pytest.fixture
def lectures(university):
    """A university with a published recording, in a git repository."""
    university.write(TEMPLATE, RICH)
    university.edit(
        "tenants/uni/tenant.yaml",
        "defaults:",
        "defaults:\n  metadata: {title: '{{ display_name }}!'}",
    )
    university.record("2026-11-20 23-30 Lecture 1.mp4")
    git = ["git", "-C", str(university.root), "-c", "user.name=a", "-c", "user.email=a@b.example"]
    for arguments in (["init"], ["add", "tenants"], ["commit", "-m", "Declare"]):
        subprocess.run([*git, *arguments], check=True, capture_output=True)
    university.reconcile()
    return university


def identity(lectures):
    [found] = lectures.status().values()
    return found["recording"]


def why(lectures, field):
    ran = lectures.leap("show", identity(lectures), "--why", field, "--format", "json")
    assert 0 == ran.code, ran.err
    [found] = ran.json["why"]
    return found


def test_a_title_leads_to_lines_variables_models_and_its_receipt(lectures):
    """Every layer that says something of it, the one that counts last."""
    found = why(lectures, "title")

    assert [
        ("built-in", None, None, False),
        ("tenant", "tenants/uni/tenant.yaml", 4, False),
        ("template", TEMPLATE, 4, True),
    ] == [(x["layer"], x["file"], x["line"], x["counts"]) for x in found["said"]]
    line = (lectures.root / TEMPLATE).read_text(encoding="utf-8").splitlines()[3]
    assert found["said"][-1]["value"] in line
    assert "Lecture 1 |  (2026-11-20)" == found["value"]
    assert {"display_name": None, "record_date": None, "topic": "topics"} == {
        name: each["stage"] for name, each in found["variables"].items()
    }
    assert "outline" == found["targets"]["topics"]["versions"]["provider"]
    receipt = found["receipt"]
    assert (1, found["targets"]["topics"]["key"]) == (
        receipt["number"],
        receipt["targets"]["topics"],
    )
    command = ["git", "-C", str(lectures.root), "rev-parse", "HEAD"]
    commit = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert commit.strip() == receipt["commit"]
    assert "published as declared" == found["state"]

    # Captions lead to the recogniser, the video to its source, though nothing says anything of it.
    captions, video = why(lectures, "captions"), why(lectures, "video")
    assert ["transcribe", "subtitles"] == list(captions["targets"])
    assert "whisper" == captions["targets"]["transcribe"]["versions"]["provider"]
    assert ["subtitles.srt", "subtitles.vtt"] == captions["value"]
    assert "ffmpeg" in video["targets"]["trim"]["versions"]
    assert ("folder", 64) == (video["source"]["kind"], len(video["source"]["sha256"]))

    # An option leads to the line that says it, or is built in.
    course, privacy = why(lectures, "course"), why(lectures, "privacy")
    assert [("ML", TEMPLATE, 7)] == [(x["value"], x["file"], x["line"]) for x in course["said"]]
    assert ("public", [("public", "built-in", True)]) == (
        privacy["value"],
        [(x["value"], x["layer"], x["counts"]) for x in privacy["said"]],
    )

    # It reads well at eighty columns; a field that none has names those there are.
    one = identity(lectures)
    told = lectures.leap("show", one, "--why", "description", COLUMNS="80")
    wrong = lectures.leap("show", one, "--why", "titel")
    shown = [line for line in told.out.splitlines() if "file://" not in line]
    assert max(map(len, shown)) <= 80
    words = " ".join(told.out.split())
    assert "description of site published as declared" in words
    assert f"Said by {TEMPLATE}:5 (template) {{{{ title }}}}, {{{{ duration_hm }}}}" in words
    assert "title Lecture 1 | (2026-11-20) title, see --why title" in words
    assert "tenant Университет tenant.yaml" in words
    assert (64, True) == (wrong.code, "did you mean `title`?" in wrong.err)


def test_an_edit_is_told_from_what_is_published(lectures):
    """What is declared now is not what the page says, until the next run."""
    lectures.edit(TEMPLATE, "{{ display_name }} |", "{{ display_name }} :")
    edited = why(lectures, "title")
    untouched = why(lectures, "captions")
    lectures.reconcile()
    published = why(lectures, "title")

    assert ("to be published", 1) == (edited["state"], edited["receipt"]["number"])
    assert "Lecture 1 :  (2026-11-20)" == edited["value"]
    assert "published as declared" == untouched["state"]
    assert ("published as declared", 2) == (published["state"], published["receipt"]["number"])

    # An override counts before all, and is named with its line.
    lectures.write(
        "tenants/uni/overrides/one.yaml",
        f"""
        for: {{recording: {identity(lectures)}}}
        metadata: {{title: Another}}
        """,
    )

    found = why(lectures, "title")

    assert ("override", "tenants/uni/overrides/one.yaml", 2) == tuple(
        found["said"][-1][key] for key in ("layer", "file", "line")
    )
    assert ("Another", "to be published", {}) == (
        found["value"],
        found["state"],
        found["variables"],
    )


def test_before_it_is_published_it_says_so(university):
    """What no stage has found out yet stands there by its name."""
    university.write(TEMPLATE, RICH)
    university.record("2026-11-20 23-30 Lecture 1.mp4")
    university.reconcile("--until", "download")

    found = why(university, "title")

    assert ("not published", None) == (found["state"], found["receipt"])
    assert "Lecture 1 | ‹topic› (2026-11-20)" == found["value"]
    assert found["targets"]["topics"]["digest"] is None
