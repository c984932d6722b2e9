"""Publishing to a static site: pages that need no server, no CDN and no framework.

The port is in ``publisher``: one recording in, one page out, the old page until
then. ``address`` says where a page lives, readable when public and unguessable
when unlisted; ``page`` makes one lecture the data of its template, ``catalogue``
gathers what every page says of itself for the front page, ``writer`` writes
both, and ``folder`` sees to it that files are whole or absent. Templates,
styles, scripts and the words of the interface are in ``looks``.
"""

from __future__ import annotations

from leap.providers.site.publisher import SitePublisher

__all__ = ["SitePublisher"]
