"""SQL of the sums of a budget window: the cost of an owner's calls in a period, by requested model.

Days and hours are read from the rollups of the owner's groups, parts of an hour from the records.
"""

from __future__ import annotations

from .report_period import Period
from .rollup_sql import CUSTOMER, DAY, EVERY, HOUR

__all__ = ["OWNERS", "window_sums"]

# The cost of a key's calls counts for all its ancestors.
_FAMILY = """
    WITH RECURSIVE family (id) AS (
        SELECT id FROM platform_key WHERE id = ?
        UNION SELECT platform_key.id FROM platform_key JOIN family ON platform_key.parent_id = family.id
    ) SELECT id FROM family
"""
# The kind of the groups of an owner's calls, and the condition on them.
OWNERS = {
    "key": (EVERY, f"(g.key_id = ? OR g.key_id IN ({_FAMILY}))"),
    "user": (EVERY, "g.user_id = ?"),
    "team": (EVERY, "g.team_id = ?"),
    "organization": (EVERY, "g.organization_id = ?"),
    "model": (EVERY, "g.model = ?"),
    "provider": (EVERY, "g.provider = ?"),
    "deployment": (EVERY, "g.deployment = ?"),
    "customer": (CUSTOMER, "g.value = ? AND g.organization_id = ?"),
    "team_member": (EVERY, "g.team_id = ? AND g.user_id = ?"),
    "organization_member": (EVERY, "g.organization_id = ? AND g.user_id = ?"),
    "credits": (EVERY, "g.account = ?"),
}


def window_sums(scope: str, owner: tuple[str, ...], period: Period) -> tuple[str, list[object]]:
    """Return the query of an owner's cost by requested model, of `credits` in thousandths, and its values."""
    kind, condition = OWNERS[scope]
    amount = "credits_milli" if scope == "credits" else "cost_nano"
    pieces: list[str] = []
    values: list[object] = []
    # A CROSS JOIN is executed in this order by SQLite: the groups of the owner lead to their sums.
    groups = f"SELECT g.model, own.{amount} AS amount FROM usage_group AS g CROSS JOIN usage_rollup AS own"
    sums = f"{groups} WHERE g.kind = {kind} AND {condition} AND own.kind = {kind} AND own.group_id = g.id"
    for first, last in period.days:
        pieces.append(f"{sums} AND own.step = {DAY} AND own.at >= ? AND own.at < ?")
        values += (*owner, first, last)
    for first, last in period.hours:
        hours = range(first, last)
        pieces.append(f"{sums} AND own.step = {HOUR} AND own.at IN ({', '.join('?' for _ in hours)})")
        values += (*owner, *hours)
    for start, end in period.parts:
        # A record names the group that has every call, which does not know of customers.
        own = condition.replace("g.value", "own.customer")
        pieces.append(
            f"SELECT own.model, own.{amount} AS amount FROM usage AS own CROSS JOIN usage_group AS g"
            f" WHERE own.started_at >= ? AND own.started_at < ? AND g.id = own.group_id AND {own}"
        )
        values += (start, end, *owner)
    if not pieces:
        pieces = ["SELECT '' AS model, 0 AS amount"]
    return f"SELECT model, CAST(SUM(amount) AS BIGINT) FROM ({' UNION ALL '.join(pieces)}) AS piece GROUP BY 1", values
