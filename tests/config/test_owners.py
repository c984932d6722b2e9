"""Owners in tenant.yaml are the ones whom the git host asks, or a warning says so."""

from __future__ import annotations

import pytest

from leap.config.document import Document
from leap.config.owners import check_owners

DECLARED = Document(
    "tenants/uni/tenant.yaml", {"owners": ["@org/media", "@ada"]}, {("owners",): (3, 1)}
)


def found(root, text, place=".github/CODEOWNERS"):
    if text is not None:
        (root / place).parent.mkdir(exist_ok=True)
        (root / place).write_text(text, encoding="utf-8")
    return [each.message for each in check_owners(root, "uni", DECLARED)]


@pytest.mark.parametrize(
    "text",
    [
        "/tenants/uni/ @org/media @ada\n",
        "* @ops\ntenants/uni/** @ada @org/media # the studio\n",
        "/tenants/uni/ @somebody\n/tenants/uni @ada @org/media\n/tenants/other/ @x\n",
        None,
    ],
    ids=["same", "another way to write it", "the last line counts", "no such file"],
)
def test_the_same_owners_are_no_news(tmp_path, text):
    assert [] == found(tmp_path, text)


@pytest.mark.parametrize("place", [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"])
def test_other_owners_are_named(tmp_path, place):
    """Wherever the file is."""
    assert [f"owners: {place} names @org/media for this tenant"] == found(
        tmp_path, "/tenants/uni/ @org/media\n", place
    )


def test_a_tenant_without_owners_there_is_told(tmp_path):
    """Whoever is asked about everything is not asked about this tenant in particular."""
    assert ["owners: .github/CODEOWNERS has no line for this tenant"] == found(
        tmp_path, "* @ops\n/tenants/uni-2/ @org/media @ada\n"
    )


def test_the_hint_is_the_line_to_write(tmp_path):
    (tmp_path / "CODEOWNERS").write_text("/tenants/uni/\n", encoding="utf-8")

    [warning] = check_owners(tmp_path, "uni", DECLARED)

    assert ("warning", 3, 1) == (warning.severity, warning.line, warning.column)
    assert "names nobody" in warning.message
    assert "write `/tenants/uni/ @org/media @ada` there, or change `owners`" == warning.hint


def test_a_tenant_that_declares_none_is_not_asked(tmp_path):
    (tmp_path / "CODEOWNERS").write_text("* @ops\n", encoding="utf-8")

    assert [] == list(check_owners(tmp_path, "uni", Document("tenants/uni/tenant.yaml", {})))
