"""Where a page lives: readable when it is public, unguessable when it is unlisted."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata

_TITLE_LENGTH = 60
_TOKEN_LENGTH = 26
_SAFE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

_CYRILLIC = str.maketrans(
    dict(zip("абвгдеёзийклмнопрстуфыэєіґ", "abvgdeeziyklmnoprstufyeeig", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch"}
    | {"ю": "yu", "я": "ya", "ї": "yi", "ъ": "", "ь": ""}
)


def public_slug(title: str, recording: str) -> str:
    """Return ``<title in plain letters>-<hex of the recording>``.

    >>> public_slug("Линейная алгебра", "2026-11-20-0a1b2c3d4e5f")
    'lineynaya-algebra-0a1b2c3d4e5f'
    """
    # Composed first: a file name may spell й as и and a breve.
    composed = unicodedata.normalize("NFC", title.lower())
    plain = unicodedata.normalize("NFKD", composed.translate(_CYRILLIC))
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode())
    readable = "-".join(words)[:_TITLE_LENGTH].rstrip("-") or "lecture"
    return f"{readable}-{identity_of(recording)}"


def unlisted_slug(recording: str, preset: str, link_secret: str) -> str:
    """Return 130 bits that only the holder of ``link_secret`` can compute, in base 32.

    The same publication always gets the same address, so that publishing may
    be repeated; another secret moves every unlisted page.
    """
    message = f"leap site page {recording} {preset}".encode()
    code = hmac.new(link_secret.encode(), message, hashlib.sha256).digest()
    return base64.b32encode(code).decode().lower()[:_TOKEN_LENGTH]


def identity_of(recording: str) -> str:
    """Return the last part of a recording id: its 12 hex digits."""
    return recording.rpartition("-")[2]


def is_slug(text: str) -> bool:
    """Tell whether ``text`` may be the name of a page's folder: one safe path segment."""
    return _SAFE.fullmatch(text) is not None
