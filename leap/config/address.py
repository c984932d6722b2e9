"""Addresses of servers, as they are declared."""

from __future__ import annotations

from typing import Annotated

from leap.config.units import Shaped

#: No name and password, no query: what is asked of an endpoint is appended to it.
Endpoint = Annotated[
    str,
    Shaped(
        r"^https?://([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*$",
        "an endpoint",
        "write it like `https://api.example.org`, without a `/` at the end",
    ),
]

#: A part of a vendor's world, by the vendor's name for it.
Region = Annotated[
    str, Shaped(r"^[a-z0-9][a-z0-9-]{0,62}$", "a region", "write it like `eu-central-1`")
]
