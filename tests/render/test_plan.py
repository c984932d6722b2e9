"""A plan reads well at 80 columns and wider, and programs get the agreed JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import jsonschema
import pytest
from rich.cells import cell_len

from leap.domain.plan import Action, Change, Failure, Held, Plan, Refusal, Step
from leap.domain.snapshot import RecordingRow, Skip
from leap.domain.stage import PIPELINE_STAGES, Stage
from leap.render import plan as render
from leap.render.terminal import coloured

EVERY = PIPELINE_STAGES


def change(day: str, title: str, action: Action, stages: tuple[Stage, ...], reason: str) -> Change:
    parts = ("media", "captions") if Stage.TRIM in stages else ("captions",)
    steps = tuple(
        Step(stage, "0123456789abcdef", reason, preset="site", parts=parts)
        if stage is Stage.PUBLISH
        else Step(stage, "0123456789abcdef", reason)
        for stage in stages
    )
    return Change("acme", f"2026-11-{day}-1a2b3c4d5e6f", title, "ml", action, steps, reason)


PROCESS = change("20", "Gradient descent", "process", EVERY, "new recording")
REFRESH = change(
    "13",
    "Линейные модели",
    "refresh",
    (Stage.SUBTITLES, Stage.PUBLISH),
    "subtitles.line_length 42 → 38",
)
BLOCKED = change("06", "Introduction 👋", "blocked", (Stage.DOWNLOAD,), "source is gone")
SKIP = replace(change("05", "", "skip", (), "no template matches its title"), template=None)
DEFERRED = Held(
    "acme", "2026-11-02-aaaaaaaaaaaa", "Eigenvalues", Stage.DOWNLOAD,
    "zoom-main has used up Zoom's daily limit", datetime(2026, 11, 21, tzinfo=UTC),
)  # fmt: skip
FAILURE = Failure("acme", "2026-11-01-aaaaaaaaaaaa", "Broken", Stage.TRIM, "the file is truncated")


def row(identity: str, **changes: object) -> RecordingRow:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    plain = RecordingRow(
        id=identity, source="s", source_kind="folder", account="", external_id="x", locator="x",
        revision="r", title="x", started_at=now, size=1, duration=None, template=None, skip=None,
        reason="", settled_at=None, listed=True, wanted=None, since=now,
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_plan_at_80_columns() -> None:
    """Grouped by tenant and template; the reason on the line where it fits, else below it."""
    rows = (row(PROCESS.recording, duration=2460.0), row(REFRESH.recording, duration=9000.0))
    plan = Plan(
        changes=(BLOCKED, REFRESH, PROCESS, SKIP), rows={"acme": rows}, in_sync={("acme", "ml"): 27}
    )

    assert (
        render.text(plan, width=80)
        == """\
acme · ml                                                           3 recordings
  + 2026-11-20  Gradient descent  download → … → publish  new recording
  ~ 2026-11-13  Линейные модели   subtitles → publish
                subtitles.line_length 42 → 38
  ! 2026-11-06  Introduction 👋   download                source is gone
  = 27 in sync

acme · no template                                                   1 recording
  · 2026-11-05  (no title)  no template matches its title

Plan: 1 to process, 1 to refresh, 1 to skip, 1 blocked, 27 in sync.
Work: 41 min of speech to transcribe, 1 upload, 1 update.
Nothing was changed. Apply with: leap reconcile"""
    )


def test_a_plan_on_a_wide_terminal() -> None:
    """With room for it, the reason stands on the same line."""
    plan = Plan(changes=(PROCESS, REFRESH), in_sync={("acme", "ml"): 27, ("demo", "talks"): 3})

    assert (
        render.text(plan, width=120)
        == """\
acme · ml                                                                               2 recordings
  + 2026-11-20  Gradient descent  download → … → publish  new recording
  ~ 2026-11-13  Линейные модели   subtitles → publish     subtitles.line_length 42 → 38
  = 27 in sync

In sync: demo · talks (3)

