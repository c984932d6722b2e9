"""``leap init``: a team's own repository, ready to plan and to reconcile."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leap.errors import LeapError, UsageError

if TYPE_CHECKING:
    from leap.scaffold import Answers, Built, Continuous

_HOSTED, _OWN = "hosted", "self-hosted"
_DATABASE_SECRET = "LEAP_DATABASE_URL"  # noqa: S105 -- a secret's name


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--tenant", metavar="NAME", help="The first tenant; else the name of DIR.")
@click.option("--name", "title", metavar="TEXT", help="What people call it: `Acme University`.")
@click.option("--time-zone", metavar="ZONE", help="Where its dates are at home: `Europe/Berlin`.")
@click.option("--language", metavar="CODE", help="What is spoken: `en`, or `auto`.")
@click.option("--recordings", metavar="FOLDER", help="Where recordings are, or will be.")
@click.option(
    "--zoom/--no-zoom", "zoom", default=None, help="Take recordings from Zoom too, from today on."
)
@click.option("--site", metavar="FOLDER", help="Where published pages go.")
@click.option("--owners", metavar="@WHO", help="Who decides about the tenant, for CODEOWNERS.")
@click.option("--operators", metavar="@WHO", help="Who decides about all else, for CODEOWNERS.")
@click.option("--leap", "source", metavar="WHERE", help="What pip installs LEAP by.")
@click.option("--ci", is_flag=True, help="Add workflows for GitHub Actions.")
@click.option("--runner", type=click.Choice([_HOSTED, _OWN]), help="With --ci: who reconciles.")
@click.option("--bucket", metavar="s3://…", help="With --ci: what a hosted runner keeps files in.")
@click.option(
    "--database-secret",
    metavar="NAME",
    help=f"With --ci: the secret that holds the Postgres URL; hosted: {_DATABASE_SECRET}.",
)
def command(
    folder: Path,
    *,
    tenant: str | None,
    title: str | None,
    time_zone: str | None,
    language: str | None,
    recordings: str | None,
    zoom: bool | None,
    site: str | None,
    owners: str | None,
    operators: str | None,
    source: str | None,
    ci: bool,
    runner: str | None,
    bucket: str | None,
    database_secret: str | None,
) -> None:
    """Make a team's own repository in DIR: its YAML, a key, and git around it.

    Asks for what no option says; without a terminal it takes what stands in
    brackets there. Nothing is overwritten, and nothing is left half done.

    With --ci come workflows: one says in each pull request what it would change,
    another reconciles. GitHub's hosted runners keep nothing, so there the
    ledger is a Postgres of yours and files are kept in a bucket. A self-hosted
    runner keeps both by itself.
    """
    from leap.scaffold import Answers, answers, build, find_place

    for option, value in {
        "--runner": runner,
        "--bucket": bucket,
        "--database-secret": database_secret,
    }.items():
        if value is not None and not ci:
            raise UsageError(f"{option} says how CI reconciles", hint="add --ci")
    place = find_place(folder)
    if ci:
        _need(source, runner, bucket)
    name = _ask(
        "--tenant",
        tenant,
        "Name of the first tenant, for folders and addresses",
        answers.suggested_tenant(place.folder.name),
        answers.tenant,
    )
    given = Answers(
        tenant=name,
        title=_ask(
            "--name", title, "What people call it", answers.suggested_title(name), answers.title
        ),
        time_zone=_ask("--time-zone", time_zone, "Its time zone", _zone_here(), answers.time_zone),
        language=_ask("--language", language, "Language of its lectures", "en", answers.language),
        recordings=_ask(
            "--recordings",
            recordings,
            "Folder of recordings, in the repository or a whole path",
            "recordings",
            answers.folder,
        ),
        zoom_since=_zoom_since(zoom),
        site=_ask("--site", site, "Folder of published pages", "state/site", answers.folder),
        owners=_ask(
            "--owners", owners, "Who decides about this tenant", "@your-org/lectures", answers.owner
        ),
        operators=_ask(
            "--operators",
            operators,
            "Who decides about everything else",
            "@your-org/operators",
            answers.owner,
        ),
        leap=(source is None and _known_leap(ci=ci))
        or _ask(
            "--leap",
            source,
            "Where pip finds LEAP, as git+https://github.com/ORG/leap@COMMIT",
            None,
            answers.leap,
        ),
        ci=_continuous(runner, bucket, database_secret) if ci else None,
    )
    _say(given, build(given, place), place.folder)


def _need(source: str | None, runner: str | None, bucket: str | None) -> None:
    """Raise UsageError with every option that has no default where nobody can be asked."""
    needed = []
    if source is None and _known_leap(ci=True) is None:
        needed.append("--leap")
    if bucket is None and runner != _OWN:
        needed.append(f"--bucket (or --runner {_OWN})")
    if needed and not _can_ask():
        message = f"--ci needs {' and '.join(needed)}"
        raise UsageError(message, hint="there is no terminal to ask on; see `leap init --help`")


def _can_ask() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _ask(
    option: str, given: str | None, question: str, default: str | None, check: Callable[[str], str]
) -> str:
    """Return what ``option`` says, else what the terminal answers, else ``default``.

    Raises UsageError where an option is wrong, or there is nothing to take.
    """
    if given is not None:
        try:
            return check(given)
        except UsageError as error:
            raise UsageError(f"{option}: {error.message}", hint=error.hint) from None
    if default is not None and not _can_ask():
        return check(default)

    def checked(text: str) -> str:
        try:
            return check(text)
        except LeapError as error:
            raise click.BadParameter(str(error)) from None

    answer: str = click.prompt(question, default=default, value_proc=checked, err=True)
    return answer


def _zoom_since(given: bool | None) -> str | None:  # noqa: FBT001 -- one of three answers
    """Return today in UTC, where recordings in Zoom count too; None where they do not."""
    from datetime import UTC, datetime

    if given is None and _can_ask():
        given = click.confirm("Take recordings from Zoom too", default=False, err=True)
    return f"{datetime.now(UTC):%Y-%m-%d}" if given else None


def _continuous(runner: str | None, bucket: str | None, database_secret: str | None) -> Continuous:
    from leap.scaffold import Continuous, answers

    chosen = _ask("--runner", runner, f"Who reconciles: {_HOSTED} or {_OWN}", _HOSTED, _runner)
    if chosen == _OWN:
        if bucket is not None:
            hint = f"leave out --bucket, or choose --runner {_HOSTED}"
            raise UsageError("a self-hosted runner keeps its files itself", hint=hint)
        secret = answers.secret(database_secret) if database_secret is not None else None
        return Continuous(database_secret=secret)
    return Continuous(
        database_secret=_ask(
            "--database-secret",
            database_secret,
            "Secret that holds your Postgres URL (runners keep none)",
            _DATABASE_SECRET,
            answers.secret,
        ),
        bucket=_ask(
            "--bucket",
            bucket,
            "Bucket for recordings, results and pages, as s3://name",
            None,
            answers.bucket,
        ),
    )


def _runner(text: str) -> str:
    if text not in {_HOSTED, _OWN}:
        raise UsageError(f"`{text[:40]}` is neither {_HOSTED} nor {_OWN}")
    return text


def _known_leap(*, ci: bool) -> str | None:
    """Return the line of requirements.txt for this LEAP; None where CI could not install it."""
    from leap.scaffold.origin import is_of_this_machine, requirement

    line = requirement()
    return None if ci and is_of_this_machine(line) else line


def _zone_here() -> str:
    """Return this machine's time zone, or UTC where it has none with a name."""
    from leap.scaffold import answers

    linked = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    for name in (os.environ.get("TZ", "").lstrip(":"), linked.removeprefix("Etc/")):
        if name:
            try:
                return answers.time_zone(name)
            except UsageError:
                continue
    return "UTC"


