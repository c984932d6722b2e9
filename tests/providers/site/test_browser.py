"""The pages in a real browser, from a folder and from a web server.

Without Chromium they are skipped, and the reason names the command that brings
it; with CI=true its absence is a failure.
"""

from __future__ import annotations

import pytest

# One browser for all: under xdist these stay together.
pytestmark = pytest.mark.xdist_group("browser")


def test_the_lecture_plays_with_captions(page, lecture, spoken):
    """Captions are shown without a click, and hold every cue."""
    page.go(lecture)
    page.until("player.readyState >= 2 && player.textTracks[0].cues?.length > 0")
    assert page.run("player.textTracks.length") == 1
    assert page.run("player.textTracks[0].mode") == "showing"
    assert page.run("player.textTracks[0].cues.length") == len(spoken)
    page.run("player.play()")
    page.until("player.currentTime > 1")
    assert page.run("player.textTracks[0].activeCues[0].text") == spoken[0]


def test_a_chapter_seeks_and_is_marked(page, lecture):
    """The picture moves, the chapter is current, and the address can be shared."""
    page.go(lecture)
    page.browser.find_element("partial link text", "Walking & down").click()
    page.until("player.currentTime >= 20 && !player.paused && !player.seeking")
    current = "[...document.querySelectorAll('.chapters [aria-current] span:last-child')]"
    assert page.run(f"{current}.map(node => node.textContent)") == ["Walking & down"]
    assert page.run("location.hash") == "#t=20"
    assert "Break, 12 min" in page.browser.find_element("css selector", ".chapters").text


def test_the_transcript_follows_and_seeks(page, lecture, spoken):
    """What is spoken is marked; a click on a sentence goes there."""
    page.go(lecture)
    page.until("player.readyState >= 1")
    page.run("player.currentTime = 12")
    page.until(
        "document.querySelector('#transcript [aria-current]')?.innerText === arguments[0]",
        spoken[1],
    )
    page.browser.find_element("xpath", f"//span[text()='{spoken[2]}']").click()
    page.until("player.currentTime >= 20.5 && player.currentTime < 30")


def test_the_transcript_scrolls_itself_until_the_reader_does(page, lecture, spoken):
    """Only its own panel moves, and a button takes the following up again."""
    page.show(390, "light")
    page.go(lecture)
    page.until("player.readyState >= 1")
    page.run("transcript.style.maxHeight = '60px'")
    page.run("player.currentTime = 31")
    page.until("transcript.scrollTop > 0")
    assert page.run("scrollY") == 0
    page.run("transcript.dispatchEvent(new WheelEvent('wheel'))")
    page.run("transcript.scrollTop = 0")
    page.run("player.currentTime = 12")
    page.until(
        "document.querySelector('#transcript [aria-current]')?.innerText === arguments[0]",
        spoken[1],
    )
    page.until("!follow.hidden")
    page.run("follow.click()")
    page.until("follow.hidden && transcript.scrollTop > 0")


@pytest.mark.parametrize("hash_, seconds", [("#t=25", 25), ("#t=0:31", 31), ("#t=0:00:12.5", 12.5)])
def test_a_link_to_a_moment_opens_there(page, lecture, hash_, seconds):
    """Seconds, or a clock as people write it."""
    page.go(lecture + hash_)
    page.until("Math.abs(player.currentTime - arguments[0]) < 0.3", seconds)


def test_the_link_to_this_moment_is_made(page, lecture):
    """It is in the address bar, and said so."""
    page.go(f"{lecture}#t=7")
    page.until("player.currentTime > 6 && player.readyState >= 1")
    page.run("share.click()")
    page.until("document.getElementById('said').textContent !== ''")
    assert page.run("location.hash") == "#t=7"


def test_the_keyboard_drives_the_player(page, lecture):
    """By the place of a key, so that a Russian layout works too."""
    page.go(lecture)
    page.until("player.readyState >= 1")
    press = "document.body.dispatchEvent(new KeyboardEvent('keydown', {code: arguments[0], bubbles: true}))"
    page.run(press, "KeyN")
    page.until("Math.abs(player.currentTime - 20) < 0.3")
    page.run(press, "KeyL")
    page.until("Math.abs(player.currentTime - 30) < 0.3")
    page.run(press, "KeyC")
    assert page.run("player.textTracks[0].mode") == "hidden"


def test_sound_alone_plays_with_captions(page, site, spoken):
    """There is no picture to draw them on, so the page shows them itself."""
    page.go(f"lectures/{next(site.glob('lectures/only-sound-*')).name}/index.html#t=12")
    page.until("player.readyState >= 2 && caption.textContent === arguments[0]", spoken[1])
    assert page.run("player.textTracks[0].mode") == "showing"


@pytest.mark.parametrize(
    "query, moments",
    [
        ("uphill", ["0:10", "0:10"]),
        ("ЕЛКА", ["0:30", "0:30"]),
        ("gradient we walk", ["0:10", "0:10"]),
        ("beginnings", ["0:00"]),
        ("<img", ["0:30", "0:30"]),
    ],
)
def test_the_search_finds_words_and_leads_to_their_moment(page, query, moments):
    """In any case, with or without accents, across two sentences, and as text only."""
    page.go()
    page.browser.find_element("id", "query").send_keys(query)
    page.until("said.textContent === arguments[0]", f"Lectures found: {len(moments)}")
    times = "[...document.querySelectorAll('.hits a .time')].map(n => n.textContent)"
    assert page.run(times) == moments
    assert page.run("document.querySelectorAll('.hits img').length") == 0
    page.browser.find_element("css selector", ".hits a").click()
    page.until("document.getElementById('player')?.readyState >= 1")
    minutes, seconds = moments[0].split(":")
    page.until(
        "Math.abs(player.currentTime - arguments[0]) < 0.7", int(minutes) * 60 + int(seconds)
    )


