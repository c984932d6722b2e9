"""The report as values, as JSON and as HTML text: what it tells, and what it must not."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.history import Run, StageRun, Usage
from leap.domain.publication import PublicationName, PublicationState
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage
from leap.domain.status import Hold, Status, StatusName
from leap.render.report import Overview, TenantOverview, html, json_data
from leap.render.report.charts import transcribed_chart
from leap.render.report.figures import Amount, StageTime, stage_times, transcribed
from leap.render.report.privacy import Privacy
from leap.render.status import Standing

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROOT = Path("/srv/our lectures")
EVIL = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>\u202e"


def published(url: str) -> Status:
    state = PublicationState("site", "site", PublicationName.PUBLISHED, url, "gd", since=NOON)
    return Status(
        StatusName.UPLOADED, "published to site", NOON, publications=(state,), complete=True
    )


DONE = published("https://lectures.example/gradient-descent/")
BROKEN = Status(StatusName.FAILED, "the file is truncated", NOON, Stage.TRIM)
HELD = Status(
    StatusName.INITIALIZED,
    "to do: download",
    NOON,
    hold=Hold("source", "the file changed 12 s ago", NOON),
)
OPEN = Status(StatusName.DOWNLOADED, "to do: trim, transcribe", NOON)


def standing(number: int, title: str, status: Status, tenant: str = "demo") -> Standing:
    """Return a recording of the ``number``-th day before noon."""
    row = RecordingRow(
        id=f"2026-11-20-{number:012x}", source="lectures", source_kind="folder", account="",
        external_id="a.mp4", locator="a.mp4", revision="r", title=title,
        started_at=NOON - timedelta(days=number), size=1, duration=3000.0, template="ml",
        skip=None, reason="", settled_at=None, listed=True, wanted=None, since=NOON,
    )  # fmt: skip
    return Standing(tenant, row, status)


def tenant(*standings: Standing, **changes: object) -> TenantOverview:
    made = TenantOverview("demo", "Demo University", "Europe/Moscow", standings)
    return replace(made, **changes)  # type: ignore[arg-type]


def overview(*tenants: TenantOverview) -> Overview:
    return Overview(NOON, "0.1.0", tenants, ROOT, ROOT / "state" / "report")


def run(stage: Stage, seconds: float | None, **changes: object) -> StageRun:
    return replace(StageRun(stage, "a", NOON, seconds, 1800.0), **changes)  # type: ignore[arg-type]


# ── what the page tells ────────────────────────────────────────────────────


def test_failures_stand_first_with_their_reason_and_the_next_command() -> None:
    """Before everything that is well."""
    page = html(overview(tenant(standing(1, "Descent", DONE), standing(2, "Models", BROKEN))))

    body = page[page.index("<main>") :]
    order = [
        "1 failed for good",
        "trim: the file is truncated",
        "leap retry 2026-11-20-000000000002",
        'id="recordings"',
        "Descent",
    ]
    assert sorted(order, key=body.index) == order


def test_what_waits_says_until_when_and_what_is_next_is_listed() -> None:
    """A hold and an open recording are not mixed up."""
    page = html(overview(tenant(standing(1, "Held one", HELD), standing(2, "Open one", OPEN))))

    waiting, coming, table = re.split('id="coming"|id="recordings"', page)
    assert (
        "held (source): the file changed 12 s ago; looked at again from 2026-11-20 12:00 UTC"
        in waiting
    )
    assert "Open one" in coming
    assert "Held one" not in coming
    assert "Held one" in table


def test_what_needs_a_person_stands_before_what_goes_on_by_itself() -> None:
    """However many are put off, and however lately."""
    later = replace(HELD, since=NOON + timedelta(hours=1))
    put_off = replace(later, hold=Hold("deferred", "download: the daily limit", NOON))
    person = replace(HELD, hold=Hold("person", "download: log in again"))
    page = html(
        overview(tenant(standing(1, "Put off", put_off), standing(2, "For a person", person)))
    )

    waiting = page[page.index('id="waiting"') : page.index('id="recordings"')]
    order = ["held (needs a person): download", "held (deferred until 2026-11-20 12:00 UTC)"]
    assert sorted(order, key=waiting.index) == order


def test_logins_that_end_soon_are_listed() -> None:
    """For whoever looks at the page alone; without any, nothing is said."""
    words = "demo: the login youtube-main ends in 6 days; see `leap auth status`"
    ending = overview(tenant(standing(1, "Descent", DONE), endings=[words]))

    assert "youtube-main ends in 6 days; see <code>leap auth status</code>" in html(ending)
    assert [words] == json_data(ending)["tenants"][0]["endings"]
    assert "Logins that end soon" not in html(overview(tenant(standing(1, "Descent", DONE))))


def test_a_report_without_recordings_names_the_next_command() -> None:
    """Nothing is no empty page."""
    page = html(overview(tenant()))

    assert "<code>leap plan</code>" in page
    assert "<table" not in page


def test_local_pages_are_linked_relative_to_the_report() -> None:
    """So that nobody is told where the repository lies."""
    local = published((ROOT / "state/site/demo/l 1/index.html").as_uri())

    page = html(overview(tenant(standing(1, "Descent", local))))

    assert 'href="../site/demo/l%201/index.html"' in page
    assert str(ROOT) not in page
    assert "our%20lectures" not in page


def test_ten_thousand_recordings_stay_below_three_megabytes() -> None:
    """All of them are in the page; so are two hundred without a script."""
    url = "https://lectures.example.org/lectures/a-lecture-with-a-long-title-{}/"
    many = [
        standing(number, f"A lecture with a long title {number}", published(url.format(number)))
        for number in range(10_000)
    ]

    page = html(overview(tenant(*many)))

    assert len(page.encode()) < 3_000_000
    assert page.count('<tr role="row">') == 201
    assert len(data_of(page)["rows"]) == 10_000


def data_of(page: str) -> dict[str, list[list[object]]]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    loaded: dict[str, list[list[object]]] = json.loads(found[1])
    return loaded


# ── what it must not ───────────────────────────────────────────────────────


def test_hostile_titles_and_reasons_are_text() -> None:
    """Neither markup nor marks that turn the direction of what follows."""
    bad = replace(BROKEN, reason=EVIL)

    page = html(
        overview(
            tenant(
                standing(1, EVIL, bad),
                title=EVIL,
                runs=(Run("r", NOON, NOON, EVIL, EVIL),),
            )
        )
    )

    assert "<img" not in page
    assert page.count("<script") == 2
    assert "\u202e" not in page
    assert data_of(page)["rows"][0][2] == EVIL.replace("\u202e", "\ufffd")


@pytest.mark.parametrize("title", ["", "x" * 10_000, "漢" * 10_000, "\x00\ud800"])
def test_any_title_makes_a_page(title: str) -> None:
    """Empty, huge, or of signs that no file can hold."""
    page = html(overview(tenant(standing(1, title, DONE))))

    assert len(page.encode(errors="replace")) < 80_000


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://[", "//x"]
)
def test_only_web_pages_and_our_own_are_linked(url: str) -> None:
    """An address from a ledger is not trusted."""
    assert Privacy(ROOT, ROOT).link(url) is None


@pytest.mark.parametrize(
    "told, kept",
    [
        ("/srv/our lectures/in/a b.mp4: no audio", "in/a b.mp4: no audio"),
        ("cannot read /mnt/nas/secret/a.mp4", "cannot read …/a.mp4"),
        ("see ~/.config/leap/log.txt", "see …/log.txt"),
        ("GET https://u:p@x.example/a?token=1#k said 403", "GET https://x.example/a?… said 403"),
        ("words/second, and/or 1/2", "words/second, and/or 1/2"),
        ("application/x-foo: https://x.example/a/b", "application/x-foo: https://x.example/a/b"),
        ("file:///srv/our%20lectures/a", "…/a"),
    ],
)
def test_places_and_tokens_are_taken_out_of_words(told: str, kept: str) -> None:
    """A reason stays readable."""
    assert Privacy(ROOT, ROOT).text(told) == kept


def test_user_and_password_are_taken_out_of_links() -> None:
    """The rest of an address is needed: a video's id may be in its query."""
    link = Privacy(ROOT, ROOT).link("https://me:pw@video.example/watch?v=1#t=2")

    assert link == "https://video.example/watch?v=1#t=2"


