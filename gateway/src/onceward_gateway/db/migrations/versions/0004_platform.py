"""The platform of several nodes: whose turn it is, what changed when, secrets that are new and secrets that are old."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from onceward_gateway.db.migrations.columns import (
    BLOB,
    INTEGER,
    REAL,
    TEXT,
)

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0004_platform"
down_revision = "0003_ledger"

_LIVE = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    """Create the order of changes to identities, the log of changes, and the tables of secrets."""
    # One row. The transaction that changes it is the only one that changes the platform, until it ends.
    op.create_table(
        "platform_turn",
        sa.Column("id", INTEGER, primary_key=True, autoincrement=False),
        sa.Column("turn", INTEGER, nullable=False, autoincrement=False),
    )
    op.execute("INSERT INTO platform_turn (id, turn) VALUES (1, 0)")
    op.create_table(
        "platform_change",
        sa.Column("turn", INTEGER, primary_key=True, autoincrement=False),
        sa.Column("place", INTEGER, primary_key=True, autoincrement=False),
        sa.Column("body", TEXT, nullable=False),
    )
    op.create_table(
        "platform_secret",
        sa.Column("key_id", TEXT, primary_key=True),
        sa.Column("sealed", BLOB, nullable=False),
        sa.Column("expires_at", REAL, nullable=False),
    )
    # The hashes of secrets that were replaced: known, so that they are refused also where nobody needs a key.
    op.create_table(
        "platform_key_replaced",
        sa.Column("hash", TEXT, primary_key=True),
        sa.Column("key_id", TEXT, nullable=False),
    )
    op.create_index("platform_secret_expiry", "platform_secret", ["expires_at"])
    for kind in ("key", "user", "team", "organization", "customer", "budget"):
        _of_the_living(f"platform_{kind}_age", f"platform_{kind}", ["created_at", "id"])
    _of_the_living("platform_customer_alone", "platform_customer", ["organization_id", "name"], unique=True)


def _of_the_living(name: str, table: str, columns: list[str], *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=_LIVE, postgresql_where=_LIVE)
