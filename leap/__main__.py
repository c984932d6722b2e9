"""``python -m leap``: the command line, and nothing else."""

from __future__ import annotations

from leap.cli import main

if __name__ == "__main__":
    main()
