"""``leap explain``: which template takes a recording, and where every setting comes from."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leap.cli.common import chosen_tenants, echo_json, format_option, root_option, tenant_option
from leap.errors import LeapError, LedgerError, UsageError

if TYPE_CHECKING:
    from leap.config import Declaration
    from leap.domain.explanation import Explanation
    from leap.render.status import Standing

#: What may be an id, or the beginning of one or of its 12 hex digits.
_ID = re.compile(r"\d{4}-[\d-]{1,6}(-[0-9a-f]{0,12})?|[0-9a-f]{4,12}")
_MOST_CANDIDATES = 5


@click.command("explain")
@click.argument("what", metavar='ID|"TITLE"')
@root_option
@tenant_option
@click.option("--source", metavar="NAME", help="Where a recording with this title comes from.")
@click.option("--all", "whole", is_flag=True, help="Also the settings that nobody decided.")
@format_option
def command(
    what: str,
    root: Path,
    tenants: tuple[str, ...],
    source: str | None,
    format_: str,
    *,
    whole: bool,
) -> None:
    """Say which template takes a recording, why, and what holds for it.

    ID is a recording's id as `leap status` prints it, or its beginning. TITLE
    is that of a recording, or one that a recording could have: then the
    declaration alone is asked. Every setting names the file and line it comes
    from.
    """
    from leap.config import load
    from leap.planning.explain import explain_recording, explain_title
    from leap.render import explain as render
    from leap.render.status import in_words
    from leap.render.terminal import paint_for, width_of_terminal

    declaration = load(root, tenants=tenants or None)
    names = chosen_tenants(declaration, tenants)
    _require_source(declaration, names, source)
    standing = None if source else _recording(declaration, names, what.strip())
    told: tuple[Explanation, ...]
    statuses: tuple[str, ...] = ()
    if standing is not None:
        published = [each.preset for each in standing.status.publications if each.external_id]
        told = (explain_recording(declaration, standing.tenant, standing.row, published),)
        statuses = (f"{standing.status.status.value}: {in_words(standing.status)}",)
    else:
        told = tuple(
            each
            for tenant in names
            if source is None or source in declaration.tenants[tenant].sources
            for each in explain_title(declaration, tenant, what, source)
        )
        # Tenants that do not take it are told of only where nobody does.
        takers = {each.tenant for each in told if each.taken_by}
        told = tuple(each for each in told if each.tenant in takers) or told
    if format_ == "json":
        echo_json(render.json_data(told, statuses))
    else:
        paint, width = paint_for(sys.stdout), width_of_terminal()
        text = render.text(told, statuses=statuses, width=width, paint=paint, whole=whole)
        click.echo(text or "There are no tenants yet. Begin with: leap init")


def _require_source(declaration: Declaration, tenants: tuple[str, ...], source: str | None) -> None:
    known = sorted({name for tenant in tenants for name in declaration.tenants[tenant].sources})
    if source is not None and source not in known:
        hint = f"there are {', '.join(known)}" if known else "see sources/ of the tenant"
        raise UsageError(f"--source {source}: no such source", hint=hint)


def _recording(declaration: Declaration, tenants: tuple[str, ...], what: str) -> Standing | None:
    """Return the recording that ``what`` names by its id or title, or None for a mere title.

    Raises LeapError where several are meant, or where an id is asked for that
    nothing has.
    """
    from leap.config.override import plain
    from leap.render.terminal import clean

    standings = _standings(declaration, tenants, what)
    low = what.lower()
    found = [
        each
        for each in standings
        if _ID.fullmatch(low) and low in (each.row.id[: len(low)], each.row.id[11:][: len(low)])
    ]
    title = plain(what).casefold()
    found = found or [each for each in standings if plain(each.row.title).casefold() == title]
    if len(found) == 1:
        return found[0]
    if not found:
        if re.fullmatch(r"\d{4}-\d\d-\d\d-[0-9a-f]*", low):
            raise LeapError(f"no recording {what!r}", hint="see the ids in `leap status`")
        return None
    named = [f"{each.row.id} ({clean(each.row.title)})" for each in found[:_MOST_CANDIDATES]]
    more = f" and {len(found) - len(named)} more" if len(found) > len(named) else ""
    message = f"{what!r} means {len(found)} recordings: {', '.join(named)}{more}"
    raise LeapError(message, hint="give an id")


def _standings(declaration: Declaration, tenants: tuple[str, ...], what: str) -> list[Standing]:
    """Return what the ledger knows; nothing where there is no ledger yet."""
    from leap.ledger.opening import exists, open_ledger
    from leap.tasks.standings import read_standings

    operator = declaration.operator
    if not exists(operator.database, operator.state):
        return []
    try:
        with open_ledger(operator.database, operator.state) as ledger:
            return read_standings(ledger, declaration, tenants)
    except LedgerError as error:
        if _ID.fullmatch(what.lower()):
            raise
        message = f"{error}; explained without it"
        click.echo(f"{click.style('warning:', fg='yellow')} {message}", err=True)
        return []
