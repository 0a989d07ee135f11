"""The SQL statements over deployments and credentials. Values are bound, never written into the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["ROUTING_CHANGED", "ROUTING_VERSION", "RecordStatements", "statements_of"]

# Never changed once a record is stored.
_FIXED = frozenset(["created_at", "created_by"])


@dataclass(frozen=True, slots=True)
class RecordStatements:
    """The statements of one table of records."""

    list: str
    find: str
    put: str
    drop: str


def statements_of(table: str, columns: Sequence[str], order: str) -> RecordStatements:
    """Return the statements of a table whose first column is the key of its records."""
    key, names = columns[0], ", ".join(columns)
    selected = f"SELECT {names} FROM {table}"
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns[1:] if name not in _FIXED)
    return RecordStatements(
        list=f"{selected} ORDER BY {order}",
        find=f"{selected} WHERE {key} = ?",
        put=(
            f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' for _ in columns)}) "
            f"ON CONFLICT ({key}) DO UPDATE SET {changed}"
        ),
        drop=f"DELETE FROM {table} WHERE {key} = ?",
    )


ROUTING_VERSION = "SELECT version FROM version_of WHERE name = 'routing'"
ROUTING_CHANGED = """
    INSERT INTO version_of (name, version) VALUES ('routing', 1)
    ON CONFLICT (name) DO UPDATE SET version = version_of.version + 1
    RETURNING version
"""
