"""Gates: what is not fit to be seen is held before it is published, by the real program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import pytest

if TYPE_CHECKING:
    from conftest import University

TEMPLATE = "tenants/uni/templates/lectures.yaml"


def gate(university: University, gates: str) -> None:
    """Let the template have these gates and no others of its own."""
    path = university.root / TEMPLATE
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("gates:")]
    path.write_text("\n".join([*kept, f"gates: {{{gates}}}", ""]), encoding="utf-8")


@pytest.fixture
def record_sound(university: University, encode: Callable[..., None]) -> Callable[..., None]:
    """Give a function that puts a recording of 12 seconds with some sound into the folder."""

    def record(name: str, *sound: str) -> None:
        encode(
            *("-f", "lavfi", "-i", "smptehdbars=s=320x180:r=5", *sound, "-t", "12"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-c:a", "aac"),
            *("-ac", "1", "-ar", "48000", str(university.recordings / name)),
        )

    return record


def damage(path: Path) -> None:
    """Spoil one picture of a video, so that its file is still good for nearly everything."""
    with av.open(str(path)) as media:
        packets = [packet for packet in media.demux(video=0) if packet.size]
    plain = next(packet for packet in packets[len(packets) // 2 :] if not packet.is_keyframe)
    data = bytearray(path.read_bytes())
    data[plain.pos : plain.pos + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(data)


def held(university: University, title: str = "Lecture") -> dict[str, Any]:
    found = university.status()[title]
    assert found["hold"], found
    return found["hold"]


SOUNDS = {
    "silence": ("-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono"),
    "noise": ("-f", "lavfi", "-i", "anoisesrc=color=pink:r=48000:a=0.3"),
    "music": (
        "-f",
        "lavfi",
        "-i",
        "aevalsrc=0.2*sin(2*PI*t*220*(1+floor(mod(t*2\\,5))/4)):s=48000",
    ),
}


def test_an_empty_transcript_is_not_published(
    university: University, record_sound: Callable[..., None]
) -> None:
    """Silence, noise and music give no words; a person is told so, once, and what to do."""
    gate(university, "min_words_per_minute: 20")
    for name, sound in SOUNDS.items():
        record_sound(f"Lecture in {name}.mp4", *sound)

    first = university.reconcile("--format", "json", expect=4).json
    second = university.reconcile("--format", "json").json
    strict = university.reconcile("--strict", expect=4)

    reason = (
        "0 words a minute are spoken, fewer than 20 (gates.min_words_per_minute);"
        " look at it, then change `gates` in its template, or in an override"
    )
    assert [] == university.pages()
    assert ([], [], []) == (first["done"], first["failed"], first["left"])
    assert {("gate", reason)} == {(each["kind"], each["reason"]) for each in first["held"]}
    assert 3 == len(first["held"]) == len(second["deferred"]) == second["summary"]["held"]
    assert [] == second["held"]
    assert "held by a gate" in strict.out
    statuses = university.status().values()
    assert {"TRANSCRIBED"} == {each["status"] for each in statuses}
    assert {("gate", reason)} == {
        (each["hold"]["kind"], each["hold"]["reason"]) for each in statuses
    }
    assert {"held"} == {each["publications"][0]["status"] for each in statuses}


def test_a_hold_is_seen_wherever_people_look(
    university: University, record_sound: Callable[..., None]
) -> None:
    """The run, the plan, the status, the page of one recording and the report tell the numbers."""
    gate(university, "min_words_per_minute: 20")
    record_sound("Lecture.mp4", *SOUNDS["noise"])

    ran = university.reconcile(expect=4)
    seen = {
        "reconcile": ran.out + ran.err,
        "plan": university.leap("plan").out,
        "status": university.leap("status").out,
        "show": university.leap("show", next(iter(university.status().values()))["recording"]).out,
    }
    university.leap("report")

    for place, text in seen.items():
        assert "0 words a minute" in " ".join(text.split()), f"{place}: {text}"
        assert "gate" in text, place
    page = university.root / "state" / "report" / "index.html"
    assert "0 words a minute" in page.read_text(encoding="utf-8")


def test_a_gate_is_opened_without_work(
    university: University, record_sound: Callable[..., None]
) -> None:
    """An edited gate is judged from what is known: only publishing is left to do."""
    gate(university, "min_words_per_minute: 20")
    record_sound("Lecture.mp4", *SOUNDS["music"])
    university.reconcile(expect=4)
    before = university.made()

    gate(university, "min_words_per_minute: off")
    planned = university.plan()
    university.reconcile()

    assert [["publish"]] == [change["stages"] for change in planned["changes"]]
    assert before == university.made()
    assert 1 == len(university.pages())
    assert None is university.status()["Lecture"]["hold"]


def test_an_override_opens_a_gate_for_one_recording(
    university: University, record_sound: Callable[..., None]
) -> None:
    """One concert among the lectures needs no other gate for all."""
    gate(university, "min_words_per_minute: 20")
    record_sound("Lecture.mp4", *SOUNDS["music"])
    university.reconcile(expect=4)
    id_ = university.status()["Lecture"]["recording"]

    university.write(
        "tenants/uni/overrides/concert.yaml",
        f"for: {{recording: {id_}}}\ngates: {{min_words_per_minute: off}}",
    )
    university.reconcile()

    assert 1 == len(university.pages())


def test_what_lost_too_much_is_not_published(university: University) -> None:
    """A recording of which half was silence may have lost its microphone."""
    gate(university, "max_trimmed_share: 10 %")
    university.record("Lecture.mp4")

    university.reconcile(expect=4)

    assert [] == university.pages()
    assert "was cut out, more than 10 % (gates.max_trimmed_share)" in held(university)["reason"]


def test_what_was_invented_is_not_published(
    university: University,
    record_sound: Callable[..., None],
    speech: Path,
    encode: Callable[..., None],
) -> None:
    """A phrase over and over is the recogniser's, not the lecturer's."""
    gate(university, "max_invented_share: 20 %")
    clip = university.root / "clip.wav"
    encode("-ss", "10", "-t", "1.2", "-i", str(speech), "-ar", "48000", str(clip))
    record_sound("Lecture.mp4", "-stream_loop", "-1", "-i", str(clip))

    university.reconcile(expect=4)

    assert [] == university.pages()
    assert "is invented, more than 20 % (gates.max_invented_share)" in held(university)["reason"]


def test_what_is_damaged_is_not_published(university: University) -> None:
    """A few spoilt pictures do not keep a recording from being worked on, but from being shown."""
    damage(university.record("Lecture.mp4"))

    university.reconcile(expect=4)

    assert [] == university.pages()
    assert "damaged (gates.decodable)" in held(university)["reason"]
    gate(university, "decodable: false")
    university.reconcile()
    assert 1 == len(university.pages())


def test_what_is_published_stays_and_gets_no_new_media(university: University) -> None:
    """A gate that is closed later takes nothing down; a title still changes, media do not."""
    university.record("Lecture.mp4")
    university.reconcile()
    (page,) = university.pages()
    first = page.read_text(encoding="utf-8")

    gate(university, "max_trimmed_share: 10 %")
    university.reconcile()
    assert None is university.status()["Lecture"]["hold"]

    university.edit("tenants/uni/tenant.yaml", "padding: 0.5 s", "padding: 0.4 s")
    ran = university.reconcile("--format", "json", expect=4).json
    after = university.status()["Lecture"]

    assert ["gate"] == [each["kind"] for each in ran["held"]]
    assert "gate" == after["hold"]["kind"]
    assert after["publications"][0]["url"]
    assert first == page.read_text(encoding="utf-8")


def test_who_does_not_publish_is_not_held(
    university: University, record_sound: Callable[..., None]
) -> None:
    """A run that ends before publishing has nothing to hold; the next one has."""
    gate(university, "min_words_per_minute: 20")
    record_sound("Lecture.mp4", *SOUNDS["noise"])

    university.reconcile("--until", "transcribe")
    university.reconcile(expect=4)

    assert "gate" == held(university)["kind"]
