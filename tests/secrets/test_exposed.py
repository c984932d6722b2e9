"""Private keys and tokens in the clear are found in every file of a tenant, and never shown."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest

from leap.secrets import check
from leap.secrets.exposed import SHAPES

# Put together here, so that no tool that looks for secrets finds them in this file.
EXAMPLES = {
    "a private age key": str(pyrage.x25519.Identity.generate()),
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "a Google client secret": "GOCSPX" + "-" + "x" * 28,
    "a Google access token": "ya29" + "." + "x" * 60,
    "a Google refresh token": "1//" + "0" + "x" * 60,
    "a VK access token": "vk1" + ".a." + "x" * 60,
    "a Fireworks key": "fw" + "_" + "x" * 24,
    "an API key": "sk" + "-" + "x" * 32,
    "a GitHub token": "ghp" + "_" + "x" * 36,
    "an AWS access key": "AKIA" + "X" * 16,
}


@pytest.mark.parametrize("what, secret", EXAMPLES.items(), ids=EXAMPLES)
def test_a_secret_is_found_where_it_stands(root: Path, what: str, secret: str) -> None:
    """The finding has line and column, says what it is, and does not repeat it."""
    file = root / "tenants" / "acme" / "sources" / "zoom.yaml"
    file.parent.mkdir()
    file.write_text(f"kind: zoom\nключ: {secret} # for now\n")

    (found,) = check(root, "acme")

    place = ("tenants/acme/sources/zoom.yaml", 2, 7)
    assert (*place, f"{what} in the clear") == (
        found.file,
        found.line,
        found.column,
        found.message,
    )
    assert secret not in str(found)


def test_every_shape_has_an_example() -> None:
    """A shape that finds nothing would be noticed."""
    assert [name for name, _ in SHAPES] == list(EXAMPLES)


def test_keys_are_found_in_any_kind_of_file(root: Path) -> None:
    """Key files, hidden files and files in deeper folders are looked into; links are not."""
    for name in ("acme.agekey", ".hidden", "thumbnails/deep/note.txt"):
        path = root / "tenants" / "acme" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"\n{EXAMPLES['a private age key']}\n")
    (root / "tenants" / "globex" / "link").symlink_to(root / "tenants" / "acme" / "acme.agekey")

    assert [2, 2, 2] == [found.line for found in check(root, "acme")]
    assert () == check(root, "globex")


@pytest.mark.parametrize("text", ["task-" + "x" * 40, "fw_short", "age1" + "q" * 58, "ENC[sk-]"])
def test_what_only_resembles_a_secret_is_none(root: Path, text: str) -> None:
    """Public keys, words and short texts are left alone."""
    (root / "tenants" / "acme" / "note.txt").write_text(text)

    assert () == check(root, "acme")
