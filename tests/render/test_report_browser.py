"""The report in a real browser, opened from its folder: it works, for all, and asks for nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from leap.domain.history import Run, StageRun, Usage
from leap.domain.publication import PublicationName, PublicationState
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import FILE_STAGES, Stage
from leap.domain.status import Hold, Status, StatusName
from leap.render.report import Overview, TenantOverview, html
from leap.render.report.deciding import Editor
from leap.render.status import Standing

# One browser for all: under xdist these stay together.
pytestmark = pytest.mark.xdist_group("browser")

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
EVIL = "<img src=x onerror=document.title='owned'> & ёлка"
LONG = "Очень длинное название лекции о градиентном спуске и его родственниках " * 4


def standing(number: int, title: str, status: Status, template: str = "ml") -> Standing:
    row = RecordingRow(
        id=f"{NOON - timedelta(days=number):%Y-%m-%d}-{number:012x}", source="lectures",
        source_kind="folder", account="", external_id="a.mp4", locator="a.mp4", revision="r",
        title=title, started_at=NOON - timedelta(days=number), size=1, duration=60.0 * number,
        template=template, skip=None, reason="", settled_at=None, listed=True, wanted=None,
        since=NOON,
    )  # fmt: skip
    return Standing("demo", row, status)


def overview(folder: Path, count: int) -> Overview:
    url = PublicationState(
        "site", "site", PublicationName.PUBLISHED, "https://x.example/a/", since=NOON
    )
    done = Status(
        StatusName.UPLOADED, "published to site", NOON, publications=(url,), complete=True
    )
    trouble = [
        Status(StatusName.FAILED, f"the file is truncated {EVIL}", NOON, Stage.TRIM),
        Status(StatusName.INITIALIZED, "to do: download", NOON, hold=Hold("source", "it changes")),
        Status(StatusName.TRANSCRIBING, "transcribe running", NOON),
        Status(StatusName.DOWNLOADED, "to do: trim", NOON),
        Status(StatusName.SKIPPED, "blank: 6 s is shorter than 20 s", NOON),
    ]
    standings = [
        *(standing(n, f"{EVIL} {n}", each) for n, each in enumerate(trouble, 1)),
        *(standing(n, f"A failed one {n}", trouble[0]) for n in range(6, 16)),
        standing(16, LONG, done),
        *(standing(n, f"Lecture {n}", done, "history") for n in range(17, count + 1)),
    ]
    runs = [
        StageRun(stage, f"{number}", NOON - timedelta(days=number), 10.0 + number, 3600.0)
        for stage in FILE_STAGES
        for number in range(60)
    ]
    tenant = TenantOverview(
        "demo", f"Demo {EVIL}", "Europe/Moscow", standings,
        runs=[
            Run("a", NOON, None, "c0ffee" * 6, None),
            Run("b", NOON, NOON + timedelta(minutes=12), None, "failed"),
        ],
        recent=runs,
        transcribed=[run for run in runs if run.stage is Stage.TRANSCRIBE],
        storage={stage: Usage(9, 12_345_678, 1000) for stage in FILE_STAGES},
    )  # fmt: skip
    return Overview(NOON, "0.1.0", [tenant], Path("/srv/leap"), folder)


@pytest.fixture(scope="session")
def write_report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], str]:
    """Write a report of so many recordings; return its address."""

    def write(count: int) -> str:
        page = tmp_path_factory.mktemp("отчёт # 1") / "index.html"
        page.write_text(html(overview(page.parent, count)), encoding="utf-8")
        return page.as_uri()

    return write


@pytest.fixture(scope="session")
def report(write_report: Callable[[int], str]) -> str:
    """A report of 120 recordings, of every kind."""
    return write_report(120)


@pytest.fixture
def page(visit: Any, report: str) -> Any:
    opened = visit(report)
    opened.go()
    return opened


def rows(page: Any) -> list[str]:
    """Return the titles in the table as they stand."""
    titles: list[str] = page.run("[...document.querySelectorAll('#rows b')].map(n => n.innerText)")
    return titles


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("pixels", [390, 800, 1000, 1280])
def test_everybody_can_use_it(page: Any, pixels: int, scheme: str) -> None:
    """Axe finds nothing, nothing reaches over the edge, with everything unfolded."""
    page.show(pixels, scheme)
    page.go()
    page.run("document.querySelectorAll('details').forEach(each => each.open = true)")

    assert page.violations() == []
    assert page.run("document.documentElement.scrollWidth") <= pixels
    colours = "['color', 'backgroundColor'].map(n => getComputedStyle(document.body)[n])"
    ink, paper = (sum(map(int, c[4:-1].split(","))) for c in page.run(colours))
    assert (ink < paper) == (scheme == "light")


def test_hostile_text_runs_nothing(page: Any) -> None:
    """Titles, reasons and names are text wherever they stand."""
    assert page.run("document.title") == f"Demo {EVIL} · LEAP report"
    assert page.run("document.images.length") == 0
    assert f"{EVIL} 1" in rows(page)


def test_it_asks_for_nothing(page: Any, report: str) -> None:
    """The file itself is all that is read."""
    page.asked()
    page.go()
    page.run("document.getElementById('more').click()")

    assert {address for address in page.asked() if address != "about:blank"} == {report}


def test_without_scripts_everything_is_there(page: Any) -> None:
    """The table, the failures and the charts' own tables."""
    page.scripts(allowed=False)
    page.go()

    assert len(page.all("#rows tr")) == 120
    assert not page.all("#filters")[0].is_displayed()
    page.all("figure summary")[0].click()
    assert page.all("figure details td")[0].is_displayed()


