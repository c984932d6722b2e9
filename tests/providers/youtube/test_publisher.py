"""A lecture on YouTube: all of it as it is declared, in as few calls as that takes."""

from __future__ import annotations

import hashlib


def test_a_lecture_is_there_as_it_is_declared(youtube, film, published):
    """Private while it is incomplete, and opened in the end."""
    placed = published()

    (video,) = youtube.live()
    assert f"https://www.youtube.com/watch?v={video.id}" == placed.url
    assert hashlib.sha256(film.read_bytes()).hexdigest() == video.sha256
    assert "Trees, lecture 3" == video.title
