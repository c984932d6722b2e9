"""Whether what a run remembers is still there for the next one.

A hosted runner begins with an empty disk each time. A ledger or a store on it
is lost with it, and the next run would publish every lecture once more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from leap.config.declaration import Declaration
from leap.config.presets import CLOUD_PLATFORMS
from leap.errors import ConfigError, Diagnostic

#: Set to ``true`` on the machines of GitHub, GitLab and others.
#: https://docs.github.com/actions/reference/variables-reference
_VARIABLE = "CI"


def check_lasting(declaration: Declaration) -> Iterator[Diagnostic]:
    """Say what of the state would be lost on this machine; nothing where nothing matters.

    What is published on this machine alone is lost with it, and may be made again.
    """
    if os.environ.get(_VARIABLE) != "true":
        return
    preset = next(
        (
            preset
            for tenant in declaration.tenants.values()
            for preset in tenant.presets.values()
            if preset.platform in CLOUD_PLATFORMS
        ),
        None,
    )
    if preset is None:
        return
    operator = declaration.operator
    again = f"the next run would publish again what {preset.file} has published"
    if operator.database == "embedded":
        yield operator.document.error(
            ("database",),
            f"with {_VARIABLE}=true an embedded ledger is lost after the run, and {again}",
            "set LEAP_DATABASE_URL to a Postgres that stays, or write `database: postgresql://…`",
        )
    if operator.bucket is None:
        yield operator.document.error(
            ("state",),
            f"with {_VARIABLE}=true a store on this machine is lost after the run, and {again}",
            "write `state: s3://…`",
        )


def require_lasting(declaration: Declaration) -> None:
    """Raise ConfigError where a run on this machine could not remember what it did."""
    found = list(check_lasting(declaration))
    if found:
        raise ConfigError(found)
