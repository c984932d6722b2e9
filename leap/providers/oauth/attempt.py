"""One attempt to log in: the question to the vendor, and which answer belongs to it.

https://www.rfc-editor.org/rfc/rfc6749#section-4.1
https://www.rfc-editor.org/rfc/rfc7636 (PKCE)
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from leap.errors import NeedsHuman, ProviderError
from leap.providers.oauth.vendor import Vendor

#: An address that is longer was not made by a vendor.
_LONGEST = 16_384
_LONGEST_TEXT = 200


class ForeignAnswer(ProviderError):
    """What came is no answer to this question; the right one may still come."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a vendor put into the address that it sent the browser to; all of it is secret."""

    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A question to ``vendor``, told from all others by its ``state``.

    Attributes:
        redirect_uri: where the answer goes to; registered with the vendor.
        verifier: proves to the token endpoint that who asked is who exchanges.
    """

    vendor: Vendor
    client_id: str
    redirect_uri: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)

    @property
    def address(self) -> str:
        """Return the address at which a person says yes."""
        vendor = self.vendor
        parameters = {
            "response_type": vendor.response,
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            **vendor.extra,
        }
        if vendor.scopes:
            parameters["scope"] = " ".join(vendor.scopes)
        if vendor.response == "code":
            parameters["code_challenge"] = _challenge(self.verifier)
            parameters["code_challenge_method"] = "S256"
        return f"{vendor.authorize_url}?{urlencode(parameters)}"

    def read(self, address: str) -> Answer:
        """Return the answer in ``address``, which may lack scheme and host.

        Raises ForeignAnswer where it belongs to another question or is none,
        and NeedsHuman where the vendor said no.
        """
        fields = _fields(address)
        if not hmac.compare_digest(fields.get("state", "").encode(), self.state.encode()):
            raise self._foreign(fields)
        if "error" in fields:
            raise self._declined(fields)
        wanted = "code" if self.vendor.response == "code" else "access_token"
        if not fields.get(wanted):
            raise ForeignAnswer(f"{self.vendor.name} sent no {wanted.replace('_', ' ')}")
        return Answer(fields)

    def _foreign(self, fields: Mapping[str, str]) -> ForeignAnswer:
        if "state" not in fields:
            message = f"that is not the address that {self.vendor.name} sent the browser to"
            return ForeignAnswer(message, hint="copy all of it from the browser's address bar")
        message = "that answer belongs to another login, and was not used"
        return ForeignAnswer(message, hint="use the address that was shown last")

    def _declined(self, fields: Mapping[str, str]) -> NeedsHuman:
        if fields["error"] == "access_denied":
            message = f"{self.vendor.name}: the login was declined"
            return NeedsHuman(message, hint="log in again, and allow what is asked for")
        said = readable(fields.get("error_description") or fields["error"])
        return NeedsHuman(f"{self.vendor.name} refused the login: {said}")


def begin(vendor: Vendor, client_id: str, redirect_uri: str) -> Attempt:
    """Return a new question, which nobody can guess."""
    return Attempt(
        vendor,
        client_id,
        redirect_uri,
        state=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(64),
    )


def readable(text: str) -> str:
    """Return a vendor's ``text`` as one short line that cannot move a cursor."""
    line = "".join(sign if sign.isprintable() else " " for sign in text[:_LONGEST])
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST_TEXT else f"{line[:_LONGEST_TEXT]}…"


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _fields(address: str) -> dict[str, str]:
    """Return the parameters of ``address``; what comes twice counts for nothing."""
    # People copy with quotes around, and terminals break long lines.
    text = "".join(address.split()).strip("\"'<>")
    if len(text) > _LONGEST:
        return {}
    try:
        parts = urlsplit(text)
        pairs = [
            pair
            for part in (parts.query, parts.fragment)
            for pair in parse_qsl(part, keep_blank_values=True, max_num_fields=50)
        ]
    except ValueError:
        return {}
    names = [name for name, _ in pairs]
    return {name: value for name, value in pairs if names.count(name) == 1}
