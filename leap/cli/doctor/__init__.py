"""``leap doctor``: what this machine lacks, and the command that mends it."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from leap.cli.common import echo_json, find_root, format_option
from leap.cli.doctor.check import Check, looked_at
from leap.errors import ExitCode, UsageError

Look = Callable[[], list[Check]]

_WORDS = {"ok": ("ok", "green"), "warn": ("warning", "yellow"), "fail": ("failed", "red")}
_WIDTH = 79
#: Most of the time is spent waiting for other programs.
_AT_ONCE = 4


@click.command("doctor")
@click.option(
    "-C",
    "--directory",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    metavar="DIR",
    help="The repository's root; else the nearest folder above with leap.yaml.",
)
@format_option
def command(directory: Path | None, format_: str) -> int:
    """Look at everything LEAP needs on this machine; exit 1 if something is wrong.

    Starts the embedded Postgres and opens every tenant's secrets, as a run
    would. Publishes nothing and asks no other server but your database. Works
    outside of a repository, too; then it looks at the machine alone.
    """
    found: list[Check] = []
    for check in _checks(directory):
        found.append(check)
        if format_ == "text":
            _show(check)
    wrong = sum(check.state == "fail" for check in found)
    if format_ == "json":
        echo_json({"healthy": not wrong, "checks": [asdict(check) for check in found]})
    else:
        noun = "check" if len(found) == 1 else "checks"
        click.echo(f"{len(found)} {noun}, {wrong or 'none'} failed.")
    return ExitCode.ERROR if wrong else ExitCode.OK


def _checks(directory: Path | None) -> Iterator[Check]:
    """Yield every check, in the order in which a person would look."""
    looks = list(_looks(directory))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for found in [pool.submit(looked_at, name, look) for name, look in looks]:
            yield from found.result()


def _looks(directory: Path | None) -> Iterator[tuple[str, Look]]:
    from leap.cli.doctor import database, machine, models, places, repository, tools

    yield "python", machine.python
    yield "packages", tools.packages
    yield "locale", machine.locale
    yield "memory", machine.memory
    yield "temporary", machine.temporary
    yield "ffmpeg", tools.ffmpeg
    yield "pyav", tools.pyav
    yield "whisper", tools.whisper
    yield "sops", tools.sops
    try:
        root = find_root(directory)
    except UsageError as error:
        message, fix = error.message, "leap init DIR, or go to your repository"
        yield "repository", lambda: [Check("fail", "repository", message, fix)]
        return
    yield "git", partial(repository.git, root)
    yield "configuration", partial(repository.configuration, root)
    yield "secrets", partial(repository.secrets, root)
    yield "keys", partial(repository.keys, root)
    yield "accounts", partial(repository.accounts, root)
    yield "models", partial(models.models, root)
    operator = repository.operator(root)
    if operator is not None:
        yield "state", partial(places.state, operator)
        yield "disk", partial(places.disk, operator)
        yield "ledger", partial(database.ledger, operator)
        yield "folders", partial(places.folders, operator)
        yield "scheduler", partial(machine.scheduler, operator)
    yield "ports", machine.ports


def _show(check: Check) -> None:
    word, colour = _WORDS[check.state]
    short = check.message if check.state == "ok" else ""
    width = min(_WIDTH, shutil.get_terminal_size().columns - 1)
    room = width - len(check.name) - len(word) - 4
    below = "" if len(short) <= room else short
    right = f" {short} " if short and not below else ""
    dots = "." * max(3, width - len(check.name) - len(right) - len(word))
    click.echo(f"{check.name}{dots}{right}{click.style(word, fg=colour)}")
    for text in (below, check.message if check.state != "ok" else "", check.fix or ""):
        mark = "→ " if text and text == check.fix else ""
        for line in textwrap.wrap(
            mark + text, width - 2, break_on_hyphens=False, break_long_words=False
        ):
            click.echo(f"  {line}")
