"""Sums of whole weeks and months: which of them there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from onceward_gateway.db.migrations.columns import FLAG, INTEGER

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0010_usage_periods"
down_revision = "0009_credit_times"


def upgrade() -> None:
    """Create the state of the weeks and months; the gateway adds up those that there are while it runs."""
    op.create_table(
        "usage_period",
        # 168 for weeks, 720 for months.
        sa.Column("step", FLAG, primary_key=True, autoincrement=False),
        # Those before this hour since 1970 have sums.
        sa.Column("summed_until", INTEGER, nullable=False),
        sa.Column("changes", INTEGER, nullable=False),
    )
    op.execute("INSERT INTO usage_period (step, summed_until, changes) VALUES (168, 0, 0), (720, 0, 0)")
