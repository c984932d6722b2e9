"""The declaration: everything that a repository's YAML says, as one immutable value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leap.config.operator import Operator
from leap.config.pipeline import Pipeline
from leap.config.tenant import TenantDeclaration


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is wanted, read once per run.

    Attributes:
        root: the repository's root; absolute.
        operator: leap.yaml, its paths made absolute.
        digest: sha256 of all data; comments and formatting do not change it.
        digests: the same per tenant: of everything that decides about its
            recordings, this version of LEAP included.
    """

    root: Path
    operator: Operator
    pipelines: Mapping[str, Pipeline]
    tenants: Mapping[str, TenantDeclaration]
    digest: str
    digests: Mapping[str, str]
