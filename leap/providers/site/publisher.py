"""The site behind the publisher's port.

The order of the steps is what makes a crash harmless. First come files under
names that nobody knows yet, then the page in one step, then its record, then
the front page in one step; what nobody refers to any more is removed last.
Whatever is cut, the next attempt does again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, cast

from leap.domain.ports import Progress, Publication, Receipt
from leap.domain.snapshot import PublicationFact
from leap.errors import NeedsHuman, ProviderError
from leap.faults import point
from leap.providers.site import catalogue, folder, page
from leap.providers.site.address import identity_of, is_slug, public_slug, unlisted_slug
from leap.providers.site.wording import interface
from leap.providers.site.writer import is_foreign, is_ours, write_front, write_page

Privacy = Literal["public", "unlisted"]


class SitePublisher:
    """Publishes recordings as pages of the site in the folder ``root``.

    Args:
        root: the site's folder; made when it is first needed. Presets, and
            even tenants, may share one.
        options: the preset's options; a publication's own settings win.
            ``privacy`` public|unlisted, ``language`` of the interface,
            ``site_title``, ``base_url`` where the folder is served.
        link_secret: what the addresses of unlisted pages are computed from.
    """

    platform = "site"
    replaces_media = True

    def __init__(
        self, root: Path, options: Mapping[str, Any], link_secret: str | None = None
    ) -> None:
        self._root = root
        self._options = dict(options)
        self._link_secret = link_secret

    def publish(
        self, publication: Publication, known: PublicationFact | None, progress: Progress
    ) -> Receipt:
        """Make the page of ``publication`` and list it; safe to repeat.

        Raises NeedsHuman where an unlisted page has no link secret or the
        folder has somebody else's front page, and ProviderError where it
        cannot be written.
        """
        own = {key: value for key, value in publication.settings.items() if value is not None}
        settings = self._options | own
        privacy = _privacy(settings)
        with self._telling_errors():
            self._require_own_site()
            slug = self._slug(publication, settings, privacy, known)
            record = write_page(
                self._root, slug, publication, settings, progress, listed=privacy == "public"
            )
            old = self._addresses(publication.recording, publication.preset, known) - {slug}
            self._leave(old, settings)
            folder.sweep(self._root / catalogue.PAGES / slug, is_ours, record.files)
        return Receipt(
            platform=self.platform,
            external_id=slug,
            url=self._url(slug, settings),
            applied=dict(publication.wanted),
            details={"privacy": privacy, "moved_from": sorted(old)},
        )

    def withdraw(self, recording: str, known: PublicationFact) -> None:
        """Take the page of ``recording`` and its place on the front page away; safe to repeat.

        Files that LEAP did not write stay. Raises ProviderError where the folder cannot be written.
        """
        with self._telling_errors():
            if self._root.is_dir():
                self._leave(self._addresses(recording, known.preset, known), self._options)

    def _require_own_site(self) -> None:
        front = self._root / "index.html"
        if is_foreign(front):
            message = f"{front}: this page is not LEAP's, and is not overwritten"
            hint = "give the preset a `path` of its own, or move the page away"
            raise NeedsHuman(message, hint=hint)

    # ── where a page lives ─────────────────────────────────────────────────

    def _slug(
        self,
        publication: Publication,
        settings: Mapping[str, Any],
        privacy: Privacy,
        known: PublicationFact | None,
    ) -> str:
        if privacy == "unlisted":
            if not self._link_secret:
                message = f"{publication.preset}: an unlisted page needs a link secret"
                account = settings.get("account") or "ACCOUNT"
                hint = (
                    "name an account in the preset and make its secret: "
                    f"`leap secrets set {publication.tenant} {account}.link_secret`"
                )
                raise NeedsHuman(message, hint=hint)
            return unlisted_slug(publication.recording, publication.preset, self._link_secret)
        recording, preset = publication.recording, publication.preset
        # A corrected title keeps the address that people have already shared.
        before = [known.external_id] if known and known.external_id else []
        for name in (*before, *sorted(self._addresses(recording, preset, known))):
            if is_slug(name) and name.endswith(f"-{identity_of(recording)}"):
                return name
        title = page.title_of(publication, interface(publication.language))
        slug = public_slug(title, recording)
        there = catalogue.read_record(self._root / catalogue.PAGES / slug)
        taken = there is not None and (there.recording, there.preset) != (recording, preset)
        return public_slug(f"{title} {preset}", recording) if taken else slug

    def _addresses(self, recording: str, preset: str, known: PublicationFact | None) -> set[str]:
        """Return every address that the page of this publication has or had.

        A folder without a record is what a crash left; only its name tells whose it was.
        """
        names = {known.external_id} if known and known.external_id else set()
        if self._link_secret:
            names.add(unlisted_slug(recording, preset, self._link_secret))
        found = set()
        for path in catalogue.folders(self._root):
            record = catalogue.read_record(path)
            if record is not None:
                ours = (record.recording, record.preset) == (recording, preset)
            else:
                ours = path.name in names
            if ours and is_slug(path.name):
                found.add(path.name)
        return found

    def _leave(self, slugs: set[str], settings: Mapping[str, Any]) -> None:
        """Write the front page without ``slugs``, then remove their folders."""
        pages = [self._root / catalogue.PAGES / slug for slug in sorted(slugs)]
        for old in pages:
            record = catalogue.read_record(old)
            if record is not None and record.listed:
                # It still says whose page it is, for whoever has to finish this.
                folder.replace(old / catalogue.RECORD, replace(record, listed=False).to_json())
        write_front(self._root, settings)
        point("site.sweep.before_remove")
        for old in pages:
            folder.remove(old, is_ours, last=catalogue.RECORD)

    def _url(self, slug: str, settings: Mapping[str, Any]) -> str:
        base = settings.get("base_url")
        if base:
            return f"{str(base).rstrip('/')}/{catalogue.PAGES}/{slug}/"
        return (self._root.resolve() / catalogue.PAGES / slug / "index.html").as_uri()

    @contextlib.contextmanager
    def _telling_errors(self) -> Iterator[None]:
        """Turn what the filesystem refuses into one line with the place and the cause."""
        try:
            yield
        except OSError as error:
            place = error.filename2 or error.filename or self._root
            message = f"{place}: {(error.strerror or str(error)).lower()}"
            hint = f"see to {self._root} (room, permissions), then `leap reconcile`"
            raise ProviderError(message, hint=hint) from error


def _privacy(settings: Mapping[str, Any]) -> Privacy:
    privacy = settings.get("privacy", "public")
    if privacy not in ("public", "unlisted"):
        message = f"a site knows no privacy {privacy!r}"
        raise NeedsHuman(message, hint="write `public` or `unlisted`")
    return cast("Privacy", privacy)
