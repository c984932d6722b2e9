"""One picture out of a video, as platforms take it for a thumbnail."""

from __future__ import annotations

from pathlib import Path

from leap.errors import BadInput
from leap.media import ffmpeg

#: The size that YouTube recommends; a JPEG of it is far below what platforms
#: take: https://support.google.com/youtube/answer/72431
WIDTH, HEIGHT = 1280, 720
#: Of 2 to 31, where 2 is best: https://ffmpeg.org/ffmpeg-codecs.html#Codec-Options
_QUALITY = 3
#: How long before its end a video is sure to have a picture, in seconds.
_LAST = 1.0
#: ffmpeg's limits grow with what it works through, and this is next to nothing.
_WORK_SECONDS = 60.0


def save_still(video: Path, at: float, duration: float, out: Path) -> None:
    """Write the picture that ``video`` shows ``at`` seconds to ``out``, as a JPEG.

    It is made smaller where it is larger than 1280 x 720. A time past the end
    gives one of the last pictures. Raises BadInput where there is none.
    """
    start = max(0.0, min(at, duration - _LAST))
    source = ffmpeg.source(video, demuxer="mov", start=start)
    picture = source.video.filter(
        "scale",
        f"min({WIDTH},iw)",
        f"min({HEIGHT},ih)",
        force_original_aspect_ratio="decrease",
    )
    output = picture.output(
        ffmpeg.url(out),
        **{"f": "mjpeg", "frames:v": 1, "q:v": _QUALITY, "pix_fmt": "yuvj420p"},
    )
    ffmpeg.run(output, duration=_WORK_SECONDS, cwd=out.parent)
    if not out.is_file() or not out.stat().st_size:
        raise BadInput(
            f"the video has no picture at {start:.0f} s",
            hint="name another frame, or a file, as `thumbnail`",
        )
