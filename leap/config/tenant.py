"""A tenant: one folder of files that belong together, and nobody else's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leap.config.budgets import Budget
from leap.config.model import Declared, Text, Texts, required, setting
from leap.config.moments import TimeZone
from leap.config.override import Override
from leap.config.presets import AnyPreset
from leap.config.safety import Safety
from leap.config.settings import Settings
from leap.config.source import AnySource
from leap.config.template import Template
from leap.config.thumbnails import Picture


class Tenant(Declared):
    """tenants/<name>/tenant.yaml: who this is, and what holds for all its recordings."""

    title: Text = required("The name that people read.", examples=["Demo University"])
    time_zone: TimeZone = setting(
        "UTC", "Where dates and times in titles are at home.", examples=["Europe/Berlin"]
    )
    owners: Texts = setting(
        (),
        "Who answers for the tenant, as CODEOWNERS names them; `leap validate` compares.",
        examples=[["@org/media"]],
    )
    safety: Safety = setting(
        Safety(),
        "Stricter limits than the operator's for what a plan may do unasked.",
        examples=[{"rework": "10 %"}],
    )
    budget: Budget = setting(
        Budget(),
        "A lower limit than the operator's for what may be spent on calls.",
        examples=[{"month": "5 USD"}],
    )
    defaults: Settings = setting(
        Settings(),
        "Settings for all its recordings; a template may differ.",
        examples=[{"transcribe": {"language": "en"}}],
    )


@dataclass(frozen=True, slots=True)
class TenantDeclaration:
    """Everything that one tenant declares.

    ``templates`` are in matching order: priority, higher first, then name.
    ``pictures`` are those thumbnails that a file of the tenant names, by name.
    """

    name: str
    config: Tenant
    sources: Mapping[str, AnySource] = field(default_factory=dict)
    templates: tuple[Template, ...] = ()
    presets: Mapping[str, AnyPreset] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    pictures: Mapping[str, Picture] = field(default_factory=dict)

    def template(self, name: str) -> Template:
        """Return the template called ``name``. Raises KeyError."""
        for template in self.templates:
            if template.name == name:
                return template
        raise KeyError(name)