Plan: 1 to process, 1 to refresh, 30 in sync.
Work: 1 recording of unknown length to transcribe, 1 upload, 1 update.
Nothing was changed. Apply with: leap reconcile"""
    )


def test_every_step_on_request() -> None:
    """The long form gives each stage its own reason."""
    text = render.text(Plan(changes=(REFRESH,)), width=120, whole=True)

    assert text.splitlines()[1:4] == [
        "  ~ 2026-11-13  Линейные модели  subtitles → publish  subtitles.line_length 42 → 38",
        "                - subtitles: subtitles.line_length 42 → 38",
        "                - publish to site: subtitles.line_length 42 → 38",
    ]


def test_a_replacement_keeps_the_symbols_in_line() -> None:
    """The widest symbol, `-/+`, takes no more room than the others."""
    plan = Plan(changes=(PROCESS, change("19", "Cut anew", "replace", (Stage.PUBLISH,), "media")))

    assert [line[:14] for line in render.text(plan, width=120).splitlines()[1:3]] == [
        "  + 2026-11-20",
        "-/+ 2026-11-19",
    ]


def test_what_is_put_off_says_until_when_and_is_no_work() -> None:
    """Nobody has to do anything about it, and there is a way not to wait."""
    plan = Plan(changes=(), deferred=(DEFERRED,), in_sync={("acme", "ml"): 27})

    assert (
        render.text(plan, width=80)
        == """\
Deferred (tried again when the time has come, or after `leap retry`):
  acme  2026-11-02-aaaaaaaaaaaa  Eigenvalues
      download deferred until 2026-11-21 00:00 UTC: zoom-main has used up Zoom's
      daily limit

Nothing to do: 27 in sync, 1 deferred."""
    )
    assert not plan.has_changes


GATED = Held(
    *("acme", "2026-11-02-bbbbbbbbbbbb", "Eigenvalues", Stage.PUBLISH, "0 words a minute"),
    preset="site",
    rule="gate",
    is_new=True,
)


def test_what_a_gate_holds_is_told_apart_from_what_only_waits() -> None:
    """No time to come helps it."""
    plan = Plan(changes=(), deferred=(GATED, DEFERRED))

    assert (
        render.text(plan, width=80)
        == """\
Deferred (tried again when the time has come, or after `leap retry`):
  acme  2026-11-02-aaaaaaaaaaaa  Eigenvalues
      download deferred until 2026-11-21 00:00 UTC: zoom-main has used up Zoom's
      daily limit

Held (nothing is published before somebody has looked):
  acme  2026-11-02-bbbbbbbbbbbb  Eigenvalues
      publish to site held by a gate: 0 words a minute

Nothing to do: 1 deferred, 1 held by a gate."""
    )
    document = render.json_data(plan)
    jsonschema.validate(document, SCHEMA)
    assert [each["kind"] for each in document["deferred"]] == ["gate", "deferred"]
    assert (document["summary"]["deferred"], document["summary"]["held"]) == (1, 1)


def test_troubles_have_sections_of_their_own() -> None:
    """Failures of earlier runs come with their ids, sources that failed with the cause."""
    plan = Plan(
        changes=(), failures=(FAILURE,), problems=("acme/lectures: /videos: no such folder",)
    )

    assert (
        render.text(plan, width=80)
        == """\
Failed before (tried again after a change, or with `leap retry`):
  acme  2026-11-01-aaaaaaaaaaaa  Broken  trim: the file is truncated

Problems:
  acme/lectures: /videos: no such folder

Nothing to do: 1 failed before."""
    )


def test_a_refused_plan_says_so() -> None:
    """The refusal carries the way out; the last line offers no apply."""
    refusal = Refusal("too-much-rework", "acme", "8 of 11 are made anew; --accept too-much-rework")

    assert render.text(Plan(changes=(PROCESS,), refusals=(refusal,))).endswith("""\
Refused:
  [acme] 8 of 11 are made anew; --accept too-much-rework

Plan: 1 to process.
Work: 1 recording of unknown length to transcribe, 1 upload.
Nothing was changed: this plan is refused as unsafe.""")


def test_what_is_not_refused_can_be_applied() -> None:
    """One tenant's refusal does not keep the others back; what was accepted is told."""
    refusal = Refusal("too-much-rework", "acme", "8 of 11 are made anew")
    accepted = Refusal("privacy-widened", "demo", "1 would go public", accepted=True)
    plan = Plan(changes=(PROCESS, replace(PROCESS, tenant="demo")), refusals=(refusal, accepted))

    text = render.text(plan)

    assert "Accepted:\n  [demo] 1 would go public\n" in text
    assert text.endswith(
        "\nNothing was changed. Apply the rest, without acme, with: leap reconcile"
    )


