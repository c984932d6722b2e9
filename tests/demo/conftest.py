"""The demo recordings, made once for all tests of a process."""

from __future__ import annotations

from pathlib import Path

import pytest

from leap.demo.recordings import lay_out


def silent(share: float | None, message: str = "") -> None:
    """Take progress and say nothing."""


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Every demo recording, in a folder whose name is not easy."""
    return lay_out(tmp_path_factory.mktemp("demo записи 🎓"), silent)
