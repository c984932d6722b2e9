"""A static site: what may be said of its pages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints, ValidationInfo, model_validator

from leap.config.model import MERGED, Declared, Name, required, setting
from leap.config.paths import FolderPath
from leap.config.presets.options import PublishOptions
from leap.config.units import Shaped, complaint

WebAddress = Annotated[
    str,
    Shaped(
        r"^https?://[^\s<>\"]{1,300}$",
        "an address of the web",
        "write it like `https://lectures.example.org`",
    ),
]


class SiteOptions(PublishOptions):
    """What may be said per lecture page of a static site."""

    privacy: Literal["public", "unlisted"] = setting(
        "public",
        "`public` pages are listed; `unlisted` ones have an address that nobody can guess.",
        examples=["public", "unlisted"],
    )
    course: Annotated[str, StringConstraints(max_length=255)] | None = setting(
        None,
        "The course under which the page is listed; else it is among the other lectures.",
        examples=["Machine Learning 2026"],
    )


class SitePreset(SiteOptions, Declared):
    """A static site: pages with player, captions, chapters, transcript and search."""

    platform: Literal["site"] = required("The platform.", examples=["site"])
    account: Name | None = setting(
        None,
        "The account in secrets.sops.yaml whose secret makes the addresses of unlisted pages.",
        examples=["site-links"],
    )
    path: FolderPath | None = setting(
        None,
        "The site's folder, relative to the repository's root or absolute; it must lie in one of "
        "the operator's `sites`. Without it: the first of these, and in it the tenant's name.",
        examples=["state/site/demo"],
    )
    site_title: Annotated[str, StringConstraints(max_length=255)] | None = setting(
        None, "The name above the list of lectures; else the tenant's.", examples=["Open lectures"]
    )
    language: Literal["en", "ru"] | None = setting(
        None, "The language of buttons and dates; else that of each lecture.", examples=["en"]
    )
    base_url: WebAddress | None = setting(
        None,
        "The address under which the folder is served, if any; used in links only.",
        examples=["https://lectures.example.org/demo"],
    )

    @model_validator(mode="after")
    def _can_hide(self, info: ValidationInfo) -> SitePreset:
        # A template may make a public preset's page unlisted; so only the whole is judged.
        if info.context == MERGED and self.privacy == "unlisted" and self.account is None:
            hint = "name an `account` in the preset and give it a secret with `leap secrets set`"
            raise complaint("an unlisted page needs a secret for its address", hint, ("privacy",))
        return self
