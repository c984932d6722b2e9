"""The log of a run: one file per run under ``state/logs``, the newest fifty kept."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

_KEPT = 50


@contextlib.contextmanager
def run_log(state: Path) -> Iterator[logging.Handler]:
    """Give the handler of a new log file; LEAP's own loggers write to it too."""
    folder = state / "logs"
    handler = _handler(folder)
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s")
    )
    logger = logging.getLogger("leap")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield handler
    finally:
        logger.removeHandler(handler)
        with contextlib.suppress(OSError):
            handler.close()
        for old in sorted(folder.glob("*.log"))[:-_KEPT]:
            with contextlib.suppress(OSError):
                old.unlink(missing_ok=True)


class _PatientHandler(logging.FileHandler):
    """Goes on without a line that the disk does not take; the run matters more."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 -- logging's name
        """Leave the record out."""


def _handler(folder: Path) -> logging.Handler:
    """Return a handler for a new file in ``folder``, or one that drops everything."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _PatientHandler(folder / f"{stamp}-{os.getpid()}.log", encoding="utf-8")
    except OSError:
        return logging.NullHandler()
