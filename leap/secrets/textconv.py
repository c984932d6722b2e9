"""An encrypted file as `git diff` shows it.

Whoever has the key reads the values; everybody else sees which of them
changed. https://git-scm.com/docs/gitattributes#_performing_text_diffs_of_binary_files
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from leap.errors import SecretError
from leap.secrets import sops
from leap.secrets.keys import Key, parse, texts
from leap.secrets.structure import parse as parse_file
from leap.secrets.structure import recipients


def as_text(root: Path, path: Path) -> str:
    """Return the encrypted file at ``path``, of any tenant and any commit, as text to compare.

    In CI nothing is decrypted, since everybody can read its logs. A file that
    is not encrypted is returned as it is. Raises SecretError where it cannot
    be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SecretError(f"{path}: cannot be read: {error.strerror}") from None
    document, problems = parse_file(content, path.name)
    if problems:
        return content.decode(errors="replace")
    names = sorted(recipients(document))
    key = None if os.environ.get("CI") else _key(root, names)
    text = _decrypted(root, path, key) if key else None
    if text is None:
        text = "\n".join(_structure(document.data, "")) + "\n"
    return text + "".join(f"# for {name}\n" for name in names)


def _key(root: Path, names: list[str]) -> Key | None:
    """Return a key of this machine that opens the file; whose file it is nobody knows here."""
    found = sorted((root / "state" / "keys").glob("*.agekey"))
    try:
        for tenant in (path.stem for path in found):
            for origin, text in texts(root, tenant):
                for key in parse(text, origin):
                    if key.recipient in names:
                        return key
    except SecretError:
        return None
    return None


def _decrypted(root: Path, path: Path, key: Key) -> str | None:
    command = ["decrypt", "--input-type", "yaml", "--output-type", "yaml", str(path.resolve())]
    try:
        return sops.run(command, subject=path.name, root=root, key=key).decode()
    except SecretError:
        return None


def _structure(data: Mapping[str, Any], indent: str) -> Iterator[str]:
    """Yield the keys, and for each value a mark that changes when the value does."""
    for key, value in data.items():
        if key == "sops" and not indent:
            continue
        if isinstance(value, Mapping):
            yield f"{indent}{key}:"
            yield from _structure(value, f"{indent}  ")
        else:
            mark = hashlib.sha256(str(value).encode()).hexdigest()[:8]
            yield f"{indent}{key}: (encrypted, {mark})"
