"""``leap preset``: places to publish to."""

from __future__ import annotations

from types import MappingProxyType

import click

from leap.cli.lazy import LazyGroup

COMMANDS = MappingProxyType(
    {
        "render": (
            "leap.cli.preset.render:command",
            "The title and description that a recording would get.",
        ),
    }
)


@click.group("preset", cls=LazyGroup, commands_at=COMMANDS)
def command() -> None:
    """Look at what presets publish.

    A preset is a file in tenants/TENANT/presets/: where and how to publish.
    """
