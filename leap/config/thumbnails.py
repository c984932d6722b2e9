"""The pictures in tenants/<tenant>/thumbnails: real ones, fit for the platforms, and which."""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from leap.config.events import without_control
from leap.config.files import read_file
from leap.config.model import NAME_HINT, NAME_PATTERN
from leap.config.repository import THUMBNAILS
from leap.errors import Diagnostic

#: What VK takes at most; YouTube takes more.
MAX_BYTES = 5_000_000
#: https://support.google.com/youtube/answer/72431
MIN_WIDTH = 640
MAX_SIDE = 10_000
MAX_FILES = 500

#: Enough for the size of a picture, which may stand behind a camera's notes.
_HEAD = 1 << 20
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_ENDINGS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}


def picture_name(text: str) -> str:
    """Return the name of a picture that may be written with its ending."""
    text = text.strip()
    ending = next((each for each in _ENDINGS if text.lower().endswith(each)), "")
    return text.removesuffix(text[len(text) - len(ending) :])


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its path, relative to the repository's root, and what is in it."""

    file: str
    sha256: str


def pictures(root: Path, tenant: str, names: Collection[str]) -> Mapping[str, Picture]:
    """Return those of ``names`` that ``tenant`` has a picture of, read to their end.

    One that cannot be read is left out; ``check_thumbnails`` says why.
    """
    found = {}
    for name in sorted(names):
        for ending in _ENDINGS:
            file = f"tenants/{tenant}/{THUMBNAILS}/{name}{ending}"
            try:
                content = read_file(root / file, MAX_BYTES + 1)
            except OSError:
                continue
            found[name] = Picture(file, hashlib.sha256(content).hexdigest())
            break
    return found


def picture_names(root: Path, tenant: str) -> frozenset[str]:
    """Return the names of all pictures of ``tenant``, without their endings."""
    folder = root / f"tenants/{tenant}/{THUMBNAILS}"
    try:
        paths = [] if folder.is_symlink() else list(folder.iterdir())
    except OSError:
        return frozenset()
    return frozenset(path.stem for path in paths if path.suffix in _ENDINGS)


def check_thumbnails(root: Path, tenant: str) -> Iterator[Diagnostic]:
    """Yield what is wrong with the pictures of ``tenant``; nothing where it has none."""
    base = f"tenants/{tenant}/{THUMBNAILS}"
    folder = root / base
    if folder.is_symlink() or not folder.is_dir():
        return  # A link is told by leap.config.repository.
    try:
        paths = sorted(path for path in folder.iterdir() if path.name[0] != ".")
    except OSError as error:
        yield Diagnostic(base, 0, 0, f"cannot be read: {(error.strerror or str(error)).lower()}")
        return
    if len(paths) > MAX_FILES:
        yield Diagnostic(base, 0, 0, f"more than {MAX_FILES} files")
        return
    for path in paths:
        file = f"{base}/{without_control(path.name)}"
        if path.suffix.lower() in _ENDINGS:
            yield from _check(path, file)
        elif path.name != "README.md":
            message, hint = "not a picture that platforms take", "make it a PNG or a JPEG"
            yield Diagnostic(file, 0, 0, message, hint)


def _check(path: Path, file: str) -> Iterator[Diagnostic]:
    if not re.fullmatch(NAME_PATTERN, path.stem):
        yield Diagnostic(
            file, 0, 0, f"`{without_control(path.stem[:60])}` is not a name", NAME_HINT
        )
        return
    if path.is_symlink():
        yield Diagnostic(file, 0, 0, "a symbolic link is not followed", "put the file itself here")
        return
    try:
        head = read_file(path, _HEAD)
        size = path.stat().st_size
    except OSError as error:
        yield Diagnostic(file, 0, 0, f"cannot be read: {(error.strerror or str(error)).lower()}")
        return
    if size > MAX_BYTES:
        message = f"{size / 1e6:.1f} MB, more than the {MAX_BYTES // 10**6} MB that platforms take"
        yield Diagnostic(file, 0, 0, message, "save it as a JPEG of 1280 x 720")
    kind = "PNG" if head.startswith(_PNG) else "JPEG" if head.startswith(_JPEG) else None
    sides = dimensions(head)
    if kind is None or sides is None:
        yield Diagnostic(file, 0, 0, "not a sound PNG or JPEG", "save it anew as one of these")
    elif kind != _ENDINGS[path.suffix.lower()]:
        yield Diagnostic(file, 0, 0, f"a {kind}, whatever its ending says", "rename it")
    else:
        yield from _check_sides(file, *sides)


def _check_sides(file: str, width: int, height: int) -> Iterator[Diagnostic]:
    shown = f"{width} x {height} pixels"
    if max(width, height) > MAX_SIDE:
        yield Diagnostic(file, 0, 0, f"{shown} are too many", "1280 x 720 are enough")
    elif width < MIN_WIDTH:
        message = f"{shown}: narrower than the {MIN_WIDTH} that YouTube wants"
        yield Diagnostic(file, 0, 0, message, "1280 x 720 are best", "warning")


def dimensions(head: bytes) -> tuple[int, int] | None:
    """Return width and height of the PNG or JPEG that begins with ``head``, or None."""
    if head.startswith(_PNG):
        if head[12:16] != b"IHDR" or len(head) < 24:  # noqa: PLR2004 -- https://www.w3.org/TR/png/#11IHDR
            return None
        width, height = struct.unpack(">II", head[16:24])
        return (width, height) if width and height else None
    return _of_jpeg(head) if head.startswith(_JPEG) else None


def _of_jpeg(head: bytes) -> tuple[int, int] | None:
    """Follow the segments to the frame header (ITU T.81, B.2.2)."""
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:  # noqa: PLR2004 -- a marker's first byte
        marker = head[at + 1]
        if marker == 0xFF:  # noqa: PLR2004 -- a fill byte
            at += 1
            continue
        # SOF0 to SOF15, without DHT, JPG and DAC, which have numbers among them.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # noqa: PLR2004
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return (width, height) if width and height else None
        at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return None
