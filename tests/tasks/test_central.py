"""The address of a central scheduler: understood, or refused in one line without its password."""

from __future__ import annotations

import re

import pytest

from leap.errors import UsageError
from leap.tasks.central import chosen, is_loopback, missing_limits, parsed, runner_name

PASSWORD = "kanarienvogel-5a7d"


@pytest.mark.parametrize(
    "text, url",
    [
        ("http://127.0.0.1:8082", "http://127.0.0.1:8082"),
        (" http://localhost:8082/ ", "http://localhost:8082"),
        ("https://luigi.example.org/leap/", "https://luigi.example.org/leap"),
        ("http://[::1]:8082", "http://[::1]:8082"),
        ("HTTP://127.0.0.1:8082", "http://127.0.0.1:8082"),
    ],
)
def test_an_address_is_kept_without_a_slash_at_its_end(text: str, url: str) -> None:
    assert url == parsed(text, "--scheduler").url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost:8082",
        "8082",
        "ftp://127.0.0.1",
        "http://",
        "http://[::1",
        "http://h:99999",
        "http://h:x",
        "http://a b/",
        "http://h/?x=1",
        "http://h/#x",
        "file:///etc/passwd",
        "🎓",
    ],
)
def test_what_is_no_address_is_one_line_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        parsed(text, "--scheduler")
    assert str(raised.value).startswith("--scheduler: ")
    assert "http://127.0.0.1:8082" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [f"https://leap:{PASSWORD}@luigi.example.org", f"http://{PASSWORD}@127.0.0.1:8082"],
)
def test_credentials_belong_in_the_environment_alone(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is said about them afterwards, the password is not in it."""
    with pytest.raises(UsageError) as raised:
        chosen(text, None)
    assert "put the whole URL in LEAP_SCHEDULER" in str(raised.value)
    assert PASSWORD not in str(raised.value)

    monkeypatch.setenv("LEAP_SCHEDULER", text)
    central = chosen(None, None)
    assert central is not None
    assert PASSWORD in central.login
    assert PASSWORD not in repr(central) + central.url + central.list_page()


def test_credentials_are_never_sent_unencrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAP_SCHEDULER", f"http://leap:{PASSWORD}@luigi.example.org")

    with pytest.raises(UsageError, match="unencrypted") as raised:
        chosen(None, None)
    assert PASSWORD not in str(raised.value)


def test_the_command_line_wins_over_the_environment_over_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert chosen(None, None) is None
    assert "http://file" == chosen(None, "http://file").url
    monkeypatch.setenv("LEAP_SCHEDULER", "http://environment")
    assert "http://environment" == chosen(None, "http://file").url
    assert "http://option" == chosen("http://option", "http://file").url


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "10.0.0.1", "localhost.evil.example", "example.org"])
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_a_runner_is_called_by_its_name_and_never_as_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LEAP_RUNNER", "CI job/4711 %s\n")

    names = {runner_name() for _ in range(20)}

    assert len(names) > 15
    assert all(re.fullmatch(r"CI-job-4711-s--[0-9a-f]{4}", name) for name in names)


def test_a_limit_that_the_scheduler_does_not_know_is_named() -> None:
    assert ("vk", "youtube") == missing_limits(["ffmpeg", "youtube", "vk"], ["ffmpeg", "whisper"])


def test_pages_have_addresses_that_luigi_understands() -> None:
    central = parsed("http://127.0.0.1:8082", "--scheduler")

    page = "http://127.0.0.1:8082/static/visualiser/index.html"
    assert f"{page}#tab=graph&taskId=leap.Recording_1&visType=svg&hideDone=0" == central.graph_page(
        "leap.Recording_1"
    )
    assert f"{page}#search__search=leap.Recording" == central.list_page("leap.Recording")
