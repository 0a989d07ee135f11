"""Debits of the credit journal at the start of their call, by which the rollups count it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0009_credit_times"
down_revision = "0008_record_archive"


def upgrade() -> None:
    """Move the debits to the start of their calls, and index the few other entries."""
    op.execute(
        "UPDATE credit_entry SET at = usage.started_at FROM usage "
        "WHERE usage.id = credit_entry.usage_id AND credit_entry.kind = 'debit'"
    )
    where: dict[str, Any] = {
        "sqlite_where": sa.text("kind <> 'debit'"),
        "postgresql_where": sa.text("kind <> 'debit'"),
    }
    op.create_index("credit_entry_granted", "credit_entry", ["account", "period_start", "at"], **where)
