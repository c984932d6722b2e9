"""Named places where a test may kill, fill or delay a real run.

``LEAP_FAULT=store.commit.before_manifest@2:kill`` kills this process with
SIGKILL the second time it passes that place. Without the variable a place
costs one dictionary look-up. Every effect that a crash could cut in two has
its place, so that tests can cut there.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from collections import Counter

_VARIABLE = "LEAP_FAULT"
_passed: Counter[str] = Counter()


def point(name: str) -> None:
    """Do what ``LEAP_FAULT`` asks for at the place called ``name``, else nothing.

    Actions: ``kill`` (SIGKILL this process), ``killgroup`` (and all of its
    process group: the run as a whole), ``full`` (raise OSError ENOSPC),
    ``sleep`` (for one minute), ``stop`` (SIGSTOP this process, all its threads).
    """
    asked = os.environ.get(_VARIABLE)
    if not asked:
        return
    place, _, action = asked.partition(":")
    wanted, _, count = place.partition("@")
    if wanted != name:
        return
    _passed[name] += 1
    if _passed[name] != int(count or 1):
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "killgroup":
        os.killpg(os.getpgid(0), signal.SIGKILL)
    elif action == "full":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    elif action == "sleep":
        time.sleep(60)
    elif action == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
