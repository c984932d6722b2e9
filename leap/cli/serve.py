"""``leap serve``: look at the published sites on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from leap.cli.common import root_option
from leap.cli.webserver import serve_folders
from leap.errors import LeapError

_LOOPBACK = "127.0.0.1"


@click.command("serve")
@root_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="0: any free one.",
)
@click.option(
    "--host",
    default=_LOOPBACK,
    show_default=True,
    help="The address to listen on; others than yourself see the site only if you change it.",
)
def command(root: Path, port: int, host: str) -> None:
    """Look at the published site on this machine.

    Serves what `leap reconcile` published to sites, until Ctrl-C. Where there
    are several sites, the first page lists them.
    """
    sites = published_sites(root)
    if not sites:
        message = f"{root}: no site has been published yet"
        raise LeapError(message, hint="publish one with `leap reconcile`")
    serve_folders(sites, host=host, port=port, announce=click.echo)
    click.echo("stopped", err=True)


def published_sites(root: Path) -> dict[str, Path]:
    """Return the folder of every declared site that has a front page, by its name.

    The name is ``tenant``, or ``tenant/preset`` where the tenant has several.
    Raises ConfigError.
    """
    from leap.config import load
    from leap.config.presets import SitePreset

    sites: dict[str, Path] = {}
    for tenant in load(root).tenants.values():
        published = {
            name: preset.path
            for name, preset in sorted(tenant.presets.items())
            if isinstance(preset, SitePreset)
            and preset.path is not None
            and (preset.path / "index.html").is_file()
        }
        several = len(set(published.values())) > 1
        for name, path in published.items():
            if path not in sites.values():
                sites[f"{tenant.name}/{name}" if several else tenant.name] = path
    return sites