def _say(given: Answers, built: Built, root: Path) -> None:
    from leap.scaffold.tree import key_secret

    here = Path.cwd()
    shown = root.relative_to(here) if root.is_relative_to(here) else root
    click.echo(f"Made {shown} with {len(built.files)} files, for the tenant {given.tenant}.")
    for line in built.said:
        click.echo(click.wrap_text(line, 80))
    key = f"state/keys/{given.tenant}.agekey"
    click.echo("\nNext:")
    if shown != Path():
        click.echo(f"  cd {shlex.quote(str(shown))}")
    click.echo(f"  {'keep a copy of':<16}{key}, in a safe place")
    click.echo(f"  {'put videos into':<16}{given.recordings}")
    if given.zoom_since is not None:
        click.echo(f"  {'connect Zoom':<16}leap auth login zoom --server-to-server")
        click.echo(f"  {'':<16}tenants/{given.tenant}/sources/zoom.yaml says how")
    click.echo(f"  {'leap plan':<16}says what would become of them; `leap reconcile` does it")
    click.echo(f"  {'git add .':<16}and commit; README.md says the rest")
    if given.ci is not None:
        secret = key_secret(given.tenant)
        click.echo("\nOn GitHub, in the environment `production`:")
        click.echo(f"  {'add the secret':<16}{secret}, the last line of that key")
        click.echo(f"  {'and the rest':<16}that README.md lists")
