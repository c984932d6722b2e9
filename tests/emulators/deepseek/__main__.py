"""Serve an emulated DeepSeek from a process of its own, until it is interrupted.

    cd tests && python -m emulators.deepseek

Says on standard output, as one line of JSON, where it is and with which key.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from emulators.deepseek.emulator import DeepSeek
from emulators.process import run, stay


def main() -> None:
    """Serve what was asked for."""
    parser = argparse.ArgumentParser("emulators.deepseek", description=__doc__)
    parser.add_argument("--hosted", action="store_true", help="as Fireworks serves it")
    parser.add_argument("--port", type=int, default=0, help="where to listen (any)")
    parser.add_argument("--journal", type=Path, help="a file for a line of JSON per request")
    options = parser.parse_args()
    with DeepSeek(hosted=options.hosted, port=options.port, journal=options.journal) as deepseek:
        stay({"url": deepseek.url, "api_key": deepseek.key()})


if __name__ == "__main__":
    run(main)
