"""The database of a run, read directly from its tables; and triggers that record the peaks of budget windows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import msgspec

__all__ = ["Call", "Credit", "Held", "Peak", "Records", "Row", "Total", "Window", "install_witness", "read_records"]


class Row(msgspec.Struct, frozen=True):
    """A row of the ledger: the usage and cost of one attempt of a call (nano-USD)."""

    id: str
    call_id: str
    idempotency_key: str | None
    key_id: str | None
    user_id: str | None
    team_id: str | None
    organization_id: str | None
    customer: str | None
    account: str | None
    model: str
    model_served: str
    deployment: str | None
    provider: str
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cost_nano: int
    credits_milli: int
    estimated: bool
    status: str
    started_at: float
    ended_at: float


class Call(msgspec.Struct, frozen=True):
    """The record of a call."""

    id: str
    key: str | None
    status: str
    provider: str


class Window(msgspec.Struct, frozen=True):
    """A budget since its last reset."""

    scope: str
    id: str
    model: str
    start_at: float
    end_at: float | None
    spent: int
    held: int


class Held(msgspec.Struct, frozen=True):
    """The reservation of a call."""

    id: str
    call_id: str


class Peak(msgspec.Struct, frozen=True):
    """The highest sum of spend and reservations of a window, and its lowest reservations."""

    scope: str
    id: str
    model: str
    start_at: float
    highest: int
    least_held: int


class Total(msgspec.Struct, frozen=True):
    """The total spend of an owner on a model."""

    scope: str
    id: str
    model: str
    spent: int


class Credit(msgspec.Struct, frozen=True):
    """An entry of the credit history."""

    account: str
    kind: str
    amount_milli: int
    usage_id: str | None


class Records(msgspec.Struct, frozen=True):
    """All records that the audit uses."""

    usage: tuple[Row, ...] = ()
    calls: tuple[Call, ...] = ()
    windows: tuple[Window, ...] = ()
    peaks: tuple[Peak, ...] = ()
    totals: tuple[Total, ...] = ()
    credits: tuple[Credit, ...] = ()
    charges: tuple[tuple[str, str, str], ...] = ()
    """The scope, id and usage id of additional budgets that a row counts against."""
    holds: tuple[Held, ...] = ()
    names: tuple[str, ...] = ()
    """The names of all keys and batches, one entry each."""


def read_records(database: str) -> Records:
    """Return a consistent snapshot of all records."""
    with _connected(database) as connection:
        return Records(
            usage=_table(connection, "usage", Row),
            calls=_table(connection, "call", Call),
            windows=_table(connection, "budget_window", Window),
            peaks=_table(connection, "witness", Peak),
            totals=_table(connection, "spend_total", Total),
            credits=_table(connection, "credit_entry", Credit),
            charges=tuple(connection.execute("SELECT scope, id, usage_id FROM usage_charge").fetchall()),
            holds=_table(connection, "hold", Held),
            names=tuple(_names(connection)),
        )


@contextmanager
def _connected(database: str) -> Iterator[Any]:
    """Return a connection whose statements see one state of the database."""
    if database.startswith("postgresql:"):
        import psycopg  # installed with the gateway, and only needed for several nodes

        with psycopg.connect(database) as server:
            server.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            yield server
        return
    with closing(sqlite3.connect(database, isolation_level=None, timeout=20)) as file:
        file.execute("BEGIN")
        yield file
        file.execute("COMMIT")


def _table(connection: Any, name: str, kind: Any) -> tuple[Any, ...]:
    columns = ", ".join(field.encode_name for field in msgspec.structs.fields(kind))
    rows = connection.execute(f"SELECT {columns} FROM {name}").fetchall()
    names = [field.name for field in msgspec.structs.fields(kind)]
    return tuple(msgspec.convert([dict(zip(names, row, strict=True)) for row in rows], list[kind], strict=False))


def _names(connection: Any) -> Iterator[str]:
    for (alias,) in connection.execute("SELECT alias FROM platform_key WHERE alias IS NOT NULL").fetchall():
        yield alias
    for (body,) in connection.execute("SELECT body FROM batch").fetchall():
        yield msgspec.json.decode(body)["metadata"]["name"]


# Triggers on budget windows, which also see changes inside transactions, record the highest and lowest values.
_TABLE = """
    CREATE TABLE witness (
        scope TEXT NOT NULL, id TEXT NOT NULL, model TEXT NOT NULL, start_at DOUBLE PRECISION NOT NULL,
        highest BIGINT NOT NULL, least_held BIGINT NOT NULL, PRIMARY KEY (scope, id, model, start_at)
    )
"""
_MARK = """
    INSERT INTO witness (scope, id, model, start_at, highest, least_held)
    VALUES (NEW.scope, NEW.id, NEW.model, NEW.start_at, NEW.spent + NEW.held, NEW.held)
    ON CONFLICT (scope, id, model, start_at) DO UPDATE SET
        highest = {most}(witness.highest, excluded.highest),
        least_held = {least}(witness.least_held, excluded.least_held);
"""
_SQLITE = f"CREATE TRIGGER witness AFTER UPDATE ON budget_window BEGIN {_MARK.format(most='MAX', least='MIN')} END"
_POSTGRES = f"""
    CREATE FUNCTION witness() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {_MARK.format(most="GREATEST", least="LEAST")} RETURN NULL; END $$;
    CREATE TRIGGER witness AFTER UPDATE ON budget_window FOR EACH ROW EXECUTE FUNCTION witness()
"""


def install_witness(database: str) -> None:
    """Let the database record the peaks of every budget window, so that none is missed between two reads."""
    if database.startswith("postgresql:"):
        with _connected(database) as server:
            server.execute(_TABLE)
            server.execute(_POSTGRES)
        return
    with closing(sqlite3.connect(database, isolation_level=None, timeout=20)) as file:
        file.execute(_TABLE)
        file.execute(_SQLITE)
