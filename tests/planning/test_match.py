"""Which template takes a recording: the rules as they are promised to people."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.config.document import Document
from leap.config.model import declare
from leap.config.template import Template
from leap.domain.recording import Observed
from leap.planning.match import match


def template(name: str = "ml", **rest) -> Template:
    priority = rest.pop("priority", 0)
    draft = rest.pop("draft", False)
    data = {"match": rest, "pipeline": "lecture", "priority": priority, "draft": draft}
    return declare(Template, name, Document(f"{name}.yaml", data))


def recording(title: str, source: str = "zoom") -> Observed:
    return Observed(
        source=source,
        source_kind="folder",
        account="",
        external_id="x.mp4",
        locator="x.mp4",
        revision="",
        title=title,
        started_at=datetime(2026, 11, 20, tzinfo=UTC),
        size=1,
    )


def takes(title: str, source: str = "zoom", **rules) -> bool:
    return match(recording(title, source), [template(**rules)]).template is not None


@pytest.mark.parametrize(
    "title, rules, taken",
    [
        # whole titles
        ("Machine Learning", {"exact": ["machine learning"]}, True),
        ("  Machine   Learning ", {"exact": ["machine learning"]}, True),
        ("Machine Learning 2", {"exact": ["machine learning"]}, False),
        # words and parts of words
        ("Intro to MACHINE learning", {"keywords": ["machine"]}, True),
        ("Machinery", {"keywords": ["machine"]}, True),
        ("Chemistry", {"keywords": ["machine", "chem"]}, True),
        ("Введение в МАШИННОЕ обучение", {"keywords": ["машинное"]}, True),
        ("Straße", {"keywords": ["STRASSE"]}, True),
        ("Cafe\u0301", {"keywords": ["caf\u00e9"]}, True),
        ("🎓 lecture", {"keywords": ["🎓"]}, True),
        # regular expressions, found anywhere
        ("Intro to ML 1", {"patterns": [r"\bML\b"]}, True),
        ("HTML", {"patterns": [r"\bML\b"]}, False),
        ("intro to ml", {"patterns": [r"\bML\b"]}, True),
        ("Лекция 12", {"patterns": [r"лекция \d+"]}, True),
        ("", {"patterns": [".*"]}, True),
        ("", {"keywords": ["a"]}, False),
        # capital letters
        ("ml", {"keywords": ["ML"], "case_sensitive": True}, False),
        ("ML", {"keywords": ["ML"], "case_sensitive": True}, True),
        ("ml", {"patterns": ["ML"], "case_sensitive": True}, False),
        ("ml", {"exact": ["ML"], "case_sensitive": True}, False),
        ("EXAM", {"keywords": ["EX"], "exclude": {"keywords": ["exam"]}, "case_sensitive": True}, True),
        # any rule is enough, or all must fit
        ("deep learning", {"keywords": ["deep", "wide"]}, True),
        ("deep learning", {"keywords": ["deep", "wide"], "mode": "all"}, False),
        ("deep and wide", {"keywords": ["deep", "wide"], "mode": "all"}, True),
        ("deep 3", {"keywords": ["deep"], "patterns": [r"\d"], "mode": "all"}, True),
        ("deep", {"keywords": ["deep"], "patterns": [r"\d"], "mode": "all"}, False),
        ("deep", {"keywords": ["deep"], "exact": ["Deep", "Wide"], "mode": "all"}, True),
        ("deep!", {"keywords": ["deep"], "exact": ["Deep", "Wide"], "mode": "all"}, False),
        # exclusion goes first
        ("ML exam", {"keywords": ["ml"], "exclude": {"keywords": ["exam"]}}, False),
        ("ML exam", {"exact": ["ML exam"], "exclude": {"keywords": ["exam"]}}, False),
        ("ML test", {"keywords": ["ml"], "exclude": {"patterns": ["test$"]}}, False),
        ("ML", {"keywords": ["ml"], "exclude": {"exact": ["ml"]}}, False),
        ("ML exam", {"keywords": ["ml"], "exclude": {"keywords": ["exam"]}, "mode": "all"}, False),
    ],
)  # fmt: skip
def test_titles(title, rules, taken):
    """One line per promise."""
    assert taken == takes(title, **rules)


def test_sources_are_a_filter():
    """Another source's recordings are left alone, whatever their titles."""
    assert takes("ML", source="zoom", keywords=["ml"], sources=["zoom", "folder"])
    assert not takes("ML", source="dropbox", keywords=["ml"], sources=["zoom", "folder"])


