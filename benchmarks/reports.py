"""Measures reports and rare filters over a ledger of two million records in a SQLite file.

    python benchmarks/reports.py                     makes the records, which takes a minute or two
    python benchmarks/reports.py --records 200000    fewer of them: the times must stay about the same
    python benchmarks/reports.py --folder ledger     keeps the file there, and uses it again

1,000 keys of 100 teams, 300 users and 5 organizations make calls of 20 models over 90 days; one in ten names one of the
five customers of its key, one in five has tags. Prints the p95 of each answer in CPU time of the process and in wall
time, and its size: on a machine that does other work as well, CPU time is the one to believe. Exit status 1 when a
budget of `budgets.toml` is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from onceward_gateway import Settings
from onceward_gateway.billing import rollup_sql
from onceward_gateway.billing.usage_periods import UsagePeriods
from onceward_gateway.db import prepare
from onceward_gateway.db.sqlite import SqliteDatabase
from onceward_gateway.testing import InProcessGateway, ManualClock

__all__ = ["main"]

NOW = 1_790_000_000.0
DAYS = 90
KEYS, TEAMS, USERS, ORGANIZATIONS, MODELS, CUSTOMERS = 1000, 100, 300, 5, 20, 5000
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_REPEATS = 20

REPORT = "/global/spend/report"
REPORTS = {
    "by team": f"{REPORT}?group_by=team",
    "by key": f"{REPORT}?group_by=api_key",
    "by model and day": f"{REPORT}?group_by=model&interval=day",
    "by model and hour, three days": (
        f"{REPORT}?group_by=model&interval=hour&start_date=2026-09-15&end_date=2026-09-17"
    ),
    "by team and month of an organization": (
        f"{REPORT}?group_by=team&interval=month&start_date=2026-01-01&organization_id=org_2"
    ),
    "by customer of a team": f"{REPORT}?group_by=customer&team_id=team_07&interval=total",
    "by tag": f"{REPORT}?group_by=tag",
    "tags": "/spend/tags",
    "of one key by day": f"{REPORT}?group_by=model&interval=day&api_key=key_0007",
}
FILTERS = {
    "newest": "/spend/logs",
    "an absent model": "/spend/logs?model=absent",
    "a rare model": "/spend/logs?model=rare",
    "an absent team": "/spend/logs?team_id=absent",
    "a key": "/spend/logs?api_key=key_0007",
    "a team, first day": "/spend/logs?team_id=team_07&end_date=2026-06-25",
    "an absent customer": "/spend/logs?end_user=absent",
    "a customer": "/spend/logs?end_user=customer_0041",
    "an absent tag": "/spend/logs?tag=absent",
    "an absent provider": "/spend/logs?provider=absent",
    "an absent request": "/spend/logs?request_id=absent",
    "an absent call": "/spend/logs?call_id=call_absent",
    "a rare status": "/spend/logs?status=cancelled",
    "a customer of a team": "/spend/logs?end_user=customer_0041&team_id=team_08",
    "a day without calls": "/spend/logs?start_date=2025-01-01&end_date=2025-01-01",
}


def _id_at(moment: float, number: int) -> str:
    count = (int(moment * 1000) << 80) | number
    return "call_" + "".join(_DIGITS[count >> shift & 31] for shift in range(125, -1, -5))


def _groups(draw: random.Random) -> list[tuple[Any, ...]]:
    """Return the groups: each key calls three models. The last one is rare."""
    found: list[tuple[Any, ...]] = []
    for key in range(KEYS):
        owner = (f"key_{key:04d}", f"user_{key % USERS:03d}", f"team_{key % TEAMS:02d}", f"org_{key % ORGANIZATIONS}")
        for model in draw.sample(range(MODELS), 3):
            served = f"model-{model:02d}"
            found.append((len(found) + 1, 0, "", *owner, served, served, "", f"provider-{model % 5}", "", ""))
    rare = (len(found) + 1, 0, "", "key_0000", "user_000", "team_00", "org_0", "rare", "rare", "", "provider-0", "", "")
    return [*found, rare]


def _customer(draw: random.Random, key: str) -> str:
    """Return one of the customers of a key."""
    number = int(key.removeprefix("key_")) * (CUSTOMERS // KEYS) + draw.randrange(CUSTOMERS // KEYS)
    return f"customer_{number:04d}"


def _rows(groups: list[tuple[Any, ...]], count: int, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    """Yield usage records, oldest first."""
    draw = random.Random(1)
    for number in range(count):
        at = NOW - DAYS * 86400 * (1 - number / count)
        group = groups[int(draw.random() ** 1.5 * (len(groups) - 1)) if number % 200_000 != 7 else -1]
        id = _id_at(at, number)
        values = dict(zip(rollup_sql.DIMENSIONS, group[3:], strict=True))
        known: dict[str, Any] = {
            **{name: value or None for name, value in values.items()},
            "id": f"{id}.1",
            "call_id": id,
            "attempt": 1,
            "request_id": f"req_{number:024d}",
            "customer": _customer(draw, values["key_id"]) if number % 10 == 3 else None,
            "status": "cancelled" if number % 150_000 == 9 else "failed" if number % 100 == 5 else "completed",
            "prompt_tokens": 900,
            "completion_tokens": 300,
            "total_tokens": 1200,
            "cost_nano": 28_000 + number % 1000,
            "latency_ms": 1500,
            "first_token_ms": 300,
            "started_at": at,
            "ended_at": at + 1.5,
            "hour": "",
            "operation": "chat_completions_create",
            "principal": values["key_id"],
            "group_id": group[0],
        }
        yield tuple(known.get(name, 0) for name in columns)


def _table(connection: sqlite3.Connection) -> tuple[list[str], list[str]]:
    """Return the columns of usage records that need a value or are known here, and the statements of its indexes."""
    known = {"customer", "error_status", "tags", "metadata", "group_id", "first_token_ms", *rollup_sql.DIMENSIONS}
    columns = connection.execute("SELECT name, \"notnull\" FROM pragma_table_info('usage')").fetchall()
    indexes = connection.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'usage' AND type = 'index'").fetchall()
    return [name for name, needed in columns if needed or name in known], [sql for (sql,) in indexes if sql]


_SUMS = (
    "COUNT(*), SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END), SUM(cost_nano), SUM(credits_milli), "
    "SUM(prompt_tokens), SUM(completion_tokens), SUM(total_tokens), SUM(latency_ms)"
)


def _fill(file: Path, count: int) -> None:
    """Write the records, and their sums as the settlements would have written them."""
    names = ", ".join(("id", "kind", "value", *rollup_sql.DIMENSIONS))
    groups = _groups(random.Random(2))
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        columns, indexes = _table(connection)
        for sql in indexes:
            connection.execute(f"DROP INDEX {sql.split()[2]}")
        connection.execute("BEGIN")
        marks = ", ".join("?" for _ in columns)
        connection.executemany(
            f"INSERT INTO usage ({', '.join(columns)}) VALUES ({marks})", _rows(groups, count, columns)
        )
        connection.executemany(
            f"INSERT INTO usage_group ({names}) VALUES ({', '.join('?' for _ in groups[0])})", groups
        )
        connection.execute(
            "INSERT INTO usage_tag (tag, usage_id) SELECT CASE WHEN rowid % 10 = 0 THEN 'prod' ELSE 'batch' END, id "
            "FROM usage WHERE rowid % 5 = 0"
        )
        for sql in indexes:
            connection.execute(sql)
        _sum_up(connection, names)
        connection.execute("COMMIT")


def _sum_up(connection: sqlite3.Connection, names: str) -> None:
    dimensions = ", ".join(f"g.{name}" for name in rollup_sql.DIMENSIONS)
    kinds = (
        (rollup_sql.EVERY, "''", "usage"),
        (rollup_sql.CUSTOMER, "customer", "usage"),
        (rollup_sql.TAG, "tag", "usage JOIN usage_tag ON usage_tag.usage_id = usage.id"),
        (rollup_sql.TAGGED, "''", "usage JOIN usage_tag ON usage_tag.usage_id = usage.id"),
    )
    for kind, value, source in kinds:
        found = f"{source} WHERE {value} IS NOT NULL"
        if kind != rollup_sql.EVERY:
            connection.execute(
                f"INSERT INTO usage_group ({names}) SELECT (SELECT MAX(id) FROM usage_group) + ROW_NUMBER() OVER (), "
                f"{kind}, named, {dimensions} FROM (SELECT DISTINCT {value} AS named, group_id FROM {found}) AS one "
                "JOIN usage_group AS g ON g.id = one.group_id"
            )
        connection.execute("DROP TABLE IF EXISTS temp.split")
        connection.execute(
            "CREATE TEMP TABLE split AS SELECT own.value AS named, own.id AS split_id, g.id AS every_id "
            "FROM usage_group AS own JOIN usage_group AS g ON g.kind = 0 AND g.key_id = own.key_id AND "
            f"g.model = own.model WHERE own.kind = {kind}"
        )
        connection.execute("CREATE INDEX temp.split_by ON split (every_id, named)")
        connection.execute(
            f"INSERT INTO usage_rollup SELECT {kind}, 1, CAST(started_at / 3600 AS INTEGER), split_id, {_SUMS} "
            f"FROM {source} JOIN split ON split.every_id = usage.group_id AND split.named = {value} GROUP BY 3, 4"
        )
    sums = ", ".join(f"SUM({name})" for name in rollup_sql.SUMS)
    connection.execute(
        f"INSERT INTO usage_rollup SELECT kind, 24, at - at % 24, group_id, {sums} FROM usage_rollup GROUP BY 1, 3, 4"
    )


class _Clock(ManualClock):
    """A clock on which nobody waits."""

    async def sleep(self, seconds: float) -> None:
        """Return at once."""
        await asyncio.sleep(0)


async def _sum_up_periods(file: Path) -> None:
    """Add up the weeks and months, as the gateway does while it runs."""
    db = SqliteDatabase(file)
    await UsagePeriods(db, _Clock(NOW)).add_up()
    await db.close()


def made(folder: Path, count: int) -> Settings:
    """Return the settings of a gateway on a ledger with so many records."""
    settings = Settings(data_dir=folder)
    if not settings.database.exists():
        prepare(settings)
        _fill(settings.database, count)
    else:
        prepare(settings)
    asyncio.run(_sum_up_periods(settings.database))
    return settings


def _p95(took: list[float]) -> float:
    return sorted(took)[int(0.95 * len(took)) - 1] * 1000


async def measured(settings: Settings) -> dict[str, tuple[float, float, int]]:
    """Return the p95 of CPU time and of wall time in milliseconds, and the size in bytes of each answer."""
    found: dict[str, tuple[float, float, int]] = {}
    async with InProcessGateway(settings, clock=ManualClock(NOW)) as gateway:
        # The first request pays for what the gateway loads when it starts.
        await gateway.request("GET", REPORTS["by team"])
        for name, path in (*REPORTS.items(), *FILTERS.items()):
            used: list[float] = []
            took: list[float] = []
            size = 0
            for _ in range(_REPEATS):
                start, cpu = time.perf_counter(), time.process_time()
                answer = await gateway.request("GET", path)
                took.append(time.perf_counter() - start)
                used.append(time.process_time() - cpu)
                assert answer.status == 200, answer.text
                size = len(answer.body)
            found[name] = (_p95(used), _p95(took), size)
    return found


def main() -> int:
    """Print the table; return 1 if a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=2_000_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    budgets = tomllib.loads((Path(__file__).parent / "budgets.toml").read_text())["report_budget"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        settings = made(folder, given.records)
        found = asyncio.run(measured(settings))
        size = settings.database.stat().st_size
    missed = 0
    for budget in budgets:
        print(f"\n{budget['row']}: at most {budget['most']} {budget['unit']}")
        for name in REPORTS if budget["scenario"] == "report" else FILTERS:
            cpu, wall, length = found[name]
            value = cpu if budget["unit"] == "ms" else length / 1e6
            more = f"   ({wall:.1f} ms wall)" if budget["unit"] == "ms" else ""
            missed += value > budget["most"]
            print(f"  {name:40}{value:9.3f} {budget['unit']}{more}{'  MISSED' if value > budget['most'] else ''}")
    print(f"\n{size / given.records:.0f} bytes a record, with its indexes and sums")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
