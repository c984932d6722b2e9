"""Private keys and tokens that were left in the clear, found by how they look.

Every shape here is one that its issuer gives to secrets alone, so that a
finding is worth stopping for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from leap.config.files import read_file
from leap.errors import Diagnostic
from leap.secrets.places import shown

#: What a secret looks like, as bytes, and what it is.
SHAPES: tuple[tuple[str, bytes], ...] = (
    ("a private age key", rb"AGE-SECRET-KEY-[A-Z0-9-]{20,}"),
    ("a private key", rb"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"),
    ("a Google client secret", rb"GOCSPX-[\w-]{20,}"),
    ("a Google access token", rb"ya29\.[\w-]{20,}"),
    ("a Google refresh token", rb"1//0[\w-]{30,}"),
    ("a VK access token", rb"vk1\.a\.[\w-]{20,}"),
    ("a Fireworks key", rb"fw_[A-Za-z0-9]{20,}"),
    ("an API key", rb"sk-[A-Za-z0-9_-]{28,}"),
    ("a GitHub token", rb"gh[pousr]_[A-Za-z0-9]{36}"),
    ("an AWS access key", rb"AKIA[0-9A-Z]{16}"),
)

#: Not within a word or within base64, where anything can occur.
_ANY = re.compile(
    rb"(?<![A-Za-z0-9_+/])(?:" + b"|".join(b"(%s)" % shape for _, shape in SHAPES) + b")"
)
_HINT = "revoke it, and use `leap secrets set`; it stays in git's history"
_KEY_HINT = "move it to state/keys, and give the tenant a new one: leap secrets rotate {} --key"
#: More than any file of text that people write; thumbnails and the like are larger.
_LIMIT = 1 << 20


def exposed(root: Path, folder: Path) -> Iterator[Diagnostic]:
    """Yield each secret in the clear in the files below ``folder``, wherever it stands."""
    for path in _files(folder):
        try:
            content = read_file(path, _LIMIT + 1)
        except OSError:
            # What cannot be read is told by whoever wants to read it.
            continue
        if len(content) <= _LIMIT:
            yield from exposed_in(content, shown(root, path))


def exposed_in(content: bytes, name: str) -> Iterator[Diagnostic]:
    """Yield each secret in the clear in ``content``; ``name`` is the file's. Shows none of it."""
    for found in _ANY.finditer(content):
        what = SHAPES[(found.lastindex or 1) - 1][0]
        line = content.count(b"\n", 0, found.start()) + 1
        start = content.rfind(b"\n", 0, found.start()) + 1
        column = len(content[start : found.start()].decode(errors="replace")) + 1
        tenant = name.split("/")[1] if name.startswith("tenants/") else "TENANT"
        hint = _KEY_HINT.format(tenant) if what == SHAPES[0][0] else _HINT
        yield Diagnostic(name, line, column, f"{what} in the clear", hint)


def _files(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(where, name)
            if not path.is_symlink():
                yield path