@pytest.mark.parametrize(
    "plan, expected",
    [
        (Plan(changes=()), "Nothing to do: no recordings."),
        (Plan(changes=(), in_sync={("acme", "ml"): 3}), "Nothing to do: 3 in sync."),
        (
            Plan(
                changes=(),
                in_sync={("acme", "ml"): 3},
                rows={"acme": (row("a", skip=Skip.BLANK), row("b"))},
            ),
            "Nothing to do: 3 in sync, 1 skipped, 1 waiting.",
        ),
    ],
)
def test_nothing_to_do_is_one_line(plan: Plan, expected: str) -> None:
    """What needs nothing is counted, not listed."""
    assert render.text(plan) == expected


def test_a_plan_that_is_being_carried_out_offers_no_command() -> None:
    """`reconcile` prints the plan that it carries out, without the advice."""
    text = render.text(Plan(changes=(BLOCKED, SKIP)), apply="")

    assert text.endswith("\n\nPlan: 1 to skip, 1 blocked.")


def test_the_next_command_is_never_broken() -> None:
    """It is to be copied, so it gets a line of its own where it is long."""
    apply = (
        "leap reconcile --select 'tenant:acme,template:ml*,stage:subtitles+' --exclude status:new"
    )

    text = render.text(Plan(changes=(REFRESH,)), width=80, apply=apply)

    assert text.endswith(f"\nNothing was changed. Apply with:\n  {apply}")


HOSTILE = (
    "\x1b[2J\x07\u202eexe.mp4\u2066 日本語 👩\u200d👩\u200d👧 שלום\r\n# @all </details> ``` | `x`"
)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_title_can_break_the_lines(width: int) -> None:
    """Control characters and overrides of direction are replaced; a title is one line."""
    plan = Plan(changes=(replace(PROCESS, title=HOSTILE, reason=HOSTILE),), notes=(HOSTILE,))

    lines = render.text(plan, width=width).split("\n")

    assert not [
        sign for line in lines for sign in line if not (sign.isprintable() or sign == "\u200d")
    ]
    assert all(cell_len(line) <= width for line in lines)


def alike(count: int, **changes: object) -> tuple[Change, ...]:
    return tuple(
        replace(PROCESS, recording=f"2025-01-{1 + index:02}-1a2b3c4d5e6f", **changes)  # type: ignore[arg-type]
        for index in range(count)
    )


def test_many_alike_become_one_line() -> None:
    """Of eleven of a kind the newest four are listed; `whole` lists all."""
    plan = Plan(changes=alike(25))

    lines = render.text(plan, width=120).splitlines()

    assert lines[1:6] == [
        "  + 2025-01-25  Gradient descent  download → … → publish  new recording",
        "  + 2025-01-24  Gradient descent  download → … → publish  new recording",
        "  + 2025-01-23  Gradient descent  download → … → publish  new recording",
        "  + 2025-01-22  Gradient descent  download → … → publish  new recording",
        "  +             … 21 more         download → … → publish  new recording",
    ]
    assert render.text(plan, whole=True).count("  + 2025-01-") == 25
    assert render.text(Plan(changes=alike(10))).count("  + 2025-01-") == 10


def test_a_long_group_of_many_kinds_ends() -> None:
    """A thousand recordings with a thousand reasons take no thousand lines."""
    plan = Plan(changes=tuple(replace(each, reason=each.recording) for each in alike(28)))

    lines = render.text(plan, width=120).splitlines()

    assert sum(line.startswith("  + 2025-01-") for line in lines) == 10
    assert lines[11] == (
        "  +             … 18 more                                 for several reasons"
    )


