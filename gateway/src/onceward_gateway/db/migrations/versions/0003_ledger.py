"""The ledger of several nodes: who books a call, what is known of one that runs, and when a key was used last."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from onceward_gateway.db.migrations.columns import (
    INTEGER,
    REAL,
    TEXT,
)

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0003_ledger"
down_revision = "0002_calls"


def upgrade() -> None:
    """Extend usage records, reservations and budget windows for several nodes, and create the last use of keys."""
    for name in ("node", "api_base", "cache_key", "metadata"):
        op.add_column("usage", sa.Column(name, TEXT))
    op.add_column("hold", sa.Column("started_at", REAL, nullable=False, server_default="0"))
    op.add_column("hold", sa.Column("events", INTEGER, nullable=False, server_default="0"))
    op.add_column("hold", sa.Column("account", TEXT))
    op.create_index("hold_by_holder", "hold", ["holder"])
    op.create_index("hold_by_start", "hold", ["started_at"])
    # Set until the window was summed up again after the calls ended that ran when it was opened.
    op.add_column("budget_window", sa.Column("opened_at", REAL))
    waits: dict[str, Any] = {
        "sqlite_where": sa.text("opened_at IS NOT NULL"),
        "postgresql_where": sa.text("opened_at IS NOT NULL"),
    }
    op.create_index("budget_window_to_check", "budget_window", ["opened_at"], **waits)
    op.create_table(
        "key_use",
        sa.Column("key_id", TEXT, primary_key=True),
        sa.Column("used_at", REAL, nullable=False),
    )
