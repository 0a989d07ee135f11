"""Expired records: archived once, deleted, and still in every sum."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from onceward_gateway.api.spend_reports import SpendReports
from onceward_gateway.api.usage_filter import UsageFilter
from onceward_gateway.billing.rollups import UsageSums
from onceward_gateway.config.records import RecordSettings
from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.principal import Bound, Principal
from onceward_gateway.db import Batch, StorageError
from onceward_gateway.jobs import record_archive
from onceward_gateway.jobs.record_archive import RecordArchive

from .kit import Bench
from .rollup_sums import kept

SHARED = Bound("budget", "b1", "budget 'b1'")
CALLER = Principal("k1", key_id="k1", team_id="t1", organization_id="o1", customer="shopper", bounds=(SHARED,))
DAY = 86_400.0


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Return a ledger with 30 calls over ten days, the first of them in the middle of an hour."""
    made = Bench(tmp_path / "data")
    made.clock.now += 1234.5
    for number in range(30):
        ticket = made.enter(replace(CALLER, key_id=f"k{number % 2}"), tokens=50)
        ticket.tags = ("red",) if number % 3 == 0 else ()
        assert made.finish(ticket, 10 + number)
        batch = Batch()
        assert ticket.call is not None
        made.node.calls.put_record(batch, ticket.call.record)
        made.act(made.db.write_batch(batch))
        made.clock.now += DAY / 3
    yield made
    made.close()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_archive, "_FILE_RECORDS", 8)
    monkeypatch.setattr(record_archive, "_DELETED_AT_ONCE", 3)
    monkeypatch.setattr(record_archive, "_PAUSE_SECONDS", 0.0)


def archive_of(bench: Bench, folder: Path | None, days: float = 5, node: str = "node_a") -> RecordArchive:
    return RecordArchive(bench.db, bench.clock, RecordSettings(days, folder), node)


