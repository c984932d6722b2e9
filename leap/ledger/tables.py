"""The tables of the ledger, as SQLAlchemy Core describes them.

Every table but one belongs to one tenant per row, and every key starts with the
tenant: a key without it would tell one tenant about another's rows. The
migrations make these tables; row-level security is theirs alone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

SCHEMA = "leap"

metadata = MetaData(
    schema=SCHEMA,
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    },
)


def _text(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=null)


def _time(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=null)


def _json(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, JSONB, nullable=null)


def _tokens(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


def _tenant() -> tuple[Column[Any], CheckConstraint]:
    # After a transaction the setting of the tenant is '', never NULL again.
    return _text("tenant"), CheckConstraint("tenant <> ''", name="tenant")


def _waiting() -> tuple[Column[Any], Column[Any]]:
    """Return until when it is of no use to try again, and whether a person has to act."""
    return (
        _time("until", null=True),
        Column("needs_person", Boolean, nullable=False, server_default=text("false")),
    )


def _index_of_waiting(table: str) -> Index:
    where = text("until IS NOT NULL OR needs_person")
    return Index(f"{table}_waiting_idx", "tenant", "recording", postgresql_where=where)


#: One row per recording that was ever admitted.
recordings = Table(
    "recordings",
    metadata,
    *_tenant(),
    _text("id"),
    _text("source"),
    _text("source_kind"),
    _text("account"),
    _text("external_id"),
    _text("locator"),
    _text("revision"),
    _text("title"),
    _time("started_at"),
    Column("size", BigInteger, nullable=False),
    Column("duration", Double),
    _text("template", null=True),
    _text("skip", null=True),
    _text("reason"),
    _time("settled_at", null=True),
    Column("listed", Boolean, nullable=False),
    _json("wanted", null=True),
    _time("since"),
    Column("mark", Text, nullable=False, server_default=text("''")),
    # Counted by triggers of the tables of facts.
    Column("changes", BigInteger, nullable=False, server_default=text("0")),
    _text("settled", null=True),
    PrimaryKeyConstraint("tenant", "id"),
    UniqueConstraint("tenant", "source_kind", "account", "external_id"),
    Index(None, "tenant", "started_at"),
)

#: What was learned about each file of a folder source by reading it once.
files = Table(
    "files",
    metadata,
    *_tenant(),
    _text("source"),
    _text("path"),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    _text("sha256"),
    Column("duration", Double),
    _time("created_at", null=True),
    _time("first_seen_at", null=True),
    PrimaryKeyConstraint("tenant", "source", "path"),
)

#: The latest fact about each stage of each recording under each key.
stages = Table(
    "stages",
    metadata,
    *_tenant(),
    _text("recording"),
    _text("stage"),
    _text("key"),
    _text("state"),
    _time("since"),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("permanent", Boolean, nullable=False, server_default=text("false")),
    Column("seconds", Double),
    Column("facts", JSONB, nullable=False, server_default=text("'{}'")),
    *_waiting(),
    PrimaryKeyConstraint("tenant", "recording", "stage", "key"),
    CheckConstraint("state IN ('running', 'done', 'evicted', 'failed')", name="state"),
    _index_of_waiting("stages"),
)

#: The latest fact about each publication of each recording.
publications = Table(
    "publications",
    metadata,
    *_tenant(),
    _text("recording"),
    _text("preset"),
    _text("platform"),
    _text("state"),
    _time("since"),
    _text("external_id", null=True),
    _text("url", null=True),
    Column("applied", JSONB, nullable=False, server_default=text("'{}'")),
    Column("wanted", JSONB, nullable=False, server_default=text("'{}'")),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("permanent", Boolean, nullable=False, server_default=text("false")),
    Column("receipts", Integer, nullable=False, server_default=text("0")),
    *_waiting(),
    Column("details", JSONB, nullable=False, server_default=text("'{}'")),
    PrimaryKeyConstraint("tenant", "recording", "preset"),
    CheckConstraint(
        "state IN ('intended', 'applied', 'failed', 'unmanaged', 'withdrawn')", name="state"
    ),
    _index_of_waiting("publications"),
)

#: What publishing must not forget while it is under way, by name: a note, or
#: what was ``sealed`` for the tenant's readers.
checkpoints = Table(
    "checkpoints",
    metadata,
    *_tenant(),
    _text("recording"),
    _text("preset"),
    _text("name"),
    _json("note", null=True),
    Column("sealed", LargeBinary),
    PrimaryKeyConstraint("tenant", "recording", "preset", "name"),
    CheckConstraint("(note IS NULL) <> (sealed IS NULL)", name="kind"),
)

#: Accounts that are left alone for a time, because their vendor said so.
deferrals = Table(
    "deferrals",
    metadata,
    *_tenant(),
    _text("account"),
    _time("until"),
    _text("reason"),
    PrimaryKeyConstraint("tenant", "account"),
)

#: What was rotated of each account's credential since a person wrote it down.
#: ``sealed`` opens with the tenant's age keys alone; generation 0 has none.
credentials = Table(
    "credentials",
    metadata,
    *_tenant(),
    _text("account"),
    Column("seed", Text, nullable=False, server_default=text("''")),
    Column("generation", BigInteger, nullable=False, server_default=text("0")),
    Column("fields", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("sealed", LargeBinary),
    _time("expires_at", null=True),
    _time("renewed_at", null=True),
    _time("used_at", null=True),
    _text("renewing", null=True),
    _time("renewing_at", null=True),
    PrimaryKeyConstraint("tenant", "account"),
    CheckConstraint("(generation = 0) = (sealed IS NULL)", name="sealed"),
)

#: Which app at a platform each account asks as, by a digest.
quota_holders = Table(
    "quota_holders",
    metadata,
    *_tenant(),
    _text("account"),
    _text("holder"),
    PrimaryKeyConstraint("tenant", "account"),
)

#: What apps have used up of their days at platforms, whichever tenant used them:
#: the one table that belongs to no tenant.
quotas = Table(
    "quotas",
    metadata,
    _text("holder"),
    _text("bucket"),
    Column("day", Date, nullable=False),
    Column("used", BigInteger, nullable=False),
    Column("refreshed", BigInteger, nullable=False),
    PrimaryKeyConstraint("holder", "bucket", "day"),
    CheckConstraint("refreshed BETWEEN 0 AND used", name="used"),
)

#: Who works on what now. Released leases are deleted.
leases = Table(
    "leases",
    metadata,
    *_tenant(),
    _text("scope"),
    _text("holder"),
    Column("claim", Uuid, nullable=False),
    Column("fence", BigInteger, nullable=False),
    _time("acquired_at"),
    _time("expires_at"),
    PrimaryKeyConstraint("tenant", "scope"),
)

#: Numbers every lease that is ever given, over all tenants.
fences = Sequence("fences", metadata=metadata)

#: Every reconcile of a tenant; a run without ``finished_at`` goes on or was killed.
runs = Table(
    "runs",
    metadata,
    *_tenant(),
    Column("id", Uuid, nullable=False),
    _time("started_at"),
    _time("finished_at", null=True),
    _text("commit", null=True),
    _text("outcome", null=True),
    Column("forecast", JSONB, nullable=False, server_default=text("'[]'")),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "started_at"),
)

#: Every call that costs money, from before it is made. One that stays ``asked``
#: was cut off; ``cost`` is then what it costs at most.
calls = Table(
    "calls",
    metadata,
    *_tenant(),
    _text("id"),
    _text("recording"),
    _text("stage"),
    _text("provider"),
    _text("account"),
    _text("model"),
    _text("digest"),
    _time("at"),
    _text("outcome"),
    Column("seconds", Double, nullable=False, server_default=text("0")),
    _tokens("prompt_tokens"),
    _tokens("cached_tokens"),
    _tokens("completion_tokens"),
    Column("cost", Numeric),
    _text("currency", null=True),
    PrimaryKeyConstraint("tenant", "id"),
    CheckConstraint("outcome IN ('asked', 'answered', 'refused', 'lost')", name="outcome"),
    CheckConstraint("(cost IS NULL) = (currency IS NULL)", name="currency"),
    Index(None, "tenant", "at"),
)

#: What was spent in each month; locked while a call is admitted.
spending = Table(
    "spending",
    metadata,
    *_tenant(),
    _text("month"),
    _text("currency"),
    Column("amount", Numeric, nullable=False),
    PrimaryKeyConstraint("tenant", "month", "currency"),
)

#: What happened, for people; only ever added to.
events = Table(
    "events",
    metadata,
    *_tenant(),
    Column("id", Uuid, nullable=False),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    _text("recording", null=True),
    _time("at"),
    _text("kind"),
    _text("message"),
    Column("data", JSONB, nullable=False, server_default=text("'{}'")),
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "number"),
    Index(None, "tenant", "recording", "number"),
)
