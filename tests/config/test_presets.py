"""Presets of YouTube and VK: what holds for one recording, and what is refused."""

from __future__ import annotations

import pytest

from leap.config import check, effective, load
from leap.config.moments import instant
from leap.config.presets.youtube import tags_length
from leap.errors import ConfigError

TENANT = "tenants/acme"
#: The head of a PNG of 1280 x 720, as far as a picture is looked at.
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x05\0\0\0\x02\xd0\x08\x02\0\0\0"


def clouds(
    youtube: str = "", vk: str = "", publish: str = "", override: str = ""
) -> dict[str, str]:
    """Return files of a tenant that publishes to both, with these lines added."""
    return {
        f"{TENANT}/presets/tube.yaml": f"platform: youtube\naccount: main\n{youtube}\n",
        f"{TENANT}/presets/vk.yaml": f"platform: vk\naccount: faculty\n{vk}\n",
        f"{TENANT}/templates/known.yaml": (
            "match: {keywords: [known course]}\npipeline: lecture\n"
            f"publish:\n{publish or '  tube:'}\n"
        ),
        f"{TENANT}/overrides/first.yaml": f"for: {{recording: 0a1b2c3d4e5f}}\n{override}\n",
    }


def options(root, preset="tube", *, overridden=False):
    declaration = load(root)
    override = declaration.tenants["acme"].overrides[0] if overridden else None
    return effective(declaration, "acme", "known", override).publications[preset].options


def said(root):
    return [str(each) for each in check(root) if each.severity == "error"]


def test_a_youtube_preset_needs_little(write):
    """The rest is what most lectures want: nobody finds them who has no link."""
    assert {
        "approval": "none",
        "new_media": "hold",
        "tags": [],
        "category": 27,
        "license": "youtube",
        "embeddable": True,
        "made_for_kids": False,
        "captions": True,
        "playlist": [],
        "create_playlist": False,
        "privacy": "unlisted",
        "notify_subscribers": True,
        "manage": [
            *("title", "description", "tags", "playlists"),
            *("thumbnail", "captions", "privacy", "settings"),
        ],
    } == options(write(clouds()))


def test_a_vk_preset_needs_little(write):
    """A community's number stays where the publisher finds it."""
    root = write(clouds(vk="group: 17", publish="  vk:"))

    assert {
        "approval": "none",
        "new_media": "hold",
        "comments": "all",
        "repeat": False,
        "album": [],
        "create_album": False,
        "privacy": "public",
        "wallpost": False,
        "compression": False,
        "group": 17,
        "manage": ["title", "description", "album", "thumbnail", "privacy", "settings"],
    } == options(root, "vk")


@pytest.mark.parametrize(
    "written, expected",
    [("ML 2026", ["ML 2026"]), ("[ML 2026, All]", ["ML 2026", "All"]), ("[]", [])],
)
def test_one_playlist_is_a_list_of_one(written, expected, write):
    """And a template's list takes the place of the preset's."""
    root = write(clouds(youtube="playlist: Other", publish=f"  tube: {{playlist: {written}}}"))

    assert expected == options(root)["playlist"]


# ── moments ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "written, expected",
    [
        ("2026-12-01 10:00", "2026-12-01T09:00:00Z"),
        ("2026-07-01T10:00:30", "2026-07-01T08:00:30Z"),
        ("2026-12-01T10:00+03:00", "2026-12-01T07:00:00Z"),
        ("2026-12-01T10:00Z", "2026-12-01T10:00:00Z"),
    ],
)
def test_a_time_of_publication_is_the_tenants_unless_it_has_an_offset(written, expected, write):
    """Publishers get it in UTC."""
    root = write(clouds(publish=f"  tube: {{privacy: public, publish_at: '{written}'}}"))

    assert expected == options(root)["publish_at"]


def test_a_time_that_the_clocks_leave_out_is_told(write):
    """In Berlin there was no half past two on the last Sunday of March."""
    root = write(clouds(publish="  tube: {privacy: public, publish_at: 2026-03-29 02:30}"))

    assert [
        (
            "tenants/acme/templates/known.yaml:4:27: `2026-03-29 02:30` does not exist in "
            "Europe/Berlin: the clocks are put forward then; take another time, or write its "
            "offset: `+02:00`"
        )
    ] == said(root)


def test_a_time_that_comes_twice_is_the_first(write):
    """When the clocks are put back."""
    assert 0 == instant("2026-10-25 02:30", "Europe/Berlin").hour


SCHEDULED = "  tube: {publish_at: 2026-12-01 10:00}"


def test_a_time_of_publication_needs_a_public_video(write):
    """Told where it was decided, whichever layer says the rest."""
    root = write(clouds(publish=SCHEDULED))

    assert [
        (
            "tenants/acme/templates/known.yaml:4:10: `publish_at` makes a video public, and "
            "`privacy` is `unlisted`; write `privacy: public` beside it"
        )
    ] == said(root)
    assert [] == said(write(clouds(youtube="privacy: public", publish=SCHEDULED)))


