"""Deployments, files, batches and tuning of several nodes."""

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

revision = "0005_control"
down_revision = "0004_platform"


def upgrade() -> None:
    """Create version counters and blobs, and extend files, batches and fine-tuning for several nodes."""
    # Versions count up with every change, for nodes that get no message.
    op.create_table(
        "version_of",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("version", INTEGER, nullable=False, autoincrement=False),
    )
    # The bytes of files, where no folder is shared.
    op.create_table(
        "content",
        sa.Column("kind", TEXT, primary_key=True),
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("bytes", INTEGER, nullable=False, autoincrement=False),
        sa.Column("parts", INTEGER, nullable=False, autoincrement=False),
        sa.Column("created_at", REAL, nullable=False),
    )
    op.create_index("content_by_age", "content", ["kind", "created_at"])
    op.create_table(
        "content_part",
        sa.Column("kind", TEXT, primary_key=True),
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("part", INTEGER, primary_key=True, autoincrement=False),
        sa.Column("body", BLOB, nullable=False),
    )
    # The node that works on a job, while one does.
    for table, over in (("batch", _BATCH_OVER), ("tuning_job", _JOB_OVER)):
        op.add_column(table, sa.Column("node", TEXT))
        left = sa.text(f"status NOT IN ({over})")
        op.create_index(f"{table}_to_do", table, ["seq"], sqlite_where=left, postgresql_where=left)


_BATCH_OVER = "'completed', 'failed', 'expired', 'cancelled'"
_JOB_OVER = "'succeeded', 'failed', 'cancelled'"
