"""leap.yaml: what the operator of a repository decides for all tenants."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from leap.config.model import Declared, Integer, setting
from leap.config.paths import FolderPath
from leap.config.settings import Settings

Database = Annotated[str, StringConstraints(pattern=r"^(embedded|postgres(ql)?(\+psycopg)?://.+)$")]
ResourceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]


class Operator(Declared):
    """The operator's file. Paths are relative to the repository's root, or absolute."""

    state: FolderPath = setting(
        "state", "Where targets, ledger and logs are kept.", examples=["state", "/var/lib/leap"]
    )
    database: Database = setting(
        "embedded",
        "`embedded` runs a private Postgres; or the URL of yours. LEAP_DATABASE_URL wins.",
        examples=["embedded", "postgresql://leap@db.example.org/leap"],
    )
    folders: tuple[FolderPath, ...] = setting(
        (), "Folder sources may read in these folders only.", examples=[["/srv/recordings"]]
    )
    sites: tuple[FolderPath, ...] = setting(
        ("state/site",), "Sites may be written in these folders only.", examples=[["/srv/www"]]
    )
    workers: Integer = setting(
        2, "How many stages are worked on at once.", examples=[2], ge=1, le=64
    )
    resources: dict[ResourceName, Annotated[Integer, Field(ge=1, le=1000)]] = setting(
        {"ffmpeg": 2, "whisper": 1},
        "How many stages may use a resource at once.",
        examples=[{"ffmpeg": 2, "whisper": 1}],
    )
    defaults: Settings = setting(
        Settings(), "Settings for all tenants.", examples=[{"trim": {"padding": "2 s"}}]
    )
