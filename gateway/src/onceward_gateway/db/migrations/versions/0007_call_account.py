"""The account of a running call in its record, so that most calls need no row beside it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from onceward_gateway.db.migrations.columns import TEXT

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0007_call_account"
down_revision = "0006_usage_rollups"


def upgrade() -> None:
    """Add the account to call records."""
    op.add_column("call", sa.Column("account", TEXT))
