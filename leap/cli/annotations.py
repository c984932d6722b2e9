"""Marks at places of files, where this is a job on GitHub."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from leap.errors import Diagnostic


def annotate(root: Path, found: Sequence[Diagnostic], title: str) -> None:
    """Mark the places of ``found``, with the command that found it as ``title``, if this is a job.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    if not found or os.environ.get("GITHUB_ACTIONS") != "true":
        return
    from leap.render.diagnostics import github

    click.echo(github(found, _from_checkout(root), title=title), err=True)


def _from_checkout(root: Path) -> str:
    """Return the way from the checkout, which annotations are relative to, to ``root``.

    https://docs.github.com/actions/reference/variables-reference#default-environment-variables
    """
    checkout = os.environ.get("GITHUB_WORKSPACE")
    if not checkout or not root.is_relative_to(Path(checkout).resolve()):
        return ""
    relative = root.relative_to(Path(checkout).resolve()).as_posix()
    return "" if relative == "." else f"{relative}/"
