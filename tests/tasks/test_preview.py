"""`leap preset render` over real lectures: what it shows is what is published."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

RICH = """
    match: {keywords: [lecture]}
    pipeline: lecture
    metadata:
      date_format: DD.MM.YYYY
      title: "{{ display_name }} | {{ topic }} ({{ record_date }})"
      description: |
        {{ title }}, {{ duration_hm }}, {{ record_date_short }} {{ record_time_hm }}

        {{ chapters }}
    publish:
      site:
"""
TEMPLATE = "tenants/uni/templates/lectures.yaml"


@pytest.fixture
def lectures(university):
    """A university with one recording, and a template whose texts use what stages find out."""
    university.write(TEMPLATE, RICH)
    university.record("2026-11-20 23-30 Lecture 1.mp4")
    return university


def identity(university):
    [found] = university.status().values()
    return found["recording"]


def test_what_is_shown_is_what_is_published(lectures):
    """The title is that of the page; an edit shows before it is published, and writes nothing."""
    lectures.reconcile()
    one = identity(lectures)
    shown = lectures.leap("preset", "render", "site", one, "--format", "json").json

    [page] = lectures.pages()
    [title] = re.findall(r"<h1[^>]*>(.*?)</h1>", page.read_text(encoding="utf-8"), re.DOTALL)
    assert title.split() == shown["title"]["text"].split()
    assert len(shown["title"]["text"]) == shown["title"]["length"]
    assert len(shown["description"]["text"]) == shown["description"]["length"]
    assert {None} == {each["waits_for"] for each in shown["variables"].values()}
    assert ("uni", "lectures", "site", "site", "Europe/Moscow") == tuple(
        shown[key] for key in ("tenant", "template", "preset", "platform", "time_zone")
    )

    before = lectures.made(), page.read_bytes()
    lectures.edit(TEMPLATE, "{{ display_name }} |", "EDITED")

    assert "EDITED" in lectures.leap("preset", "render", "site", one).out
    assert before == (lectures.made(), page.read_bytes())


def test_what_no_stage_has_found_out_stands_there_by_its_name(lectures):
    """Everything else is real: the length, once it is trimmed, and dates in the tenant's zone."""
    lectures.write("tenants/uni/presets/other.yaml", "platform: site\npath: state/site/other\n")
    lectures.edit("tenants/uni/tenant.yaml", "{beam: 1}", "{model: small.en}")
    lectures.reconcile(expect=4)  # this model is not here

    one = identity(lectures)
    shown = lectures.leap("preset", "render", "site", one, "--format", "json").json
    told = lectures.leap("preset", "render", "site", one, COLUMNS="80")

    values = {name: each["value"] for name, each in shown["variables"].items()}
    waiting = {name for name, each in shown["variables"].items() if each["waits_for"]}
    assert {"topic", "topics", "chapters", "summary", "questions"} == waiting
    assert "‹topic›" == values["topic"]
    assert "Lecture 1 | ‹topic› (20.11.2026)" == shown["title"]["text"]
    assert ("20.11.2026", "2026-11-20", "20.11.26", "23:30") == tuple(
        values[f"record_{name}"] for name in ("date", "date_iso", "date_short", "time_hm")
    )
    assert re.fullmatch(r"0:00:(09|10)", values["duration"])
    assert values["publish_date_iso"] in {
        f"{datetime.now(ZoneInfo('Europe/Moscow')) - timedelta(minutes=minutes):%Y-%m-%d}"
        for minutes in (0, 5)
    }
    assert "`topics` has not run: it finds out ‹topic›, ‹topics›," in told.out
    assert max(map(len, told.out.splitlines())) <= 80

    # Names that nothing has are one line, with the nearest name or those there are.
    def said(*arguments):
        ran = lectures.leap("preset", "render", *arguments)
        return ran.code, ran.err

    assert (64, "error: siet: tenant uni has no such preset; did you mean `site`?\n") == said(
        "siet", one
    )
    assert (
        64,
        "error: template `lectures` does not publish to `other`; it publishes to `site`\n",
    ) == said("other", one)
    wrong = one[:-1] + ("0" if one[-1] != "0" else "1")
    assert (1, f"error: no recording {wrong!r}; did you mean `{one}`?\n") == said("site", wrong)
    assert (1, "error: no recording 'zzz'; see the ids in `leap status`\n") == said("site", "zzz")


def test_a_recording_that_no_template_takes_has_no_texts(university):
    """Where to look is said."""
    university.record("Party.mp4")
    university.reconcile()
    one = identity(university)

    ran = university.leap("preset", "render", "site", one)

    assert 1 == ran.code
    assert f"error: {one}: no template takes this recording; see `leap explain {one}`\n" == ran.err
