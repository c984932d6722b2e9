"""Downloading one large file over HTTP: in parallel, to be continued, and never half.

    done = download(fresh, path, size=declared, settings=TransferSettings(), progress=progress)

``fresh()`` returns a `Remote`: an address, and headers for its host alone. Each
file below is one subject, from values to threads::

    values      what is asked for and what comes of it
    chunks      which parts are there, journal remembers them beside the file
    answers     what the server's answer means; server sends requests and follows redirects
    admission   whether it is the file that was declared and begun
    ramp        how many connections help, bandwidth how fast they may be
    connection  fetches and writes spans, follower hashes behind them
    work        what they share, threads runs them, download conducts
"""

from leap.providers.transfer.download import download
from leap.providers.transfer.journal import journal_of
from leap.providers.transfer.values import (
    Refused,
    Remote,
    Transferred,
    TransferSettings,
    WrongSize,
)

__all__ = [
    "Refused",
    "Remote",
    "TransferSettings",
    "Transferred",
    "WrongSize",
    "download",
    "journal_of",
]