def test_an_override_that_fits_no_template_is_told(write):
    """Its recording may have any of them; one that it fits is enough."""
    override = "publish: {tube: {publish_at: 2026-12-01 10:00}}"
    root = write(clouds(override=override))

    (found,) = said(root)
    assert found.startswith("tenants/acme/overrides/first.yaml:2:18: `publish_at` makes")
    assert [] == said(write(clouds(youtube="privacy: public", override=override)))


# ── VK's communities ───────────────────────────────────────────────────────


def test_a_template_cannot_hide_a_video_of_a_community(write):
    """VK shows them to all, whatever it is told."""
    root = write(clouds(vk="group: 17", publish="  vk: {privacy: private}"))

    (found,) = said(root)
    assert found.startswith(
        "tenants/acme/templates/known.yaml:4:8: videos of a community cannot be `private`"
    )
    assert [] == said(write(clouds(publish="  vk: {privacy: private}")))


# ── thumbnails ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "written, expected",
    [
        ("{frame: 30 %}", {"frame": {"share": 0.3}}),
        ("{frame: 12 min}", {"frame": {"at": 720.0}}),
        ("{frame: 0}", {"frame": {"at": 0.0}}),
    ],
)
def test_a_thumbnail_may_be_a_frame(written, expected, write):
    """At a time, or at a share of the length."""
    assert expected == options(write(clouds(youtube=f"thumbnail: {written}")))["thumbnail"]


@pytest.mark.parametrize("written", ["week-3", "week-3.png", "week-3.PNG"])
def test_a_thumbnail_is_found_with_its_ending_and_without(written, write):
    """The publisher gets its place, and what is in it."""
    files = clouds(youtube=f"thumbnail: {written}")

    found = options(write({**files, f"{TENANT}/thumbnails/week-3.png": PNG}))["thumbnail"]

    assert f"{TENANT}/thumbnails/week-3.png" == found["file"]
    assert 64 == len(found["sha256"])


def test_a_template_puts_a_picture_in_place_of_a_frame(write):
    """And the other way round."""
    files = clouds("thumbnail: {frame: 5 s}", "thumbnail: week-3",
                   "  tube: {thumbnail: week-3}\n  vk: {thumbnail: {frame: 7 s}}")  # fmt: skip
    root = write({**files, f"{TENANT}/thumbnails/week-3.png": PNG})

    assert ["file", "sha256"] == list(options(root)["thumbnail"])
    assert {"frame": {"at": 7.0}} == options(root, "vk")["thumbnail"]


def test_a_misspelt_picture_is_told(write):
    """Wherever it is named."""
    files = clouds(publish="  tube: {thumbnail: week3}")
    root = write({**files, f"{TENANT}/thumbnails/week-3.png": PNG})

    assert [
        (
            "tenants/acme/templates/known.yaml:4:21: tenants/acme/thumbnails/ has no picture "
            "`week3`; did you mean `week-3`?"
        )
    ] == said(root)


def test_a_picture_that_goes_away_is_no_crash(write):
    """A declaration that is loaded says so."""
    root = write(clouds(youtube="thumbnail: week-3"))

    with pytest.raises(ConfigError):
        load(root)


# ── accounts ───────────────────────────────────────────────────────────────

SECRETS = f"{TENANT}/secrets.sops.yaml"


def test_an_account_that_is_not_there_is_told_with_how_to_log_in(write):
    """Its name is not encrypted, so that this needs no key."""
    root = write({**clouds(), SECRETS: "tenant: acme\ncredentials: {links: {}, mian: {}}\n"})

    found = [line for line in said(root) if "presets" in line]

    assert [
        (
            f"tenants/acme/presets/tube.yaml:2:10: {SECRETS} has no account `main`; "
            "did you mean `mian`?"
        ),
        (
            f"tenants/acme/presets/vk.yaml:2:10: {SECRETS} has no account `faculty`; "
            "log in: `leap auth login vk --tenant acme --account faculty`"
        ),
    ] == found


def test_a_tenant_without_any_secrets_is_warned(write):
    """They may be on another machine; here nothing can be published."""
    (found,) = check(write(clouds()))

    assert "warning" == found.severity
    assert found.hint == "log in: `leap auth login youtube --tenant acme --account main`"


def test_an_account_is_of_one_vendor(write):
    """A credential of YouTube opens nothing at VK."""
    files = clouds()
    files[f"{TENANT}/presets/vk.yaml"] = "platform: vk\naccount: main\n"

    assert [
        (
            "tenants/acme/presets/vk.yaml:2:10: account `main` is one of youtube: "
            "tenants/acme/presets/tube.yaml names it; name an account of vk; each vendor has "
            "accounts of its own"
        )
    ] == said(write(files))


# ── tags ───────────────────────────────────────────────────────────────────


def test_tags_are_counted_as_youtube_does():
    """With a comma between two, and quotes around one that has a space."""
    assert 0 == tags_length(())
    assert 2 == tags_length(("ml",))
    assert 2 + 1 + 12 + 2 == tags_length(("ml", "lecture hall"))
