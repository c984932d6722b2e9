"""Requests are held against YouTube's description of its API."""

from __future__ import annotations

import pytest

from emulators.youtube.conftest import reason

VIDEO = {"snippet": {"title": "One", "categoryId": "27"}}


@pytest.mark.parametrize(
    "path, query",
    [
        ("videos", {"part": "id", "ids": "a"}),
        ("videos", {"part": "id", "id": "a", "maxResults": "51"}),
        ("videos", {"part": "id", "id": "a", "maxResults": "many"}),
        ("videos", {"part": "id", "chart": "best"}),
        ("videos", {"part": "pictures", "id": "a"}),
        ("videos", {"part": "kind", "id": "a"}),
        ("videos", {"part": "", "id": "a"}),
        ("videos", {"id": "a"}),
        ("channels", {"part": "id", "mine": "yes"}),
        ("channels", {"part": "id", "mine": ["true", "true"]}),
        ("captions", {"part": "id"}),
    ],
)
def test_parameters_that_are_wrong(youtube, ask, path, query):
    """Unknown ones, others' types, values outside of the range, required ones that lack."""
    assert 400 == ask(path, **query).status_code
    assert 1 == len(youtube.violations)


@pytest.mark.parametrize(
    "body, why",
    [
        ({**VIDEO, "id": 1}, "badRequest"),
        ({"id": "a", "snippet": {"title": "One", "tag": []}}, "badRequest"),
        ({"id": "a", "snippet": {"title": "One", "tags": ["a", 1]}}, "badRequest"),
        ({"id": "a", "snippet": "One"}, "badRequest"),
        ({"id": "a", "snippet": {**VIDEO["snippet"], "localized": {"name": "x"}}}, "badRequest"),
        ({"id": "a", **VIDEO, "localizations": {"ru": {"name": "x"}}}, "badRequest"),
        ({"id": "a", **VIDEO, "status": {"embeddable": "true"}}, "badRequest"),
        ({"id": "a", **VIDEO, "status": {"license": "free"}}, "badRequest"),
        ({"id": "a", **VIDEO, "status": {"license": "youtube"}}, "unexpectedPart"),
        ({"id": "a", "snippet": {"title": "One", "publishedAt": True}}, "badRequest"),
        (VIDEO, "required"),
        ([VIDEO], "badRequest"),
    ],
)
def test_bodies_that_are_wrong(youtube, ask, body, why):
    """At any depth; so is a part that the parameter does not name, and an id that lacks."""
    assert (400, why) == reason(ask("videos", method="PUT", json=body, part="snippet"))
    assert 1 == len(youtube.violations)


def test_a_body_that_is_no_json(youtube, ask):
    """It is a broken contract as well."""
    assert 400 == ask("videos", method="PUT", content=b"{", part="snippet").status_code
    assert 1 == len(youtube.violations)


def test_what_a_method_needs_within_its_parts(ask):
    """A caption has a language, an item of a playlist says of which."""
    item = ask("playlistItems", method="POST", json={"snippet": {"position": 0}}, part="snippet")
    head = b'--x\r\nContent-Type: application/json\r\n\r\n{"snippet": {"name": ""}}\r\n--x\r\n'
    whole = head + b"Content-Type: text/vtt\r\n\r\nWEBVTT\r\n--x--"
    kind = {"Content-Type": "multipart/related; boundary=x"}
    query = {"part": "snippet", "uploadType": "multipart"}
    at = "/upload/youtube/v3/captions"
    caption = ask(at, method="POST", content=whole, headers=kind, **query)
    assert [(400, "required")] * 2 == [reason(item), reason(caption)]


@pytest.mark.parametrize(
    "method, path",
    [("GET", "films"), ("PATCH", "videos"), ("POST", "videos/rate"), ("GET", "search")],
)
def test_what_is_no_method_or_not_emulated(youtube, ask, method, path):
    """It is not found, and noted."""
    assert 404 == ask(path, method=method).status_code
    assert 1 == len(youtube.violations)


def test_media_of_an_unknown_way(youtube, ask):
    """An upload says which kind it is."""
    answer = ask("/upload/youtube/v3/thumbnails/set", method="POST", content=b"x", videoId="a")
    assert (400, "badRequest") == reason(answer)
    assert 1 == len(youtube.violations)


def test_a_good_request_breaks_nothing(youtube, ask):
    """Parameters of all methods are known, and lists may come in either form."""
    for ids in ("a,b", ["a", "b"]):
        query = {"part": "snippet,status", "id": ids, "alt": "json", "prettyPrint": "false"}
        assert [] == ask("videos", **query).json()["items"]
    assert [] == youtube.violations
