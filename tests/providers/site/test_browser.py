"""The pages in a real browser, from a folder and from a web server.

Skipped where there is no Chromium: ``apt-get install chromium chromium-driver``.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from leap.cli.webserver import SiteServer
from leap.domain.ports import Publication
from leap.domain.topics import Break, Outline, Topic
from leap.domain.transcript import Segment
from leap.providers.site import SitePublisher

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="needs `apt-get install chromium chromium-driver`"
    ),
    # One browser for all: under xdist these stay together.
    pytest.mark.xdist_group("browser"),
]
imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg")

SECONDS = 40
EVIL = "<img src=x onerror=document.title='owned'> & ёлка"
SPOKEN = ["Good morning everybody.", "The gradient points uphill.", "We walk down.", EVIL]


def quiet(share, message=""):
    """Receive progress and say nothing."""


def stamp(seconds: float) -> str:
    """A time as WebVTT has it."""
    return f"00:00:{seconds:06.3f}"


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """A site with a lecture in pictures and one in sound, and one that is unlisted."""
    folder = tmp_path_factory.mktemp("browser")
    media = {"video": folder / "video.mp4", "sound": folder / "video.m4a"}
    tone = ["-f", "lavfi", "-t", str(SECONDS), "-i", "sine=220:sample_rate=16000"]
    picture = ["-f", "lavfi", "-t", str(SECONDS), "-i", "testsrc2=size=320x180:rate=5"]
    encode = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "10"]
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y"]
    quick = ["-c:a", "aac", "-movflags", "+faststart"]
    subprocess.run([*ffmpeg, *picture, *tone, *encode, *quick, media["video"]], check=True)
    subprocess.run([*ffmpeg, *tone, *quick, media["sound"]], check=True)

    each = SECONDS / len(SPOKEN)
    segments = tuple(
        Segment(i, i * each + 0.5, (i + 1) * each - 0.5, text) for i, text in enumerate(SPOKEN)
    )
    captions = folder / "subtitles.vtt"
    captions.write_text(
        "WEBVTT\n\n"
        + "".join(
            f"{stamp(s.start)} --> {stamp(s.end)}\n{s.text.replace('&', '&amp;')}\n\n"
            for s in segments
        ),
        encoding="utf-8",
    )
    outline = Outline(
        main_topics=("Gradients",),
        topics=(Topic(0.0, 20.0, "Beginnings"), Topic(20.0, 40.0, "Walking & down")),
        summary="How to walk downhill.",
        draft=True,
    )
    common = Publication(
        tenant="demo",
        recording="2026-11-20-0a1b2c3d4e5f",
        preset="site",
        title=f"Gradients {EVIL}",
        description="",
        started_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        duration=float(SECONDS),
        language="en",
        files={"video": media["video"], "vtt": captions},
        outline=outline,
        breaks=(Break(20.0, 20.0, 12.0),),
        segments=segments,
        wanted={},
        settings={},
    )
    root = folder / "сайт # 1"
    publisher = SitePublisher(root, {"site_title": "Demo"}, "s3cret")
    publisher.publish(common, None, quiet)
    sound = {"video": media["sound"], "vtt": captions}
    other = {"recording": "2026-11-19-ffffffffffff", "title": "Only sound", "files": sound}
    publisher.publish(replace(common, **other), None, quiet)
    hidden = {"recording": "2026-11-18-eeeeeeeeeeee", "settings": {"privacy": "unlisted"}}
    publisher.publish(replace(common, **hidden), None, quiet)
    return root


@pytest.fixture(scope="session", params=["file", "http"])
def front(request, site):
    """The address of the front page: opened from the folder, and served."""
    if request.param == "file":
        yield (site / "index.html").as_uri()
        return
    server = SiteServer(("127.0.0.1", 0), {"demo": site})
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.url + "index.html"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """One headless Chromium that reaches for nothing but the pages."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--mute-audio",
        "--autoplay-policy=no-user-gesture-required",
        f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_script_timeout(20)
    yield driver
    driver.quit()


@pytest.fixture
def page(browser, front):
    """Go to pages, run scripts in them, wait for conditions; complaints fail the test."""
    from selenium.webdriver.support.ui import WebDriverWait

    def go(path: str = "") -> None:
        browser.get("about:blank")
        browser.get(front if not path or path[0] == "#" else front.replace("index.html", path))
        if path[:1] == "#":
            browser.execute_script("location.hash = arguments[0]", path)

    def run(script: str, *arguments):
        return browser.execute_script(f"return ({script})", *arguments)

    def until(script: str, *arguments):
        return WebDriverWait(browser, 15, 0.05).until(lambda _: run(script, *arguments))

    def width(pixels: int, scheme: str) -> None:
        size = {"width": pixels, "height": 844, "deviceScaleFactor": 1, "mobile": pixels < 600}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    width(1280, "light")
    browser.get_log("browser")
    yield SimpleNamespace(go=go, run=run, until=until, width=width, browser=browser)
    complaints = [entry["message"] for entry in browser.get_log("browser")]
    assert [text for text in complaints if "favicon" not in text] == []


