"""The question to a vendor, and which answer belongs to it."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.errors import NeedsHuman
from leap.providers.oauth.attempt import Attempt, ForeignAnswer, begin
from leap.providers.oauth.vendor import Vendor

HERE = "http://127.0.0.1:8713/uni"


@pytest.fixture
def attempt(vendor: Vendor) -> Attempt:
    """Return a question that was just asked."""
    return begin(vendor, "an app", HERE)


def answer(attempt: Attempt, **fields: str) -> str:
    """Return the address that the vendor sends a browser to."""
    return f"{attempt.redirect_uri}?{urlencode({'state': attempt.state, **fields})}"


def test_the_question_carries_a_challenge_and_no_verifier(attempt: Attempt) -> None:
    """The address has the SHA-256 of the verifier, which itself stays here until the exchange."""
    fields = dict(parse_qsl(urlsplit(attempt.address).query))
    digest = hashlib.sha256(attempt.verifier.encode()).digest()

    assert {
        "response_type": "code",
        "client_id": "an app",
        "redirect_uri": HERE,
        "state": attempt.state,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    } == fields
    assert attempt.verifier not in attempt.address
    assert 43 <= len(attempt.verifier) <= 128


def test_no_question_is_like_another(vendor: Vendor) -> None:
    """State and verifier are new each time."""
    asked = [begin(vendor, "an app", HERE) for _ in range(50)]

    assert 100 == len({each.state for each in asked} | {each.verifier for each in asked})


def test_a_question_says_what_the_vendor_wants_to_hear(implicit: Vendor) -> None:
    """Scopes and further parameters are the descriptor's; without a code there is no challenge."""
    asked = begin(implicit, "7", "https://old.example/blank.html")

    fields = parse_qs(urlsplit(asked.address).query)

    assert ["video groups"] == fields["scope"]
    assert ["page"] == fields["display"]
    assert ["token"] == fields["response_type"]
    assert "code_challenge" not in fields


def test_the_answer_to_the_question_is_read(attempt: Attempt) -> None:
    """Whatever the vendor adds (VK ID's device_id) is there beside the code."""
    found = attempt.read(answer(attempt, code="c/1+2=", device_id="d"))

    assert {"state": attempt.state, "code": "c/1+2=", "device_id": "d"} == dict(found.fields)


def test_a_token_in_the_fragment_is_read(implicit: Vendor) -> None:
    """The implicit flow answers behind a #, which no server ever sees."""
    asked = begin(implicit, "7", "https://old.example/blank.html")

    found = asked.read(f"https://old.example/blank.html#access_token=t&state={asked.state}")

    assert "t" == found.fields["access_token"]


@pytest.mark.parametrize(
    "dress",
    ["{}", "  {}\r\n", '"{}"', "'{}'", "<{}>"],
    ids=["bare", "blanks", "quotes", "single quotes", "angles"],
)
def test_an_address_is_read_as_people_paste_it(attempt: Attempt, dress: str) -> None:
    """Quotes and blanks around it do not matter, nor does a line that a terminal broke."""
    address = answer(attempt, code="abc")

    found = attempt.read(dress.format(f"{address[:40]}\n{address[40:]}"))

    assert "abc" == found.fields["code"]


@pytest.mark.parametrize(
    "address, message",
    [
        ("", "that is not the address that Uni Cloud sent the browser to"),
        ("abc", "that is not the address"),
        ("http://[", "that is not the address"),
        (f"{HERE}?code=c", "that is not the address"),
        (f"{HERE}?code=c&state=", "belongs to another login"),
        (f"{HERE}?code=c&state=guess", "belongs to another login"),
        (f"{HERE}?error=access_denied&state=guess", "belongs to another login"),
        (f"{HERE}?code=c&state=%C3%BC", "belongs to another login"),
        (f"{HERE}?code=c&state={'x' * 20_000}", "that is not the address"),
        (f"{HERE}?{'a=1&' * 100}state=x", "that is not the address"),
    ],
)
def test_another_answer_is_refused(attempt: Attempt, address: str, message: str) -> None:
    """What lacks the state, or has another, is no answer to this question."""
    with pytest.raises(ForeignAnswer, match=message) as refused:
        attempt.read(address)

    assert refused.value.hint


def test_a_state_that_comes_twice_is_none(attempt: Attempt) -> None:
    """An address with two values for one name is not a vendor's."""
    with pytest.raises(ForeignAnswer):
        attempt.read(answer(attempt, code="c") + "&state=x")


def test_a_right_state_without_a_code_is_refused(attempt: Attempt) -> None:
    """An empty code is none."""
    with pytest.raises(ForeignAnswer, match="Uni Cloud sent no code"):
        attempt.read(answer(attempt, code=""))


def test_a_no_is_told_as_such(attempt: Attempt) -> None:
    """Whoever declines gets to hear what to do about it."""
    with pytest.raises(NeedsHuman) as declined:
        attempt.read(answer(attempt, error="access_denied"))

    expected = "Uni Cloud: the login was declined; log in again, and allow what is asked for"
    assert expected == str(declined.value)


def test_a_refusal_is_told_in_the_vendors_words(attempt: Attempt) -> None:
    """The words are one short line, whatever is in them."""
    with pytest.raises(NeedsHuman) as refused:
        attempt.read(answer(attempt, error="bad", error_description="No\n\x1b[31mapp " + "x" * 999))

    said = str(refused.value)
    assert said.startswith("Uni Cloud refused the login: No [31mapp xxx")
    assert (True, True) == (said.isprintable(), len(said) < 300)


def test_nothing_secret_is_in_what_is_printed(attempt: Attempt) -> None:
    """An attempt or an answer in a log tells nobody its state, verifier or code."""
    shown = repr(attempt) + repr(attempt.read(answer(attempt, code="canary")))

    assert [] == [each for each in (attempt.state, attempt.verifier, "canary") if each in shown]


@given(text=st.text(max_size=200))
def test_no_text_is_taken_for_an_answer(text: str) -> None:
    """Whatever is pasted, or asked of the port, is refused; nothing crashes."""
    vendor = Vendor(
        "V", "v", "https://v.example/a", "https://v.example/t", lambda *_: NeedsHuman("")
    )
    asked = begin(vendor, "1", HERE)

    for address in (text, f"{HERE}?{text}", f"{HERE}?state={quote(text)}&code=c"):
        with pytest.raises(ForeignAnswer):
            asked.read(address)
