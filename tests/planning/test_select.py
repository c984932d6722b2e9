"""What `--select` and `--exclude` mean, as values."""

from __future__ import annotations

import pytest

from leap.domain.plan import Step
from leap.domain.stage import FILE_STAGES, Stage
from leap.errors import ExitCode, UsageError
from leap.planning.select import Subject, parse

LECTURE = Subject(
    "demo",
    "2026-11-20-0a1b2c3d4e5f",
    "ML, lecture 3: «Градиент»",
    "zoom-main",
    "ml-2026",
    {"site"},
    "failed",
)
#: Every step that a recording can have.
STEPS = (
    *(Step(stage, "", "") for stage in FILE_STAGES),
    Step(Stage.PUBLISH, "", "", preset="site"),
    Step(Stage.PUBLISH, "", "", preset="vk"),
)


@pytest.mark.parametrize(
    "text",
    [
        "tenant:demo",
        "tenant:d*",
        "source:zoom-????",
        "template:ml*",
        "preset:site",
        "recording:2026-11-20",
        "recording:0a1b",
        "recording:0A1B2C3D4E5F",
        'title:"*lecture 3*"',
        'title:"ML, lecture 3: «градиент»"',
        "title:*ГРАДИЕНТ*",
        "status:failed",
        "status:FAILED",
        "tenant:demo, template:ml*,status:failed",
    ],
)
def test_a_recording_is_taken(text: str) -> None:
    """Terms joined by commas must all fit; capital letters of titles do not count."""
    assert parse([text]).takes(LECTURE)


@pytest.mark.parametrize(
    "text",
    [
        "tenant:dem",
        "template:ml",
        "template:*2025",
        "preset:vk",
        "recording:2026-11-21",
        "recording:b2c3",
        "title:lecture",
        "status:uploaded",
        "status:new",
        "tenant:demo,status:uploaded",
    ],
)
def test_a_recording_is_not_taken(text: str) -> None:
    """Names and titles are whole unless a star says otherwise."""
    assert not parse([text]).takes(LECTURE)


def test_brackets_are_plain_characters() -> None:
    """Titles have brackets; only `*` and `?` are wild."""
    subject = Subject("demo", "x", "[ML] lecture")

    assert parse(["title:[ml]*"]).takes(subject)
    assert not parse(["title:[ml]*"]).takes(Subject("demo", "x", "m lecture"))


def test_several_selections_unite_and_exclusions_take_away() -> None:
    """One `--select` is enough; one `--exclude` too."""
    selection = parse(["tenant:other", "template:ml*"], ["status:skipped", "status:failed"])

    assert not selection.takes(LECTURE)
    assert parse(["tenant:other", "template:ml*"], ["status:skipped"]).takes(LECTURE)


def test_a_recording_without_a_template_fits_no_template() -> None:
    assert not parse(["template:ml*"]).takes(Subject("demo", "x"))
    assert parse([], ["template:*"]).takes(Subject("demo", "x", template=None)) is False


@pytest.mark.parametrize(
    "selects, excludes, stages",
    [
        (["stage:subtitles"], [], "subtitles"),
        (["stage:subtitles+"], [], "subtitles publish publish"),
        (["stage:+topics"], [], "download trim transcribe topics"),
        (["stage:+trim+"], [], "download trim transcribe topics subtitles publish publish"),
        (["stage:trim", "stage:topics"], [], "trim topics"),
        (["stage:trim+,stage:+topics"], [], "trim transcribe topics"),
        (["tenant:other,stage:trim", "stage:topics"], [], "topics"),
        (["stage:publish,preset:site"], [], "publish"),
        (["preset:site"], [], "download trim transcribe topics subtitles publish"),
        ([], ["preset:*"], "download trim transcribe topics subtitles"),
        ([], ["preset:site,stage:publish"], "download trim transcribe topics subtitles publish"),
        ([], ["tenant:other,stage:trim"], "download trim transcribe topics subtitles publish publish"),
        (["stage:trim+"], ["stage:publish"], "trim transcribe topics subtitles"),
    ],
)  # fmt: skip
def test_stages_and_presets_choose_among_the_steps(
    selects: list[str], excludes: list[str], stages: str
) -> None:
    """A preset is chosen with what has to be made for it; excluded, it goes alone."""
    selection = parse(selects, excludes)

    assert [step.stage.value for step in STEPS if selection.has(LECTURE, step)] == stages.split()