def test_the_search_can_be_shared_and_undone(page):
    """Its words are in the address; Escape shows everything again."""
    page.go("#q=only%20sound")
    page.until("/Lectures found: 1/.test(said.textContent)")
    assert page.run("document.querySelectorAll('.card:not([hidden])').length") == 1
    assert page.run("document.querySelectorAll('.course:not([hidden])').length") == 1
    page.browser.find_element("id", "query").send_keys("zzz")
    page.until("/Nothing found for “only soundzzz”/.test(said.textContent)")
    page.run("query.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}))")
    page.until("document.querySelectorAll('.card:not([hidden])').length === 3")


def test_hostile_text_runs_nothing(page, lecture, spoken):
    """Neither on the front page nor in the lecture."""
    page.go()
    assert page.run("document.title") == "Demo"
    page.go(lecture)
    assert page.run("document.title") == f"Gradients {spoken[-1]} · Demo"
    assert page.run("document.images.length") == 0


@pytest.mark.parametrize("pixels", [390, 1280])
def test_nothing_reaches_over_the_edge(page, lecture, pixels):
    """On a telephone and on a desk."""
    page.show(pixels, "light")
    for path in ("", lecture):
        page.go(path)
        assert page.run("document.documentElement.scrollWidth") <= pixels


@pytest.mark.parametrize("path", ["", "lecture"])
def test_the_script_of_a_page_is_small(page, site, lecture, path):
    """60 KB at most; words and captions are data, loaded when they are asked for."""
    page.go(lecture if path else "")
    names = page.run("[...document.querySelectorAll('script[src]')].map(n => n.src)")
    assets = [name for name in names if "/assets/" in name]
    assert len(assets) == 1
    assert (site / "assets" / assets[0].rpartition("/")[2]).stat().st_size <= 60_000


def test_only_the_site_itself_is_asked(page, lecture):
    """No font, no counter, no script from anywhere else."""
    page.go()
    page.browser.find_element("id", "query").send_keys("uphill")
    page.until("/Lectures found/.test(said.textContent)")
    page.go(lecture)
    page.run("player.play()")
    page.until("player.currentTime > 0.5")
    asked = page.asked()
    assert any("video-" in address for address in asked)
    home = page.home.replace("index.html", "")
    own = (home, "blob:", "data:", "about:")
    assert [address for address in asked if not address.startswith(own)] == []


def test_the_keyboard_reaches_everything(page, lecture):
    """First the way past the head, then what follows, each with a ring around it."""
    from selenium.webdriver.common.keys import Keys

    page.go(lecture)
    page.until("player.readyState >= 1")
    page.press(Keys.TAB)
    assert page.run("document.activeElement.className") == "skip"
    assert page.run("document.activeElement.getBoundingClientRect().top >= 0")
    page.press(Keys.ENTER)
    page.until("document.activeElement.matches('main')")
    page.run("document.querySelectorAll('[data-chapter]')[1].focus()")
    page.press(Keys.SHIFT + Keys.TAB)
    page.press(Keys.TAB)
    assert page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.press(Keys.ENTER)
    page.until("Math.abs(player.currentTime - 20) < 2 && !player.paused")


def test_without_scripts_everything_can_be_read(page, lecture, spoken):
    """What would need them is not shown, and a note says so."""
    page.scripts(allowed=False)
    page.go()
    assert [card.text for card in page.all(".card h3")][1] == "Only sound"
    assert page.all(".search")[0].is_displayed() is False
    page.go(lecture)
    assert spoken[1] in page.all("#transcript")[0].text
    assert "Beginnings" in page.all(".chapters")[0].text
    assert [tools.is_displayed() for tools in page.all("#tools, #keys, #follow")] == [False] * 3
    assert "JavaScript" in page.all("noscript")[0].text
    track = page.all("track")[0]
    assert (track.get_attribute("kind"), track.get_attribute("srclang")) == ("captions", "en")


def test_on_paper_the_words_remain(page, lecture):
    """The whole transcript is printed, the player is not."""
    page.go(lecture)
    page.show(794, "light", "print")
    assert [each.is_displayed() for each in page.all("#player, #tools")] == [False, False]
    assert page.run("transcript.scrollHeight <= transcript.clientHeight + 1")


def test_page_and_lecture_have_their_own_language(page):
    """A screen reader changes its voice where the words are in another tongue."""
    page.go()
    hebrew = page.all(".card .what[lang=he] h3")[0]
    assert page.run("document.documentElement.lang") == "en"
    assert page.run("getComputedStyle(arguments[0]).direction", hebrew) == "rtl"


def test_courses_are_listed_by_their_newest_lecture(page):
    """What belongs to none comes last."""
    page.go()
    assert [each.text for each in page.all(".course h2")] == ["Machine Learning", "Other lectures"]
    page.all("#courses a")[1].click()
    page.until("location.hash === '#course-2'")


def test_a_lecture_of_three_hours_stays_quick(page, three_hours):
    """30,000 words are on the page, and going to a moment does not wait for them."""
    page.go(three_hours)
    page.until("player.readyState >= 1")
    moved = page.later(
        "const from = performance.now(); player.currentTime = 30;"
        "await new Promise(done => player.addEventListener('seeked', done, {once: true}));"
        "await new Promise(requestAnimationFrame); return performance.now() - from;"
    )
    assert page.run("document.querySelectorAll('#transcript span').length") > 2000
    assert page.all("#transcript [aria-current]") != []
    assert moved < 2000
