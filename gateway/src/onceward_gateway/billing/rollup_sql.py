"""SQL statements of the usage rollups: sums of usage by group and hour or day.

usage_group      a combination of the values that reports group and filter by
usage_rollup     the sums of a group's calls in an hour (`step` 1), a day (24), a week (168) or a month (720);
                 `at` is the start of the period in hours since 1970
usage_period     for weeks and months, the end of those that have sums; `changes` counts what made sums invalid
"""

from __future__ import annotations

__all__ = ["ADD_GROUP", "ADD_ROLLUP", "CUSTOMER", "DAY", "DIMENSIONS", "EVERY", "HOUR", "SUMS", "TAG", "TAGGED"]
__all__ += ["ADD_UP", "FIRST_DAY", "KEPT_FROM", "KINDS", "LOCK_PERIODS", "MONTH", "PERIODS", "PERIOD_SUMS"]
__all__ += ["REOPEN", "SET_ROLLUP", "SUMMED", "SUMMED_UNTIL", "WEEK", "WITHHOLD_ROLLUP"]

# The length of a step in hours; months differ, and have the number of 30 days.
HOUR, DAY, WEEK, MONTH = 1, 24, 168, 720
# Kinds of groups. `EVERY` has each call once; the others split the same calls by one more value.
EVERY, CUSTOMER, TAG, TAGGED = 0, 1, 2, 3
KINDS = (EVERY, CUSTOMER, TAG, TAGGED)
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
FIRST_DAY = f"{_DAYS} LIMIT 1"
_UNTIL = "SELECT summed_until FROM usage_period WHERE step ="
# The first and the last day that has sums, and the ends of the weeks and of the months that have.
SUMMED = f"SELECT ({FIRST_DAY}), ({_DAYS} DESC LIMIT 1), ({_UNTIL} {WEEK}), ({_UNTIL} {MONTH})"

# -- weeks and months, added up from their days

PERIODS = "SELECT summed_until, changes FROM usage_period WHERE step = ?"
LOCK_PERIODS = "UPDATE usage_period SET changes = changes WHERE step = ? RETURNING summed_until, changes"
_ADDED = ", ".join(f"CAST(SUM({name}) AS BIGINT)" for name in SUMS)
_OF_DAYS = f"FROM usage_rollup WHERE kind = ? AND step = {DAY} AND at >= ? AND at < ?"
_REPLACING = ", ".join(f"{name} = excluded.{name}" for name in SUMS)
_REPLACED = f" ON CONFLICT ({', '.join(_PLACE)}) DO UPDATE SET {_REPLACING}"
PERIOD_SUMS = f"SELECT group_id, {_ADDED} {_OF_DAYS} GROUP BY group_id"
SET_ROLLUP = f"INSERT INTO usage_rollup ({', '.join((*_PLACE, *SUMS))}) VALUES {_ROW}{_REPLACED}"
ADD_UP = (
    f"INSERT INTO usage_rollup ({', '.join((*_PLACE, *SUMS))})"
    f" SELECT kind, CAST(? AS SMALLINT), CAST(? AS BIGINT), group_id, {_ADDED} {_OF_DAYS}"
    f" GROUP BY kind, group_id{_REPLACED}"
)
SUMMED_UNTIL = "UPDATE usage_period SET summed_until = ? WHERE step = ? AND changes = ?"
# A call was added to a period that may have sums already: they are not used until they are added up again.
REOPEN = """
    UPDATE usage_period SET changes = changes + 1,
        summed_until = CASE WHEN summed_until > ? THEN ? ELSE summed_until END
    WHERE step = ?
"""
# Count a completed call as failed; runs before the status of its record is changed.
WITHHOLD_ROLLUP = """
    UPDATE usage_rollup SET failed = failed + 1 WHERE kind = ? AND step = ? AND at = ? AND group_id = ?
        AND EXISTS (SELECT 1 FROM usage WHERE usage.id = ? AND usage.status = 'completed')
"""
