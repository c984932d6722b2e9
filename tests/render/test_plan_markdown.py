"""A plan on GitHub: nothing in it can be more than text, and it always fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from leap.domain.plan import Change, Failure, Held, Plan, Refusal, Step
from leap.domain.stage import Stage
from leap.render.markdown import COMMENT, fenced, size_in_bytes
from leap.render.plan_markdown import markdown

STEPS = (
    Step(Stage.SUBTITLES, "k", "subtitles.lines 2 → 1"),
    Step(Stage.PUBLISH, "k", "captions changes", preset="site", parts=("captions",)),
)
CHANGE = Change(
    "acme", "2026-11-20-1a2b3c4d5e6f", "Gradient descent", "ml", "refresh", STEPS,
    "subtitles.lines 2 → 1",
)  # fmt: skip
NEW = replace(CHANGE, action="process", recording="2026-11-13-1a2b3c4d5e6f", reason="new recording")
HOSTILE = (
    "</details><script>x</script> ``` ```` @octocat #1 ![x](http://x) \x1b[31m\u202e\nSetext\n==="
)


def outside_of_code(text: str) -> str:
    """Return all that GitHub would read as Markdown or HTML, by a parser of CommonMark."""
    tokens = MarkdownIt().parse(text)
    return "\n".join(token.content for token in tokens if token.type != "fence")


def code(text: str) -> list[str]:
    tokens = MarkdownIt().parse(text)
    return [token.content for token in tokens if token.type == "fence"]


def test_a_plan_as_a_comment() -> None:
    """A heading that counts, one section per tenant, the next command."""
    plan = Plan(changes=(CHANGE, NEW), in_sync={("acme", "ml"): 27, ("demo", "talks"): 3})

    assert (
        markdown(plan, apply="leap reconcile --tenant acme")
        == """\
### LEAP plan: 1 to process, 1 to refresh, 30 in sync

Work: 2 updates.

<details open><summary><b>acme</b>: 2 changes</summary>

```diff
@@ ml: 2 changes, 27 in sync @@
+ process 2026-11-13  Gradient descent  subtitles → publish  new recording
! refresh 2026-11-20  Gradient descent  subtitles → publish  subtitles.lines 2 → 1
```

</details>

<details><summary>1 tenant in sync</summary>

```
demo: 3 in sync
```

</details>

Nothing was changed. Apply with:

```sh
leap reconcile --tenant acme
```
"""
    )


def test_nothing_to_do_is_one_line() -> None:
    """Nothing to read, nothing to apply."""
    plan = Plan(changes=(), in_sync={("acme", "ml"): 3})

    assert markdown(plan).startswith("### LEAP plan: nothing to do (3 in sync)\n")
    assert "Apply" not in markdown(plan)


def test_a_refused_plan_says_so_first() -> None:
    """What is refused is unfolded, and no command is offered for it."""
    refusal = Refusal("privacy-widened", "acme", "3 recordings would go public")
    text = markdown(Plan(changes=(CHANGE,), refusals=(refusal,)))

    assert text.index("<b>Refused as unsafe</b>") < text.index("<b>acme</b>")
    assert "- [acme] 3 recordings would go public\n" in text
    assert text.endswith("Nothing was changed: this plan is refused as unsafe.\n")


@given(st.text() | st.just(HOSTILE))
def test_nothing_from_outside_is_read_as_markup(text: str) -> None:
    """Titles, reasons, problems and notes stand in code, each on its line."""
    marked = f"QQ{text}QQ"
    plan = Plan(
        changes=(replace(CHANGE, title=marked, reason=marked),),
        failures=(Failure("acme", "2026-11-01-aaaaaaaaaaaa", marked, Stage.TRIM, marked),),
        refusals=(Refusal("x", "acme", marked, accepted=True),),
        problems=(marked,),
        notes=(marked,),
        deferred=(Held("acme", CHANGE.recording, marked, Stage.TRIM, marked, preset=marked),),
    )

    found = markdown(plan, apply=f"leap reconcile --select {marked!r}")

    assert "QQ" not in outside_of_code(found)
    assert sum(block.count("QQ") for block in code(found)) >= 2 * 8


@example(["```", " ````", "~~~"])
@given(st.lists(st.text(alphabet="` ~a\n\r\t\x85\u2028")))
def test_no_line_can_end_its_fence(lines: Sequence[str]) -> None:
    (token,) = MarkdownIt().parse(fenced(lines, "diff"))

    assert (token.type, token.content.count("\n")) == ("fence", len(lines))


def many(count: int) -> Plan:
    return Plan(
        changes=tuple(
            replace(CHANGE, tenant=f"t{n % 300:03}", title=f"Лекция {n} ```" * 9, reason=f"{n}")
            for n in range(count)
        )
    )


def test_a_long_plan_is_cut_and_says_by_how_much() -> None:
    """The limit holds; the heading, the count of what is missing and the command stay."""
    text = markdown(many(3000))

    assert 0.9 * COMMENT < len(text) <= COMMENT
    assert text.startswith("### LEAP plan: 3000 to refresh\n")
    assert "whole sections, are left out to fit GitHub's limit.**" in text
    assert text.endswith("```sh\nleap reconcile\n```\n")
    assert text.count("<details") == text.count("</details>")
    assert len([token for token in MarkdownIt().parse(text) if token.type == "fence"]) > 10


def test_a_limit_in_bytes_counts_bytes() -> None:
    """A job's summary is measured in bytes, and Cyrillic takes two each."""
    text = markdown(many(3000), limit=20_000, measure=size_in_bytes)

    assert len(text.encode()) <= 20_000
