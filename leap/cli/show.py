"""``leap show``: one recording in detail."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leap.cli.common import echo_json, format_option, root_option
from leap.errors import LeapError

if TYPE_CHECKING:
    from leap.config import Declaration
    from leap.domain.ledger import LedgerReader
    from leap.domain.snapshot import Actual
    from leap.render.show import Target
    from leap.render.status import Standing
    from leap.store import Store

_MOST_CANDIDATES = 5
_NEWEST = 100
#: Ids are alike anyhow, by their dates; a mistyped one is nearly the same.
_ALIKE = 0.9


@click.command("show")
@click.argument("identity", metavar="ID")
@root_option
@click.option(
    "--why",
    "field",
    metavar="FIELD",
    help="Where a published field comes from: title, description, chapters, captions, privacy …",
)
@format_option
def command(identity: str, root: Path, field: str | None, format_: str) -> None:
    """Show one recording: targets, topics, publications, history.

    ID is a recording's id as `leap status` prints it, or the beginning of it
    or of its 12 hex digits, as long as only one recording has it. --why
    follows one field of its publications back: to the lines of the YAML that
    say it, the values that were put into it, the files and models these are
    from, and the receipt with which it was published.
    """
    from leap.config import load
    from leap.ledger import open_ledger
    from leap.render import show as render
    from leap.render.terminal import paint_for, width_of_terminal
    from leap.store import open_store

    declaration = load(root)
    operator = declaration.operator
    with open_ledger(operator.database, operator.state) as ledger:
        standing = find(ledger, declaration, identity)
        actual = ledger.glance(standing.tenant, beginning=standing.row.id).actual
        newest_first = ledger.events(standing.tenant, standing.row.id)
    store = open_store(operator)
    if field is not None:
        _tell_why(declaration, store, standing, actual, field, format_)
        return
    targets = read_targets(store, actual, standing)
    topics = read_topics(store, standing)
    events = [render.Event(each.at, each.kind, each.message) for each in reversed(newest_first)]
    if format_ == "json":
        echo_json(render.json_data(standing, targets, events, topics))
    else:
        paint, width = paint_for(sys.stdout), width_of_terminal()
        click.echo(render.text(standing, targets, events, topics, width=width, paint=paint))


def _tell_why(
    declaration: Declaration,
    store: Store,
    standing: Standing,
    actual: Actual,
    field: str,
    format_: str,
) -> None:
    from datetime import UTC, datetime

    from leap.render import why as render
    from leap.render.status import recording
    from leap.render.terminal import clean, paint_for, width_of_terminal
    from leap.tasks.why import why

    row, now = standing.row, datetime.now(UTC)
    facts = actual.publications.get(row.id, ())
    found = why(declaration, store, standing.tenant, row, facts, field.strip().lower(), now)
    if format_ == "json":
        echo_json({**recording(standing), "why": render.json_data(found)})
        return
    paint, width = paint_for(sys.stdout), width_of_terminal()
    click.echo(f"{row.id}  {clean(row.title) or '(no title)'}\n")
    click.echo(render.text(found, width=width, paint=paint))


def find(ledger: LedgerReader, declaration: Declaration, identity: str) -> Standing:
    """Return the one recording that ``identity`` names.

    Raises LeapError where none does, or where several do, with their ids.
    """
    from leap.tasks.standings import read_standings

    sought = identity.strip().lower()
    found = read_standings(ledger, declaration, beginning=sought) if sought else []
    if len(found) == 1:
        return found[0]
    if not found:
        from leap.config.complaints import did_you_mean
        from leap.tasks.standings import look

        # Of a large tenant, those that somebody may just be looking at.
        known = [each.row.id for each in look(ledger, declaration, newest=_NEWEST).shown]
        hint = did_you_mean(sought, known, cutoff=_ALIKE) or "see the ids in `leap status`"
        raise LeapError(f"no recording {identity!r}", hint=hint)
    from leap.render.terminal import clean

    named = [f"{each.row.id} ({clean(each.row.title)})" for each in found[:_MOST_CANDIDATES]]
    more = len(found) - len(named)
    message = f"{identity!r} is the beginning of {len(found)} recordings: {', '.join(named)}"
    raise LeapError(f"{message} and {more} more" if more else message, hint="give more of it")


def read_targets(store: Store, actual: Actual, standing: Standing) -> list[Target]:
    """Return the targets that are wanted for a recording, in working order.

    Raises StoreError where a manifest cannot be read.
    """
    from leap.domain.manifest import TargetName
    from leap.domain.stage import Stage
    from leap.render.show import Target

    row = standing.row
    wanted = row.wanted.stages if row.wanted else {}
    targets = []
    for stage in Stage:
        if stage not in wanted:
            continue
        name = TargetName(standing.tenant, row.id, stage, wanted[stage])
        manifest = store.read(name)
        targets.append(
            Target(
                stage=stage,
                key=name.key,
                fact=actual.fact(row.id, stage, name.key),
                manifest=manifest,
                folder=store.place(manifest) if manifest else None,
                present=manifest is not None and store.is_present(manifest),
            )
        )
    return targets


def read_topics(store: Store, standing: Standing) -> dict[str, Any] | None:
    """Return every version of a recording's topics that is kept; the active one is as wanted.

    Raises StoreError or StageError where a file cannot be read.
    """
    from leap.domain.stage import Stage
    from leap.stages.topic_versions import topic_versions

    row = standing.row
    targets = [
        (manifest, store.whole(manifest))
        for manifest in store.manifests(standing.tenant, row.id, Stage.TOPICS)
        if store.is_present(manifest)
    ]
    return topic_versions(
        row.id, targets, row.wanted.stages.get(Stage.TOPICS) if row.wanted else None
    )
