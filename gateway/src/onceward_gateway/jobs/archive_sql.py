"""SQL of the archive of expired records.

record_archive          from when on records are kept, the node that archives, the file whose records are being deleted
usage_charge_rollup     what deleted records cost the budgets that they were charged to, by hour
"""

from __future__ import annotations

from ..billing.sql import USAGE_COLUMNS
from ..calls.sql import CALL_COLUMNS

__all__ = ["CALL_COLUMNS", "CLAIM", "DELETE_CALLS", "DELETE_USAGE", "EXPIRED_CALLS", "EXPIRED_USAGE", "KEEP_FROM"]
__all__ += ["PENDING", "SET_PENDING", "TAGS", "USAGE_COLUMNS", "marks"]

# By the name, the holder and its lease; one node at a time archives.
CLAIM = """
    UPDATE record_archive SET holder = ?, expires_at = ?
    WHERE name = ? AND (holder IS NULL OR holder = ? OR expires_at < ?) RETURNING pending
"""
PENDING = "SELECT pending FROM record_archive WHERE name = ? AND holder = ?"
SET_PENDING = "UPDATE record_archive SET pending = ? WHERE name = ?"
KEEP_FROM = "UPDATE record_archive SET kept_from = ? WHERE name = ? AND kept_from < ?"
# A record without a group was written by a node of an older version, and is in no sum.
EXPIRED_USAGE = f"""
    SELECT {", ".join(USAGE_COLUMNS)} FROM usage WHERE started_at < ? AND group_id IS NOT NULL
    ORDER BY started_at, id LIMIT ?
"""
TAGS = "SELECT usage_id, tag FROM usage_tag WHERE usage_id IN ({}) ORDER BY usage_id, tag"
# The oldest calls are looked at; one with an idempotency key is kept until the key expires.
EXPIRED_CALLS = f"""
    SELECT {", ".join(CALL_COLUMNS)} FROM (SELECT * FROM call ORDER BY position LIMIT ?) AS call
    WHERE created_at < ? AND status <> 'in_progress'
        AND NOT EXISTS (SELECT 1 FROM idempotency_key WHERE idempotency_key.call_id = call.id)
    ORDER BY position LIMIT ?
"""
_AT = "usage.started_at / 3600"
_HOUR = f"(CAST({_AT} AS BIGINT) - CASE WHEN CAST({_AT} AS BIGINT) > {_AT} THEN 1 ELSE 0 END)"
# For each, the ids of records take the place of `{}`.
DELETE_USAGE = (
    f"""
    INSERT INTO usage_charge_rollup (scope, id, model, at, cost_nano)
    SELECT usage_charge.scope, usage_charge.id, usage.model, {_HOUR}, CAST(SUM(usage.cost_nano) AS BIGINT)
    FROM usage_charge JOIN usage ON usage.id = usage_charge.usage_id WHERE usage.id IN ({{}}) GROUP BY 1, 2, 3, 4
    ON CONFLICT (scope, id, model, at) DO UPDATE SET cost_nano = usage_charge_rollup.cost_nano + excluded.cost_nano
    """,
    # The debit of a call has nothing that its record does not have.
    "DELETE FROM credit_entry WHERE id IN (SELECT 'cre_' || usage.id FROM usage WHERE usage.id IN ({}))",
    "DELETE FROM usage_charge WHERE usage_id IN ({})",
    "DELETE FROM usage_tag WHERE usage_id IN ({})",
    "DELETE FROM usage WHERE id IN ({})",
)
DELETE_CALLS = ("DELETE FROM call WHERE id IN ({}) AND status <> 'in_progress'",)


def marks(statement: str, count: int) -> str:
    """Return a statement with the placeholders of `count` ids."""
    return statement.format(", ".join("?" for _ in range(count)))
