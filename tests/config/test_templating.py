"""Titles and descriptions: what they may say, and what they cannot do."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.config.templating import MAX_OUTPUT, VARIABLES, _check, check, render
from leap.config.variables import formatted, variables
from leap.domain.topics import Outline, Topic
from leap.errors import BadInput

VALUES = dict.fromkeys(VARIABLES, "x") | {"topic": "Gradient descent", "summary": ""}


@pytest.mark.parametrize(
    "source, text",
    [
        ("plain text", "plain text"),
        ("{{ topic }}", "Gradient descent"),
        ("{{topic}} ({{ record_date }})", "Gradient descent (x)"),
        ("{% if summary %}a{% else %}b{% endif %}", "b"),
        ("{{ summary | default('none', true) | upper }}", "NONE"),
        ("{{ topic | truncate(8, true, '…') }}", "Gradien…"),
        ("{{ topic if topic else title }}", "Gradient descent"),
        ("100 % {braces} stay", "100 % {braces} stay"),
        ("", ""),
    ],
)
def test_templates_are_filled_in(source, text):
    """Variables, conditions and a few filters."""
    assert check(source) is None
    assert text == render(source, VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ topic.format }}",
        "{{ topic['x'] }}",
        "{{ topic.upper() }}",
        "{{ lipsum() }}",
        "{{ range(10**9) }}",
        "{{ 'a' * 10**9 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 'a' | center(1000000000) }}",
        "{{ 'a' | replace('a', 'aaaa') }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%s' | format(topic) }}",
        "{% for x in topic %}{{ topic }}{% endfor %}",
        "{% set x = topic %}",
        "{% macro m() %}{% endmacro %}",
        "{% include '/etc/passwd' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% filter upper %}x{% endfilter %}",
        "{% raw %}{{ topic }}",
        "{{ self }}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ " + "9" * 5000 + " }}",
        "{{ topic",
        "{% if topic %}",
    ],
)
def test_whatever_could_grow_or_reach_out_is_refused(source):
    """Refused before it runs, at once, by check and by render."""
    before = time.process_time()

    assert check(source) is not None
    with pytest.raises(BadInput):
        render(source, VALUES)
    assert time.process_time() - before < 1


def test_a_value_is_never_a_template():
    """What a person called a recording is text, whatever it looks like."""
    hostile = "{{ 7 * 7 }}{% for x in y %}${HOME}%s{0.__class__}"

    assert hostile == render("{{ display_name }}", {"display_name": hostile})


def test_output_is_capped():
    """Many long values cannot fill a disk."""
    with pytest.raises(BadInput):
        render("{{ summary }}" * 3, {"summary": "x" * MAX_OUTPUT})


def test_a_variable_without_value_is_an_error():
    """Nothing is silently left out of a public title."""
    with pytest.raises(BadInput):
        render("{{ topic }}", {})


@given(st.text(max_size=60))
def test_any_text_is_judged_without_a_crash(source):
    """It returns a verdict for everything; what it accepts can be rendered."""
    if check(source) is None:
        assert isinstance(render(source, VALUES), str)


@given(st.text(alphabet="{}%| topicabs'()[].*~-+if", max_size=40))
def test_anything_like_a_template_is_judged_without_a_crash(source):
    """The same, for text made of template syntax."""
    if check(source) is None:
        assert isinstance(render(source, VALUES), str)


def test_variables_are_in_the_tenants_time_zone():
    """A lecture shortly before midnight UTC is on the next day in Berlin."""
    values = variables(
        title=" Machine Learning ",
        started_at=datetime(2026, 11, 19, 23, 30, tzinfo=UTC),
        duration=5107,
        recording="2026-11-19-0a1b2c3d4e5f",
        tenant="Demo University",
        time_zone="Europe/Berlin",
        date_format="DD.MM.YY",
        outline=Outline(("Loss", "Descent"), (Topic(0, 9, "a"),), "Short.", ("Why?", "How?")),
        chapters="0:00 a",
        published_at=datetime(2026, 11, 21, tzinfo=UTC),
    )

    assert {
        "display_name": "Machine Learning",
        "topic": "Loss",
        "topics": "Loss, Descent",
        "chapters": "0:00 a",
        "summary": "Short.",
        "questions": "Why?\nHow?",
        "duration": "1:25:07",
        "duration_hm": "1 h 25 min",
        "record_date": "20.11.26",
        "record_date_iso": "2026-11-20",
        "record_date_short": "20.11.26",
        "record_time": "00:30:00",
        "record_time_hm": "00:30",
        "publish_date": "21.11.26",
        "publish_date_iso": "2026-11-21",
        "publish_time_hm": "01:00",
        "recording_id": "2026-11-19-0a1b2c3d4e5f",
        "tenant": "Demo University",
    } == values


def test_every_variable_has_a_value():
    """What `check` knows is what `variables` gives; the title is rendered from the others."""
    values = variables(
        title="",
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        duration=59.6,
        recording="r",
        tenant="t",
        time_zone="UTC",
    )

    assert set(VARIABLES) - {"title"} == set(values)
    assert "Recording" == values["display_name"]
    assert "1 min" == values["duration_hm"]
    assert "0:01:00" == values["duration"]


def test_dates_are_written_as_asked():
    """Tokens are replaced, everything else stays."""
    assert "09/02/2026 (26)" == formatted(date(2026, 2, 9), "DD/MM/YYYY (YY)")


PIECES = ["{{ topic }}", "{{ topik }}", "{{topic|upper}}", "{{ topic | nope }}", "{% if topic %}",
          "{% else %}", "{% endif %}", "{{ 'a}}b' }}", "{# note #}", "{topic}", "{", "}", "}}", "{{",
          "%}", "#", "text ", "\n", "{% raw %}", "{% endraw %}", "{% for x in y %}"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), st.booleans())
def test_the_text_between_tags_makes_no_difference(source, title):
    """What is left out before a template is checked changes no verdict."""
    assert _check(source, title=title) == check(source, title=title)