@given(st.text(), st.text())
def test_no_text_breaks_out_of_the_data(title: str, reason: str) -> None:
    """Whatever is in a title comes back as it was shown."""
    page = html(overview(tenant(standing(1, title, replace(BROKEN, reason=reason)))))

    assert page.count("<script") == 2
    assert len(data_of(page)["rows"]) == 1


# ── what is counted ────────────────────────────────────────────────────────


def test_stage_times_are_medians_and_seconds_for_an_hour() -> None:
    """A run without a known length counts for the median alone."""
    runs = [run(Stage.TRIM, 10), run(Stage.TRIM, 20), run(Stage.TRIM, 60, length=None)]

    assert stage_times([*runs, run(Stage.TOPICS, None)]) == [StageTime(Stage.TRIM, 3, 20, 60, 30.0)]


@pytest.mark.parametrize(
    "period, first, last",
    [
        ("day", date(2026, 10, 22), date(2026, 11, 20)),
        ("week", date(2026, 5, 25), date(2026, 11, 16)),
        ("month", date(2025, 12, 1), date(2026, 11, 1)),
    ],
)
def test_what_was_transcribed_by_period(period: str, first: date, last: date) -> None:
    """Every day, week or month has its place, also an empty one."""
    found = transcribed(
        [tenant(transcribed=[run(Stage.TRANSCRIBE, 1)])],
        date(2026, 11, 20),
        period,  # type: ignore[arg-type]
    )

    assert (found[0].start, found[-1]) == (first, Amount(last, 1, 30.0))


