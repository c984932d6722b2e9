"""A ``multipart/form-data`` body: its fields, and the file in it (RFC 7578)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from emulators.messages import Request

_NAME = re.compile(rb'name="([^"]*)"')
_FILE = re.compile(rb'filename="([^"]*)"')
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')


@dataclass(slots=True)
class Form:
    """What was sent; a field that came several times has all its values."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    file: bytes | None = None
    filename: str = ""

    def one(self, name: str, default: str = "") -> str:
        """Return the last value of a field."""
        return self.fields.get(name, [default])[-1]


def read_form(request: Request) -> Form | None:
    """Return the form of a request, or None where it has none that can be read."""
    kind = request.headers.get("content-type", "")
    boundary = _BOUNDARY.search(kind)
    if not kind.startswith("multipart/form-data") or boundary is None:
        return None
    mark = b"--" + boundary[1].encode()
    head, *parts = (b"\r\n" + request.body).split(b"\r\n" + mark)
    if head or not parts or not parts[-1].startswith(b"--"):
        return None
    form = Form()
    for part in parts[:-1]:
        headers, found, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name, filename = _NAME.search(headers), _FILE.search(headers)
        if not found or name is None:
            return None
        if filename is not None:
            form.file, form.filename = content, filename[1].decode()
        else:
            form.fields.setdefault(name[1].decode(), []).append(content.decode())
    return form
