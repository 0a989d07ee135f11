"""SQL of the credit journal. Every piece of a statement is a constant; values are bound.

credit_entry     grants and debits of accounts; `at` is the time of the grant, or the start of the call
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["ADD_ENTRY", "DEBITED", "FILTERS", "FIND_ENTRY", "GRANTED", "STATUSES", "count", "page"]

ADD_ENTRY = """
    INSERT INTO credit_entry (id, account, kind, amount_milli, at, period_start, tier, usage_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO NOTHING
"""
FIND_ENTRY = "SELECT at FROM credit_entry WHERE id = ? AND account = ?"
# In PostgreSQL the sum of integers is a decimal.
_SUM = "CAST(COALESCE(SUM(amount_milli), 0) AS BIGINT)"
GRANTED = f"""
    SELECT {_SUM} FROM credit_entry WHERE account = ? AND period_start = ? AND kind <> 'debit' AND (at, id) <= (?, ?)
"""
DEBITED = f"""
    SELECT {_SUM} FROM credit_entry
    WHERE account = ? AND at >= ? AND at <= ? AND (at, id) <= (?, ?) AND period_start = ? AND kind = 'debit'
"""
# Entries of an account from a time on, up to a time and an id. The times alone lead to the index.
_RANGE = "account = ? AND at >= ? AND at <= ? AND (at, id) < (?, ?)"
_NEWEST = "ORDER BY at DESC, id DESC"
# Conditions on the call of a debit.
FILTERS = {
    "model": "(usage.model_served = ? OR usage.model = ?)",
    "provider": "usage.provider = ?",
    "band": "usage.band = ?",
}
_FAILED = "usage.status = 'failed' AND COALESCE(usage.error_status, 0)"
STATUSES = {
    "success": "usage.status = 'completed'",
    "error": f"{_FAILED} <> 429",
    "rate_limited": f"{_FAILED} = 429",
    "cancelled": "usage.status NOT IN ('completed', 'failed')",
}
_COLUMNS = (
    *("entry.id", "entry.kind", "entry.amount_milli", "entry.at"),
    *("usage.request_id", "usage.call_id", "usage.model_served", "usage.provider", "usage.band"),
    *("usage.prompt_tokens", "usage.completion_tokens", "usage.reasoning_tokens", "usage.total_tokens"),
    *("usage.cost_nano", "usage.latency_ms", "usage.status", "usage.error_status", "usage.error_message"),
    *("entry.period_start", "entry.newer", "entry.top_at", "entry.top_id", "entry.number"),
)


def page(conditions: Sequence[str]) -> str:
    """Return the query of a page of a range of entries, newest first, each with its call.

    It reads a block of entries, whose size is bound behind the range. It returns those that meet the conditions, and
    the last of a full block in any case: `meets` says which, and `number` counts them. `newer` is the sum
    of an entry's amount and those of the newer entries of its period in the block, the newest of which is named by
    `top_at` and `top_id`. The conditions are bound twice, before the range and behind the block, and then the size of
    the block again and the most rows.
    """
    meets = " AND ".join(conditions) or "1 = 1"
    return f"""
        SELECT {", ".join(_COLUMNS)}, CASE WHEN {meets} THEN 1 ELSE 0 END AS meets FROM (
            SELECT id, kind, amount_milli, at, period_start, usage_id, ROW_NUMBER() OVER ({_NEWEST}) AS number,
                CAST(SUM(amount_milli) OVER period AS BIGINT) AS newer,
                FIRST_VALUE(at) OVER period AS top_at, FIRST_VALUE(id) OVER period AS top_id
            FROM (SELECT * FROM credit_entry WHERE {_RANGE} {_NEWEST} LIMIT ?) AS block
            WINDOW period AS (PARTITION BY period_start {_NEWEST})
        ) AS entry LEFT JOIN usage ON usage.id = entry.usage_id
        WHERE ({meets}) OR entry.number = ? ORDER BY entry.at DESC, entry.id DESC LIMIT ?
    """


def count(conditions: Sequence[str]) -> str:
    """Return the query of the number of entries of a range that meet all conditions.

    The number of entries that are read is bound behind the range.
    """
    block = f"(SELECT usage_id FROM credit_entry WHERE {_RANGE} {_NEWEST} LIMIT ?) AS entry"
    if not conditions:
        return f"SELECT COUNT(*) FROM {block}"
    return f"SELECT COUNT(*) FROM {block} JOIN usage ON usage.id = entry.usage_id WHERE {' AND '.join(conditions)}"
