"""Cutting silence out of a recording: ``video.*``, ``audio.flac``, ``trim.json``.

    listen ─► silences ─► wanted keeps ─► snapped to keyframes ─► guard ─► remux ─► check

Where cutting is impossible or would be absurd, the recording is kept whole and
``trim.json`` says why.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from leap import faults
from leap.config.settings import Trim
from leap.domain.cuts import CutRules, Cuts, Span, guard, wanted_keeps
from leap.domain.ports import Progress
from leap.errors import StageError
from leap.media import ffmpeg, versions
from leap.media.files import disk_errors, place
from leap.media.index import Piece, VideoIndex, read_index
from leap.media.probe import MediaInfo, plays_while_loading, probe
from leap.media.recheck import fault
from leap.media.remux import remux, target_format
from leap.media.silence import Sound, listen
from leap.stages import Made

AUDIO = "audio.flac"
REPORT = "trim.json"
_VERSION = 1


def trim(media: Path, settings: Trim, out: Path, progress: Progress) -> Made:
    """Cut the silence at the edges and the long pauses out of ``media``.

    Writes into ``out``: ``video.<extension>`` (``mp4`` where the codecs allow
    it; its name is the fact ``video``), ``audio.flac`` (16 kHz mono, on the
    *source's* timeline; not where there is no sound) and ``trim.json``.

    Raises BadInput where the media cannot be read, StageError, MissingTool.
    """
    with disk_errors("trimming"):
        return _Trimming(media, settings, out, progress).run()


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of the video."""

    name: str
    cuts: Cuts
    guarded: str | None


class _Trimming:
    """One run of the stage: what every step of it needs to know."""

    def __init__(self, media: Path, settings: Trim, out: Path, progress: Progress) -> None:
        self.media, self.settings, self.out, self.progress = media, settings, out, progress
        self.rules = CutRules(
            silence_longer_than=settings.silence_longer_than,
            padding=settings.padding,
            edges=settings.edges,
            pauses_longer_than=settings.pauses_longer_than,
            max_removed=settings.max_removed,
        )
        self.info: MediaInfo = probe(media)
        self.extension, self.muxer = target_format(self.info)

    def run(self) -> Made:
        sound = self._listen()
        faults.point("trim.after_listen")
        index = None
        if self.info.video is not None:
            index = read_index(self.media, self._part(0.60, 0.65))
        result = self._cut(sound, index)
        faults.point("trim.after_video")
        report = self._report(sound, index, result)
        text = json.dumps(report, indent=2, ensure_ascii=False)
        (self.out / REPORT).write_text(text + "\n", encoding="utf-8")
        self.progress(1.0, _summary(result.cuts))
        return Made(self._facts(sound, result), _versions(sound))

    def _listen(self) -> Sound | None:
        if self.info.audio is None:
            return None
        return listen(
            self.media,
            self.info,
            self.out / AUDIO,
            below=self.settings.silence_below,
            cwd=self.out,
            progress=self._part(0.0, 0.60, "listening for silence"),
        )

    def _cut(self, sound: Sound | None, index: VideoIndex | None) -> _Result:
        """Write the video without what the rules remove; whole where that cannot be."""
        if sound is None:
            return self._whole(index, "there is no sound to find silence in")
        duration = self.info.duration
        wanted = wanted_keeps(duration, sound.silences, self.rules)
        if wanted == (Span(0.0, duration),):
            return self._whole(index, None)
        if self.info.video is not None and index is None:
            return self._whole(index, "its container does not say when each picture is shown")
        pieces = _pieces(wanted, index, duration)
        spans = [Span(round(float(p.start), 6), round(float(p.end), 6)) for p in pieces]
        refused = guard(spans, duration, self.rules)
        if refused is not None:
            return self._whole(index, refused)
        cuts = Cuts.of(spans, duration)
        if not cuts.removed():
            return self._whole(index, None)
        name = f"video{self.extension}"
        wrong = self._write(pieces, name, cuts.duration, index)
        if wrong is not None:
            return self._whole(index, f"the cut video was not right: {wrong}")
        return _Result(name, cuts, None)

    def _whole(self, index: VideoIndex | None, guarded: str | None) -> _Result:
        """Write the video as it is, in a form that browsers play where there is one."""
        duration = self.info.duration
        cuts = Cuts.whole(duration)
        as_it_is = self.info.container.extension == self.extension and (
            self.muxer != "mp4" or plays_while_loading(self.media)
        )
        cannot = self.info.video is not None and index is None
        name = f"video{self.extension}"
        if not as_it_is and not cannot:
            pieces = _pieces([Span(0.0, duration)], index, duration)
            if self._write(pieces, name, duration, index) is None:
                return _Result(name, cuts, guarded)
        name = f"video{self.info.container.extension}"
        place(self.media, self.out / name, self._part(0.65, 0.95))
        return _Result(name, cuts, guarded)

    def _write(
        self, pieces: Sequence[Piece], name: str, duration: float, index: VideoIndex | None
    ) -> str | None:
        """Remux ``pieces`` to ``name``; return what is wrong with the result, which is gone then."""
        made = self.out / name
        wrong: str | None
        try:
            remux(self.media, pieces, made, muxer=self.muxer, progress=self._part(0.65, 0.95))
            self.progress(0.95, "checking the cut video")
            wrong = fault(made, duration, index)
        except StageError as error:
            wrong = error.message
        if wrong is not None:
            made.unlink(missing_ok=True)
        return wrong

    def _part(self, start: float, end: float, what: str = "") -> Progress:
        """Return a progress whose 0..1 is ``start``..``end`` of the whole stage."""

        def report(share: float | None, message: str = "") -> None:
            done = None if share is None else start + share * (end - start)
            self.progress(done, message or what)

        return report

    def _report(
        self, sound: Sound | None, index: VideoIndex | None, result: _Result
    ) -> dict[str, Any]:
        """Return what trim.json says; times are seconds on the source's timeline."""
        silences = sound.silences if sound is not None else ()
        return {
            "version": _VERSION,
            **result.cuts.to_json(),
            "removed": [asdict(piece) for piece in result.cuts.removed()],
            "silences": [asdict(silence) for silence in silences],
            "keyframe_interval": index.keyframe_interval() if index is not None else None,
            "guarded": result.guarded,
            "settings": self.settings.model_dump(mode="json"),
        }

    def _facts(self, sound: Sound | None, result: _Result) -> dict[str, Any]:
        video, audio = self.info.video, self.info.audio
        removed = self.info.duration - result.cuts.duration
        return {
            "video": result.name,
            "audio": AUDIO if sound is not None else None,
            "source_duration": round(self.info.duration, 3),
            "duration": round(result.cuts.duration, 3),
            "removed": round(removed, 3),
            "removed_share": round(removed / self.info.duration, 4),
            "pieces": len(result.cuts.keeps),
            "guarded": result.guarded,
            "width": video.width if video else None,
            "height": video.height if video else None,
            "video_codec": video.codec if video else None,
            "audio_codec": audio.codec if audio else None,
            "mean_volume": sound.mean_volume if sound else None,
            "max_volume": sound.max_volume if sound else None,
        }


def _pieces(wanted: Sequence[Span], index: VideoIndex | None, duration: float) -> tuple[Piece, ...]:
    """Return what can really be cut; sound alone can be cut anywhere."""
    if index is not None:
        return index.pieces(wanted, duration)
    return tuple(Piece(0, 0, Fraction(keep.start), Fraction(keep.end)) for keep in wanted)


def _summary(cuts: Cuts) -> str:
    removed = cuts.source_duration - cuts.duration
    return f"cut {removed:.0f} s of {cuts.source_duration:.0f} s"


def _versions(sound: Sound | None) -> dict[str, str]:
    found = {"av": versions.pyav()}
    if sound is not None:
        found["ffmpeg"] = ffmpeg.version()
    return found