def test_equal_skips_are_counted_by_why() -> None:
    """Their reasons differ in numbers; what they have in common is told."""
    skips = alike(5, action="skip", steps=(), template=None, reason="no template matches its title")
    blanks = tuple(
        replace(each, reason=f"blank: {index} s", recording=each.recording.replace("2025", "2024"))
        for index, each in enumerate(skips)
    )
    rows = [row(each.recording, skip=Skip.NO_TEMPLATE) for each in skips]
    rows += [row(each.recording, skip=Skip.BLANK) for each in blanks]

    lines = render.text(Plan(changes=(*skips, *blanks), rows={"acme": tuple(rows)})).splitlines()

    assert lines[1:4] == ["  ·  5 without a template", "  ·  5 blank", ""]


def test_unchanged_groups_and_old_failures_are_summed_up() -> None:
    """A hundred tenants in sync are one line, and forty failures ten."""
    in_sync = {(f"t{number}", "ml"): number for number in range(1, 10)}
    failed = tuple(replace(FAILURE, recording=f"2026-11-01-{n:012}") for n in range(40))

    text = render.text(Plan(changes=(REFRESH,), in_sync=in_sync, failures=failed), width=120)

    assert "\nIn sync: t1 · ml (1), t2 · ml (2), t3 · ml (3), t4 · ml (4), 5 more (35)\n" in text
    assert text.count("the file is truncated") == 10
    assert "\n  … 30 more; `leap plan -v` lists them\n" in text


def test_colour_is_only_paint() -> None:
    """Without its escape sequences, the coloured text is the plain one."""
    import click

    plan = Plan(changes=(PROCESS, BLOCKED, SKIP), failures=(FAILURE,))

    assert click.unstyle(render.text(plan, paint=coloured)) == render.text(plan)
    assert "\x1b[" in render.text(plan, paint=coloured)


SCHEMA = {
    "type": "object",
    "required": ["has_changes", "changes", "refusals", "summary"],
    "properties": {
        "has_changes": {"type": "boolean"},
        "changes": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tenant", "recording", "title", "action", "stages", "reason"],
                "properties": {
                    "tenant": {"type": "string"},
                    "recording": {"type": "string"},
                    "title": {"type": "string"},
                    "template": {"type": ["string", "null"]},
                    "action": {
                        "enum": ["process", "refresh", "replace", "blocked", "skip", "remove"]
                    },
                    "stages": {"type": "array", "items": {"enum": [s.value for s in Stage]}},
                    "reason": {"type": "string", "minLength": 1},
                },
            },
        },
        "refusals": {"type": "array"},
        "summary": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
}


def test_the_json_is_as_agreed() -> None:
    """What other programs rely on stays as it is; more fields may come."""
    plan = Plan(
        changes=(PROCESS, REFRESH, BLOCKED, SKIP), failures=(FAILURE,), deferred=(DEFERRED,)
    )

    document = render.json_data(plan)

    jsonschema.validate(document, SCHEMA)
    assert document["deferred"] == [
        {
            "tenant": "acme",
            "recording": DEFERRED.recording,
            "title": "Eigenvalues",
            "stage": "download",
            "preset": None,
            "reason": "zoom-main has used up Zoom's daily limit",
            "until": "2026-11-21T00:00:00+00:00",
            "kind": "deferred",
        }
    ]
    assert document["changes"][1] == {
        "tenant": "acme",
        "recording": "2026-11-13-1a2b3c4d5e6f",
        "title": "Линейные модели",
        "template": "ml",
        "action": "refresh",
        "stages": ["subtitles", "publish"],
        "reason": "subtitles.line_length 42 → 38",
        "steps": [
            {
                "stage": "subtitles",
                "preset": None,
                "key": "0123456789abcdef",
                "parts": [],
                "reason": "subtitles.line_length 42 → 38",
            },
            {
                "stage": "publish",
                "preset": "site",
                "key": "0123456789abcdef",
                "parts": ["captions"],
                "reason": "subtitles.line_length 42 → 38",
            },
        ],
    }
    assert document["summary"] == {
        "process": 1, "refresh": 1, "blocked": 1, "skip": 1, "in_sync": 0, "failed_before": 1,
        "deferred": 1, "held": 0,
    }  # fmt: skip
    assert document["work"] == {
        "speech_minutes": 0, "unknown_length": 1, "uploads": 1, "updates": 1
    }  # fmt: skip
