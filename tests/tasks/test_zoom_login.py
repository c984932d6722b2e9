"""A person's login at Zoom, whose refresh token is good once, through whole runs of the program."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from emulators.zoom import App, Zoom, video

from leap import secrets
from leap.ledger import open_ledger
from leap.tasks.tokens import tokens_of

TODAY = datetime.now(UTC)
CANARY = "zoom-canary-71c0aa"


@pytest.fixture
def zoom() -> Iterator[Zoom]:
    with Zoom() as zoom:
        yield zoom


@pytest.fixture
def app(zoom: Zoom) -> App:
    """An app that a person has consented to."""
    account = zoom.account()
    app = zoom.app("http://127.0.0.1:8713/zoom", account=account)
    app.client_secret = CANARY
    return app


@pytest.fixture
def college(university, zoom, app, videos):
    """Give a university that records with the login of one person, who gave two lectures."""
    university.write(
        "leap.yaml",
        f"""
        sites: [state/site]
        workers: 3
        resources: {{ffmpeg: 2, whisper: 1, zoom: 2}}
        endpoints: {{zoom: {{api: "{zoom.url}", oauth: "{zoom.url}"}}}}
        allow_insecure_endpoints: true
        """,
    )
    since = TODAY - timedelta(days=20)
    university.write(
        "tenants/uni/sources/zoom.yaml",
        f"kind: zoom\naccount: zoom-main\nsince: {since:%Y-%m-%d}\n",
    )
    (university.root / "tenants/uni/sources/folder.yaml").unlink()
    (university.root / ".sops.yaml").write_text("stores: {yaml: {indent: 2}}\ncreation_rules: []\n")
    secrets.keygen(university.root, "uni")
    log_in(university, zoom, app)
    for number, name in enumerate(("lecture", "second")):
        zoom.meeting(
            topic=f"Lecture {number}",
            start=TODAY - timedelta(hours=10 + 10 * number),
            files=[video(videos[name], lasts=timedelta(seconds=15))],
        )
    return university


def log_in(college, zoom: Zoom, app: App) -> None:
    fields = {
        "kind": "zoom",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "refresh_token": zoom.oauth.refresh_token(app, app.account.owner),
    }
    secrets.set_credential(college.root, "uni", "zoom-main", fields)


def renewals(zoom: Zoom) -> int:
    return len([each for each in zoom.journal if each.request.path == "/oauth/token"])


def newest(college) -> dict[str, str]:
    with open_ledger("embedded", college.root / "state") as ledger:
        return dict(tokens_of(college.root, ledger, "uni")("zoom-main").current())


def test_all_processes_of_a_run_share_one_renewal(college, zoom):
    """Listing renews; the downloads, and the next run, use what it got."""
    college.reconcile()
    again = college.reconcile()

    assert len(college.pages()) == 2
    assert again.out.startswith("Nothing to do")
    assert renewals(zoom) == 1
    assert zoom.oauth.stands(newest(college)["refresh_token"])


def test_tokens_that_end_at_once_are_renewed_by_each_process_in_turn(college, zoom):
    """However many renew: none uses a token twice, and the newest one stands."""
    zoom.oauth.access_lives = timedelta(seconds=30)

    college.reconcile()

    assert len(college.pages()) == 2
    assert renewals(zoom) >= 3
    assert {200} == {e.status for e in zoom.journal if e.request.path == "/oauth/token"}
    assert zoom.oauth.stands(newest(college)["refresh_token"])


def test_a_run_killed_before_it_stored_what_it_got_asks_for_a_login(college, zoom, app):
    """The next run says what happened and what to do; after that everything goes on."""
    college.leap("reconcile", LEAP_FAULT="tokens.answered:kill")
    lost = college.leap("reconcile")
    log_in(college, zoom, app)
    college.reconcile()

    said = " ".join(lost.out.split())
    assert "while it renewed the tokens of zoom-main, has lost them, it seems: Zoom gave no" in said
    assert "log in again: leap auth login zoom" in said
    assert lost.code == 4
    assert len(college.pages()) == 2
