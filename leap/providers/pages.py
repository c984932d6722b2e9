"""What can be seen of publications without a network: the pages in a site's folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from leap.config.presets import SitePreset
from leap.config.tenant import TenantDeclaration
from leap.domain.snapshot import PublicationFact


def site_root(preset: SitePreset) -> Path:
    """Return the folder of a static site; absolute."""
    if preset.path is None:
        message = f"preset {preset.name} was not resolved"
        raise ValueError(message)
    return Path(preset.path)


def publication_stands(tenant: TenantDeclaration, fact: PublicationFact) -> bool:
    """Tell whether what was published can still be seen, where looking costs nothing.

    Only a site's folder is looked at; for every other platform the answer is
    True, and a drift check finds out more.
    """
    preset = tenant.presets.get(fact.preset)
    if not isinstance(preset, SitePreset) or fact.platform != "site" or not fact.external_id:
        return True
    return os.path.isfile(_page(preset, fact.external_id))  # noqa: PTH113  # see _page


def pages_gone(
    tenant: TenantDeclaration, published: Callable[[str], Sequence[tuple[str, ...]]]
) -> frozenset[str]:
    """Return the recordings with a publication that does not stand any more.

    ``published`` tells what stands on a platform as far as the ledger knows
    (``leap.domain.ledger.LedgerReader.published``).
    """
    if all(preset.platform != "site" for preset in tenant.presets.values()):
        return frozenset()
    presets, isfile = tenant.presets, os.path.isfile
    return frozenset(
        recording
        for recording, preset, page in published("site")
        if page
        and isinstance(site := presets.get(preset), SitePreset)
        and not isfile(_page(site, page))
    )


def _page(preset: SitePreset, external_id: str) -> str:
    # Text, since a hundred thousand pages are looked at: with a Path each that
    # takes ten times as long.
    return f"{preset.path}/lectures/{external_id}/index.html"


def shown_at(tenant: TenantDeclaration, preset: str) -> frozenset[tuple[str, str]]:
    """Return recording and preset of all that is to be seen in the place of ``preset``.

    Only a site's folder is looked at; elsewhere nothing is known without a network.
    """
    from leap.providers.site.ownership import shown

    declared: Any = tenant.presets[preset]
    return frozenset(shown(site_root(declared)) if declared.platform == "site" else ())


def foreign_pages(tenant: TenantDeclaration, preset: str) -> tuple[str, ...]:
    """Return what publishing to ``preset`` would write over although LEAP did not make it."""
    from leap.providers.site.ownership import foreign

    declared: Any = tenant.presets[preset]
    return foreign(site_root(declared)) if declared.platform == "site" else ()


def front_page(tenant: TenantDeclaration, preset: str) -> str | None:
    """Return the address of the page that lists what ``preset`` publishes, if it has one."""
    declared: Any = tenant.presets.get(preset)
    if declared is None or declared.platform != "site":
        return None
    if declared.base_url:
        return str(declared.base_url)
    return (site_root(declared) / "index.html").as_uri()
