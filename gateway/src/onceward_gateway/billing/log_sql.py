"""SQL of the log of usage records: pages of records, newest first, and the indexes that lead to rare ones.

A candidate query returns ids of records as `found`. The records behind them are filtered by all conditions.
"""

from __future__ import annotations

from collections.abc import Sequence

from .rollup_sql import CUSTOMER, EVERY, TAG
from .sql import USAGE_COLUMNS

__all__ = ["BY_CALL", "BY_CUSTOMER", "BY_REQUEST", "BY_START", "BY_STATUS", "BY_TAG", "HAS_GROUP", "LOG_COLUMNS"]
__all__ += ["NEWEST", "NEWEST_RANGE", "by_groups", "count_up_to", "latest_of_groups", "log_page"]

LOG_COLUMNS = (*USAGE_COLUMNS, "key_hash")
_HASH = "(SELECT hash FROM platform_key WHERE platform_key.id = usage.key_id)"
_SELECTED = f"{', '.join(f'usage.{name}' for name in USAGE_COLUMNS)}, {_HASH}"

_RANGE = "id >= ? AND id < ?"
NEWEST = f"SELECT id AS found FROM usage WHERE {_RANGE} ORDER BY id DESC LIMIT ?"
NEWEST_RANGE = f"SELECT MIN(found), COUNT(*) FROM ({NEWEST}) AS newest"
BY_CALL = "SELECT id AS found FROM usage WHERE id >= ? AND id < ?"
BY_REQUEST = f"SELECT id AS found FROM usage WHERE request_id = ? AND {_RANGE}"
BY_CUSTOMER = f"SELECT id AS found FROM usage WHERE customer = ? AND {_RANGE}"
# The second condition says that the index of all other statuses will do.
BY_STATUS = f"SELECT id AS found FROM usage WHERE status = ? AND status <> 'completed' AND {_RANGE}"
BY_TAG = "SELECT usage_id AS found FROM usage_tag WHERE tag = ? AND usage_id >= ? AND usage_id < ?"
BY_START = f"SELECT id AS found FROM usage WHERE started_at >= ? AND started_at < ? AND {_RANGE}"
# The kinds of groups that split calls by a value of their own.
HAS_GROUP = {"customer": CUSTOMER, "tag": TAG}


def _groups(conditions: Sequence[str]) -> str:
    return f"(SELECT id FROM usage_group WHERE kind = {EVERY}{''.join(f' AND {one}' for one in conditions)}) AS g"


def by_groups(conditions: Sequence[str]) -> str:
    """Return the candidates of the groups that meet the conditions."""
    return (
        f"SELECT own.id AS found FROM {_groups(conditions)} CROSS JOIN usage AS own"
        " WHERE own.group_id = g.id AND own.id >= ? AND own.id < ?"
    )


def latest_of_groups(conditions: Sequence[str], *, postgres: bool) -> str:
    """Return the latest candidates of each group that meets the conditions, within a period."""
    latest = (
        "SELECT own.id FROM usage AS own WHERE own.group_id = g.id AND own.id >= ? AND own.id < ?"
        " AND own.started_at >= ? AND own.started_at < ? ORDER BY own.id DESC LIMIT ?"
    )
    if postgres:
        return f"SELECT one.id AS found FROM {_groups(conditions)} CROSS JOIN LATERAL ({latest}) AS one"
    return f"SELECT one.id AS found FROM {_groups(conditions)} CROSS JOIN usage AS one WHERE one.id IN ({latest})"


def count_up_to(candidates: str) -> str:
    """Return the query of the number of candidates, up to a limit that is bound last."""
    return f"SELECT COUNT(*) FROM ({candidates} LIMIT ?) AS counted"


def log_page(candidates: str | None, conditions: Sequence[str]) -> str:
    """Return the query of the records that meet all conditions, newest first, among candidates or among all."""
    where = "".join(f" AND {condition}" for condition in conditions)
    if candidates is None:
        return f"SELECT {_SELECTED} FROM usage WHERE 1 = 1{where} ORDER BY usage.id DESC LIMIT ?"
    # A CROSS JOIN is executed in this order by SQLite: the candidates lead, and not the order of the ids.
    return (
        f"SELECT {_SELECTED} FROM ({candidates}) AS candidate CROSS JOIN usage"
        f" WHERE usage.id = candidate.found{where} ORDER BY usage.id DESC LIMIT ?"
    )
