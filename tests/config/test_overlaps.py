"""What can be proved about two templates from their rules alone."""

from __future__ import annotations

import pytest

from leap.config import check

NEVER = "1:1: never used: template `a` takes everything before it"
TIE = "template `a` takes this too, and wins by its name"


@pytest.mark.parametrize(
    "first, second, expected",
    [
        ("keywords: [ml]", "keywords: [ML lecture]", [NEVER]),
        ("keywords: [ml]", "keywords: [lecture]", []),
        ("keywords: [ml lecture]", "keywords: [ml]", []),
        ("keywords: [ml]", "exact: [ML 1, ml 2]", [NEVER]),
        ("keywords: [ml]", "exact: [ML 1, Topology]", [f"1:17: {TIE}"]),
        ("exact: [ml]", "exact: [ML]", [NEVER]),
        ("patterns: ['\\bml\\b']", "patterns: ['\\bml\\b']", [NEVER]),
        ("patterns: ['^ML']", "exact: [ml 1]", []),
        ("patterns: [ml]", "keywords: [the ML lecture]", [NEVER]),
        ("patterns: [m.l]", "keywords: [the m.l lecture]", []),
        ("patterns: ['.*']", "patterns: [x+]", [NEVER]),
        ("keywords: [ml, x]", "keywords: [topology, ml 2]", [f"1:30: {TIE}"]),
        ("keywords: [ml]", "keywords: [ml, topology], mode: all", [NEVER]),
        ("keywords: [ml], mode: all", "keywords: [ml 2]", []),
        ("keywords: [ml], exclude: {keywords: [exam]}", "keywords: [ml]", []),
        (
            "keywords: [ml], exclude: {keywords: [exam]}",
            "keywords: [ml 2], exclude: {keywords: [exam, test]}",
            [NEVER],
        ),
        ("keywords: [ml], sources: [recordings]", "keywords: [ml]", []),
        ("keywords: [ml]", "keywords: [ml], sources: [recordings]", [NEVER]),
        ("keywords: [ML], case_sensitive: true", "keywords: [ml]", []),
        ("keywords: [ml]", "keywords: [ML], case_sensitive: true", [NEVER]),
        ("keywords: ['ml ']", "keywords: [mlops]", [NEVER]),
    ],
)
def test_what_one_template_leaves_to_the_other(first, second, expected, write):
    """`a` comes first by its name; what is said is said about `b`."""
    body = "match: {%s}\npipeline: archive\n"
    root = write(
        {
            "tenants/acme/templates/a.yaml": body % first,
            "tenants/acme/templates/b.yaml": body % second,
        }
    )

    found = [
        f"{each.line}:{each.column}: {each.message}"
        for each in check(root)
        if each.file.endswith("b.yaml") and "`known`" not in each.message
    ]

    assert expected == found


def test_a_higher_priority_is_a_decision(write):
    """A rule that another template takes first, by its priority, is no tie."""
    body = "match: {keywords: [%s]}\npriority: %d\npipeline: archive\n"
    root = write(
        {
            "tenants/acme/templates/a.yaml": body % ("ml", 1),
            "tenants/acme/templates/b.yaml": body % ("ml, topology", 0),
        }
    )

    assert check(root) == ()


def test_a_draft_takes_nothing(write):
    """So it shadows nothing either."""
    body = "match: {keywords: [ml]}\npipeline: archive\n"
    root = write(
        {
            "tenants/acme/templates/a.yaml": body + "draft: true\n",
            "tenants/acme/templates/b.yaml": body,
        }
    )

    assert check(root) == ()


def test_an_example_that_fails_names_the_template_that_takes_it(write):
    """The rule is named too, so that one sees where to look."""
    body = "match: {keywords: [ml]}\npipeline: archive\nexamples: {matches: [The known course]}\n"

    (found,) = check(write({"tenants/acme/templates/a.yaml": body}))

    assert "the example does not match: no rule fits the title" == found.message
    assert 'template `known` takes it, by keyword "known course"' == found.hint
