"""Every statement of the ledger. Values are bound, never written into the text.

usage            one row a call, append-only: the truth that every sum is made of
usage_tag        the tags of a call
usage_charge     what else a call counts against: shared budgets, members, keys that its key was derived from
spend_total      sums by owner and model, so that nobody has to add up all records; can be made anew from `usage`
spend_reset      what an admin wrote over a sum
budget_window    a budget's sums since it renewed, and what is held for calls that run
hold             what a running call holds, and until when
credit_entry     the journal of credits: grants and debits
"""

from __future__ import annotations

__all__ = [
    "ADD_CHARGE",
    "ADD_ENTRY",
    "ADD_HOLD",
    "ADD_RESET",
    "ADD_TAG",
    "ADD_TOTAL",
    "ADD_USAGE",
    "DROP_HOLD",
    "EVENTS_OF",
    "EXPIRED_HOLDS",
    "FIND_GRANT",
    "FIND_USAGE",
    "FIND_WINDOW",
    "HELD_OF",
    "HOLD_OF",
    "INTERRUPTED",
    "LAST_RESET",
    "OPEN_WINDOW",
    "OTHER_HOLDS",
    "OWNERS",
    "OWNER_COLUMNS",
    "RELEASE",
    "RENEW",
    "RESERVE",
    "SETTLE",
    "SET_TOTAL",
    "SET_WHOLE_WINDOW",
    "SET_WINDOWS",
    "SUM_CHARGED",
    "SUM_CREDITS",
    "SUM_CUSTOMER",
    "SUM_OWNED",
    "SWEEP_WINDOWS",
    "TOTALS",
    "USAGE_COLUMNS",
    "ENTRY_FILTERS",
    "FILTERS",
    "GROUPS",
    "STEPS",
    "among",
    "count_entries",
    "credit_sums",
    "entries",
    "logs",
    "report",
    "tags",
    "total",
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
)
_COLUMNS = ", ".join(USAGE_COLUMNS)
# The same id a second time is the same call settled twice: the first one stands.
ADD_USAGE = (
    f"INSERT INTO usage ({_COLUMNS}) VALUES ({', '.join('?' for _ in USAGE_COLUMNS)}) ON CONFLICT (id) DO NOTHING"
)
ADD_TAG = "INSERT INTO usage_tag (tag, usage_id) VALUES (?, ?) ON CONFLICT (tag, usage_id) DO NOTHING"
ADD_CHARGE = (
    "INSERT INTO usage_charge (scope, id, usage_id) VALUES (?, ?, ?) ON CONFLICT (scope, id, usage_id) DO NOTHING"
)
FIND_USAGE = f"SELECT {_COLUMNS} FROM usage WHERE id = ?"

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

# Of these owners every record names its own in a column; the rest is in usage_charge.
OWNER_COLUMNS = {
    "key": "key_id",
    "user": "user_id",
    "team": "team_id",
    "organization": "organization_id",
    "model": "model",
    "provider": "provider",
}
SUM_OWNED = {
    scope: f"SELECT COALESCE(SUM(cost_nano), 0) FROM usage WHERE {column} = ? AND started_at >= ? AND started_at < ?"
    " AND (? = '' OR model = ?)"
    for scope, column in OWNER_COLUMNS.items()
}
SUM_CHARGED = """
    SELECT COALESCE(SUM(usage.cost_nano), 0) FROM usage_charge JOIN usage ON usage.id = usage_charge.usage_id
    WHERE usage_charge.scope = ? AND usage_charge.id = ? AND usage.started_at >= ? AND usage.started_at < ?
          AND (? = '' OR usage.model = ?)
"""
SUM_CUSTOMER = """
    SELECT COALESCE(SUM(cost_nano), 0) FROM usage
    WHERE customer = ? AND COALESCE(organization_id, '') = ? AND started_at >= ? AND started_at < ?
          AND (? = '' OR model = ?)
"""
SUM_CREDITS = (
    "SELECT COALESCE(SUM(credits_milli), 0) FROM usage WHERE account = ? AND started_at >= ? AND started_at < ?"
)

