"""An emulator in a process of its own: how it stays there, is started, and is told what to do."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emulators.messages import Answer, Request, as_json
from emulators.serving import Server

if TYPE_CHECKING:
    from emulators.vk import Vk
    from emulators.youtube import YouTube
    from emulators.zoom import Zoom

_TESTS = Path(__file__).parents[1]
_ENDS = {signal.SIGINT, signal.SIGTERM}
#: Fields of a rule that are bytes, for which JSON has text.
_BYTES = ("content", "contains")


def run(main: Callable[[], None]) -> None:
    """Run the ``main`` of a process that stays, whose threads leave its end to `stay`."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
    main()


def stay(said: dict[str, Any]) -> None:
    """Say what there is as one line of JSON, and return when the process is interrupted."""
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    signal.sigwait(_ENDS)


@contextmanager
def started(emulator: str, *options: str | Path) -> Iterator[dict[str, Any]]:
    """Start ``python -m emulators.<emulator>``; gives what it says, and sees it end well."""
    command = [sys.executable, "-m", f"emulators.{emulator}", *options]
    with subprocess.Popen(command, cwd=_TESTS, stdout=subprocess.PIPE) as process:
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


def control(
    emulator: Vk | YouTube | Zoom, own: Callable[[Request], Answer | None] = lambda _: None
) -> Server:
    """Return one more origin, which steers ``emulator``; all bodies are JSON.

    ``own`` is asked first, and returns None for what all emulators know:
    ``POST /faults``: ``pattern`` and fields of `faults.Fault`; ``DELETE
    /faults``. ``POST /clock``: ``forward``, in seconds. ``GET
    /journal?pattern=…``: the exchanges so far.
    """

    def handle(request: Request) -> Answer:
        answer = own(request)
        if answer is not None:
            return answer
        match request.method, request.path:
            case "POST", "/faults":
                emulator.fault(**fields(request.json))
            case "DELETE", "/faults":
                emulator.faults.clear()
            case "POST", "/clock":
                now = emulator.clock.forward(request.json["forward"])
                return as_json({"now": now.isoformat()})
            case "GET", "/journal":
                found = emulator.journal.of(request.query.get("pattern", "**"))
                return as_json([exchange.as_json() for exchange in found])
            case _:
                return Answer(404)
        return Answer(204)

    return Server(handle, name="control")


def fields(said: dict[str, Any]) -> dict[str, Any]:
    """Return a rule's fields, with bytes where JSON has text for them."""
    return {name: value.encode() if name in _BYTES else value for name, value in said.items()}
