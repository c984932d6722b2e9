"""What the process needs of its surroundings before the first word: UTF-8 and open streams.

File names are identities, so they must mean the same whatever the locale says:
with one that is not UTF-8, Python reads Cyrillic names as something else.
"""

from __future__ import annotations

import codecs
import io
import os
import sys


def prepare() -> None:
    """Make file names UTF-8, and let no character stop the output.

    Where the locale is another, the program is started anew in Python's UTF-8
    mode: https://docs.python.org/3/library/os.html#python-utf-8-mode. What a
    terminal of another encoding lacks is shown as ``?``.
    """
    _open_missing()
    if sys.getfilesystemencoding() != "utf-8" and "utf8" not in sys._xoptions:  # noqa: SLF001 -- documented
        _start_anew_in_utf8()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _start_anew_in_utf8() -> None:
    environment = dict(os.environ)
    # The C locale says nothing about a terminal; every other one knows it.
    if codecs.lookup(sys.stdout.encoding).name != "ascii":
        environment.setdefault("PYTHONIOENCODING", f"{sys.stdout.encoding}:replace")
    command = [sys.executable, "-X", "utf8", *sys.orig_argv[1:]]
    os.execve(sys.executable, command, environment)  # noqa: S606 -- this very program


def _open_missing() -> None:
    """Put /dev/null where the standard streams are closed.

    The next file that is opened would take their numbers, and get our output.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115 -- open to the end
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8")  # noqa: SIM115 -- open to the end
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8")  # noqa: SIM115 -- open to the end
