"""Opening a page in the person's browser, where there is one to be opened."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser

#: Seconds; a browser that is started in the foreground does not come back.
_PATIENCE = 3.0


def open_page(address: str) -> bool:
    """Open ``address``; tell whether a browser with a window could be started."""
    if not _has_window():
        return False
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(_opened(address)), daemon=True)
    thread.start()
    thread.join(_PATIENCE)
    return answers[0] if answers else True


def _opened(address: str) -> bool:
    try:
        return webbrowser.open(address)
    except webbrowser.Error:
        return False


def _has_window() -> bool:
    """Tell whether a browser would not take over this very terminal, as lynx does."""
    if os.environ.get("BROWSER"):
        return True
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
