"""The command line: a table of contents and one error boundary.

A command parses, calls, renders and returns an exit code; it decides nothing.
Its module is imported when the command is used, so that ``leap --help`` loads
click and the standard library only.
"""

from __future__ import annotations

import gc
import signal
import sys
from types import MappingProxyType
from typing import NoReturn

import click

from leap import __version__
from leap.cli.boundary import run
from leap.cli.lazy import LazyGroup
from leap.cli.streams import prepare

#: Command name → where it lives and what ``leap --help`` says about it.
COMMANDS = MappingProxyType(
    {
        "init": (
            "leap.cli.init:command",
            "Make a team's own repository, with a key and workflows.",
        ),
        "demo": ("leap.cli.demo:command", "Lay out demo lectures and publish them, all local."),
        "validate": ("leap.cli.validate:command", "Check every YAML file; all mistakes at once."),
        "plan": ("leap.cli.plan:command", "Show what reconcile would do, and why."),
        "explain": ("leap.cli.explain:command", "Which template takes a recording, and why."),
        "reconcile": ("leap.cli.reconcile:command", "Do what the plan says; do nothing twice."),
        "status": ("leap.cli.status:command", "Where every recording stands."),
        "show": ("leap.cli.show:command", "One recording: targets, publications, history."),
        "preset": ("leap.cli.preset:command", "What a preset would publish of a recording."),
        "report": ("leap.cli.report:command", "One static page: failures, what is next, times."),
        "usage": ("leap.cli.usage:command", "What calls to clouds have cost, by month and model."),
        "serve": ("leap.cli.serve:command", "Look at the published site on this machine."),
        "import": (
            "leap.cli.importing:command",
            "Take over videos that are on YouTube or VK already.",
        ),
        "retry": ("leap.cli.retry:command", "Let a recording that failed for good be tried again."),
        "secrets": (
            "leap.cli.secrets:command",
            "Keep credentials encrypted: keys, readers, edits.",
        ),
        "auth": ("leap.cli.auth:command", "Log in at vendors; see and check every account."),
        "scheduler": (
            "leap.cli.scheduler:command",
            "Run a central scheduler for many runners, with its pages.",
        ),
        "ledger": ("leap.cli.ledger:command", "Migrate the ledger, or rebuild it from targets."),
        "schema": ("leap.cli.schema:command", "Write the JSON Schemas that editors read."),
        "doctor": ("leap.cli.doctor:command", "Find what this machine lacks, and how to fix it."),
    }
)


@click.group(
    cls=LazyGroup,
    commands_at=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="leap")
def cli() -> None:
    """Turn recorded lectures into published, captioned video.

    Everything you decide is a YAML file under tenants/ and pipelines/. `leap
    plan` shows the difference between that and what exists, `leap reconcile`
    closes it, and a second `leap reconcile` does nothing.

    Exit codes: 0 ok, 1 error, 2 changes present (plan --detailed-exitcode),
    4 something failed in this run, 5 refused as unsafe, 64 wrong usage,
    70 a bug, 130 interrupted.
    """


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    # A plan of a large tenant is millions of values without cycles: looking
    # through them again and again took a third of its time.
    gc.set_threshold(100_000, 50, 100)
    # SIGTERM is asking, too: what was begun is put away, as on Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    prepare()
    sys.exit(run(cli))
