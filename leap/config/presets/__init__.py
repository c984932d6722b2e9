"""Where recordings are published: one module per platform, told apart by ``platform``.

A platform has *options*, which a template and an override may change for their
lectures, and a *preset*, which adds where exactly to publish and as whom.
Whoever adds a platform adds both here and its provider in leap/providers.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from leap.config.presets.options import PublishOptions
from leap.config.presets.parts import Parts, parts_of
from leap.config.presets.site import SiteOptions, SitePreset
from leap.config.presets.vk import VkOptions, VkPreset
from leap.config.presets.youtube import YouTubeOptions, YouTubePreset

AnyPreset: TypeAlias = SitePreset | YouTubePreset | VkPreset

#: The platform, as YAML names it → the model of a preset.
PRESETS: Mapping[str, type[AnyPreset]] = MappingProxyType(
    {"site": SitePreset, "youtube": YouTubePreset, "vk": VkPreset}
)
#: The platform → the model of what a template or an override may say.
OPTIONS: Mapping[str, type[PublishOptions]] = MappingProxyType(
    {"site": SiteOptions, "youtube": YouTubeOptions, "vk": VkOptions}
)
#: The platform → which of its options the digest of each part covers.
PARTS: Mapping[str, Parts] = MappingProxyType(
    {platform: parts_of(model) for platform, model in PRESETS.items()}
)
#: Platforms that belong to somebody else, and are reached over the network.
CLOUD_PLATFORMS = frozenset({"youtube", "vk"})
#: Keys of a preset that say where to publish, not how.
WHERE = frozenset({"platform", "account"})

__all__ = [
    "CLOUD_PLATFORMS",
    "OPTIONS",
    "PARTS",
    "PRESETS",
    "WHERE",
    "AnyPreset",
    "PublishOptions",
    "SiteOptions",
    "SitePreset",
    "VkOptions",
    "VkPreset",
    "YouTubeOptions",
    "YouTubePreset",
]
