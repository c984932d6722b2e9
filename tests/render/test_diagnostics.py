"""How findings about the configuration are shown."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from leap.errors import Diagnostic
from leap.render.diagnostics import data, github, summary, text, visible

FOUND = Diagnostic("a.yaml", 2, 5, "unknown key `trym`", "did you mean `trim`?")


def shown(diagnostic, *lines):
    return text([diagnostic], lambda file: lines, files=1)


def test_a_finding_has_its_line_and_a_caret():
    """Place, message and hint; the source line; the caret; the sum."""
    assert shown(FOUND, "title: A", "    trym: 1") == (
        "a.yaml:2:5: error: unknown key `trym`; did you mean `trim`?\n"
        "    2 |     trym: 1\n"
        "            ^\n"
        "1 file checked, 1 error"
    )


def test_the_caret_stands_under_wide_characters():
    """Chinese and emoji take two columns, combining marks none."""
    found = Diagnostic("a.yaml", 1, 4, "wrong")

    excerpt = shown(found, "讲座e\u0301: x").splitlines()

    assert excerpt[2] == " " * (len("    1 | ") + 5) + "^"


def test_the_view_of_a_long_line_is_cut_around_the_place():
    """Minified text does not fill the screen."""
    found = Diagnostic("a.yaml", 1, 5001, "wrong")

    excerpt = shown(found, "x" * 5000 + "!" + "y" * 5000).splitlines()

    assert len(excerpt[1]) < 120
    assert excerpt[1][excerpt[2].index("^")] == "!"


@pytest.mark.parametrize(
    "line", ["x" * 200, "讲" * 200, "\u200d" * 200, "e\u0301" * 200, "👍🏽" * 99]
)
@pytest.mark.parametrize("column", [1, 40, 150, 201])
def test_the_view_fits_into_eighty_columns(line, column):
    """Whatever stands in the line; else the terminal breaks it, and the caret is lost."""
    _, source, caret, _ = shown(Diagnostic("a.yaml", 1, column, "wrong"), line).splitlines()

    assert cell_len(source) < 80
    assert len(caret) < 80


def test_the_caret_stands_under_a_sign_of_several_characters():
    """An emoji that is joined of several is shown part by part; a tab is one space."""
    found = Diagnostic("a.yaml", 1, 6, "wrong")

    assert shown(found, "👩\u200d💻\tа!").splitlines()[1:3] == [
        "    1 | 👩<U+200D>💻 а!",
        " " * len("    1 | 👩.<U+200D>💻. а") + "^",
    ]


@pytest.mark.parametrize("lines", [(), ("only one line",)])
def test_without_the_line_there_is_no_excerpt(lines):
    """The file may be gone by now."""
    assert 2 == len(shown(FOUND, *lines).splitlines())


def test_a_finding_about_a_whole_file_has_no_place():
    """Line 0 means the file."""
    assert "a.yaml: error: the file is missing\n" in shown(
        Diagnostic("a.yaml", 0, 0, "the file is missing")
    )


def test_invisible_characters_are_shown_by_number():
    """Neither a terminal nor a reader is misled."""
    assert "a<U+001B>[31m<U+202E>b c" == visible("a\x1b[31m\u202eb\tc")


@pytest.mark.parametrize(
    "severities, line",
    [
        ([], "3 files checked, no problems"),
        (["error"], "3 files checked, 1 error"),
        (["warning", "error", "error"], "3 files checked, 2 errors, 1 warning"),
        (["warning", "warning"], "3 files checked, 2 warnings"),
    ],
)
def test_the_last_line_sums_up(severities, line):
    """Whether one has to do something."""
    found = [Diagnostic("a", 1, 1, "m", severity=severity) for severity in severities]

    assert line == summary(found, files=3)


def test_json_has_every_field():
    """The form that programs rely on."""
    assert {
        "diagnostics": [
            {
                "severity": "error",
                "file": "a.yaml",
                "line": 2,
                "column": 5,
                "message": "unknown key `trym`",
                "hint": "did you mean `trim`?",
            }
        ]
    } == data([FOUND])


def test_github_annotations_are_escaped():
    """A file's name or a message cannot begin another command."""
    found = Diagnostic("a,b:c.yaml", 1, 2, "100 %\n::error::fake", severity="warning")

    assert (
        "::warning file=a%2Cb%3Ac.yaml,line=1,col=2,title=leap validate::100 %25%0A::error::fake"
        == github([found], title="leap validate")
    )
