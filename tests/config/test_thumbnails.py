"""Thumbnails: real pictures that platforms take, or a diagnostic."""

from __future__ import annotations

import struct
import zlib

import pytest

from leap.config import check
from leap.config.thumbnails import MAX_FILES, dimensions

FOLDER = "tenants/acme/thumbnails"


def png(width, height):
    """Return the beginning of a PNG of that size."""
    header = struct.pack(">II", width, height) + b"\x08\x02\x00\x00\x00"
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )


def jpeg(width, height):
    """Return the beginning of a JPEG of that size, behind a camera's notes."""
    notes = b"\xff\xe1" + struct.pack(">H", 3002) + b"\xff" * 3000
    frame = b"\xff\xc0" + struct.pack(">HBHH", 17, 8, height, width)
    return b"\xff\xd8" + notes + frame + bytes(10)


@pytest.mark.parametrize("picture", [png, jpeg])
@pytest.mark.parametrize("size", [(1280, 720), (1, 65535)])
def test_the_size_of_a_picture_is_read_from_its_beginning(picture, size):
    """Without a library that decodes pictures of strangers."""
    assert size == dimensions(picture(*size))


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", png(8, 8)[:20], jpeg(8, 8)[:50], b"\xff\xd8\xff" * 9]
)
def test_what_is_cut_off_has_no_size(content):
    """Nor has what is something else."""
    assert dimensions(content) is None


def test_sound_pictures_are_no_news(write):
    """A note beside them is none either."""
    files = {"a.png": png(1280, 720), "b.jpg": jpeg(640, 360), "c.JPEG": jpeg(1920, 1080)}

    assert check(write({f"{FOLDER}/{n}": c for n, c in {**files, "README.md": b""}.items()})) == ()


@pytest.mark.parametrize(
    "name, content, expected",
    [
        ("a.gif", b"GIF89a", "error: not a picture that platforms take; make it a PNG or a JPEG"),
        ("a.png", b"hello", "error: not a sound PNG or JPEG; save it anew as one of these"),
        ("a.png", jpeg(1280, 720), "error: a JPEG, whatever its ending says; rename it"),
        ("a.jpg", jpeg(1280, 720) + bytes(5_000_000),
         "error: 5.0 MB, more than the 5 MB that platforms take; save it as a JPEG of 1280 x 720"),
        ("a.png", png(30_000, 30_000),
         "error: 30000 x 30000 pixels are too many; 1280 x 720 are enough"),
        ("a.png", png(320, 180), ("warning: 320 x 180 pixels: narrower than the 640 that YouTube "
         "wants; 1280 x 720 are best")),
        ("Мой вид.png", png(1280, 720), ("error: `Мой вид` is not a name; small letters, digits and "
         "hyphens, at most 63 characters")),
    ],
)  # fmt: skip
def test_a_picture_that_no_platform_takes_is_named(name, content, expected, write):
    """With what helps."""
    (found,) = check(write({f"{FOLDER}/{name}": content}))

    assert f"{FOLDER}/{name}: {expected}" == str(found).replace(": ", f": {found.severity}: ", 1)


def test_a_link_is_no_picture(write):
    """It could lead anywhere."""
    root = write({f"{FOLDER}/a.png": png(1280, 720)})
    (root / FOLDER / "b.png").symlink_to(root / FOLDER / "a.png")

    (found,) = check(root)

    assert "a symbolic link is not followed" == found.message


def test_too_many_pictures_are_refused(write):
    """A tenant cannot keep everybody else waiting."""
    root = write({f"{FOLDER}/a.png": png(1280, 720)})
    for number in range(MAX_FILES):
        (root / FOLDER / f"{number}.png").touch()

    assert [f"{FOLDER}: more than 500 files"] == [str(each) for each in check(root)]