OPEN_WINDOW = """
    INSERT INTO budget_window (scope, id, model, start_at, end_at, spent, held, overrun) VALUES (?, ?, ?, ?, ?, ?, 0, 0)
    ON CONFLICT (scope, id, model, start_at) DO NOTHING
"""
FIND_WINDOW = "SELECT spent, held FROM budget_window WHERE scope = ? AND id = ? AND model = ? AND start_at = ?"
RESERVE = """
    UPDATE budget_window SET held = held + ?
    WHERE scope = ? AND id = ? AND model = ? AND start_at = ? AND spent + held + ? <= ?
    RETURNING spent, held
"""
RELEASE = "UPDATE budget_window SET held = held - ? WHERE scope = ? AND id = ? AND model = ? AND start_at = ?"
SETTLE = """
    UPDATE budget_window SET held = held - ?, spent = spent + ?, overrun = overrun + ?
    WHERE scope = ? AND id = ? AND model = ? AND start_at = ?
"""
SET_WINDOWS = "UPDATE budget_window SET spent = ? WHERE scope = ? AND id = ? AND (end_at IS NULL OR end_at > ?)"
SET_WHOLE_WINDOW = SET_WINDOWS + " AND model = ''"
OWNERS = """
    SELECT scope, id FROM budget_window WHERE scope <> ?
    UNION SELECT scope, id FROM spend_total WHERE scope <> 'customer'
"""
SWEEP_WINDOWS = "DELETE FROM budget_window WHERE end_at IS NOT NULL AND end_at < ? AND held = 0"
HELD_OF = "SELECT COALESCE(SUM(held), 0) FROM budget_window WHERE scope = ? AND id = ?"

ADD_HOLD = "INSERT INTO hold (id, call_id, holder, expires_at, lines) VALUES (?, ?, ?, ?, ?)"
DROP_HOLD = "DELETE FROM hold WHERE id = ?"
HOLD_OF = "SELECT id, lines FROM hold WHERE call_id = ?"
RENEW = "UPDATE hold SET expires_at = ? WHERE holder = ?"
OTHER_HOLDS = "SELECT id, lines FROM hold WHERE holder <> ?"
EXPIRED_HOLDS = "SELECT id, lines FROM hold WHERE expires_at <= ?"

INTERRUPTED = """
    SELECT id, principal, operation, model, provider, stream, key, attempts, request_id, created_at
    FROM call WHERE status = 'in_progress'
"""
EVENTS_OF = "SELECT COALESCE(MAX(last), 0) FROM event WHERE call_id = ?"

FIND_GRANT = "SELECT 1 FROM credit_entry WHERE id = ?"
ADD_ENTRY = """
    INSERT INTO credit_entry (id, account, kind, amount_milli, at, period_start, tier, usage_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO NOTHING
"""


# -- reports: every piece is a constant, values are bound

_TOKENS = "COALESCE(SUM(prompt_tokens), 0), COALESCE(SUM(completion_tokens), 0), COALESCE(SUM(total_tokens), 0)"
_SUMS = (
    "COUNT(*), COALESCE(SUM(CASE WHEN usage.status = 'failed' THEN 1 ELSE 0 END), 0), "
    f"COALESCE(SUM(cost_nano), 0), COALESCE(SUM(credits_milli), 0), {_TOKENS}"
)
FILTERS = {
    "start": "started_at >= ?",
    "end": "started_at < ?",
    "before": "usage.id < ?",
    "key_id": "key_id = ?",
    "user_id": "user_id = ?",
    "team_id": "team_id = ?",
    "organization_id": "organization_id = ?",
    "customer": "customer = ?",
    "model": "(model_served = ? OR model = ?)",
    "provider": "provider = ?",
    "request_id": "request_id = ?",
    "call_id": "call_id = ?",
    "status": "usage.status = ?",
    "account": "account = ?",
    "band": "band = ?",
    "tag": "EXISTS (SELECT 1 FROM usage_tag AS own WHERE own.usage_id = usage.id AND own.tag = ?)",
}
GROUPS = {
    "team": "team_id",
    "customer": "customer",
    "api_key": "key_id",
    "user": "user_id",
    "organization": "organization_id",
    "model": "model_served",
    "provider": "provider",
    "tag": "usage_tag.tag",
}
STEPS = {"hour": "hour", "day": "substr(hour, 1, 10)", "month": "substr(hour, 1, 7)", "total": "''"}


