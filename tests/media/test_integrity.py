"""Probing and checking: what is whole is read, what is not is refused in one line."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest

from leap.errors import BadInput
from leap.media import ffmpeg
from leap.media.integrity import verify_decodable
from leap.media.probe import probe
from leap.media.sniff import describe, sniff

Make = Callable[[str], Path]

WHOLE = [
    ("plain.mp4", "mp4", "h264", "aac"),
    ("late-index.mp4", "mp4", "h264", "aac"),
    ("fragmented.mp4", "mp4", "h264", "aac"),
    ("open-gop.mp4", "mp4", "h264", "aac"),
    ("hevc.mp4", "mp4", "hevc", "aac"),
    ("variable.mp4", "mp4", "h264", "aac"),
    ("plain.mov", "mov", "h264", "pcm_s16le"),
    ("plain.mkv", "matroska", "h264", "aac"),
    ("plain.webm", "webm", "vp8", "opus"),
    ("plain.avi", "avi", "mpeg4", "mp3"),
    ("no-sound.mp4", "mp4", "h264", None),
    ("plain.mp3", "mp3", None, "mp3"),
    ("plain.m4a", "m4a", None, "aac"),
    ("plain.wav", "wav", None, "pcm_s16le"),
    ("plain.flac", "flac", None, "flac"),
    ("plain.ogg", "ogg", None, "opus"),
]


@pytest.mark.parametrize("name, container, video, audio", WHOLE)
def test_a_whole_file_is_read(
    make: Make, tmp_path: Path, name: str, container: str, video: str | None, audio: str | None
) -> None:
    """Kind, streams and length come from the content; a misleading name changes nothing."""
    misnamed = tmp_path / "lecture.txt"
    misnamed.symlink_to(make(name))
    info = verify_decodable(misnamed)
    assert info == replace(probe(misnamed), damaged_share=0.0)
    assert info.container.name == container
    assert (info.video and info.video.codec, info.audio and info.audio.codec) == (video, audio)
    assert info.duration == pytest.approx(20, abs=0.2)


@pytest.mark.parametrize(
    "name",
    [
        "plain.mp4", "late-index.mp4", "plain.mkv", "plain.webm", "plain.avi",
        "plain.mp3", "plain.m4a", "plain.wav", "plain.flac",
    ],
)  # fmt: skip
def test_a_truncated_file_is_refused(make: Make, tmp_path: Path, name: str) -> None:
    """Six tenths of a file are no file; the line says so."""
    whole = make(name).read_bytes()
    cut = tmp_path / name
    cut.write_bytes(whole[: len(whole) * 6 // 10])
    with pytest.raises(BadInput, match=r"the file is truncated") as refused:
        verify_decodable(cut)
    assert "\n" not in str(refused.value)


def test_a_truncated_file_says_where_it_ends(make: Make, tmp_path: Path) -> None:
    """Both lengths are in the line."""
    whole = make("plain.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) * 6 // 10])
    with pytest.raises(BadInput, match=r"^ends after 1\d\.\d s of 20\.0 s declared: "):
        verify_decodable(cut)


def test_every_length_of_a_truncated_file_is_refused(make: Make, tmp_path: Path) -> None:
    """Wherever an upload broke off: never another error, never accepted below nine tenths."""
    whole = make("plain.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    for size in [*range(0, 200, 13), *range(200, len(whole) * 9 // 10, len(whole) // 23)]:
        cut.write_bytes(whole[:size])
        with pytest.raises(BadInput):
            verify_decodable(cut)


@pytest.mark.parametrize("filling", [bytes, random.Random(1).randbytes], ids=["zeros", "noise"])
@pytest.mark.parametrize(
    "name", ["plain.mp4", "hevc.mp4", "plain.mkv", "plain.webm", "plain.avi", "plain.m4a"]
)
def test_damage_inside_is_refused(
    make: Make, tmp_path: Path, name: str, filling: Callable[[int], bytes]
) -> None:
    """A third of the bytes overwritten, beginning and end whole: that is no lecture."""
    data = bytearray(make(name).read_bytes())
    begin, end = len(data) * 4 // 10, len(data) * 7 // 10
    data[begin:end] = filling(end - begin)
    damaged = tmp_path / name
    damaged.write_bytes(data)
    with pytest.raises(BadInput, match=r"damaged|cannot be decoded|truncated"):
        verify_decodable(damaged)


def test_a_few_damaged_pictures_are_counted(make: Make, tmp_path: Path) -> None:
    """One of five hundred spoils no lecture, but somebody may want to know."""
    damaged = tmp_path / "plain.mp4"
    with av.open(str(make("plain.mp4"))) as media:
        packets = [packet for packet in media.demux(video=0) if packet.size]
    spoilt = next(packet for packet in packets[len(packets) // 2 :] if not packet.is_keyframe)
    data = bytearray(make("plain.mp4").read_bytes())
    data[spoilt.pos : spoilt.pos + 4] = b"\xff\xff\xff\xff"
    damaged.write_bytes(data)

    assert verify_decodable(damaged).damaged_share == pytest.approx(1 / len(packets))


@pytest.mark.parametrize(
    "content, what",
    [
        (b"", "the file is empty"),
        (bytes(5000), "it begins with zeros only"),
        (b"<!DOCTYPE html><html><body>404</body>", "it is a web page"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "it is a playlist"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "it is a playlist"),
        (b'<?xml version="1.0"?>\n<MPD type="static"/>', "it is a playlist"),
        ("Конспект лекции".encode(), "it is a text"),
        (random.Random(2).randbytes(5000), "its first bytes are of no format that LEAP knows"),
    ],
    ids=["empty", "zeros", "html", "ffconcat", "m3u8", "mpd", "text", "noise"],
)
def test_what_is_no_media_is_named(tmp_path: Path, content: bytes, what: str) -> None:
    """Each kind of wrong file gets its own words, and ffmpeg never sees it."""
    path = tmp_path / "lecture.mp4"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=f"^not a video or audio file: {re.escape(what)}"):
        probe(path)


def test_an_absurd_picture_is_refused(tmp_path: Path) -> None:
    """A picture that would need gigabytes is refused by its header."""
    path = tmp_path / "huge.avi"
    source = "color=s=16000x1600:r=1:d=1"
    import ffmpeg as graph

    ffmpeg.run(
        graph.input(source, f="lavfi").output(str(path), vcodec="mjpeg"), duration=1, cwd=tmp_path
    )
    with pytest.raises(BadInput, match="has a picture of 16000 x 1600 pixels"):
        probe(path)


def test_the_container_knows_when_it_was_made(make: Make, tmp_path: Path) -> None:
    """The creation time is read, aware; one before 1990 is a clock that was never set."""
    import ffmpeg as graph

    for year, expected in ((2026, datetime(2026, 3, 5, 7, 30, tzinfo=UTC)), (1970, None)):
        path = tmp_path / f"{year}.mp4"
        stamp = f"creation_time={year}-03-05T07:30:00Z"
        copied = graph.input(str(make("plain.mp4"))).output(str(path), c="copy", metadata=stamp)
        ffmpeg.run(copied, duration=20, cwd=tmp_path)
        assert probe(path).created_at == expected


def test_a_recording_without_a_length_is_measured(make: Make, tmp_path: Path) -> None:
    """Browsers write WebM without saying how long it will be."""
    import ffmpeg as graph

    live = tmp_path / "live.webm"
    copied = graph.input(str(make("plain.webm"))).output(str(live), c="copy", live=1)
    ffmpeg.run(copied, duration=20, cwd=tmp_path)
    assert probe(live).duration == pytest.approx(20, abs=0.1)
    assert verify_decodable(live).duration == pytest.approx(20, abs=0.1)


@pytest.mark.parametrize("head", [b"", b"\0", b"ftyp", b"\0\0\0\x18ft", b"\xff", b"\xff\xfb"])
def test_any_beginning_can_be_looked_at(head: bytes) -> None:
    """However short a file is, it is told what it is not."""
    assert sniff(head) is None
    assert describe(head)
