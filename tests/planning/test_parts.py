"""The digests of a publication's parts: what changes which, on every platform."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leap.config import effective, load
from leap.config.model import UNKEYED
from leap.config.presets import PARTS, PRESETS
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import FILE_STAGES, Stage
from leap.planning.keys import Keys
from leap.planning.parts import unmanaged

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FILES = {
    "leap.yaml": "folders: [recordings]\nsites: [site]\n",
    "pipelines/lecture.yaml": (
        "stages: [download, trim, transcribe, topics, subtitles, publish]\n"
    ),
    "tenants/acme/tenant.yaml": "title: Acme University\ntime_zone: Europe/Berlin\n",
    "tenants/acme/presets/site.yaml": "platform: site\npath: site/acme\naccount: links\n",
    "tenants/acme/presets/bare.yaml": "platform: site\npath: site/bare\n",
    "tenants/acme/presets/youtube.yaml": "platform: youtube\naccount: main\n",
    "tenants/acme/presets/vk.yaml": "platform: vk\naccount: faculty\ngroup: 17\n",
    "tenants/acme/templates/known.yaml": (
        "match: {keywords: [known course]}\npipeline: lecture\npublish:\n"
        "  site: {course: ML, title: '{{ topic }}'}\n  bare:\n  youtube:\n  vk:\n"
    ),
}
ROW = RecordingRow(
    id="2026-11-20-0a1b2c3d4e5f", source="recordings", source_kind="folder", account="",
    external_id="a", locator="a", revision="ab", title="Лекция", started_at=NOON, size=1,
    duration=1.0, template="known", skip=None, reason="", settled_at=None, listed=True,
    wanted=None, since=NOON,
)  # fmt: skip
#: The head of a PNG of 1280 x 720, as far as a picture is looked at.
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x05\0\0\0\x02\xd0\x08\x02\0\0\0"

Digests = Callable[..., dict[str, dict[str, str]]]


@pytest.fixture
def digests(tmp_path: Path) -> Digests:
    """Give a function that returns the parts of each publication, with files changed."""

    def parts(
        preset: str = "",
        options: str = "",
        *,
        metadata: str = "",
        keys: dict[str, str] | None = None,
    ) -> dict[str, dict[str, str]]:
        files = dict(FILES)
        if preset:
            files[f"tenants/acme/presets/{preset}.yaml"] += f"{options}\n"
        files["tenants/acme/templates/known.yaml"] += f"{metadata}\n"
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        declaration = load(tmp_path)
        found = effective(declaration, "acme", "known")
        made = Keys(declaration.tenants["acme"].config, found, {each: {} for each in FILE_STAGES})
        every = {stage: stage.value for stage in FILE_STAGES}
        return made.of_publications(ROW, every | {Stage(k): v for k, v in (keys or {}).items()})

    return parts


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [part for part in {**before, **after} if before.get(part) != after.get(part)]


def test_the_digests_of_a_site_never_change(digests: Digests):
    """Else every page of every site would be published anew by a new version of LEAP."""
    found = digests()

    assert {
        "media": "trim",
        "metadata": "12d5586b8570c402",
        "options": "292bb2c85a61ac9f",
        "transcript": "transcribe",
        "captions": "subtitles",
    } == found["site"]
    assert ("7a54f3aee95bb945", "39cdd21976579e7c") == (
        found["bare"]["metadata"],
        found["bare"]["options"],
    )


def test_a_video_has_its_platforms_parts_in_the_order_of_the_work(digests: Digests):
    """VK takes no captions; a thumbnail is a part only where one is declared."""
    plain = digests()
    pictured = digests("vk", "thumbnail: {frame: 30 %}")

    assert ["media", "metadata", "captions", "playlists", "privacy"] == list(plain["youtube"])
    assert ["media", "metadata", "albums", "privacy"] == list(plain["vk"])
    assert ["media", "metadata", "thumbnail", "albums", "privacy"] == list(pictured["vk"])


@pytest.mark.parametrize(
    "preset, options, expected",
    [
        ("youtube", "tags: [ml]", ["metadata"]),
        ("youtube", "category: 28", ["metadata"]),
        ("youtube", "title: '{{ display_name }}!'", ["metadata"]),
        ("youtube", "captions: false", ["captions"]),
        ("youtube", "playlist: ML 2026", ["playlists"]),
        ("youtube", "playlist: ML\ncreate_playlist: true", ["playlists"]),
        ("youtube", "privacy: public", ["privacy"]),
        ("youtube", "privacy: public\npublish_at: 2026-12-01 10:00", ["privacy"]),
        ("youtube", "thumbnail: {frame: 12 min}", ["thumbnail"]),
        ("youtube", "approval: required", []),
        ("youtube", "new_media: keep", []),
        ("youtube", "notify_subscribers: false", []),
        ("vk", "comments: none", ["metadata"]),
        ("vk", "album: [ML, All]", ["albums"]),
        ("vk", "wallpost: true\ncompression: true", []),
        ("site", "approval: required", []),
    ],
)
def test_an_option_changes_the_part_that_shows_it(preset, options, expected, digests: Digests):
    """And no other part, and no other publication; some change nothing that is published."""
    before, after = digests(), digests(preset, options)

    assert expected == changed(before[preset], after[preset])
    assert {**before, preset: 0} == {**after, preset: 0}


def test_every_option_of_a_video_belongs_to_a_part_or_changes_nothing():
    """Said at its field: nobody can add an option and forget that."""
    for platform in ("youtube", "vk"):
        covered = {name for names in PARTS[platform].values() for name in names}
        for name, field in PRESETS[platform].model_fields.items():
            if name not in ("title", "description", "platform", "account"):
                assert (name in covered) != (UNKEYED in field.metadata), name
        assert "options" not in PARTS[platform]


def test_a_changed_picture_changes_the_thumbnail(digests: Digests, tmp_path: Path):
    """By what is in it; its name and its place do not matter."""
    folder = tmp_path / "tenants/acme/thumbnails"
    folder.mkdir(parents=True)
    (folder / "week-3.png").write_bytes(PNG)
    (folder / "same.png").write_bytes(PNG)
    first = digests("youtube", "thumbnail: week-3.png")
    same = digests("youtube", "thumbnail: same")
    declared = load(tmp_path).digests["acme"]
    (folder / "same.png").write_bytes(PNG + b"another")
    other = digests("youtube", "thumbnail: same")

    assert first["youtube"] == same["youtube"]
    assert ["thumbnail"] == changed(same["youtube"], other["youtube"])
    assert load(tmp_path).digests["acme"] != declared


def test_new_media_gives_new_frames(digests: Digests):
    """A thumbnail from the video is made of what is published."""
    options = "thumbnail: {frame: 30 %}"
    before, after = digests("youtube", options), digests("youtube", options, keys={"trim": "t2"})

    assert ["media", "thumbnail"] == changed(before["youtube"], after["youtube"])


@pytest.mark.parametrize(
    "texts, key, expected",
    [
        ("{title: '{{ display_name }}', description: hello}", "topics", []),
        ("{title: '{{ topic }}', description: hello}", "topics", ["metadata"]),
        ("{title: hi, description: '{{ chapters }}'}", "topics", ["metadata"]),
        ("{title: hi, description: 'takes {{ duration_hm }}'}", "trim", ["media", "metadata"]),
        ("{title: hi, description: hello}", "trim", ["media"]),
    ],
)
def test_texts_follow_what_they_name(texts, key, expected, digests: Digests):
    """Updates cost quota: a text that names no topic stays when topics are found anew."""
    before = digests(metadata=f"metadata: {texts}")
    after = digests(metadata=f"metadata: {texts}", keys={key: "new"})

    assert expected == changed(before["youtube"], after["youtube"])


@pytest.mark.parametrize(
    "manage, expected",
    [
        ("[title, description, tags, playlists, thumbnail, captions, privacy, settings]", set()),
        ("[title, captions, thumbnail]", {"playlists", "privacy"}),
        ("[captions]", {"metadata", "thumbnail", "playlists", "privacy"}),
        ("[]", {"metadata", "captions", "thumbnail", "playlists", "privacy"}),
    ],
)
def test_a_part_without_a_managed_field_is_left_to_people(manage, expected, tmp_path, digests):
    """One of which a single field is managed is kept."""
    digests("youtube", f"manage: {manage}")

    found = effective(load(tmp_path), "acme", "known")

    assert expected == unmanaged(found.publications["youtube"])
    assert frozenset() == unmanaged(found.publications["site"])


def test_fields_that_are_not_managed_change_no_digest(digests: Digests):
    """A title that is left to people is not written over because its template was edited."""
    manage = "manage: [description, captions]\n"
    before = digests("youtube", manage + "title: One")
    titled = digests("youtube", manage + "title: Two\ntags: [a]\ncategory: 28")
    described = digests("youtube", manage + "title: One\ndescription: another")

    assert [] == changed(before["youtube"], titled["youtube"])
    assert ["metadata"] == changed(before["youtube"], described["youtube"])
