"""leap auth status: every account, without asking its vendor."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leap.cli.common import (
    echo_json,
    format_option,
    ledger_if_any,
    root_option,
    tenant_names,
    tenant_option,
)

if TYPE_CHECKING:
    from leap.config.operator import Operator
    from leap.domain.ledger import LedgerReader


@click.command("status")
@root_option
@tenant_option
@format_option
def command(root: Path, tenants: tuple[str, ...], format_: str) -> None:
    """Show every account: what it is for, how new its tokens are, and what needs you.

    No vendor is asked, and no secret shown. Without a key, or without a
    ledger, it says less.
    """
    from datetime import UTC, datetime

    from leap.config import load
    from leap.render import accounts as render
    from leap.render.terminal import paint_for, width_of_terminal
    from leap.tasks.accounts import look

    now = datetime.now(UTC)
    names = tenants or tuple(tenant_names(root))
    with _ledger(load(root, tenants=()).operator) as ledger:
        found = look(root, names, ledger, now)
    if format_ == "json":
        echo_json(render.data(found))
        return
    paint = paint_for(sys.stdout)
    click.echo(render.text(found, now=now, width=width_of_terminal(), paint=paint))


@contextlib.contextmanager
def _ledger(operator: Operator) -> Iterator[LedgerReader | None]:
    """Give the ledger, or None where there is none yet, or none that can be read."""
    from leap.errors import LedgerError, MissingTool

    with contextlib.ExitStack() as stack:
        ledger = None
        try:
            ledger = ledger_if_any(operator, stack)
        except (LedgerError, MissingTool) as error:
            click.echo(f"Without the ledger: {error}", err=True)
        yield ledger
