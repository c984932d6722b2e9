"""A template: which recordings it takes, and what becomes of them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator

from leap.config.expect import Expects
from leap.config.model import (
    Declared,
    Flag,
    Integer,
    Model,
    Name,
    Names,
    Texts,
    required,
    setting,
)
from leap.config.patterns import Patterns
from leap.config.settings import Settings
from leap.config.units import complaint


class Exclude(Model):
    """What a template does not take, whatever else matches."""

    exact: Texts = setting((), "Whole titles.", examples=[["Test recording"]])
    keywords: Texts = setting((), "Words or parts of words in a title.", examples=[["exam"]])
    patterns: Patterns = setting((), "Regular expressions (RE2).", examples=[[r"\btest\b"]])


class Match(Model):
    """Which titles a template takes. Excluded titles go first, then sources, then the rules."""

    exact: Texts = setting((), "Whole titles.", examples=[["Machine Learning"]])
    keywords: Texts = setting(
        (), "Words or parts of words in a title.", examples=[["machine learning"]]
    )
    patterns: Patterns = setting(
        (), "Regular expressions (RE2), found anywhere in a title.", examples=[[r"\bML\b"]]
    )
    exclude: Exclude = setting(
        Exclude(), "What is not taken, whatever else matches.", examples=[{"keywords": ["exam"]}]
    )
    sources: Names = setting(
        (), "Only recordings of these sources; empty means all.", examples=[["recordings"]]
    )
    mode: Literal["any", "all"] = setting(
        "any",
        "`any`: one rule is enough. `all`: every keyword and pattern must be found, and the "
        "title be one of `exact` where given.",
        examples=["any", "all"],
    )
    case_sensitive: Flag = setting(
        False, "Whether capital letters must agree.", examples=[False, True]
    )

    @model_validator(mode="after")
    def _has_rules(self) -> Match:
        if self.exact or self.keywords or self.patterns:
            return self
        if self.sources:
            hint = "to take all of a source, add `patterns: ['.*']`"
            raise complaint("`sources` alone never match a recording", hint)
        raise complaint(
            "nothing here can match", "add `exact`, `keywords` or `patterns`, such as ['.*']"
        )


class Examples(Model):
    """Titles that prove the rules; `leap validate` tries them."""

    matches: Texts = setting(
        (), "Titles that must match.", examples=[["Machine Learning, lecture 3"]]
    )
    rejects: Texts = setting((), "Titles that must not.", examples=[["ML exam"]])


class Template(Settings, Declared):
    """What happens to the recordings whose titles it matches."""

    description: str = setting(
        "", "A sentence for the reader.", examples=["The course of Prof. Ito."], max_length=1000
    )
    priority: Integer = setting(
        0,
        "The highest that matches takes the recording; among equals the first by name.",
        examples=[0, 10, -100],
        ge=-1000,
        le=1000,
    )
    draft: Flag = setting(
        False, "A draft is checked but takes no recordings.", examples=[False, True]
    )
    match: Match = required(
        "Which recordings it takes.", examples=[{"keywords": ["machine learning"]}]
    )
    examples: Examples = setting(
        Examples(),
        "Titles that must and must not match.",
        examples=[{"matches": ["Machine Learning, lecture 3"]}],
    )
    expect: Expects = setting(
        (),
        "When its lectures take place; one that is not recorded, or not published in time, is "
        "reported.",
        examples=[[{"weekdays": ["mon", "wed"], "time": "10:00", "grace": "24 h"}]],
    )
    pipeline: Name = required("What they go through.", examples=["lecture"])
    publish: dict[Name, dict[str, Any]] = setting(
        {},
        "The presets to publish to, each with what differs from it.",
        examples=[{"site": {"privacy": "unlisted"}}],
        max_length=10,
    )