def test_the_highest_priority_takes_it_then_the_first_name():
    """Whatever order the templates come in."""
    templates = [
        template("b", keywords=["ml"]),
        template("a", keywords=["ml"]),
        template("z", keywords=["ml"], priority=1),
        template("y", keywords=["chemistry"], priority=9),
    ]

    result = match(recording("ML"), templates)

    assert "z" == result.template.name
    assert ("a", "b") == result.runners_up
    assert not result.tie
    assert match(recording("ML"), templates[:2]).tie
    assert "a" == match(recording("ML"), templates[:2]).template.name


def test_a_draft_takes_nothing():
    """It is checked and shown, not used."""
    assert match(recording("ML"), [template(keywords=["ml"], draft=True)]).template is None


@pytest.mark.parametrize(
    "rules, rule",
    [
        ({"exact": ["ML 1"]}, 'title "ML 1"'),
        ({"keywords": ["x", "ml"]}, 'keyword "ml"'),
        ({"patterns": [r"\d"]}, r"pattern \d"),
        ({"keywords": ["ml"], "patterns": [r"\d"], "mode": "all"}, r'keyword "ml" and pattern \d'),
        ({"keywords": ["x"]}, "no template matches its title"),
        (
            {"keywords": ["ml"], "exclude": {"patterns": ["1"]}},
            "no template matches; ml: excluded by pattern 1",
        ),
    ],
)
def test_the_deciding_rule_is_told(rules, rule):
    """People ask why."""
    assert rule == match(recording("ML 1"), [template(**rules)]).rule


def test_every_verdict_is_kept():
    """Also of templates that came too late or do not fit."""
    result = match(
        recording("ML"),
        [template("a", keywords=["ml"]), template("b", keywords=["x"], sources=["folder"])],
    )

    assert [("a", True), ("b", False)] == [(each.template, each.fits) for each in result.considered]
    assert "source zoom is not among folder" == result.considered[1].rule


def test_a_pattern_cannot_stall_the_planner():
    """Time is linear in the title, for patterns that take ages elsewhere."""
    import time

    before = time.process_time()
    assert not takes("a" * 10_000 + "!", patterns=["(a+)+$", "(a|aa)+$", "(.*a){20}$"])
    assert time.process_time() - before < 2


titles = st.text(max_size=30)
words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=6).filter(
    lambda text: text.strip()
)
rules = st.fixed_dictionaries({"keywords": st.lists(words, min_size=1, max_size=3, unique=True)})


def distinct(rules) -> bool:
    return len({word.strip() for word in rules["keywords"]}) == len(rules["keywords"])


@given(titles, rules.filter(distinct))
def test_all_is_narrower_than_any(title, rules):
    """What needs every rule needs at least one."""
    if takes(title, mode="all", **rules):
        assert takes(title, mode="any", **rules)


@given(titles, rules.filter(distinct), words)
def test_an_exclusion_only_takes_away(title, rules, word):
    """No exclusion makes a template take more."""
    if takes(title, exclude={"keywords": [word]}, **rules):
        assert takes(title, **rules)
        assert not takes(title, keywords=[word])


@given(titles, st.lists(st.tuples(words, st.integers(-3, 3)), max_size=5), st.randoms())
def test_the_order_of_templates_does_not_matter(title, parts, random):
    """Files are read in any order; the result is the same."""
    templates = [
        template(f"t{number}", keywords=[word], priority=priority)
        for number, (word, priority) in enumerate(parts)
    ]
    shuffled = list(templates)
    random.shuffle(shuffled)

    assert match(recording(title), templates) == match(recording(title), shuffled)


@given(titles, st.lists(words, min_size=1, max_size=4))
def test_the_result_fits_and_everything_before_it_does_not(title, parts):
    """First match wins."""
    templates = [template(f"t{number}", keywords=[word]) for number, word in enumerate(parts)]
    result = match(recording(title), templates)

    fits = [each.template for each in result.considered if each.fits]
    assert fits[:1] == ([result.template.name] if result.template else [])
    assert tuple(fits[1:]) == result.runners_up
