"""The types of columns: one name for what the databases call differently."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

__all__ = ["BLOB", "FLAG", "INTEGER", "REAL", "TEXT", "position"]

# Compared byte by byte in both: ids sort by their time, and no locale moves a page's end.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INTEGER = sa.BigInteger()
REAL: sa.Double[float] = sa.Double()
BLOB = sa.LargeBinary()
# 0 or 1: SQLite has no booleans.
FLAG = sa.SmallInteger()


def position(name: str = "position") -> sa.Column[Any]:
    """Return a primary key that the database counts up."""
    return sa.Column(
        name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), primary_key=True, autoincrement=True
    )
