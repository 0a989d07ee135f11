"""The table of idempotency keys under their usual name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0011_idempotency_key"
down_revision = "0010_usage_periods"


def upgrade() -> None:
    """Rename the table and its indexes; in PostgreSQL, nodes of an older version find it by its old name too."""
    op.rename_table("once_key", "idempotency_key")
    if op.get_context().dialect.name == "postgresql":
        op.execute("CREATE VIEW once_key AS SELECT * FROM idempotency_key")
        op.execute("ALTER INDEX once_key_pkey RENAME TO idempotency_key_pkey")
        op.execute("ALTER INDEX once_key_by_expiry RENAME TO idempotency_key_by_expiry")
        op.execute("ALTER INDEX once_key_by_call RENAME TO idempotency_key_by_call")
        op.execute("ALTER INDEX once_key_claimed RENAME TO idempotency_key_claimed")
        return
    # SQLite cannot rename an index.
    for name, column in (("by_expiry", "expires_at"), ("by_call", "call_id")):
        op.drop_index(f"once_key_{name}", "idempotency_key")
        op.create_index(f"idempotency_key_{name}", "idempotency_key", [column])
    op.drop_index("once_key_claimed", "idempotency_key")
    claimed = sa.text("node IS NOT NULL")
    op.create_index("idempotency_key_claimed", "idempotency_key", ["node"], sqlite_where=claimed)
