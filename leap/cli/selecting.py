"""What a plan is about: named tenants, a selection, what was accepted, or a plan in a file."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from leap.cli.common import chosen_tenants, listing_progress, tenant_names
from leap.errors import UsageError

if TYPE_CHECKING:
    from leap.config import Declaration
    from leap.domain.drift import Closely, View
    from leap.domain.plan import Plan
    from leap.domain.snapshot import RecordingRow
    from leap.planning.select import Selection
    from leap.tasks.planfile import SavedPlan
    from leap.tasks.survey import Session, Survey

F = TypeVar("F", bound=Callable[..., Any])


def select_options(function: F) -> F:
    """Add ``--select`` and ``--exclude`` (repeatable).

    The command gets ``selects`` and ``excludes``: ``tuple[str, ...]`` each, for
    ``leap.planning.select.parse``.
    """
    select = click.option(
        "--select",
        "selects",
        multiple=True,
        metavar="TERMS",
        help="Only what fits, such as tenant:demo,template:ml*,stage:subtitles+,status:failed. "
        "Commas: all must fit; repeated: one is enough.",
    )
    exclude = click.option(
        "--exclude", "excludes", multiple=True, metavar="TERMS", help="Not what fits; repeatable."
    )
    return select(exclude(function))


def drift_option(function: F) -> F:
    """Add ``--drift[=captions]``; the command gets ``drift``, for ``scope``."""
    return click.option(
        "--drift",
        is_flag=False,
        flag_value="fields",
        type=click.Choice(["fields", "captions"]),
        metavar="[captions]",
        help="Look at YouTube and VK too: what was changed, deleted or blocked there. "
        "captions: these as well, for 50 units of YouTube's day each.",
    )(function)


def drift_arguments(drift: Closely | None) -> tuple[str, ...]:
    """Return what was given as ``--drift``, for a command that does the same."""
    if drift is None:
        return ()
    return ("--drift",) if drift == "fields" else (f"--drift={drift}",)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the command line asks for.

    ``tenants`` are those to look at, none means all; with ``drift`` their
    platforms are looked at too.
    """

    tenants: tuple[str, ...]
    selection: Selection
    accepts: tuple[str, ...]
    saved: SavedPlan | None = None
    drift: Closely | None = None

    def load(self, root: Path) -> Declaration:
        """Return the declaration of these tenants.

        Raises ConfigError, and UnsafePlan where a saved plan was made for another one.
        """
        from leap.config import load

        declaration = load(root, tenants=self.tenants or None)
        if self.saved is not None:
            from leap.tasks.planfile import require_same

            require_same(self.saved, declaration)
        return declaration

    def plan(self, session: Session) -> tuple[Survey, Plan]:
        """Look around, or take what was saved; return what was found and the judged plan.

        Raises UsageError for a name that is neither declared nor known, and
        UnsafePlan where a saved plan does not hold any more.
        """
        from leap.planning.narrow import select
        from leap.tasks.evidence import judge
        from leap.tasks.planfile import replay
        from leap.tasks.survey import survey

        if self.saved is not None:
            found, plan = replay(session, self.saved)
        else:
            names = chosen_tenants(session.declaration, self.tenants)
            found, plan = survey(session, names, listing_progress(), self._views(session, names))
            rows = [row for rows in plan.rows.values() for row in rows]
            require_names(self.selection, session.declaration, rows)
            plan = select(plan, self.selection, found.actuals)
        return found, judge(session, plan, found.actuals, self.accepts)

    def _views(self, session: Session, tenants: Sequence[str]) -> Mapping[str, View]:
        """Look at platforms, if that is asked for: without it no provider is even imported."""
        if self.drift is None:
            return {}
        from leap.tasks.drift import views

        return views(session, tenants, listing_progress(), self.drift)

    def part(self, plan: Plan, found: Survey) -> Plan:
        """Return the part of ``plan``, made again from ``found``, that this is about."""
        from leap.planning.narrow import select
        from leap.tasks.planfile import part

        if self.saved is not None:
            return part(plan, self.saved, found.actuals)
        return select(plan, self.selection, found.actuals)


def scope(
    root: Path,
    tenants: tuple[str, ...],
    selects: tuple[str, ...],
    excludes: tuple[str, ...],
    accepts: tuple[str, ...] = (),
    drift: Closely | None = None,
) -> Scope:
    """Return what the options ask for. Raises UsageError."""
    from leap.planning.select import parse

    selection = parse(selects, excludes)
    tenants = _selected_tenants(root, tenants, selection)
    return Scope(tenants, selection, accepts, drift=drift)


def scope_of(file: Path, **others: object) -> Scope:
    """Return what the plan in ``file`` is about; no option of ``others`` may be given with it.

    Raises UsageError, and LeapError where it is no plan.
    """
    from leap.tasks.planfile import read

    for name, value in others.items():
        if value:
            message = f"--{name}: not together with --plan"
            raise UsageError(message, hint="a saved plan is carried out as it was printed")
    saved = read(file)
    return Scope(saved.tenants, saved.selection, saved.accepts, saved)


def _selected_tenants(root: Path, names: tuple[str, ...], selection: Selection) -> tuple[str, ...]:
    """Return the tenants that have to be looked at: ``names``, as far as they are selected.

    Nothing means all. Raises UsageError where none is left.
    """
    if not selection:
        return names
    there = sorted(names) or tenant_names(root)
    found = selection.tenants(there)
    if there and not found:
        selection.require_names({"tenant": there})
        words = shlex.join(selection.arguments())
        raise UsageError(f"{words}: no such tenant", hint="see the folders under tenants/")
    return () if not names and len(found) == len(there) else found


def require_names(
    selection: Selection, declaration: Declaration, known: Sequence[RecordingRow]
) -> None:
    """Raise UsageError for a name in ``selection`` that is neither declared nor ``known``."""
    tenants = declaration.tenants.values()
    selection.require_names(
        {
            "tenant": {*declaration.tenants},
            "source": {name for tenant in tenants for name in tenant.sources}
            | {row.source for row in known},
            "template": {template.name for tenant in tenants for template in tenant.templates}
            | {row.template for row in known if row.template},
            "preset": {name for tenant in tenants for name in tenant.presets}
            | {name for row in known if row.wanted for name in row.wanted.publications},
        }
    )
