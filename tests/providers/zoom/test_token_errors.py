"""Every documented no of Zoom's token endpoint, with and without its number."""

from __future__ import annotations

import pytest
from emulators.zoom import refused_token
from hypothesis import given
from hypothesis import strategies as st

from leap.errors import LeapError, NeedsHuman, RetrySoon
from leap.providers.zoom.token_errors import token_refusal

LOGIN = "leap auth login zoom --tenant acme --account zoom"


def refused(code: int, *, numbered: bool, grant: str = "refresh_token") -> LeapError:
    """Return what becomes of an answer."""
    said = refused_token(code, numbered=numbered)
    return token_refusal(grant, said["status"], said["json"], login=LOGIN)


@pytest.mark.parametrize("numbered", [False, True], ids=["reason", "number"])
@pytest.mark.parametrize(
    "code, cause, helps",
    [
        (4700, "lacks scopes", "add them in the app"),
        (4702, "does not know this client id, or the secret is another one", "copy both again"),
        (4704, "does not know this client id, or the secret is another one", "copy both again"),
        (4705, "the app is of another kind", "a Server-to-Server app wants --server-to-server"),
        (4706, "the client id or its secret is missing", f"give both: {LOGIN}"),
        (4709, "does not allow the address that the browser comes back to", "the allow list"),
        (4711, "the scopes asked for are not the app's", "add them in the app"),
        (4717, "the app is switched off", "activate it at marketplace.zoom.us"),
        (4733, "the login took longer than five minutes", f"log in again: {LOGIN}"),
        (4734, "the login was used before, or is another app's", f"log in again: {LOGIN}"),
        (4735, "whoever logged in is not at Zoom any more", "let somebody else log in"),
        (4738, "an administrator of the Zoom account has forbidden the app", "have it allowed"),
        (4740, "the login was not used for too long", f"log in again: {LOGIN}"),
        (4741, "the login was revoked, or is used by another program", f"log in again: {LOGIN}"),
    ],
)
def test_a_refusal_says_what_a_person_can_do(
    code: int, cause: str, helps: str, *, numbered: bool
) -> None:
    """The cause is the same whether Zoom gives its number or only words."""
    error = refused(code, numbered=numbered)

    assert isinstance(error, NeedsHuman)
    if (code, numbered) != (4700, False):  # its words are those of 4711, which helps as much
        assert cause in error.message
    assert helps in (error.hint or "")
    assert numbered == error.message.endswith(f", {code})")


def test_the_command_for_an_app_says_that_it_is_one() -> None:
    """Who asked as a Server-to-Server app logs in anew as one."""
    error = refused(4702, numbered=True, grant="account_credentials")

    assert (error.hint or "").endswith(f"{LOGIN} --server-to-server")


def test_a_wrong_account_id_is_told_as_such() -> None:
    """Zoom says no more than that the request is bad."""
    body = {"reason": "Bad Request", "error": "invalid_request"}

    error = token_refusal("account_credentials", 400, body)

    assert "it does not know this account id, or the app is another account's" in error.message


@pytest.mark.parametrize(
    "status, body",
    [(500, {}), (502, {"reason": "Invalid Token!"}), (401, {"code": 4700, "message": ""})],
)
def test_a_fault_of_zooms_passes(status: int, body: dict[str, object]) -> None:
    """What is no answer to the question is asked again."""
    assert isinstance(token_refusal("refresh_token", status, body), RetrySoon)


@given(
    status=st.integers(400, 599),
    body=st.dictionaries(
        st.sampled_from(["code", "errorCode", "reason", "message", "error"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=300) | st.lists(st.text()),
    ),
)
def test_any_answer_becomes_one_short_line(status: int, body: dict[str, object]) -> None:
    """Whatever is in the answer, people read one line of printable text."""
    error = token_refusal("refresh_token", status, body)

    assert (True, True) == (error.message.isprintable(), len(error.message) < 400)