@pytest.fixture
def lecture(site) -> str:
    """The path of the lecture in pictures."""
    return f"lectures/{next(site.glob('lectures/gradients-*')).name}/index.html"


def test_the_lecture_plays_with_captions(page, lecture):
    """Captions are shown without a click, and hold every cue."""
    page.go(lecture)
    page.until("player.readyState >= 2 && player.textTracks[0].cues?.length > 0")
    assert page.run("player.textTracks.length") == 1
    assert page.run("player.textTracks[0].mode") == "showing"
    assert page.run("player.textTracks[0].cues.length") == len(SPOKEN)
    page.run("player.play()")
    page.until("player.currentTime > 1")
    assert page.run("player.textTracks[0].activeCues[0].text") == SPOKEN[0]


def test_a_chapter_seeks_and_is_marked(page, lecture):
    """The picture moves, the chapter is current, and the address can be shared."""
    page.go(lecture)
    page.browser.find_element("partial link text", "Walking & down").click()
    page.until("player.currentTime >= 20 && !player.paused && !player.seeking")
    current = "[...document.querySelectorAll('.chapters [aria-current] span:last-child')]"
    assert page.run(f"{current}.map(node => node.textContent)") == ["Walking & down"]
    assert page.run("location.hash") == "#t=20.0"
    assert "Break, 12 min" in page.browser.find_element("css selector", ".chapters").text


def test_the_transcript_follows_and_seeks(page, lecture):
    """What is spoken is marked; a click on a sentence goes there."""
    page.go(lecture)
    page.until("player.readyState >= 1")
    page.run("player.currentTime = 12")
    page.until(
        "document.querySelector('#transcript [aria-current]')?.innerText === arguments[0]",
        SPOKEN[1],
    )
    page.browser.find_element("xpath", f"//span[text()='{SPOKEN[2]}']").click()
    page.until("player.currentTime >= 20.5 && player.currentTime < 30")


def test_the_transcript_scrolls_itself_until_the_reader_does(page, lecture):
    """Only its own panel moves, and a button takes the following up again."""
    page.width(390, "light")
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
        SPOKEN[1],
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


def test_sound_alone_plays_with_captions(page, site):
    """There is no picture to draw them on, so the page shows them itself."""
    page.go(f"lectures/{next(site.glob('lectures/only-sound-*')).name}/index.html#t=12")
    page.until("player.readyState >= 2 && caption.textContent === arguments[0]", SPOKEN[1])
    assert page.run("player.textTracks[0].mode") == "showing"


@pytest.mark.parametrize(
    "query, moments",
    [
        ("uphill", ["0:10", "0:10"]),
        ("ЕЛКА", ["0:30", "0:30"]),
        ("gradient we walk", ["0:10", "0:10"]),
        ("beginnings", ["0:00", "0:00"]),
        ("<img", ["0:30", "0:30"]),
    ],
)
def test_the_search_finds_words_and_leads_to_their_moment(page, query, moments):
    """In any case, with or without accents, across two sentences, and as text only."""
    page.go()
    page.browser.find_element("id", "query").send_keys(query)
    page.until("/Lectures found: 2/.test(said.textContent)")
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
    page.browser.find_element("id", "query").send_keys("zzz")
    page.until("/Nothing found for “only soundzzz”/.test(said.textContent)")
    page.run("query.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}))")
    page.until("document.querySelectorAll('.card:not([hidden])').length === 2")


def test_hostile_text_runs_nothing(page, lecture):
    """Neither on the front page nor in the lecture."""
    page.go()
    assert page.run("document.title") == "Demo"
    page.go(lecture)
    assert page.run("document.title") == f"Gradients {EVIL} · Demo"
    assert page.run("document.images.length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("pixels", [390, 1280])
def test_nothing_reaches_over_the_edge(page, lecture, pixels, scheme):
    """On a telephone and on a desk, by day and by night, with readable contrast."""
    page.width(pixels, scheme)
    for path in ("", lecture):
        page.go(path)
        assert page.run("document.documentElement.scrollWidth") <= pixels
        colours = "['color', 'backgroundColor'].map(n => getComputedStyle(document.body)[n])"
        ink, paper = (sum(map(int, c[4:-1].split(","))) for c in page.run(colours))
        assert (ink < paper) == (scheme == "light")


def test_the_scripts_are_small(site):
    """All of them together stay below 60 KB."""
    assert sum(path.stat().st_size for path in (site / "assets").glob("*.js")) <= 60_000