def archived(folder: Path, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for file in sorted(folder.glob(f"{table}-*.jsonl.gz")):
        found += [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    return found


def ids(bench: Bench, table: str) -> set[str]:
    return {str(id) for (id,) in bench.rows(f"SELECT id FROM {table}")}


def sums(bench: Bench) -> dict[str, Any]:
    """Return what reports and budgets say."""
    reports = SpendReports(bench.db)
    usage = UsageSums(bench.db, bench.node.directory.records)
    start = bench.clock.now - 11 * DAY
    found: dict[str, Any] = {}
    for group in ("team", "customer", "api_key", "tag"):
        for interval in ("total", "hour", "day", "month"):
            rows, total = bench.act(reports.grouped(UsageFilter(), group, interval))  # type: ignore[arg-type]
            found[f"{group} {interval}"] = [(row.date, row.group, row.sum.shown()) for row in rows], total.shown()
    for key in (("key", "k1", ""), ("team", "t1", ""), ("provider", "p", ""), ("budget", "b1", ""), ("model", "m", "")):
        found[str(key)] = bench.act(usage.summed(key, start, None))
    assert found["('budget', 'b1', '')"] > 0
    return found


def test_expired_records_are_archived_and_stay_in_the_sums(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    before, usage, calls, rollups = sums(bench), ids(bench, "usage"), ids(bench, "call"), kept(bench.rows)
    archive = archive_of(bench, folder)
    count = bench.act(archive.archive("usage"))
    assert 10 < count < 20
    assert bench.act(archive.archive("call")) == count
    for table, all_of_them in (("usage", usage), ("call", calls)):
        records = archived(folder, table)
        assert len({record["id"] for record in records}) == len(records) == count
        assert {record["id"] for record in records} == all_of_them - ids(bench, table)
        assert all(set(record) >= {"id", "model", "cost_nano"} for record in records)
    assert {record["hour"] for record in archived(folder, "usage")} == {
        f"{datetime.fromtimestamp(record['started_at'], UTC):%Y-%m-%dT%H}:00:00Z"
        for record in archived(folder, "usage")
    }
    assert not list(folder.glob("*.part"))
    assert (folder.stat().st_mode & 0o777, next(folder.iterdir()).stat().st_mode & 0o777) == (0o700, 0o600)
    assert kept(bench.rows) == rollups
    assert sums(bench) == before
    for table in ("usage_tag", "usage_charge"):
        assert bench.rows(f"SELECT COUNT(*) FROM {table} WHERE usage_id NOT IN (SELECT id FROM usage)") == [(0,)]
    # Nothing is left to do, and what expires later is archived then.
    assert bench.act(archive.archive("usage")) == 0
    bench.clock.now += DAY
    assert bench.act(archive.archive("usage")) == 3
    assert len(archived(folder, "usage")) == count + 3


def test_without_a_folder_expired_records_are_deleted(bench: Bench) -> None:
    before, usage = sums(bench), ids(bench, "usage")
    count = bench.act(archive_of(bench, None).archive("usage"))
    assert len(ids(bench, "usage")) == len(usage) - count
    assert sums(bench) == before


@pytest.mark.parametrize("moment", ["file", "some", "all"])
def test_a_crash_neither_loses_nor_repeats_a_record(
    bench: Bench, tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the file was written, when some of its records were deleted, and when all of them were."""
    folder = tmp_path / "archive"
    before, usage = sums(bench), ids(bench, "usage")
    left = {"file": 0, "some": 2, "all": 3}[moment]
    dying = archive_of(bench, folder)
    flush, delete = bench.db.flush, dying._delete

    async def cut_short(table: Any, some: list[str]) -> None:
        flushed = 0

        async def dies() -> None:
            nonlocal flushed
            await flush()
            flushed += 1
            if flushed >= left:
                raise StorageError("The process died.")

        if not left:
            raise StorageError("The process died.")
        with monkeypatch.context() as patch:
            patch.setattr(bench.db, "flush", dies)
            await delete(table, some)

    monkeypatch.setattr(dying, "_delete", cut_short)
    with pytest.raises(StorageError, match="died"):
        bench.act(dying.archive("usage"))
    # Another node goes on when the lease of the dead one is over.
    other = archive_of(bench, folder, node="node_b")
    assert bench.act(other.archive("usage")) == 0
    assert sums(bench) == before
    bench.clock.now += 601
    bench.act(other.archive("usage"))
    records = [record["id"] for record in archived(folder, "usage")]
    assert len(records) == len(set(records))
    assert set(records) == usage - ids(bench, "usage")
    assert len(records) > 10
    assert bench.rows("SELECT pending FROM record_archive WHERE name = 'usage'") == [(None,)]


def test_a_folder_that_cannot_be_written_keeps_the_records(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    usage = ids(bench, "usage")
    with pytest.raises(OSError, match="file"):
        bench.act(archive_of(bench, tmp_path / "file").archive("usage"))
    assert ids(bench, "usage") == usage


def test_calls_that_run_or_have_a_key_are_kept(bench: Bench, tmp_path: Path) -> None:
    rows = bench.rows("SELECT id FROM call ORDER BY position LIMIT 2")
    running, keyed = (str(id) for (id,) in rows)
    bench.act(bench.db.write("UPDATE call SET status = 'in_progress' WHERE id = ?", (running,)))
    claim = "INSERT INTO idempotency_key (principal, key, operation, fingerprint, call_id, expires_at)"
    claim += " VALUES (?, ?, ?, ?, ?, ?)"
    bench.act(bench.db.write(claim, ("k1", "again", "chat", b"x", keyed, bench.clock.now + DAY)))
    bench.act(archive_of(bench, tmp_path / "archive").archive("call"))
    assert {running, keyed} < ids(bench, "call")
    assert len(archived(tmp_path / "archive", "call")) > 10


def test_reports_that_need_deleted_records_are_refused(bench: Bench) -> None:
    reports = SpendReports(bench.db)
    bench.act(archive_of(bench, None).archive("usage"))
    with pytest.raises(ApiError) as error:
        bench.act(reports.grouped(UsageFilter(), "metadata.app", "total"))
    assert (error.value.status, error.value.code) == (400, "records_expired")
    rows, total = bench.act(reports.grouped(UsageFilter(start=bench.clock.now - 4 * DAY), "metadata.app", "total"))
    assert (len(rows), total.requests) == (1, len(bench.rows("SELECT 1 FROM usage")) - 3)
    # A report from the middle of an hour whose records are gone has the calls of the whole hour.
    first = min(at for (at,) in bench.rows("SELECT at FROM usage_rollup WHERE step = 1")) * 3600.0
    rows, total = bench.act(reports.grouped(UsageFilter(start=first + 3599, end=first + 7200), "team", "total"))
    assert total.requests == 1


async def test_records_are_kept_for_ever_unless_a_retention_is_set(tmp_path: Path) -> None:
    archive = RecordArchive(None, None, RecordSettings(), "node_a")  # type: ignore[arg-type]  # nothing is used
    await archive.run()
    assert await archive.archive("usage") == 0
