"""What axe finds on the pages: nothing, in both languages, by day and by night."""

from __future__ import annotations

import pytest

# One browser for all: under xdist these stay together.
pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="session", params=["en", "ru"])
def foreign(request, publish_site, site):
    """A site whose buttons speak a language."""
    return site if request.param == "en" else publish_site(request.param)


@pytest.fixture
def page(visit, foreign):
    """That site, from its folder."""
    return visit((foreign / "index.html").as_uri())


@pytest.fixture
def findings(page):
    """Ask axe about the page that is shown."""
    return page.violations


@pytest.fixture
def lectures(foreign):
    """The paths of a lecture in pictures, one in sound, and one without words."""
    patterns = ("gradients-*", "only-sound-*", "lecture-dddddddddddd")
    found = [next(foreign.glob(f"lectures/{pattern}")).name for pattern in patterns]
    return [f"lectures/{name}/index.html" for name in found]


SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


@SCHEMES
@pytest.mark.parametrize("pixels", [390, 1280])
def test_every_page_can_be_used_by_all(page, findings, lectures, pixels, scheme):
    """The front page and each kind of lecture, with a chapter and a sentence marked."""
    page.show(pixels, scheme)
    page.go()
    assert findings() == []
    for path in lectures:
        page.go(f"{path}#t=12")
        page.until("player.readyState >= 1 && player.currentTime >= 12")
        assert findings() == []


@SCHEMES
def test_what_was_found_can_be_used_by_all(page, findings, scheme):
    """Snippets with their marks, and the words that nothing was found."""
    page.show(1280, scheme)
    page.go()
    page.browser.find_element("id", "query").send_keys("uphill")
    page.until("document.querySelectorAll('.hits mark').length === 2")
    assert findings() == []
    page.browser.find_element("id", "query").send_keys("zzz")
    page.until("/zzz/.test(said.textContent)")
    assert findings() == []


@SCHEMES
def test_pages_without_scripts_can_be_used_by_all(page, findings, lectures, scheme):
    """The notes instead of buttons are part of the page."""
    page.show(1280, scheme)
    for path in ("", lectures[0]):
        page.scripts(allowed=False)
        page.go(path)
        page.scripts(allowed=True)
        assert page.run("document.querySelector('noscript').offsetHeight") > 0
        assert findings() == []


def test_axe_is_listening(page, findings):
    """A page with a fault is found out, so that silence means something."""
    page.go()
    page.run("document.querySelector('.card h3 a').replaceChildren()")
    assert "link-name" in [found[0] for found in findings()]


@SCHEMES
def test_light_and_dark_are_two_looks(page, scheme):
    """Ink on paper by day, the reverse by night."""
    page.show(1280, scheme)
    page.go()
    colours = "['color', 'backgroundColor'].map(n => getComputedStyle(document.body)[n])"
    ink, paper = (sum(map(int, c[4:-1].split(","))) for c in page.run(colours))
    assert (ink < paper) == (scheme == "light")
