"""How one vendor does OAuth 2, as data; a new vendor is one more of these values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from leap.errors import LeapError

#: Turns a refused token request into what a person reads: its ``grant_type``, and the
#: answer's HTTP status and JSON body.
Refusal = Callable[[str, int, Mapping[str, Any]], LeapError]


@dataclass(frozen=True, slots=True)
class Vendor:
    """What tells one vendor's OAuth from another's.

    Attributes:
        name: the vendor as people know it.
        kind: the ``kind`` of the credential that a login gives.
        authorize_url: where a person says yes.
        token_url: where a code, or a refresh token, becomes an access token.
        refusal: how errors of the token endpoint read.
        port: where the answer is awaited on 127.0.0.1, unless another port is
            asked for. Fixed, since vendors want the address registered.
        lands_at: a page of the vendor's that the answer goes to instead, where
            no address of one's own can be registered; a person pastes it.
        response: what the answer holds. ``token`` is the implicit flow, in
            which the token itself is in the address.
        authentication: how the app proves to the token endpoint who it is.
        scopes: what to ask for; empty where the app's registration says that.
        extra: further parameters of ``authorize_url``.
        echoed: parameters of the answer that the token endpoint wants back.
        unused: how long a refresh token lives if nobody uses it, if known.
        testing: how long a login lives, used or not, while the vendor has the
            app for one in testing; None where there is no such thing.
        if_less: what helps where less was allowed than was asked for.
    """

    name: str
    kind: str
    authorize_url: str
    token_url: str
    refusal: Refusal
    port: int = 0
    lands_at: str | None = None
    response: Literal["code", "token"] = "code"
    authentication: Literal["basic", "form", "none"] = "basic"
    scopes: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    echoed: tuple[str, ...] = ()
    unused: timedelta | None = None
    testing: timedelta | None = None
    if_less: str = "log in again, and allow everything that is asked for"

    @property
    def path(self) -> str:
        """Return the path on 127.0.0.1 that the answer goes to."""
        return f"/{self.kind}"
