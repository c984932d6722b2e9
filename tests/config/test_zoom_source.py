"""A Zoom source: what it needs, and what only the operator may say of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leap.config import check, load

ZOOM = "tenants/acme/sources/zoom.yaml"
TEXT = "kind: zoom\naccount: zoom-main\nsince: {since}\n"
LEAP = "folders: [recordings]\nsites: [site]\n"


def declared(root):
    return load(root).tenants["acme"].sources["zoom"]


def test_a_source_needs_an_account_and_a_day(write):
    """Everything else has a sensible default."""
    source = declared(write({ZOOM: TEXT.format(since="2026-09-01")}))

    assert ("zoom-main", "2026-09-01") == (source.account, source.since)
    assert ((), "account", "separate", "keep") == (
        source.hosts,
        source.listing,
        source.segments,
        source.after_publication,
    )


@pytest.mark.parametrize("days, sound", [(0, True), (1, True), (3, False)])
def test_since_is_a_day_that_has_come_somewhere(write, days, sound):
    """It is tomorrow already where the sun rises; the day after tomorrow it is nowhere."""
    day = (datetime.now(UTC) + timedelta(days=days)).date()

    found = check(write({ZOOM: TEXT.format(since=day)}))

    assert ([] if sound else [f"`{day}` is in the future"]) == [
        each.message.removeprefix("since: ") for each in found
    ]


def test_its_account_must_be_among_the_credentials(write):
    """As that of a preset: the names of accounts are readable in an encrypted file."""
    secrets = "credentials:\n  links: {}\n  zoom-mein: {}\n"
    root = write({ZOOM: TEXT.format(since="2026-09-01"), "tenants/acme/secrets.sops.yaml": secrets})

    (found,) = check(root)

    assert (ZOOM, 2, 10) == (found.file, found.line, found.column)
    assert "tenants/acme/secrets.sops.yaml has no account `zoom-main`" == found.message
    assert "did you mean `zoom-mein`?" == found.hint


def test_an_account_without_a_credential_wants_a_login(write):
    """Where no other account is called alike, the hint is the command that logs in."""
    secrets = "credentials:\n  links: {}\n"
    root = write({ZOOM: TEXT.format(since="2026-09-01"), "tenants/acme/secrets.sops.yaml": secrets})

    (found,) = check(root)

    expected = "log in: `leap auth login zoom --tenant acme --account zoom-main`"
    assert expected == found.hint


def test_the_operator_says_where_zoom_is(write):
    """Zoom's own addresses hold where nothing is said."""
    other = LEAP + "endpoints: {zoom: {api: https://api.zoomgov.com}}\n"

    usual = load(write()).operator.endpoints.zoom
    changed = load(write({"leap.yaml": other})).operator.endpoints.zoom

    assert ("https://api.zoom.us", "https://zoom.us") == (usual.api, usual.oauth)
    assert ("https://api.zoomgov.com", "https://zoom.us") == (changed.api, changed.oauth)


def test_an_endpoint_may_be_reached_in_the_clear_where_the_operator_wants_it(write):
    """For tests; without the second key it is a mistake, as the corpus shows."""
    text = (
        LEAP
        + "endpoints: {zoom: {api: 'http://127.0.0.1:8080', oauth: 'http://[::1]:8081/x'}}\n"
        + "allow_insecure_endpoints: true\n"
    )

    operator = load(write({"leap.yaml": text})).operator

    assert "http://127.0.0.1:8080" == operator.endpoints.zoom.api
    assert operator.allow_insecure_endpoints