def among(column: str, count: int) -> str:
    """One of `count` values in a column of the records."""
    assert column in OWNER_COLUMNS.values()
    return f"{column} IN ({', '.join('?' for _ in range(count))})"


def logs(conditions: list[str]) -> str:
    return f"SELECT {_COLUMNS} FROM usage WHERE {' AND '.join(conditions)} ORDER BY usage.id DESC LIMIT ?"


def report(group: str, step: str, conditions: list[str]) -> str:
    """Sums by step of time, group and model. By tags a call without one is in the group NULL."""
    joined = " LEFT JOIN usage_tag ON usage_tag.usage_id = usage.id" if group == "tag" else ""
    return (
        f"SELECT {STEPS[step]}, {GROUPS[group]}, model_served, {_SUMS} FROM usage{joined}"
        f" WHERE {' AND '.join(conditions)} GROUP BY 1, 2, 3"
    )


def total(conditions: list[str]) -> str:
    return f"SELECT {_SUMS} FROM usage WHERE {' AND '.join(conditions)}"


def tags(conditions: list[str]) -> str:
    return (
        "SELECT usage_tag.tag, COUNT(*), COALESCE(SUM(cost_nano), 0) FROM usage_tag"
        " JOIN usage ON usage.id = usage_tag.usage_id"
        f" WHERE {' AND '.join(conditions)} GROUP BY 1 ORDER BY 3 DESC, 1"
    )


def credit_sums(conditions: list[str]) -> str:
    return (
        "SELECT substr(hour, 1, 10), model_served, provider, band, COUNT(*), COALESCE(SUM(total_tokens), 0),"
        " COALESCE(SUM(credits_milli), 0), COALESCE(SUM(cost_nano), 0), COALESCE(SUM(latency_ms), 0)"
        f" FROM usage WHERE {' AND '.join(conditions)} GROUP BY 1, 2, 3, 4 ORDER BY 1"
    )


_ENTRIES = """
    FROM (
        SELECT id, kind, amount_milli, at, usage_id,
               SUM(amount_milli) OVER (PARTITION BY period_start ORDER BY at, id) AS balance
        FROM credit_entry WHERE account = ?
    ) AS entry LEFT JOIN usage ON usage.id = entry.usage_id
"""
ENTRY_FILTERS = {
    "start": "entry.at >= ?",
    "end": "entry.at < ?",
    "model": "(usage.model_served = ? OR usage.model = ?)",
    "provider": "usage.provider = ?",
    "band": "usage.band = ?",
    "status": "usage.status = ?",
    "before": "(entry.at, entry.id) < (SELECT at, id FROM credit_entry WHERE id = ? AND account = ?)",
}


def entries(conditions: list[str]) -> str:
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return (
        "SELECT entry.id, entry.kind, entry.amount_milli, entry.at, entry.balance, usage.request_id, usage.call_id,"
        " usage.model_served, usage.provider, usage.band, usage.prompt_tokens, usage.completion_tokens,"
        " usage.reasoning_tokens, usage.total_tokens, usage.cost_nano, usage.latency_ms, usage.status,"
        f" usage.error_status, usage.error_message {_ENTRIES}{where} ORDER BY entry.at DESC, entry.id DESC LIMIT ?"
    )


def count_entries(conditions: list[str]) -> str:
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT COUNT(*) {_ENTRIES}{where}"
