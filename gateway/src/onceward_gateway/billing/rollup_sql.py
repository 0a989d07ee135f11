"""SQL statements of the usage rollups: sums of usage by group and hour or day.

usage_group      a combination of the values that reports group and filter by
usage_rollup     the sums of a group's calls in an hour (`step` 1) or a day (`step` 24); `at` is in hours since 1970
"""

from __future__ import annotations

__all__ = ["ADD_GROUP", "ADD_ROLLUP", "CUSTOMER", "DAY", "DIMENSIONS", "EVERY", "HOUR", "SUMS", "TAG", "TAGGED"]
__all__ += ["KEPT_FROM", "SUMMED_DAYS", "WITHHOLD_ROLLUP"]

HOUR, DAY = 1, 24
# Kinds of groups. `EVERY` has each call once; the others split the same calls by one more value.
EVERY, CUSTOMER, TAG, TAGGED = 0, 1, 2, 3
DIMENSIONS = (
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
SUMS = (
    "requests",
    "failed",
    "cost_nano",
    "credits_milli",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "latency_ms",
)
_NAMES = ("id", "kind", "value", *DIMENSIONS)
ADD_GROUP = (
    f"INSERT INTO usage_group ({', '.join(_NAMES)}) VALUES ({', '.join('?' for _ in _NAMES)}) ON CONFLICT DO NOTHING"
)
_PLACE = ("kind", "step", "at", "group_id")
_ROW = f"({', '.join('?' for _ in (*_PLACE, *SUMS))})"
ADD_ROLLUP = (
    f"INSERT INTO usage_rollup ({', '.join((*_PLACE, *SUMS))}) VALUES {_ROW}"
    f" ON CONFLICT ({', '.join(_PLACE)}) DO UPDATE SET "
    + ", ".join(f"{name} = usage_rollup.{name} + excluded.{name}" for name in SUMS)
)
# From when on usage records are kept; older ones were deleted, and are in the sums only.
KEPT_FROM = "SELECT kept_from FROM record_archive WHERE name = 'usage'"
_DAYS = f"SELECT at FROM usage_rollup WHERE kind = {EVERY} AND step = {DAY} ORDER BY at"
SUMMED_DAYS = f"SELECT ({_DAYS} LIMIT 1), ({_DAYS} DESC LIMIT 1)"
# Count a completed call as failed; runs before the status of its record is changed.
WITHHOLD_ROLLUP = """
    UPDATE usage_rollup SET failed = failed + 1 WHERE kind = ? AND step = ? AND at = ? AND group_id = ?
        AND EXISTS (SELECT 1 FROM usage WHERE usage.id = ? AND usage.status = 'completed')
"""
