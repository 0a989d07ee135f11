"""SQL statements of the ledger. Values are always bound.

usage            one row per call, append-only: the source of every sum
usage_tag        the tags of a call
usage_charge     further owners a call counts against: shared budgets, members, ancestors of its key
spend_total      sums by owner and model, kept for speed; can be recomputed from `usage`
spend_reset      values that an administrator set instead of a sum
budget_window    the spend of a budget since it renewed, and the amount reserved for running calls
hold             a running call: its reservation, its lease, and the account to bill it if its node dies
key_use          when a key was used last
"""

from __future__ import annotations

from ..db.lean_insert import LeanInsert

__all__ = [
    "ACCOUNT_OF_CALL",
    "ADD_CHARGE",
    "ADD_HOLD",
    "ADD_RESET",
    "ADD_TAG",
    "ADD_TOTAL",
    "ADD_USAGE",
    "BOOK_CALL",
    "CALL_RUNS",
    "CHECKED",
    "DROP_HOLD",
    "END_CALL",
    "ENLARGE_HOLD",
    "EVENTS_OF",
    "FIND_WINDOW",
    "HOLDS_OF_CALL",
    "HOLDS_OF_NODE",
    "HOLDS_OLD",
    "HOLDS_OVER",
    "KEY_USED",
    "LAST_RESET",
    "LINES_OF_HOLD",
    "LIVE_WINDOWS",
    "LOCK_HOLD",
    "LOCK_WINDOWS",
    "OPEN_WINDOW",
    "OWNERS",
    "RELEASE_ALL",
    "RENEW",
    "RESERVE_ONE",
    "SETTLE",
    "SETTLE_HELD",
    "SET_TOTAL",
    "SET_WINDOW",
    "SUM_CHARGED",
    "SWEEP_WINDOWS",
    "TAKE",
    "TO_CHECK",
    "TOTALS",
    "USAGE_COLUMNS",
    "USED_KEY",
    "WINDOWS_AT",
    "WITHHOLD_USAGE",
]

USAGE_COLUMNS = (
    "id",
    "call_id",
    "attempt",
    "request_id",
    "idempotency_key",
    "principal",
    "key_id",
    "key_alias",
    "user_id",
    "team_id",
    "organization_id",
    "customer",
    "operation",
    "model",
    "model_served",
    "deployment",
    "provider",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "audio_tokens",
    "cost_nano",
    "priced",
    "credits_milli",
    "band",
    "account",
    "estimated",
    "cached",
    "stream",
    "status",
    "error_status",
    "error_code",
    "error_message",
    "started_at",
    "ended_at",
    "latency_ms",
    "first_token_ms",
    "hour",
    "tags",
    "node",
    "api_base",
    "cache_key",
    "metadata",
    "group_id",
)
_COLUMNS = ", ".join(USAGE_COLUMNS)
# Columns that are 0 in nearly all records, which then have None for them.
_ZEROS = ("cached_tokens", "cache_write_tokens", "reasoning_tokens", "audio_tokens", "credits_milli")
_FLAGS = ("estimated", "cached", "stream")
# Written once: a batch with it is refused as a whole if the row exists. `hour` follows from `started_at`; the archive
# has it.
ADD_USAGE = LeanInsert("usage", USAGE_COLUMNS, zeros=(*_ZEROS, *_FLAGS), empty=("hour",))
WITHHOLD_USAGE = """
    UPDATE usage SET status = 'failed', error_status = ?, error_code = ?, error_message = ?
    WHERE id = ? AND status = 'completed'
"""
ADD_TAG = "INSERT INTO usage_tag (tag, usage_id) VALUES (?, ?) ON CONFLICT (tag, usage_id) DO NOTHING"
ADD_CHARGE = (
    "INSERT INTO usage_charge (scope, id, usage_id) VALUES (?, ?, ?) ON CONFLICT (scope, id, usage_id) DO NOTHING"
)
ADD_TOTAL = """
    INSERT INTO spend_total (scope, id, model, spent) VALUES (?, ?, ?, ?)
    ON CONFLICT (scope, id, model) DO UPDATE SET spent = spend_total.spent + excluded.spent
"""
SET_TOTAL = """
    INSERT INTO spend_total (scope, id, model, spent) VALUES (?, ?, ?, ?)
    ON CONFLICT (scope, id, model) DO UPDATE SET spent = excluded.spent
"""
TOTALS = "SELECT model, spent FROM spend_total WHERE scope = ? AND id = ?"
ADD_RESET = "INSERT INTO spend_reset (scope, id, at, spend, amount) VALUES (?, ?, ?, ?, ?)"
LAST_RESET = "SELECT at, spend FROM spend_reset WHERE scope = ? AND id = ? AND at >= ? ORDER BY position DESC LIMIT 1"


