"""Two vendors that differ in everything that a descriptor can say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from leap.errors import NeedsHuman
from leap.providers.oauth.vendor import Vendor


def refusal(grant: str, status: int, body: Any) -> NeedsHuman:
    """Say what the token endpoint said."""
    return NeedsHuman(f"no token for {grant} ({status}): {body.get('error')}")


@pytest.fixture
def vendor() -> Vendor:
    """Return a vendor with a code, whose app says the scopes."""
    return Vendor(
        "Uni Cloud", "uni", "https://uni.example/authorize", "https://uni.example/token", refusal
    )


@pytest.fixture
def implicit() -> Vendor:
    """Return a vendor that puts the token itself into the address of a page of its own."""
    return Vendor(
        "Old Cloud",
        "old",
        "https://old.example/authorize",
        "https://old.example/token",
        refusal,
        lands_at="https://old.example/blank.html",
        response="token",
        scopes=("video", "groups"),
        extra={"display": "page"},
        unused=timedelta(days=1),
    )
