"""Records that expire: from when on records are kept, and the sums of those that were deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from onceward_gateway.db.migrations.columns import (
    INTEGER,
    REAL,
    TEXT,
)

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0008_record_archive"
down_revision = "0007_call_account"


def upgrade() -> None:
    """Create the state of the archive, and the sums of the charges of deleted records."""
    op.create_table(
        "record_archive",
        sa.Column("name", TEXT, primary_key=True),
        # Older records are deleted, or are about to be.
        sa.Column("kept_from", REAL, nullable=False),
        # The node that archives, and until when; the file whose records it is deleting.
        sa.Column("holder", TEXT),
        sa.Column("expires_at", REAL, nullable=False),
        sa.Column("pending", TEXT),
    )
    op.execute("INSERT INTO record_archive (name, kept_from, expires_at) VALUES ('usage', 0, 0), ('call', 0, 0)")
    op.create_table(
        "usage_charge_rollup",
        sa.Column("scope", TEXT, primary_key=True),
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("model", TEXT, primary_key=True),
        sa.Column("at", INTEGER, primary_key=True, autoincrement=False),
        sa.Column("cost_nano", INTEGER, nullable=False),
    )
    op.create_index("usage_charge_by_usage", "usage_charge", ["usage_id"])
