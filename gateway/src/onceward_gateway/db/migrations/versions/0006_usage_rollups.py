"""Sums of usage by group and time, which reports read instead of the records.

A group is a combination of the values that reports group and filter by. `kind` 0 has every call; the others split the
same calls by one more value: 1 by customer, 2 by tag; 3 has the calls with any tag. `step` is 1 for hours and 24 for
days, `at` the hours since 1970.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from onceward_gateway.db.migrations.columns import (
    FLAG,
    INTEGER,
    TEXT,
)

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0006_usage_rollups"
down_revision = "0005_control"

_DIMENSIONS = (
    "key_id",
    "user_id",
    "team_id",
    "organization_id",
    "model",
    "model_served",
    "deployment",
    "provider",
    "band",
    "account",
)
_SUMS = ("requests", "failed", "cost_nano", "credits_milli", "prompt_tokens", "completion_tokens", "total_tokens")


def upgrade() -> None:
    """Create the groups and their sums, fill them from the records, and give every record its group."""
    op.create_table(
        "usage_group",
        sa.Column("id", INTEGER, primary_key=True, autoincrement=False),
        sa.Column("kind", FLAG, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in _DIMENSIONS),
    )
    op.create_index("usage_group_by_value", "usage_group", ["kind", "value"])
    op.create_index("usage_group_by_key", "usage_group", ["key_id", "model"])
    op.create_table(
        "usage_rollup",
        sa.Column("kind", FLAG, primary_key=True, autoincrement=False),
        sa.Column("step", FLAG, primary_key=True, autoincrement=False),
        sa.Column("at", INTEGER, primary_key=True, autoincrement=False),
        sa.Column("group_id", INTEGER, primary_key=True, autoincrement=False),
        *(sa.Column(name, INTEGER, nullable=False) for name in (*_SUMS, "latency_ms")),
        sqlite_with_rowid=False,
    )
    days: dict[str, Any] = {"sqlite_where": sa.text("step = 24"), "postgresql_where": sa.text("step = 24")}
    op.create_index("usage_rollup_days", "usage_rollup", ["group_id", "at"], **days)
    op.add_column("usage", sa.Column("group_id", INTEGER))
    _fill()
    op.create_index("usage_by_group", "usage", ["group_id", "id"])
    for name, columns, condition in (
        ("usage_not_completed", ["status", "id"], "status <> 'completed'"),
        ("usage_of_customer", ["customer", "id"], "customer IS NOT NULL"),
    ):
        where: dict[str, Any] = {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
        op.create_index(name, "usage", columns, **where)
    # They lead to the records of an owner in a period, which the sums have.
    for name in ("key", "user", "team", "organization", "customer", "account"):
        op.drop_index(f"usage_by_{name}", "usage")


def _fill() -> None:
    # Negative: the ids that the gateway computes for groups are positive.
    op.execute(
        "INSERT INTO usage_group (id, kind, value, key_id, user_id, team_id, organization_id, model, model_served, "
        "deployment, provider, band, account) "
        "SELECT -ROW_NUMBER() OVER (), 0, '', found.* FROM (SELECT DISTINCT COALESCE(key_id, ''), "
        "COALESCE(user_id, ''), COALESCE(team_id, ''), COALESCE(organization_id, ''), model, model_served, "
        "COALESCE(deployment, ''), provider, COALESCE(band, ''), COALESCE(account, '') FROM usage) AS found"
    )
    op.execute(
        "UPDATE usage SET group_id = g.id FROM usage_group AS g "
        "WHERE g.key_id = COALESCE(usage.key_id, '') AND g.model = usage.model AND g.kind = 0 "
        "AND g.user_id = COALESCE(usage.user_id, '') AND g.team_id = COALESCE(usage.team_id, '') "
        "AND g.organization_id = COALESCE(usage.organization_id, '') AND g.model_served = usage.model_served "
        "AND g.deployment = COALESCE(usage.deployment, '') AND g.provider = usage.provider "
        "AND g.band = COALESCE(usage.band, '') AND g.account = COALESCE(usage.account, '')"
    )
    _fill_groups()
    _fill_sums()


def _fill_groups() -> None:
    """Create the groups by customer and by tag."""
    op.execute(
        "INSERT INTO usage_group (id, kind, value, key_id, user_id, team_id, organization_id, model, model_served, "
        "deployment, provider, band, account) "
        "SELECT (SELECT MIN(id) FROM usage_group) - ROW_NUMBER() OVER (), found.kind, found.value, g.key_id, "
        "g.user_id, g.team_id, g.organization_id, g.model, g.model_served, g.deployment, g.provider, g.band, g.account "
        "FROM (SELECT DISTINCT 1 AS kind, customer AS value, group_id FROM usage WHERE customer IS NOT NULL "
        "UNION ALL SELECT DISTINCT 2, tag, group_id FROM usage_tag JOIN usage ON usage.id = usage_tag.usage_id "
        "UNION ALL SELECT DISTINCT 3, '', group_id FROM usage_tag JOIN usage ON usage.id = usage_tag.usage_id) "
        "AS found JOIN usage_group AS g ON g.id = found.group_id"
    )


def _fill_sums() -> None:
    op.execute(
        "INSERT INTO usage_rollup (kind, step, at, group_id, requests, failed, cost_nano, credits_milli, "
        "prompt_tokens, completion_tokens, total_tokens, latency_ms) "
        "SELECT 0, 1, CAST(started_at / 3600 AS BIGINT) "
        "- CASE WHEN CAST(started_at / 3600 AS BIGINT) > started_at / 3600 THEN 1 ELSE 0 END, group_id, COUNT(*), "
        "SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END), SUM(cost_nano), SUM(credits_milli), SUM(prompt_tokens), "
        "SUM(completion_tokens), SUM(total_tokens), SUM(latency_ms) FROM usage GROUP BY 3, 4"
    )
    op.execute(
        "INSERT INTO usage_rollup (kind, step, at, group_id, requests, failed, cost_nano, credits_milli, "
        "prompt_tokens, completion_tokens, total_tokens, latency_ms) "
        "SELECT v.kind, 1, CAST(started_at / 3600 AS BIGINT) "
        "- CASE WHEN CAST(started_at / 3600 AS BIGINT) > started_at / 3600 THEN 1 ELSE 0 END, v.id, COUNT(*), "
        "SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END), SUM(cost_nano), SUM(credits_milli), SUM(prompt_tokens), "
        "SUM(completion_tokens), SUM(total_tokens), SUM(latency_ms) FROM "
        "(SELECT 1 AS kind, customer AS value, id FROM usage WHERE customer IS NOT NULL "
        "UNION ALL SELECT 2, tag, usage_id FROM usage_tag "
        "UNION ALL SELECT DISTINCT 3, '', usage_id FROM usage_tag) AS named "
        "JOIN usage ON usage.id = named.id JOIN usage_group AS g ON g.id = usage.group_id "
        "JOIN usage_group AS v ON v.kind = named.kind AND v.value = named.value AND v.key_id = g.key_id "
        "AND v.user_id = g.user_id AND v.team_id = g.team_id AND v.organization_id = g.organization_id "
        "AND v.model = g.model AND v.model_served = g.model_served AND v.deployment = g.deployment "
        "AND v.provider = g.provider AND v.band = g.band AND v.account = g.account GROUP BY 1, 3, 4"
    )
    op.execute(
        "INSERT INTO usage_rollup (kind, step, at, group_id, requests, failed, cost_nano, credits_milli, "
        "prompt_tokens, completion_tokens, total_tokens, latency_ms) "
        "SELECT kind, 24, at - at % 24, group_id, SUM(requests), SUM(failed), SUM(cost_nano), SUM(credits_milli), "
        "SUM(prompt_tokens), SUM(completion_tokens), SUM(total_tokens), SUM(latency_ms) FROM usage_rollup "
        "WHERE step = 1 GROUP BY kind, at - at % 24, group_id"
    )