def _sum(column: str) -> str:
    # In PostgreSQL the sum of integers is a decimal.
    return f"CAST(COALESCE(SUM({column}), 0) AS BIGINT)"


SUM_CHARGED = f"""
    SELECT model, {_sum("cost_nano")} FROM (
        SELECT usage.model, usage.cost_nano FROM usage_charge JOIN usage ON usage.id = usage_charge.usage_id
        WHERE usage_charge.scope = ? AND usage_charge.id = ? AND usage.started_at >= ? AND usage.started_at < ?
        UNION ALL SELECT model, cost_nano FROM usage_charge_rollup WHERE scope = ? AND id = ? AND at >= ? AND at < ?
    ) AS charge GROUP BY model
"""

# -- windows

OPEN_WINDOW = """
    INSERT INTO budget_window (scope, id, model, start_at, end_at, opened_at, spent, held, overrun)
    VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0)
    ON CONFLICT (scope, id, model, start_at) DO NOTHING
"""
_ONE = "scope = ? AND id = ? AND model = ? AND start_at = ?"
FIND_WINDOW = f"SELECT spent, held FROM budget_window WHERE {_ONE}"
SET_WINDOW = f"UPDATE budget_window SET spent = ? WHERE {_ONE}"
LIVE_WINDOWS = """
    SELECT model, start_at FROM budget_window
    WHERE scope = ? AND id = ? AND (end_at IS NULL OR end_at > ?) ORDER BY model, start_at
"""
WINDOWS_AT = """
    SELECT model, start_at FROM budget_window
    WHERE scope = ? AND id = ? AND start_at <= ? AND (end_at IS NULL OR end_at > ?) ORDER BY model, start_at
"""
# If other nodes may have released a reservation, it is released only if its row, which is locked, still exists.
LOCK_HOLD = "SELECT 1 FROM hold WHERE id = ? FOR UPDATE"
SETTLE_HELD = f"""
    UPDATE budget_window SET
        held = held - CASE WHEN EXISTS (SELECT 1 FROM hold WHERE hold.id = ?) THEN CAST(? AS BIGINT) ELSE 0 END,
        spent = spent + ?, overrun = overrun + ?
    WHERE {_ONE}
"""
SETTLE = f"UPDATE budget_window SET held = held - ?, spent = spent + ?, overrun = overrun + ? WHERE {_ONE}"
RELEASE_ALL = "UPDATE budget_window SET held = 0 WHERE held <> 0"
SWEEP_WINDOWS = "DELETE FROM budget_window WHERE end_at IS NOT NULL AND end_at < ? AND held = 0"
# A window opened while calls ran that had not reserved from it is recomputed when these have ended.
TO_CHECK = """
    SELECT scope, id, model, start_at, end_at FROM budget_window
    WHERE opened_at < ? AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.started_at < budget_window.opened_at + ?)
    ORDER BY scope, id, model, start_at
"""
CHECKED = f"UPDATE budget_window SET opened_at = NULL WHERE {_ONE}"
OWNERS = """
    SELECT scope, id FROM budget_window WHERE scope <> ?
    UNION SELECT scope, id FROM spend_total WHERE scope <> 'customer'
"""
# PostgreSQL only: many calls reserve in one transaction. The rows are locked in the given order.
LOCK_WINDOWS = """
    SELECT asked.number, w.spent, w.held FROM
        UNNEST(CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS DOUBLE PRECISION[]))
        WITH ORDINALITY AS asked (scope, id, model, start_at, number)
        JOIN budget_window AS w USING (scope, id, model, start_at)
    ORDER BY asked.number FOR UPDATE OF w
"""
TAKE = """
    UPDATE budget_window AS w SET held = w.held + asked.amount FROM
        UNNEST(CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS DOUBLE PRECISION[]),
               CAST(? AS BIGINT[])) AS asked (scope, id, model, start_at, amount)
    WHERE w.scope = asked.scope AND w.id = asked.id AND w.model = asked.model AND w.start_at = asked.start_at
"""

