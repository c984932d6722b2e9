"""The one place where an exception becomes a line on the screen and an exit code."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from leap import __version__
from leap.errors import ConfigError, ExitCode, LeapError, missing_package


def run(command: click.Command, args: Sequence[str] | None = None) -> int:
    """Run ``command`` and return the exit code that its outcome stands for."""
    try:
        outcome = command.main(args=args, prog_name="leap", standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.UsageError as error:
        return _usage(error)
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted; the next run goes on from here")
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        _say(error.format_message())
        return ExitCode.ERROR
    except SystemExit as error:
        # Click ends so, without a word, when the reader of our output has gone.
        return int(error.code or ExitCode.OK)
    except ConfigError as error:
        for diagnostic in error.diagnostics:
            click.echo(str(diagnostic), err=True)
        _say(str(error))
        return error.exit_code
    except LeapError as error:
        _say(str(error))
        return error.exit_code
    except ImportError as error:
        if (error.name or "leap").partition(".")[0] == "leap":
            return _bug(error)
        _say(str(missing_package(error)))
        return ExitCode.ERROR
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _say(f"{where}{error.strerror or error}", log=_write_log(error))
        return ExitCode.ERROR
    except Exception as error:
        return _bug(error)
    return outcome if isinstance(outcome, int) else ExitCode.OK


def _bug(error: Exception) -> int:
    message = f"unexpected {type(error).__name__}, which is a bug in LEAP"
    _say(message, log=_write_log(error))
    return ExitCode.BUG


def _usage(error: click.UsageError) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return ExitCode.USAGE
    path = error.ctx.command_path if error.ctx else "leap"
    message = error.format_message().rstrip(".")
    _say(message if "see `" in message else f"{message}; see `{path} --help`")
    return ExitCode.USAGE


def _say(message: str, *, log: Path | None = None) -> None:
    line = click.style("error:", fg="red") + f" {message}"
    if log is not None:
        line += f"; details: {log}"
    click.echo(line, err=True)


def _write_log(error: BaseException) -> Path | None:
    """Write the traceback with versions to a file of its own; None where that fails."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    head = f"leap {__version__}, Python {sys.version}, argv {sys.argv[1:]!r}\n"
    text = head + "".join(traceback.format_exception(error))
    try:
        handle, name = tempfile.mkstemp(prefix=f"leap-{stamp}-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return None
    return Path(name)
