"""What a download is asked for, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leap.errors import ProviderError
from leap.providers.transfer.chunks import CHUNK


@dataclass(frozen=True, slots=True)
class Remote:
    """Where the bytes are at this moment.

    ``headers`` (an Authorization, for instance) go to the host of ``url`` and to
    no other. Neither is ever shown.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class TransferSettings:
    """How to download.

    Attributes:
        connections: at most so many at once.
        bandwidth: at most so many bytes per second over all of them; None is no limit.
        stall: seconds after which a connection that brings (almost) nothing is begun anew.
        deadline: seconds that the whole may take.
        attempts: how often in a row something may fail without any bytes in between.
        allow_insecure: plain http and addresses of private networks are allowed.
        chunk: bytes that are remembered as one; what a kill loses per connection.
    """

    connections: int = 8
    bandwidth: float | None = None
    stall: float = 60.0
    deadline: float = 12 * 3600.0
    attempts: int = 6
    allow_insecure: bool = False
    chunk: int = CHUNK


@dataclass(frozen=True, slots=True)
class Transferred:
    """A file that is there, whole.

    ``size`` is in bytes and ``sha256`` 64 hex digits. ``fetched`` bytes came
    over the network now, ``resumed`` bytes were there from an earlier attempt.
    ``connections`` is how many there were at most, ``seconds`` what it took.
    """

    size: int
    sha256: str
    fetched: int
    resumed: int
    connections: int
    seconds: float


#: What to do about a failure that may be the server's mood or its mistake.
_AGAIN = "run `leap reconcile` again; if it stays so, look at the recording where it comes from"


class Refused(ProviderError):
    """The server does not hand the file out, also to a fresh URL.

    ``status`` is what it answered last; ``page`` says what came instead of the
    file where the answer was 200, such as ``a web page``, else it is empty.
    """

    def __init__(self, message: str, *, status: int, page: str = "") -> None:
        super().__init__(message, hint=_AGAIN)
        self.status = status
        self.page = page


class WrongSize(ProviderError):
    """The server's file is not as long as the source says.

    Both in bytes; ``sent`` is None where it is not known how much longer it is.
    """

    def __init__(self, message: str, *, declared: int, sent: int | None) -> None:
        super().__init__(message, hint=_AGAIN)
        self.declared, self.sent = declared, sent
