"""``leap import``: take over videos that were published before, instead of making them again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from leap.cli.common import (
    chosen_tenants,
    echo_json,
    format_option,
    listing_progress,
    root_option,
    tenant_option,
)
from leap.errors import ExitCode


@click.command("import")
@click.argument("platform", type=click.Choice(["youtube", "vk"]))
@click.argument("preset", required=False)
@root_option
@tenant_option
@click.option("--apply", "applies", is_flag=True, help="Write down what is certain.")
@format_option
def command(
    platform: str,
    preset: str | None,
    root: Path,
    tenants: tuple[str, ...],
    format_: str,
    *,
    applies: bool,
) -> int:
    """Take over what is on the channel of PRESET already.

    Lists its videos and finds the recordings that they show: by the marker that
    LEAP leaves, else by title, date and length. What is not certain is shown,
    and never guessed. With --apply what is certain counts as published:
    nothing of it is uploaded again, and `leap plan` shows what of its title,
    description and the rest would be rewritten.
    """
    from leap.config import load
    from leap.render import importing as render
    from leap.render.terminal import paint_for, width_of_terminal
    from leap.tasks.importing import look_up, place_of, take_over
    from leap.tasks.survey import open_session

    declaration = load(root, tenants=tenants or None)
    names = chosen_tenants(declaration, tenants)
    with open_session(declaration) as session:
        tenant, chosen = place_of(session, platform, preset, names)
        found = look_up(session, tenant, chosen, listing_progress())
        taken = take_over(session, found) if applies else None
    if format_ == "json":
        echo_json(render.json_data(found, taken))
    else:
        width, paint = width_of_terminal(), paint_for(sys.stdout)
        click.echo(render.text(found, taken, width=width, paint=paint))
    return ExitCode.ERROR if found.problems else ExitCode.OK
