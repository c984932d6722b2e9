from __future__ import annotations

import httpx
import pytest
from emulators.bodies import FTYP

from leap.errors import ProviderError, RetrySoon
from leap.providers.transfer.answers import BeginAnew, Crowded, page_instead, read_head
from leap.providers.transfer.values import Refused


def answer(status: int, **headers: str) -> httpx.Response:
    request = httpx.Request("GET", "https://files.example/a?token=canary")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named, request=request)


@pytest.mark.parametrize(
    "kind, head, page",
    [
        ("text/html; charset=utf-8", b"Sign in", "a web page"),
        ("video/mp4", b"\n <!DOCTYPE html><html>", "a web page"),
        ("", b"\xef\xbb\xbf<HTML>", "a web page"),
        ("application/json", b'{"code":124}', "a JSON answer"),
        ("application/problem+json", b"{}", "a JSON answer"),
        ("application/octet-stream", b'<?xml version="1.0"?><Error/>', "an XML answer"),
        ("text/html", FTYP, ""),
        ("video/mp4", FTYP, ""),
        ("application/octet-stream", b"\x00\x01\x02", ""),
        ("text/vtt", b"WEBVTT", ""),
        ("video/mp4", b"", ""),
    ],
)
def test_a_page_is_told_from_a_recording(kind, head, page):
    """By its first bytes, and by what it is called where those say nothing."""
    assert page == page_instead(kind, head)


def test_a_part_says_where_it_belongs():
    """Start, end and size come from Content-Range."""
    head = read_head(answer(206, Content_Range="bytes 10-19/100", ETag='"a"'), 10, 20)
    assert (10, 20, 100, '"a"', True) == (head.start, head.end, head.size, head.etag, head.ranged)


@pytest.mark.parametrize(
    "said",
    ["", "bytes 0-9/100", "bytes 11-19/100", "bytes 10-9/100", "bytes 10-19/15", "items 10-19/100"],
)
def test_a_part_that_was_not_asked_for_is_not_taken(said):
    """Bytes of another place must never be written here."""
    with pytest.raises(RetrySoon, match="other bytes"):
        read_head(answer(206, Content_Range=said), 10, 20)


def test_the_whole_instead_of_a_part_begins_at_zero():
    """A server that knows no ranges answers 200."""
    head = read_head(answer(200, Content_Length="100"), 10, 20)
    assert (0, 100, 100, False, True) == (
        head.start,
        head.end,
        head.size,
        head.ranged,
        head.framed,
    )


def test_an_answer_without_length_does_not_show_that_it_was_cut():
    """Only the connection's end would tell its end."""
    assert not read_head(answer(200), 0, None).framed
    assert read_head(answer(200, Transfer_Encoding="chunked"), 0, None).framed


@pytest.mark.parametrize(
    "status, error",
    [
        (400, Refused),
        (401, Refused),
        (403, Refused),
        (404, Refused),
        (410, Refused),
        (204, Refused),
        (304, Refused),
        (429, Crowded),
        (503, Crowded),
        (500, RetrySoon),
        (502, RetrySoon),
        (408, RetrySoon),
    ],
)
def test_what_a_status_means(status, error):
    """A fresh address, one connection less, or another try; and no query is shown."""
    with pytest.raises(error) as raised:
        read_head(answer(status), 0, 10)
    assert error is type(raised.value)
    assert f"{status}" in str(raised.value)
    assert "canary" not in str(raised.value)


def test_416_tells_that_the_file_is_empty_shorter_or_never_sent_in_parts():
    """It depends on the size that it names."""
    assert 0 == read_head(answer(416, Content_Range="bytes */0"), 0, 10).size
    for said, start, ranges in (
        ("bytes */5", 10, True),
        ("bytes */100", 10, False),
        ("", 10, False),
    ):
        with pytest.raises(BeginAnew) as raised:
            read_head(answer(416, Content_Range=said), start, 20)
        assert ranges == raised.value.ranges


def test_a_packed_file_is_refused():
    """Its length and its parts would be those of something else."""
    with pytest.raises(ProviderError, match="packs the file"):
        read_head(answer(200, Content_Encoding="gzip"), 0, 10)
