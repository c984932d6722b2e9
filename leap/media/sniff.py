"""What kind of media a file is, by its first bytes and never by its name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from leap.errors import BadInput

_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Container:
    """A file format that LEAP reads.

    ``demuxer`` is libav's and ffmpeg's name for its reader; ``extension`` is
    the usual one, with its dot.
    """

    name: str
    demuxer: str
    extension: str


MP4 = Container("mp4", "mov", ".mp4")
M4A = Container("m4a", "mov", ".m4a")
M4V = Container("m4v", "mov", ".m4v")
MOV = Container("mov", "mov", ".mov")
MATROSKA = Container("matroska", "matroska", ".mkv")
WEBM = Container("webm", "matroska", ".webm")
AVI = Container("avi", "avi", ".avi")
MP3 = Container("mp3", "mp3", ".mp3")
WAV = Container("wav", "wav", ".wav")
FLAC = Container("flac", "flac", ".flac")
OGG = Container("ogg", "ogg", ".ogg")

_READABLE = "mp4, mov, mkv, webm, avi, mp3, m4a, wav, flac, ogg"
_QUICKTIME_ATOMS = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_PLAYLISTS = (b"ffconcat", b"#extm3u", b"[playlist]")


def container_of(path: Path) -> Container:
    """Return the format of the file at ``path``.

    Raises BadInput, saying what the file is instead, where no video or audio
    that LEAP reads begins like this.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    found = sniff(head)
    if found is None:
        raise BadInput(
            f"not a video or audio file: {describe(head)}", hint=f"LEAP reads {_READABLE}"
        )
    return found


def sniff(head: bytes) -> Container | None:
    """Return the format of a file that begins with ``head``, or None."""
    kind = head[4:8]
    if kind == b"ftyp":
        brands = {b"qt  ": MOV, b"M4A ": M4A, b"M4B ": M4A, b"M4V ": M4V}
        return brands.get(head[8:12], MP4)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return WEBM if b"webm" in head[:64] else MATROSKA
    if head[:4] in {b"RIFF", b"RF64"}:
        return {b"AVI ": AVI, b"WAVE": WAV}.get(head[8:12])
    if head.startswith(b"fLaC"):
        return FLAC
    if head.startswith(b"OggS"):
        return OGG
    if head.startswith(b"ID3") or _is_mp3_frame(head):
        return MP3
    if kind in _QUICKTIME_ATOMS and int.from_bytes(head[:4]) >= len(b"sizetype"):
        return MOV
    return None


def describe(head: bytes) -> str:
    """Say in a few words what a file that is no media begins with."""
    if not head:
        return "the file is empty"
    if not any(head):
        return "it begins with zeros only"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "it is a web page"
    if text.startswith(_PLAYLISTS) or b"<mpd" in text[:512]:
        return "it is a playlist, which could name any other file"
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # A character cut in two by the end of the head is still text.
        if error.start < len(head) - 3:
            return "its first bytes are of no format that LEAP knows"
    return "it is a text"


def _is_mp3_frame(head: bytes) -> bool:
    """Tell whether ``head`` begins with a frame header of MPEG audio layer III that can be.

    Its bits: 11 of sync, 2 version, 2 layer, 1 protection, 4 bit rate, 2 sample rate, ...
    """
    bits = f"{int.from_bytes(head[:4]):032b}"
    sync, version, layer, bit_rate, sample_rate = (
        bits[:11], bits[11:13], bits[13:15], bits[16:20], bits[20:22],
    )  # fmt: skip
    return (
        sync == "1" * 11
        and version != "01"
        and layer == "01"
        and bit_rate not in {"0000", "1111"}
        and sample_rate != "11"
    )
