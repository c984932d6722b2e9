"""What holds for every test: no keys, no faults and no settings of this machine.

The network is limited to loopback and local sockets in pyproject.toml.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from emulators.s3 import S3

#: A test that wants one of these sets it itself. LEAP_DATABASE_URL stays: the
#: whole suite runs against another Postgres with it.
for _name in ("LEAP_FAULT", "LEAP_FFMPEG", "SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE"):
    os.environ.pop(_name, None)

# A suite that was started in the background ignores Ctrl-C, and so would the
# programs that it starts.
for _signal in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
    if signal.getsignal(_signal) is signal.SIG_IGN:
        _usual = signal.default_int_handler if _signal is signal.SIGINT else signal.SIG_DFL
        signal.signal(_signal, _usual)

# Models come from wheels; nothing may ask a hub for them.
os.environ["HF_HUB_OFFLINE"] = "1"

# A busy machine is slow, not wrong; and what CI tries is the same each time.
hypothesis.settings.register_profile(
    "leap",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("leap")


@pytest.fixture(autouse=True)
def _own_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell programs of a machine whose disk outlasts its runs, wherever the suite runs."""
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture(scope="session")
def demo_repository(tmp_path_factory) -> Path:
    """Give a copy of this repository's YAML, with the credentials that `leap demo` makes."""
    from leap.demo.tenant import equip

    here, root = Path(__file__).parents[1], tmp_path_factory.mktemp("demo")
    own = shutil.ignore_patterns("secrets.sops.yaml")
    shutil.copy2(here / "leap.yaml", root)
    for folder in ("pipelines", "tenants"):
        shutil.copytree(here / folder, root / folder, ignore=own)
    equip(root, aside=root / "aside")
    return root


# ── a bucket ───────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3]:
    from emulators.s3 import running_s3

    with running_s3() as server:
        yield server


@pytest.fixture
def s3(s3_server: S3, monkeypatch: pytest.MonkeyPatch) -> S3:
    """Give an S3 on this machine, with its keys in the environment and an empty journal."""
    from emulators.s3 import ENVIRONMENT

    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    s3_server.reset()
    return s3_server


# ── a browser, for tests of pages ──────────────────────────────────────────

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
_AXE = """
    const found = await axe.run(document, {resultTypes: ["violations"]});
    return found.violations.map(each => [each.id, ...each.nodes.map(node => node.html)]);
"""


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """One headless Chromium that reaches for nothing but the pages."""
    if not (CHROMIUM and DRIVER):
        message = "needs a browser: `apt-get install chromium chromium-driver`"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
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
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_script_timeout(20)
    yield driver
    driver.quit()


class Page:
    """What tests do with the browser; ``home`` is the address of the first page."""

    def __init__(self, browser: Any, home: str) -> None:
        self.browser, self.home = browser, home

    def go(self, path: str = "") -> None:
        """Open a page of the site by its path, or the front page with a fragment."""
        self.browser.get("about:blank")
        whole = not path or path[0] == "#"
        self.browser.get(self.home if whole else self.home.replace("index.html", path))
        if path[:1] == "#":
            self.browser.execute_script("location.hash = arguments[0]", path)

    def run(self, script: str, *arguments: Any) -> Any:
        """Return the value of an expression."""
        return self.browser.execute_script(f"return ({script})", *arguments)

    def until(self, script: str, *arguments: Any) -> Any:
        """Wait for an expression to hold."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.browser, 15, 0.05).until(lambda _: self.run(script, *arguments))

    def later(self, body: str) -> Any:
        """Return what the body of an asynchronous function returns."""
        script = f"const done = arguments[0]; (async () => {{{body}}})().then(done)"
        return self.browser.execute_async_script(script)

    def all(self, selector: str) -> list[Any]:
        """Return every element that a selector finds."""
        return self.browser.find_elements("css selector", selector)

    def press(self, keys: str) -> None:
        """Press keys where the focus is."""
        self.browser.switch_to.active_element.send_keys(keys)

    def show(self, pixels: int, scheme: str, media: str = "") -> None:
        """Be a screen of a width that prefers light or dark, or paper."""
        size = {"width": pixels, "height": 844, "deviceScaleFactor": 1, "mobile": pixels < 600}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        emulated = {"media": media, "features": [feature]}
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", emulated)

    def scripts(self, *, allowed: bool) -> None:
        """Let pages that are opened from now on run scripts, or not."""
        value = {"value": not allowed}
        self.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", value)

    def violations(self) -> list[list[str]]:
        """Return what axe finds on the page that is shown: a rule, and the elements that break it."""
        axe = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        self.browser.execute_script(axe)
        return self.later(_AXE)

    def asked(self) -> list[str]:
        """Return every address that was asked for since this was last called."""
        messages = [json.loads(each["message"]) for each in self.browser.get_log("performance")]
        return [
            message["message"]["params"]["request"]["url"]
            for message in messages
            if message["message"]["method"] == "Network.requestWillBeSent"
        ]


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[[str], Page]]:
    """Open sites by their front pages; what the browser complains of fails the test."""

    def begin(home: str) -> Page:
        page = Page(browser, home)
        page.show(1280, "light")
        page.asked()
        browser.get_log("browser")
        return page

    yield begin
    Page(browser, "").scripts(allowed=True)
    complaints = [entry["message"] for entry in browser.get_log("browser")]
    assert [text for text in complaints if "favicon" not in text] == []
