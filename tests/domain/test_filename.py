"""File names: a title for people, and a date where the name begins with one."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.filename import NamedRecording, read_name

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    "name, title, moment",
    [
        ("2026-03-05 10-30 Trees.mp4", "Trees", datetime(2026, 3, 5, 7, 30, tzinfo=UTC)),
        ("2026-03-05 10:30 Trees.mp4", "Trees", datetime(2026, 3, 5, 7, 30, tzinfo=UTC)),
        ("2026-03-05_10-30-15_Trees.mkv", "Trees", datetime(2026, 3, 5, 7, 30, 15, tzinfo=UTC)),
        ("2026-03-05 Trees.mp4", "Trees", datetime(2026, 3, 5, 9, tzinfo=UTC)),
        ("05.03.2026 - Деревья.mp4", "Деревья", datetime(2026, 3, 5, 9, tzinfo=UTC)),
        ("20260305_Trees and 🌳.mp4", "Trees and 🌳", datetime(2026, 3, 5, 9, tzinfo=UTC)),
        ("2026-03-05.mp4", "2026-03-05", datetime(2026, 3, 5, 9, tzinfo=UTC)),
        ("2026-13-45 Trees.mp4", "2026-13-45 Trees", None),
        ("Trees 2026-03-05.mp4", "Trees 2026-03-05", None),
        ("20260305123 Trees.mp4", "20260305123 Trees", None),
        ("Lecture 3. Trees.part 1.mp4", "Lecture 3. Trees.part 1", None),
    ],
)  # fmt: skip
def test_a_leading_date_is_read_and_taken_off(
    name: str, title: str, moment: datetime | None
) -> None:
    """Dates lead, in three spellings; the times are the tenant's; other digits are title."""
    assert read_name(name, MOSCOW) == NamedRecording(title, moment)


def test_a_title_cannot_steer_the_screen() -> None:
    """Line ends and marks that turn the reading direction do not get into a title."""
    assert read_name("one\ntwo\u202egpj\x07.mp4", UTC).title == "one twogpj"


def test_decomposed_names_are_composed() -> None:
    """The same name is the same title, whichever way its letters were written."""
    assert read_name("Й.mp4", UTC).title == "Й"


@given(st.text(st.characters(blacklist_characters="/\0", blacklist_categories=("Cs",)), min_size=1))
def test_every_name_has_a_title(name: str) -> None:
    """However odd a name is, there is something to show on one line."""
    title = read_name(f"{name}.mp4", UTC).title
    assert title.strip()
    assert "\n" not in title