# PostgreSQL only: one call reserves in one round trip. The rows are locked as above, and the amounts are only taken if
# each fits; the row of the reservation is written with them.
RESERVE_ONE = """
    WITH asked AS (
        SELECT * FROM UNNEST(CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS DOUBLE PRECISION[]),
                             CAST(? AS BIGINT[]), CAST(? AS BIGINT[]))
            WITH ORDINALITY AS asked (scope, id, model, start_at, amount, most, number)
    ), locked AS MATERIALIZED (
        SELECT asked.number, asked.amount, asked.most, w.spent, w.held
        FROM asked JOIN budget_window AS w USING (scope, id, model, start_at)
        ORDER BY asked.number FOR UPDATE OF w
    ), fitting AS MATERIALIZED (
        SELECT COUNT(*) = CAST(? AS BIGINT) AND BOOL_AND(spent + held + amount <= most) AS fits FROM locked
    ), taken AS (
        UPDATE budget_window AS w SET held = w.held + asked.amount FROM asked
        WHERE (SELECT fits FROM fitting)
            AND w.scope = asked.scope AND w.id = asked.id AND w.model = asked.model AND w.start_at = asked.start_at
    ), added AS (
        INSERT INTO hold (id, call_id, holder, expires_at, lines, started_at, events)
        SELECT CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS DOUBLE PRECISION), CAST(? AS TEXT),
               CAST(? AS DOUBLE PRECISION), 0
        WHERE (SELECT fits FROM fitting)
        ON CONFLICT (id) DO NOTHING
    )
    SELECT number, spent, held FROM locked ORDER BY number
"""

# -- running calls

ADD_HOLD = """
    INSERT INTO hold (id, call_id, holder, expires_at, lines, started_at, events, account)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO NOTHING
"""
DROP_HOLD = "DELETE FROM hold WHERE id = ?"
ENLARGE_HOLD = "UPDATE hold SET lines = ? WHERE id = ?"
LINES_OF_HOLD = "SELECT lines FROM hold WHERE id = ?"
RENEW = "UPDATE hold SET expires_at = ?, call_id = ?, events = ?, account = ? WHERE id = ?"
_HOLD = "SELECT hold.id, call_id, lines, events, account, started_at FROM hold WHERE"
HOLDS_OF_CALL = f"{_HOLD} call_id = ? ORDER BY id"
HOLDS_OF_NODE = f"{_HOLD} holder = ? ORDER BY id"
HOLDS_OLD = f"{_HOLD} holder = ? AND started_at <= ? ORDER BY id"
# The reservations of a node that is alive are excluded: it releases them itself.
HOLDS_OVER = f"""
    {_HOLD} expires_at <= ? AND NOT EXISTS (SELECT 1 FROM node WHERE node.id = hold.holder) ORDER BY hold.id
"""
CALL_RUNS = "SELECT 1 FROM call WHERE id = ? AND status = 'in_progress'"
ACCOUNT_OF_CALL = "SELECT account FROM call WHERE id = ?"
BOOK_CALL = "UPDATE call SET usage = ?, cost_nano = ? WHERE id = ? AND attempt = ?"
END_CALL = "UPDATE call SET error_status = ?, error = ? WHERE id = ? AND attempt = ?"
EVENTS_OF = "SELECT first, last, data FROM event WHERE call_id = ? ORDER BY first"

# -- keys

KEY_USED = """
    INSERT INTO key_use (key_id, used_at) VALUES (?, ?)
    ON CONFLICT (key_id) DO UPDATE SET used_at = excluded.used_at WHERE key_use.used_at < excluded.used_at
"""
USED_KEY = "SELECT used_at FROM key_use WHERE key_id = ?"
