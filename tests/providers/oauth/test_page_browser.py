"""The page after a login, in a real browser: readable by everybody, and silent."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from leap.providers.oauth.attempt import begin
from leap.providers.oauth.login import Login
from leap.providers.oauth.receiver import Receiver
from leap.providers.oauth.vendor import Vendor


@pytest.mark.parametrize("pixels, scheme", [(390, "light"), (390, "dark"), (1280, "dark")])
@pytest.mark.parametrize("fields", [{"code": "c"}, {"error": "access_denied"}], ids=["yes", "no"])
def test_the_page_is_readable_and_asks_for_nothing(
    visit, vendor: Vendor, fields: dict[str, str], pixels: int, scheme: str
) -> None:
    """On a telephone and a desk, light and dark: its style is let in, and nothing else is loaded."""
    with Receiver(0, vendor.path) as receiver:
        login = Login(begin(vendor, "an app", receiver.redirect_uri))
        receiver.listen(login)
        answer = urlencode({"state": login.attempt.state, **fields})
        page = visit(f"{receiver.redirect_uri}?{answer}")
        page.show(pixels, scheme)
        page.go()

        assert [] == page.violations()
        assert page.run("document.documentElement.scrollWidth <= innerWidth")
        assert "grid" == page.run("getComputedStyle(document.body).display")
        assert [page.home] == [url for url in page.asked() if url.startswith("http")]