def test_a_recording_counts_once_by_its_tenants_calendar() -> None:
    """Transcribed again with other settings, it is no second lecture; Moscow is ahead of UTC."""
    late = NOON.replace(hour=22)
    runs = [
        run(Stage.TRANSCRIBE, 1, finished_at=late),
        run(Stage.TRANSCRIBE, 1, finished_at=late + timedelta(days=2)),
    ]

    found = transcribed([tenant(transcribed=runs)], date(2026, 11, 23), "day")

    assert [each for each in found if each.recordings] == [Amount(date(2026, 11, 21), 1, 30.0)]


@pytest.mark.parametrize("minutes", [0.0, 0.4, 1, 7, 61, 180, 181, 12_345, 9_999_999])
def test_a_chart_stays_in_its_frame(minutes: float) -> None:
    """Its highest column ends below its highest line, and what is there can be seen."""
    amounts = [
        Amount(date(2026, month, 1), month % 2, minutes * (month % 2)) for month in range(1, 13)
    ]

    chart = transcribed_chart(amounts, "month")

    assert all(column.y >= min(y for y, _ in chart.lines) - 0.01 for column in chart.columns)
    assert all(column.height >= 1 for column in chart.columns)
    assert 1 <= len(chart.lines) <= 4
    assert len({text for _, text in chart.lines}) == len(chart.lines)
    assert len(chart.table) == 1 + len(chart.columns)


def test_columns_say_what_they_stand_for() -> None:
    """In words, for who points at them; the table tells the same."""
    chart = transcribed_chart([Amount(date(2026, 11, 16), 2, 95.0)], "week")

    assert chart.columns[0].words == "week of 2026-11-16: 2 recordings, 1 h 35 min"
    assert chart.table == (
        ("Week", "Recordings", "Length"),
        ("week of 2026-11-16", "2", "1 h 35 min"),
    )
    assert chart.description == "2 recordings, 1 h 35 min in all."


def test_the_json_tells_the_same() -> None:
    """Times in UTC, sizes in bytes; nothing of the machine."""
    document = json_data(
        overview(
            tenant(
                standing(1, "Models", replace(BROKEN, reason="/srv/our lectures/a/b.mp4: bad")),
                runs=(Run("ab", NOON, None, "c0ffee", None),),
                recent=(run(Stage.TRIM, 10),),
                storage={Stage.TRIM: Usage(1, 2_000, 500)},
            )
        )
    )

    found = document["tenants"][0]
    assert json.loads(json.dumps(document)) == document
    assert found["counts"] == {"FAILED": 1}
    assert found["recordings"][0]["reason"] == "a/b.mp4: bad"
    assert found["stage_times"]["trim"]["seconds_per_hour"] == 20.0
    assert found["storage"] == {"trim": {"targets": 1, "bytes": 2_000, "linked": 500}}
    assert found["runs"][0]["finished_at"] is None
    assert len(found["transcribed"]["day"]) == 30
    assert str(ROOT) not in json.dumps(document)


def test_tenants_are_told_apart() -> None:
    """Where a page tells of several, every line says whose it is."""
    one = tenant(standing(1, "Descent", DONE))
    other = TenantOverview("acme", "Acme", "UTC", (standing(2, "Models", BROKEN, "acme"),))

    page = html(overview(one, other))

    assert "<h1><bdi>2 tenants</bdi></h1>" in page
    assert "FAILED since" in page
    assert "· acme" in page
    assert 'id="by-tenant"' in page
    assert 'id="by-tenant"' not in html(overview(one))
