"""The rollups of a database, and what its records add up to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onceward_gateway.billing import rollup_sql

__all__ = ["Rows", "expected", "kept"]

# Returns the rows of a query, whose values are bound at `?`.
Rows = Callable[..., list[tuple[Any, ...]]]


def _added(found: dict[tuple[Any, ...], list[int]], place: tuple[Any, ...], sums: list[int]) -> None:
    found[place] = [a + b for a, b in zip(found.get(place, [0] * len(sums)), sums, strict=True)]


def expected(rows: Rows) -> dict[tuple[Any, ...], list[int]]:
    """Add up the records as the rollups have them."""
    columns = ", ".join(f"COALESCE({name}, '')" for name in rollup_sql.DIMENSIONS)
    counts = "cost_nano, credits_milli, prompt_tokens, completion_tokens, total_tokens, latency_ms"
    found: dict[tuple[Any, ...], list[int]] = {}
    size = len(rollup_sql.DIMENSIONS)
    for row in rows(f"SELECT id, customer, status, started_at, {columns}, {counts} FROM usage"):
        (id, customer, status, started_at), dimensions, numbers = row[:4], row[4 : 4 + size], row[4 + size :]
        tags = [tag for (tag,) in rows("SELECT tag FROM usage_tag WHERE usage_id = ?", (id,))]
        hour = int(started_at // 3600)
        values = [(0, ""), *((2, tag) for tag in tags), *([(3, "")] if tags else [])]
        values += [(1, customer)] if customer is not None else []
        for kind, value in values:
            for step, at in ((1, hour), (24, hour // 24 * 24)):
                sums = [1, int(status == "failed"), *map(int, numbers)]
                _added(found, (kind, value, step, at, *dimensions), sums)
    return found


def kept(rows: Rows) -> dict[tuple[Any, ...], list[int]]:
    """Return the rollups with the values of their groups."""
    columns = ", ".join(f"g.{name}" for name in rollup_sql.DIMENSIONS)
    sums = ", ".join(f"r.{name}" for name in rollup_sql.SUMS)
    found: dict[tuple[Any, ...], list[int]] = {}
    listed = rows(
        f"SELECT r.kind, g.value, r.step, r.at, {columns}, {sums} FROM usage_rollup AS r"
        " JOIN usage_group AS g ON g.id = r.group_id AND g.kind = r.kind"
    )
    assert len(listed) == rows("SELECT COUNT(*) FROM usage_rollup")[0][0]
    for row in listed:
        size = len(row) - len(rollup_sql.SUMS)
        _added(found, row[:size], list(row[size:]))
    return found
