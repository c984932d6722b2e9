"""Encrypting a file anew: for other readers, or under a new data key."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path

from leap.config.reader import read
from leap.errors import SecretError
from leap.secrets import sops
from leap.secrets.keys import Key
from leap.secrets.places import shown
from leap.secrets.rules import content_of
from leap.secrets.structure import parse, recipients

YAML = ("--input-type", "yaml", "--output-type", "yaml")


def resealed(
    root: Path,
    path: Path,
    *,
    rules: Path,
    readers: Collection[str],
    key: Key,
    new_data_key: bool,
) -> bytes:
    """Return the encrypted file at ``path`` as ``readers`` alone can open it.

    Args:
        root: the repository's root.
        path: the file, which stays as it is.
        rules: the ``.sops.yaml`` that says how the file is laid out.
        readers: the age recipients to encrypt it for.
        key: what opens it now.
        new_data_key: encrypt every value anew. Whoever could read it before
            holds the present data key, which opens later values too.

    Raises SecretError.
    """
    subject = shown(root, path)
    # sops writes into the file it is given, so it gets a copy; it is ciphertext.
    with tempfile.TemporaryDirectory(prefix="leap-secrets-") as folder:
        copy, own_rules = Path(folder) / path.name, Path(folder) / "rules.yaml"
        shutil.copyfile(path, copy)
        own_rules.write_text(_rules(root, rules, readers), encoding="utf-8")
        commands = [["rotate", "--in-place", *YAML, str(copy)]] if new_data_key else []
        # Last, for afterwards the present key may open it no more.
        commands.append(["updatekeys", "--yes", "--input-type", "yaml", str(copy)])
        for command in commands:
            sops.run(command, subject=subject, root=root, rules=own_rules, key=key)
        content = copy.read_bytes()
    document, problems = parse(content, subject)
    if problems or recipients(document) != frozenset(readers):
        raise SecretError(f"{subject}: sops did not encrypt it as it was asked to")
    return content


def _rules(root: Path, rules: Path, readers: Collection[str]) -> str:
    """Return rules for one file alone, laid out as ``rules`` have it; JSON is YAML."""
    data = read(content_of(root, rules), shown(root, rules))[0].data
    stores = {"stores": data["stores"]} if "stores" in data else {}
    return json.dumps({**stores, "creation_rules": [{"age": sorted(readers)}]})
