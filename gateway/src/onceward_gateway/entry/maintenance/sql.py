"""The queries of the check. They bind no values: the check reads everything."""

from __future__ import annotations

__all__ = [
    "CALLS",
    "EXPECTED",
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
_OWNED = " UNION ALL ".join(
    f"SELECT '{scope}', {scope}_id, {_COST} FROM usage WHERE {scope}_id IS NOT NULL GROUP BY {scope}_id"
    for scope in ("key", "user", "team", "organization")
)
# The spending of an owner: records that name it, records that count against it, and resets by an admin.
EXPECTED = f"""
    {_OWNED}
    UNION ALL
    SELECT 'customer', COALESCE(organization_id, '') || ':' || customer, {_COST} FROM usage
    WHERE customer IS NOT NULL GROUP BY 2
    UNION ALL
    SELECT usage_charge.scope, usage_charge.id, {_COST}
    FROM usage_charge JOIN usage ON usage.id = usage_charge.usage_id GROUP BY 1, 2
    UNION ALL
    SELECT spend_reset.scope, COALESCE(organization_id || ':' || name, spend_reset.id), CAST(SUM(amount) AS BIGINT)
    FROM spend_reset LEFT JOIN platform_customer
        ON spend_reset.scope = 'customer' AND platform_customer.id = spend_reset.id
    GROUP BY 1, 2
"""
TOTALS = "SELECT scope, id, CAST(SUM(spent) AS BIGINT) FROM spend_total GROUP BY scope, id"
