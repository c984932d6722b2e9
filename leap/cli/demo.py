"""``leap demo``: lectures to try LEAP with, from recordings to a site on this machine."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

import click

from leap.cli.common import root_option
from leap.errors import ExitCode, UsageError


@click.command("demo")
@root_option
@click.option(
    "--file",
    "video",
    type=click.Path(path_type=Path),
    metavar="VIDEO",
    help="Take a lecture of your own instead; it is copied, never moved.",
)
def command(root: Path, video: Path | None) -> int:
    """Lay out demo lectures and publish them to a site, all on this machine.

    Makes a few short recordings in state/demo, a key for the demo tenant, and
    then does what you would do: `leap validate`, `leap plan`, `leap
    reconcile`. Running it again does nothing twice.
    """
    from leap.config import load
    from leap.demo.tenant import TENANT, equip

    declaration = load(root)
    if TENANT not in declaration.tenants:
        message = f"{root}: no tenants/{TENANT} here"
        raise UsageError(message, hint="run the demo in a clone of LEAP")
    folder = declaration.operator.state / "demo"
    _recordings(folder, video)
    equip(root, aside=folder / "put-aside")
    for verb in ("validate", "plan", "reconcile"):
        code = _run(root, verb)
        if code not in {ExitCode.OK, ExitCode.FAILED}:
            return code
    if code == ExitCode.OK:
        _say_what_next(root)
    return code


def _recordings(folder: Path, video: Path | None) -> None:
    if video is not None:
        from leap.demo.visitor import take_in

        taken = take_in(video, folder / "visitor")
        click.echo(f"Your lecture is in {_shown(taken)}")
        return
    from leap.demo.recordings import lay_out

    def made(share: float | None, message: str = "") -> None:
        click.echo(f"{share or 0:4.0%}  {message}", err=True)

    paths = lay_out(folder / "recordings", made)
    click.echo(f"{len(paths)} demo recordings are in {_shown(folder / 'recordings')}")


def _run(root: Path, verb: str) -> int:
    """Run ``leap verb`` as a person would see it, and return its exit code."""
    from leap.cli import cli
    from leap.cli.boundary import run

    click.secho(f"\n$ {_leap()} {verb}", bold=True)
    sys.stdout.flush()
    return run(cli, [verb, "-C", str(root)])


def _say_what_next(root: Path) -> None:
    from leap.cli.serve import published_sites
    from leap.demo.tenant import TENANT

    site = published_sites(root).get(TENANT)
    leap = _leap()
    yaml = _shown(root / "tenants" / TENANT / "tenant.yaml")
    click.echo()
    if site is not None:
        click.echo(f"The site        {(site / 'index.html').as_uri()}")
        click.echo(f"or, served      {leap} serve")
    click.echo(f"Do it again     {leap} reconcile   does nothing: all is as declared")
    click.echo(f"Change it       in {yaml}, add to `defaults:`   subtitles: {{line_length: 32}}")
    click.echo(f"                {leap} plan        says what that changes, and why")


def _leap() -> str:
    """Return how to call this very program from here."""
    program = Path(sys.argv[0])
    if program.name != "leap":
        return "leap"
    on_path = shutil.which("leap")
    if on_path is not None and Path(on_path).resolve() == program.resolve():
        return "leap"
    return shlex.quote(_shown(program))


def _shown(path: Path) -> str:
    """Return ``path`` relative to the current folder where it lies in it."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 -- a venv's links stay as they are
    here = Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(absolute)
