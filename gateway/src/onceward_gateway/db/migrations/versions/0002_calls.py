"""Calls on many nodes: which node runs a call, who asks it to stop, who still waits for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from onceward_gateway.db.migrations.columns import (
    FLAG,
    INTEGER,
    REAL,
    TEXT,
)

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0002_calls"
down_revision = "0001_first"


def upgrade() -> None:
    """Create the table of nodes, and record in calls and keys which node works on them."""
    op.create_table(
        "node",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("started_at", REAL, nullable=False),
        sa.Column("seen_at", REAL, nullable=False),
    )
    op.add_column("call", sa.Column("node", TEXT))
    # The attempt that runs, which names the ledger's record; `attempts` counts how often the call was asked for.
    op.add_column("call", sa.Column("attempt", INTEGER, nullable=False, server_default="1"))
    op.execute("UPDATE call SET attempt = attempts")
    op.add_column("call", sa.Column("cancel_requested", FLAG, nullable=False, server_default="0"))
    op.add_column("call", sa.Column("attended_at", REAL))
    # Set while a mutation runs: the node that runs it.
    op.add_column("once_key", sa.Column("node", TEXT))
    claimed = sa.text("node IS NOT NULL")
    op.create_index("once_key_claimed", "once_key", ["node"], sqlite_where=claimed, postgresql_where=claimed)
