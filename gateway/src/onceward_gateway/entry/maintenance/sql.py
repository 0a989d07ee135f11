"""The queries of the check. They bind no values: the check reads everything."""

from __future__ import annotations

__all__ = [
    "CALLS",
    "EXPECTED",
    "HOURS",
    "PERIODS",
    "POSTGRES_INTEGRITY",
    "POSTGRES_VERSIONED",
    "RECORDS",
    "SQLITE_INTEGRITY",
    "SQLITE_VERSIONED",
    "TOTALS",
    "VERSION",
]

SQLITE_VERSIONED = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'alembic_version'"
POSTGRES_VERSIONED = "SELECT CASE WHEN to_regclass('alembic_version') IS NULL THEN 0 ELSE 1 END"
VERSION = "SELECT version_num FROM alembic_version"
SQLITE_INTEGRITY = "PRAGMA integrity_check"
POSTGRES_INTEGRITY = (
    "SELECT 'the index ' || CAST(indexrelid::regclass AS TEXT) || ' is not valid: REINDEX it' "
    "FROM pg_index WHERE NOT indisvalid"
)
CALLS = "SELECT COUNT(*) FROM call"
RECORDS = "SELECT COUNT(*), CAST(COALESCE(SUM(cost_nano), 0) AS BIGINT) FROM usage"

_COST = "CAST(SUM(cost_nano) AS BIGINT)"
_DAYS = "FROM usage_rollup JOIN usage_group ON usage_group.id = usage_rollup.group_id WHERE step = 24"
_OWNED = " UNION ALL ".join(
    f"SELECT '{scope}', {scope}_id, {_COST} {_DAYS} AND usage_rollup.kind = 0 AND {scope}_id <> '' GROUP BY {scope}_id"
    for scope in ("key", "user", "team", "organization")
)
# The spending of an owner: calls that name it, records that count against it, and resets by an admin.
EXPECTED = f"""
    {_OWNED}
    UNION ALL
    SELECT 'customer', organization_id || ':' || value, {_COST} {_DAYS} AND usage_rollup.kind = 1 GROUP BY 2
    UNION ALL
    SELECT usage_charge.scope, usage_charge.id, {_COST}
    FROM usage_charge JOIN usage ON usage.id = usage_charge.usage_id GROUP BY 1, 2
    UNION ALL
    SELECT scope, id, {_COST} FROM usage_charge_rollup GROUP BY 1, 2
    UNION ALL
    SELECT spend_reset.scope, COALESCE(organization_id || ':' || name, spend_reset.id), CAST(SUM(amount) AS BIGINT)
    FROM spend_reset LEFT JOIN platform_customer
        ON spend_reset.scope = 'customer' AND platform_customer.id = spend_reset.id
    GROUP BY 1, 2
"""
# The hours of which all records are kept: their number and cost as the records have them, and as their sums do.
_AT = "started_at / 3600"
_HOUR = f"(CAST({_AT} AS BIGINT) - CASE WHEN CAST({_AT} AS BIGINT) > {_AT} THEN 1 ELSE 0 END)"
_KEPT = "(SELECT kept_from FROM record_archive WHERE name = 'usage')"
HOURS = f"""
    SELECT at, SUM(records), SUM(cost), SUM(summed), SUM(summed_cost) FROM (
        SELECT {_HOUR} AS at, 1 AS records, cost_nano AS cost, 0 AS summed, 0 AS summed_cost
        FROM usage WHERE started_at >= {_KEPT}
        UNION ALL SELECT at, 0, 0, requests, cost_nano FROM usage_rollup
        WHERE kind = 0 AND step = 1 AND at >= {_KEPT} / 3600
    ) AS hour GROUP BY at
    HAVING SUM(records) <> SUM(summed) OR SUM(cost) <> SUM(summed_cost) ORDER BY at
"""
# The weeks and the months that have sums: their calls and cost, and those of their days.
_ENDED = "FROM usage_rollup WHERE kind = 0 AND at < usage_period.summed_until AND step ="


def _ended(name: str, step: str) -> str:
    return f"(SELECT CAST(COALESCE(SUM({name}), 0) AS BIGINT) {_ENDED} {step})"


PERIODS = f"""
    SELECT step, days, days_cost, summed, summed_cost FROM (
        SELECT step, {_ended("requests", "24")} AS days, {_ended("cost_nano", "24")} AS days_cost,
            {_ended("requests", "usage_period.step")} AS summed,
            {_ended("cost_nano", "usage_period.step")} AS summed_cost
        FROM usage_period
    ) AS period WHERE days <> summed OR days_cost <> summed_cost ORDER BY step
"""
TOTALS = "SELECT scope, id, CAST(SUM(spent) AS BIGINT) FROM spend_total GROUP BY scope, id"
