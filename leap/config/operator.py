"""leap.yaml: what the operator of a repository decides for all tenants."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from leap.config.budgets import Budget, Budgets
from leap.config.endpoints import Endpoints
from leap.config.model import Declared, Flag, Integer, setting
from leap.config.paths import FolderPath
from leap.config.prices import Prices
from leap.config.quotas import Quotas
from leap.config.safety import Safety
from leap.config.settings import Settings
from leap.config.storage import Bucket, Cache, State
from leap.config.units import Called, complaint

_DATABASE = re.compile(r"embedded|postgres(ql)?(\+psycopg)?://.+")
_SCHEDULER = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)?")
_PASSWORD = re.compile(r"[a-z+]+://[^/@]*:[^/@]+@.*")


def _is_database(url: str) -> str:
    # The text is not repeated in the complaint: it may hold a password.
    if _PASSWORD.fullmatch(url):
        raise complaint(
            "a password does not belong in this file", "put the whole URL in LEAP_DATABASE_URL"
        )
    if not _DATABASE.fullmatch(url):
        raise complaint("not a database", "write `embedded`, or `postgresql://user@host/name`")
    return url


Database = Annotated[
    str,
    StringConstraints(max_length=1000),
    AfterValidator(_is_database),
    Called("`embedded`, or a URL"),
]


def _is_scheduler(url: str) -> str:
    # Not repeated either: a password may be the very mistake.
    if "@" in url:
        raise complaint(
            "credentials do not belong in this file", "put the whole URL in LEAP_SCHEDULER"
        )
    if not _SCHEDULER.fullmatch(url):
        raise complaint("not the address of a scheduler", "write `http://127.0.0.1:8082`")
    return url


Scheduler = Annotated[str, StringConstraints(max_length=1000), AfterValidator(_is_scheduler)]

#: What stages use up: the machine's ffmpeg, a transcriber, a platform, a source
#: behind an account, a cloud that transcribes, finds topics or shows videos (for
#: each account by itself). A limit for anything else would limit nothing.
Resource = Literal["ffmpeg", "whisper", "transcribe", "topics", "site", "zoom", "youtube", "vk"]
_LIMITS: dict[Resource, int] = {
    "ffmpeg": 2,
    "whisper": 1,
    "transcribe": 2,
    "topics": 4,
    "zoom": 2,
    "youtube": 2,
    "vk": 1,
}


class Operator(Declared):
    """The operator's file. Paths are relative to the repository's root, or absolute."""

    place: State = setting(
        "state",
        "Where targets, ledger and logs are kept: a folder, or a bucket for the targets, with"
        " `state` for the rest.",
        examples=["state", "/var/lib/leap", "s3://leap-acme/state"],
        alias="state",
    )
    cache: Cache = setting(
        Cache(),
        "What this machine keeps of the bucket that `state` names.",
        examples=[{"size": "8 GB"}],
    )
    database: Database = setting(
        "embedded",
        "`embedded` runs a private Postgres; or the URL of yours. LEAP_DATABASE_URL wins.",
        examples=["embedded", "postgresql://leap@db.example.org/leap"],
    )
    scheduler: Scheduler | None = setting(
        None,
        "The central scheduler that runs join; without one each run has its own."
        " LEAP_SCHEDULER wins.",
        examples=["http://127.0.0.1:8082", "https://luigi.example.org"],
    )
    folders: tuple[FolderPath, ...] = setting(
        (), "Folder sources may read in these folders only.", examples=[["/srv/recordings"]]
    )
    sites: tuple[FolderPath, ...] = setting(
        ("state/site",),
        "Sites may be written in these folders only.",
        examples=[["/srv/www"]],
        min_length=1,
    )
    models: tuple[FolderPath, ...] = setting(
        ("state/models",),
        "Folders that `transcribe: {model: …}` names may be in these folders only.",
        examples=[["/srv/models"]],
    )
    endpoints: Endpoints = setting(
        Endpoints(),
        "Where providers are, for a Zoom of one's own government or a test; no tenant decides it.",
        examples=[{"zoom": {"api": "https://api.zoomgov.com", "oauth": "https://zoomgov.com"}}],
    )
    allow_insecure_endpoints: Flag = setting(
        False,
        "Whether an endpoint may be `http://…`, for tests: tokens then travel in the clear.",
        examples=[True],
    )
    workers: Integer = setting(
        2, "How many stages are worked on at once.", examples=[2], ge=1, le=64
    )
    resources: dict[Resource, Annotated[Integer, Field(ge=1, le=1000)]] = setting(
        _LIMITS,
        "How many stages may use a resource at once; what is left out keeps its limit.",
        examples=[{"ffmpeg": 2, "whisper": 1}],
    )
    safety: Safety = setting(
        Safety(),
        "From when on a plan is refused until a person accepts it; tenants may be stricter.",
        examples=[{"rework": "30 %", "matches": "30 %", "at_least": 10}],
    )
    prices: Prices = setting(
        {},
        "What calls cost, by vendor and model, as the vendor's price list says it.",
        examples=[{"fireworks": {"whisper-v3-turbo": {"minute": "0.0009 USD"}}}],
    )
    budget: Budget = setting(
        Budget(),
        "What each tenant may spend on calls; more is refused, and not asked for.",
        examples=[{"month": "20 USD"}],
    )
    budgets: Budgets = setting(
        {},
        "The same for single tenants, in place of `budget`.",
        examples=[{"demo": {"month": "50 USD"}}],
    )
    quotas: Quotas = setting(
        Quotas(),
        "What apps may do at platforms in a day; what is more waits for the next day.",
        examples=[{"youtube": {"uploads": 100, "units": 10_000}}],
    )
    defaults: Settings = setting(
        Settings(), "Settings for all tenants.", examples=[{"trim": {"padding": "2 s"}}]
    )

    @property
    def state(self) -> Path:
        """The folder for all that is kept on this machine; targets too, where there is no bucket."""
        return self.place.folder if isinstance(self.place, Bucket) else self.place

    @property
    def bucket(self) -> Bucket | None:
        """The bucket that holds the targets; None where the state folder does."""
        return self.place if isinstance(self.place, Bucket) else None

    @property
    def limits(self) -> dict[str, int]:
        """How many stages may use each resource at once."""
        return {str(name): limit for name, limit in {**_LIMITS, **self.resources}.items()}
