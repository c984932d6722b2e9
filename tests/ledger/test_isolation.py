"""The database itself keeps tenants apart; a bug of ours cannot."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import psycopg
import pytest

from leap.domain.calls import Call, Paid
from leap.domain.money import Money, Usage
from leap.domain.quotas import Bucket
from leap.domain.stage import Stage
from leap.ledger.tables import metadata

#: Counted by the app and not by the tenant, so that its rows have no tenant.
SHARED = "quotas"
TABLES = sorted({table.name for table in metadata.sorted_tables} - {SHARED})

FOR_EVER = datetime(2200, 1, 1, tzinfo=UTC)

CALL = Paid(
    "id",
    Call("fireworks", "whisper-v3", "main", "digest", Usage(60.0)),
    "r",
    Stage.TRANSCRIBE,
    FOR_EVER,
    cost=Money(Decimal("0.0015"), "USD"),
)

UNITS = Bucket("units", 100, 50, "UTC")

INSERT = """
    INSERT INTO leap.runs (tenant, id, started_at) VALUES (%s, gen_random_uuid(), now())
"""


@pytest.fixture
def acting(direct, ledger, recording, memo):
    """Act as a role and for a tenant, over a ledger with rows of two tenants in every table."""
    for tenant in ("acme", "globex"):
        ledger.admit(tenant, [recording()], {"lectures": [memo()]})
        ledger.stage_failed(tenant, "r", Stage.TRIM, "k", reason="", permanent=False)
        ledger.publication_failed(
            tenant, "r", "site", "site", wanted={}, reason="", permanent=False
        )
        with ledger.lease(tenant, "r/site", wait=0) as lease:
            ledger.keep(tenant, "r", "site", "session", lease, note=1)
        ledger.event(tenant, None, "kind", "message")
        ledger.run_started(tenant)
        ledger.defer(tenant, "zoom-main", FOR_EVER, "the daily limit is reached")
        ledger.credential_used(tenant, "zoom-main")
        ledger.call_asked(tenant, CALL)
        ledger.take_quota(tenant, "main", f"app-of-{tenant}", {UNITS: 1}, refreshing=False)
    connection = direct()
    connection.execute("""
        INSERT INTO leap.leases
        SELECT tenant, 'scope', 'holder', gen_random_uuid(), 1, now(), now()
        FROM unnest(ARRAY['acme', 'globex']) AS tenant
    """)

    def act(role, tenant=None):
        connection.execute("RESET ALL")
        if tenant is not None:
            connection.execute("SELECT set_config('leap.tenant', %s, false)", [tenant])
        connection.execute(f"SET ROLE {role}")
        return connection

    return act


def tenants_seen(connection, table):
    # The tenant is every table's first column.
    return {row[0] for row in connection.execute(f"TABLE leap.{table}")}


def test_every_table_belongs_to_tenants(database, direct):
    """No table of the schema is without forced row-level security, the shared one neither."""
    found = direct().execute("""
        SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class
        WHERE relnamespace = 'leap'::regnamespace AND relkind = 'r'
    """)

    expected = {**dict.fromkeys([*TABLES, SHARED], True), "alembic_version": False}
    assert expected == dict(found.fetchall())


def test_every_key_starts_with_the_tenant(direct):
    """A key without it would betray that another tenant has the same value."""
    found = direct().execute("""
        SELECT DISTINCT attname FROM pg_index JOIN pg_attribute
            ON attrelid = indrelid AND attnum = indkey[0]
        WHERE indisunique AND indrelid IN (
            SELECT oid FROM pg_class WHERE relnamespace = 'leap'::regnamespace AND relrowsecurity
            AND relname <> 'quotas'
        )
    """)

    assert found.fetchall() == [("tenant",)]


@pytest.mark.parametrize("role", ["leap_app", "leap_owner"])
def test_a_tenant_sees_its_own_rows_only(acting, role):
    """This binds the application, and the owner of the tables too."""
    connection = acting(role, "acme")

    assert {table: tenants_seen(connection, table) for table in TABLES} == {
        table: {"acme"} for table in TABLES
    }


@pytest.mark.parametrize("role", ["leap_app", "leap_owner"])
@pytest.mark.parametrize("tenant", [None, ""])
def test_without_a_tenant_nothing_is_seen_or_written(acting, role, tenant):
    """A forgotten tenant shows nothing instead of everything."""
    connection = acting(role, tenant)

    assert {table: tenants_seen(connection, table) for table in TABLES} == {
        table: set() for table in TABLES
    }
    for wanted in ("acme", ""):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(INSERT, [wanted])


def test_a_row_cannot_be_given_to_another_tenant(acting):
    """Neither by inserting it there nor by moving it there."""
    connection = acting("leap_app", "acme")

    with pytest.raises(psycopg.errors.InsufficientPrivilege) as inserting:
        connection.execute(INSERT, ["globex"])
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as moving:
        connection.execute("UPDATE leap.runs SET tenant = 'globex'")

    assert (inserting.value.sqlstate, moving.value.sqlstate) == ("42501", "42501")


def test_rows_of_another_tenant_cannot_be_changed(acting):
    """They are not there, as far as the statement can tell."""
    connection = acting("leap_app", "acme")

    assert connection.execute("DELETE FROM leap.runs WHERE tenant = 'globex'").rowcount == 0
    assert connection.execute("UPDATE leap.runs SET outcome = 'x'").rowcount == 1


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE leap.runs",
        "DROP POLICY one_tenant ON leap.runs",
        "ALTER TABLE leap.runs NO FORCE ROW LEVEL SECURITY",
        "SET row_security = off; SELECT * FROM leap.runs",
        "CREATE TABLE leap.mine ()",
    ],
)
def test_the_application_cannot_take_the_wall_down(acting, statement):
    """It neither owns the tables nor may it look past the policies."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        acting("leap_app", "acme").execute(statement)


