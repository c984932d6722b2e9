"""What is about to be committed, as git will keep it rather than as it lies on disk."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from leap.errors import Diagnostic
from leap.secrets.exposed import exposed_in
from leap.secrets.git import git

#: What `leap validate` reads.
_DECLARATION = ("leap.yaml", "pipelines", "tenants", ".sops.yaml")
_LIMIT = 1 << 20


@contextlib.contextmanager
def staged_tree(root: Path) -> Iterator[Path]:
    """Give a private copy of the declaration as it is staged at ``root``. Raises SecretError."""
    files = git(root, "ls-files", "-z", "--", *_DECLARATION)
    # Files are named from here, but git names what it writes from the top.
    below = git(root, "rev-parse", "--show-prefix").decode(errors="surrogateescape").strip("\n")
    with tempfile.TemporaryDirectory(prefix="leap-staged-") as folder:
        git(root, "checkout-index", "-z", "--stdin", f"--prefix={folder}/", stdin=files)
        yield Path(folder) / below


def staged_exposed(root: Path) -> Iterator[Diagnostic]:
    """Yield each secret in the clear in any file that this commit adds or changes."""
    changed = git(
        root, "diff", "--cached", "--name-only", "--diff-filter=ACMRT", "-z", "--relative"
    )
    for name in filter(None, changed.decode(errors="surrogateescape").split("\0")):
        size = git(root, "cat-file", "-s", f":./{name}")
        if int(size) <= _LIMIT:
            yield from exposed_in(git(root, "cat-file", "blob", f":./{name}"), name)


def concerns_declaration(root: Path) -> bool:
    """Tell whether this commit changes anything that `leap validate` reads."""
    return bool(git(root, "diff", "--cached", "--name-only", "-z", "--", *_DECLARATION))
