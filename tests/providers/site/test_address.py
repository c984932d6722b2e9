"""Where pages live."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.providers.site.address import is_slug, public_slug, unlisted_slug

RECORDING = "2026-11-20-0a1b2c3d4e5f"


@pytest.mark.parametrize(
    "title, expected",
    [
        ("Machine Learning, lecture 3", "machine-learning-lecture-3-0a1b2c3d4e5f"),
        ("Линейная алгебра: объём", "lineynaya-algebra-obem-0a1b2c3d4e5f"),
        ("Über naïve Größen", "uber-naive-groen-0a1b2c3d4e5f"),
        ("../../etc/passwd", "etc-passwd-0a1b2c3d4e5f"),
        ("🎓 数学", "lecture-0a1b2c3d4e5f"),
        ("", "lecture-0a1b2c3d4e5f"),
    ],
)
def test_a_public_address_is_readable_and_ends_with_the_identity(title, expected):
    """Letters of any script become plain ones, or are left out."""
    assert public_slug(title, RECORDING) == expected


@given(st.text())
def test_every_title_gives_a_safe_address(title):
    """An address is one path segment of plain letters, whatever the title holds."""
    slug = public_slug(title, RECORDING)
    assert is_slug(slug)
    assert len(slug) <= 73
    assert public_slug(unicodedata.normalize("NFD", title), RECORDING) == public_slug(
        unicodedata.normalize("NFC", title), RECORDING
    )


def test_an_unlisted_address_says_nothing_and_stays():
    """It depends on the secret, the recording and the preset, and on nothing that is public."""
    slug = unlisted_slug(RECORDING, "site", "secret")
    assert slug == unlisted_slug(RECORDING, "site", "secret")
    assert is_slug(slug)
    assert len(slug) == 26
    assert "0a1b2c3d4e5f" not in slug
    others = {
        unlisted_slug(RECORDING, "site", "another secret"),
        unlisted_slug("2026-11-20-ffffffffffff", "site", "secret"),
        unlisted_slug(RECORDING, "other", "secret"),
    }
    assert len(others | {slug}) == 4


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "-a", "a--b", "A", ".hidden", "a\n"])
def test_what_is_no_address_is_never_used_as_a_path(name):
    """A name from outside is one plain path segment, or refused."""
    assert not is_slug(name)