def test_the_administrator_reads_everything_and_writes_nothing(acting):
    """Cross-tenant looking is a role of its own."""
    connection = acting("leap_admin")

    assert {table: tenants_seen(connection, table) for table in TABLES} == {
        table: {"acme", "globex"} for table in TABLES
    }
    for statement in ("DELETE FROM leap.runs", "UPDATE leap.runs SET outcome = 'x'"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_the_ledger_hides_one_tenant_from_another(acting, ledger):
    """The same holds through the ledger itself; only `tenants` looks across."""
    assert ledger.snapshot("initech").recordings == {}
    assert ledger.events("initech") == ()
    assert len(ledger.runs("acme")) == 1
    assert ledger.tenants() == ("acme", "globex")


def test_a_tenant_without_a_name_does_not_exist(direct):
    """Not even the superuser can make rows for it."""
    with pytest.raises(psycopg.errors.CheckViolation):
        direct().execute(INSERT, [""])


@pytest.mark.parametrize("role", ["leap_app", "leap_owner"])
def test_the_day_of_an_app_is_seen_by_who_asks_as_it(acting, role):
    """The counters belong to no tenant; whoever has no account with an app sees none of it."""
    assert {"app-of-acme"} == tenants_seen(acting(role, "acme"), SHARED)
    assert set() == tenants_seen(acting(role, "initech"), SHARED)
    assert set() == tenants_seen(acting(role), SHARED)


def test_the_day_of_another_app_cannot_be_changed(acting):
    """A counter is neither taken nor made for an app that the tenant has no account with."""
    connection = acting("leap_app", "acme")

    changed = connection.execute("UPDATE leap.quotas SET used = 0 WHERE holder = 'app-of-globex'")

    assert 0 == changed.rowcount
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("INSERT INTO leap.quotas VALUES ('app-of-globex', 'b', now(), 1, 0)")


@pytest.mark.parametrize(
    "statement", ["DELETE FROM leap.quotas", "UPDATE leap.quotas SET day = '2000-01-01'"]
)
def test_no_day_is_forgotten(acting, statement):
    """The application counts; it cannot take a day away or move it."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        acting("leap_app", "acme").execute(statement)