def test_a_selection_of_steps_is_not_one_of_the_recording() -> None:
    """What a recording has besides steps (a skip, a move) goes with the whole recording."""
    assert not parse(["stage:trim"]).takes_whole(LECTURE)
    assert parse(["stage:trim"]).takes(LECTURE)
    assert parse(["stage:trim", "tenant:demo"]).takes_whole(LECTURE)


def test_only_tenants_that_can_be_selected_are_looked_at() -> None:
    """So that another tenant's broken file or slow source does not matter."""
    names = ("demo", "dance", "math")

    assert parse(["tenant:d*,template:x"]).tenants(names) == ("demo", "dance")
    assert parse(["tenant:demo", "tenant:math"]).tenants(names) == ("demo", "math")
    assert parse(["tenant:demo", "template:x"]).tenants(names) == names
    assert parse([], ["tenant:d*"]).tenants(names) == ("math",)
    assert parse([], ["tenant:d*,template:x"]).tenants(names) == names


def test_a_list_shows_what_has_the_stage_still_to_do() -> None:
    """`leap status` has no steps: there a stage means what is still to be done."""
    assert parse(["stage:topics+"]).lists(LECTURE, [Stage.PUBLISH])
    assert not parse(["stage:topics"]).lists(LECTURE, [Stage.PUBLISH])
    assert not parse(["stage:topics"]).lists(LECTURE, [])


@pytest.mark.parametrize(
    "text, message",
    [
        ("templat:ml", "--select templat:ml: no such field; did you mean `template`?"),
        (
            "colour:red",
            ("--select colour:red: no such field; there are preset, recording, source, stage, "
            "status, template, tenant, title"),
        ),
        ("ml", '--select ml: no field; write `template:ml`, or title:"*ml*"'),
        ("stage:subtitle+", "--select stage:subtitle+: no such stage; did you mean `subtitles`?"),
        ("status:fail", "--select status:fail: no such status; did you mean `failed`?"),
        ("tenant:", "--select tenant:: no value; write `tenant:…`"),
        ("", ("--select: nothing is chosen; the fields are tenant, source, template, preset, "
             "recording, title, status, stage")),
        ("tenant:a,,template:b", "--select tenant:a,,template:b: a comma too many; remove it"),
        ("tenant:a,", "--select tenant:a,: a comma too many; remove it"),
        ('title:"x', ('--select title:"x: a quote is not closed; '
                     'write it like title:"*lecture 3*"')),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_what_was_meant(text: str, message: str) -> None:
    """Wrong usage, exit 64."""
    with pytest.raises(UsageError) as caught:
        parse([text])

    assert str(caught.value) == message
    assert caught.value.exit_code == ExitCode.USAGE


def test_a_name_that_is_not_there_is_a_mistake_and_a_pattern_is_not() -> None:
    """Names are checked against what is declared and known."""
    known = {"template": {"ml-2026"}, "tenant": {"demo"}}

    parse(["template:x*", "tenant:demo", "source:anything"]).require_names(known)
    with pytest.raises(UsageError, match="did you mean `ml-2026`"):
        parse([], ["template:ml-206"]).require_names(known)


def test_the_next_command_repeats_the_selection() -> None:
    """Word for word, as arguments."""
    assert parse(["tenant:a"], ["stage:trim"]).arguments() == (
        "--select", "tenant:a", "--exclude", "stage:trim",
    )  # fmt: skip
