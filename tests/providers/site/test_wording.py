"""The interface in its languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leap.providers.site.wording import PLURALS, interface


@pytest.mark.parametrize(
    "count, expected",
    [
        (0, "0 лекций"),
        (1, "1 лекция"),
        (2, "2 лекции"),
        (5, "5 лекций"),
        (11, "11 лекций"),
        (14, "14 лекций"),
        (21, "21 лекция"),
        (22, "22 лекции"),
        (111, "111 лекций"),
    ],
)
def test_russian_counts_have_their_forms(count, expected):
    """The plural rule of CLDR for Russian."""
    assert interface("ru").lecture_count(count) == expected


@pytest.mark.parametrize(
    "seconds, expected",
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (5400, "1 h 30 min"), (7199, "2 h")],
)
def test_a_duration_is_rounded_to_what_people_say(seconds, expected):
    """Seconds count below one minute only."""
    assert interface("en").duration(seconds) == expected


def test_every_language_says_everything():
    """No text of the pages is missing in any language."""
    english = interface("en")
    for code in PLURALS:
        other = interface(code)
        assert other.texts.keys() == english.texts.keys()
        assert other.scripted.keys() == english.scripted.keys()
        assert len(other.months) == 12


def test_the_first_known_language_is_taken():
    """A region does not matter, and what nobody translated is English."""
    assert interface(None, "ru-RU").code == "ru"
    assert interface("de", None).code == "en"
    moment = datetime(2026, 5, 9, tzinfo=UTC)
    assert interface("ru_RU").date(moment) == "9 мая 2026"
    assert interface("en").untitled(moment) == "Lecture of 9 May 2026"
