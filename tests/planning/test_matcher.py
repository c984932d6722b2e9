"""Many recordings find their template as one recording does that is explained."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.config.document import Document
from leap.config.model import declare
from leap.config.override import plain
from leap.config.template import Template
from leap.domain.recording import Observed
from leap.planning import matcher
from leap.planning.match import match
from leap.planning.matcher import Matcher

words = st.sampled_from(
    [
        "ml",
        "ML",
        "Straße",
        "STRASSE",
        "лекция",
        "Лекция 1",
        "a.b",
        "a+b",
        "cafe\u0301",
        "🎓",
        "e",
        " ",
        "",
    ]
)
texts = st.lists(words, max_size=4).map(" ".join) | st.text(max_size=12).filter(
    lambda text: text.isprintable()
)
patterns = st.sampled_from(
    [r"\bML\b", "лекция \\d+", ".*", "^a", "b$", r"\Qa+b", "(?-i)ml", "a|e", ""]
)


def plain_fold(text: str) -> str:
    """Return what a list may have only once."""
    return plain(text).casefold()


rules = st.fixed_dictionaries(
    {},
    optional={
        "exact": st.lists(texts.filter(str.strip), max_size=2, unique_by=plain_fold),
        "keywords": st.lists(texts.filter(str.strip), max_size=3, unique_by=plain_fold),
        "patterns": st.lists(patterns.filter(bool), max_size=2, unique=True),
    },
)


@st.composite
def templates(draw: st.DrawFn, number: int) -> Template:
    wanted = draw(rules.filter(lambda found: any(found.values())))
    data = {
        "match": {
            **wanted,
            "exclude": draw(rules),
            "mode": draw(st.sampled_from(["any", "all"])),
            "case_sensitive": draw(st.booleans()),
            "sources": draw(st.sampled_from([[], ["zoom"], ["folder"]])),
        },
        "pipeline": "lecture",
        "priority": draw(st.integers(-1, 1)),
        "draft": draw(st.sampled_from([False, False, False, True])),
    }
    return declare(Template, f"t{number}", Document(f"t{number}.yaml", data))


some_templates = st.integers(0, 5).flatmap(
    lambda count: st.tuples(*(templates(number) for number in range(count)))
)


def recording(title: str) -> Observed:
    return Observed(
        source="zoom", source_kind="folder", account="", external_id="x", locator="x",
        revision="", title=title, started_at=datetime(2026, 11, 20, tzinfo=UTC), size=1,
    )  # fmt: skip


@given(declared=some_templates, title=texts)
def test_the_same_template_takes_it(declared: tuple[Template, ...], title: str) -> None:
    """Whatever the rules and titles."""
    found = Matcher(declared).first(title, "zoom")

    assert match(recording(title), declared).template == found


@given(declared=some_templates, title=texts)
def test_sets_that_are_too_large_change_nothing_but_the_time(
    declared: tuple[Template, ...], title: str
) -> None:
    """Rules are then asked one by one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matcher, "_MAX_MEMORY", 1)
        found = Matcher(declared).first(title, "zoom")

    assert match(recording(title), declared).template == found