def test_the_table_is_searched_and_filtered(page: Any) -> None:
    """By words of title and reason in any case, by status, by template; all together."""
    assert len(rows(page)) == 30
    page.all("#query")[0].send_keys("110 lecture")
    page.until("document.getElementById('said').textContent === '1 of 120 recordings'")
    assert rows(page) == ["Lecture 110"]
    page.run("query.value = 'ЁЛКА'")
    page.run("query.dispatchEvent(new Event('input', {bubbles: true}))")
    page.until("document.getElementById('said').textContent === '15 of 120 recordings'")
    page.all('#by-status option[value=""] ~ option')[0].click()
    page.until("document.getElementById('said').textContent === '11 of 120 recordings'")
    page.all("#by-template option")[1].click()
    page.until("document.getElementById('said').textContent === '0 of 120 recordings'")
    assert rows(page) == []


def test_the_table_is_sorted_by_its_heads(page: Any) -> None:
    """Again turns the order round; the head says which it is."""
    assert rows(page)[0] == f"{EVIL} 1"
    page.run("document.querySelector('[data-sort=length] button').click()")
    assert rows(page)[0] == "Lecture 120"
    assert page.run("document.querySelector('[data-sort=length]').ariaSort") == "descending"
    page.run("document.querySelector('[data-sort=length] button').click()")
    assert rows(page)[0] == f"{EVIL} 1"
    assert page.run("document.querySelectorAll('[aria-sort]').length") == 1


def test_a_tile_shows_the_recordings_of_its_status(page: Any) -> None:
    """And again all of them."""
    page.run("document.querySelector('[data-status=SKIPPED]').click()")
    assert rows(page) == [f"{EVIL} 5"]
    assert page.run("document.querySelector('[data-status=SKIPPED]').ariaCurrent") == "true"
    page.run("document.querySelector('[data-status=SKIPPED]').click()")
    assert len(rows(page)) == 30


def test_more_is_shown_on_request(page: Any) -> None:
    """Reading goes on where it was; at the end the button is gone."""
    page.run("more.click()")

    assert len(rows(page)) == 120
    assert page.run("document.activeElement.querySelector('b').innerText") == "Lecture 31"
    assert page.run("more.hidden")


@pytest.mark.parametrize(
    "editor",
    [
        None,
        Editor("github", "https://github.com/uni/lectures", "main", "our folder/"),
        Editor("gitlab", "https://gitlab.example/uni/lectures", "work/new"),
    ],
    ids=["no remote", "GitHub", "GitLab"],
)
def test_the_same_can_be_decided_with_and_without_scripts(
    visit: Any, tmp_path: Path, editor: Editor | None
) -> None:
    """Approve, change, skip, take down: a link to the editor, or the text of the file."""
    made = overview(tmp_path, 28)
    (tenant,) = made.tenants
    ids = [each.row.id for each in tenant.standings]
    known = {ids[16]: "tenants/demo/overrides/known.yaml"}
    tenant = replace(tenant, awaiting=frozenset(ids[1:2]), overrides=known)
    text = html(replace(made, tenants=[tenant], editor=editor))
    (tmp_path / "index.html").write_text(text, encoding="utf-8")
    table = text[text.index('id="rows"') : text.index("</tbody>")]
    links = [unquote(unescape(each)) for each in re.findall(r'<li><a href="([^"]+)"', table)]
    texts = [unescape(each) for each in re.findall(r"<pre>(.*?)</pre>", table, re.DOTALL)]

    page = visit((tmp_path / "index.html").as_uri())
    page.go()
    page.run("document.querySelectorAll('.decide').forEach(each => each.open = true)")
    page.until("document.querySelectorAll('#rows .decide li').length > 40")

    shown = page.run("[...document.querySelectorAll('#rows .decide a')].map(n => n.href)")
    assert links == [unquote(each) for each in shown]
    assert texts == page.run("[...document.querySelectorAll('#rows pre')].map(n => n.textContent)")
    assert 55 == (len(links) if editor else len(texts))


def test_the_keyboard_reaches_everything(page: Any) -> None:
    """First the way past the head, then tiles, commands and the table."""
    page.press("\ue004")
    assert page.run("document.activeElement.textContent") == "To the recordings"
    page.press("\ue007")
    assert page.run("document.activeElement.id || location.hash.slice(1)") == "recordings"
    heads = "[...document.querySelectorAll('th button')].every(n => n.tabIndex === 0)"
    assert page.run(heads)


def test_paper_shows_no_controls(page: Any) -> None:
    """What cannot be pressed is not printed, and the ground is white."""
    page.show(1280, "dark", "print")

    assert not page.all("#filters")[0].is_displayed()
    assert page.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_ten_thousand_recordings_are_quick(visit: Any, write_report: Any) -> None:
    """A second to open, and a blink to search; machines that do other work get five times that."""
    opened = visit(write_report(10_000))
    opened.go()
    loaded = opened.run("performance.getEntriesByType('navigation')[0].loadEventEnd")
    opened.run("document.getElementById('query').value = 'lecture 99'")
    searched = opened.run(
        "(() => { const began = performance.now();"
        " filters.dispatchEvent(new Event('change')); return performance.now() - began; })()"
    )

    assert loaded < 5000
    assert searched < 1000
    assert len(rows(opened)) == 30
