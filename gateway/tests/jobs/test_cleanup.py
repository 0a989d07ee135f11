"""Sweeping: unreferenced content is deleted, unfinished content is not; jobs wait for storage within bounds."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from onceward_gateway.core.clock import Clock
from onceward_gateway.db import Database, StorageError
from onceward_gateway.db.blob_store import BLOB_KINDS, UNRECORDED_SECONDS
from onceward_gateway.db.disk import DiskUnavailable
from onceward_gateway.db.errors import FULL, StorageProblem
from onceward_gateway.jobs.scheduler import (
    BATCHES,
    LONGEST_WAIT_SECONDS,
    JobFault,
    JobQueue,
)

from ..databases import on_postgres
from ..routing.kit import Bench

CONFIG = '[auth]\nmode = "disabled"\n'


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        made = Bench(tmp_path, stack)
        await made.start(CONFIG)
        yield made


async def kept(bench: Bench, name: str) -> bool:
    return await bench.gateway.files.blobs.find(name) is not None


async def upload(bench: Bench) -> str:
    answer = await bench.http.post("/v1/files", files={"file": ("a", b"x")}, data={"purpose": "user_data"})
    return str(answer.json()["id"])


async def test_contents_without_a_record_are_deleted_after_an_hour(bench: Bench) -> None:
    recorded = await upload(bench)
    await bench.gateway.files.blobs.put("file-lost", io.BytesIO(b"x"))
    await bench.gateway.cleanup.clean()
    assert await kept(bench, "file-lost")
    bench.clock.turned += UNRECORDED_SECONDS + 60
    await bench.gateway.cleanup.clean()
    assert (await kept(bench, "file-lost"), await kept(bench, recorded)) == (False, True)


@pytest.mark.cluster
@pytest.mark.skipif(not on_postgres(), reason="a folder knows nothing of records")
async def test_a_shared_database_finds_unrecorded_contents_without_listing_all_files(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await upload(bench)
    await bench.gateway.files.blobs.put("file-lost", io.BytesIO(b"x"))
    bench.clock.turned += UNRECORDED_SECONDS + 60
    database = bench.gateway.db
    asked, query, aside = list[int](), database.query, database.query_in_thread

    async def counted(sql: str, parameters: Any = (), read: Any = query) -> Any:
        rows = await read(sql, parameters)
        asked.append(len(rows))
        return rows

    monkeypatch.setattr(database, "query", counted)
    monkeypatch.setattr(database, "query_in_thread", lambda sql, parameters=(): counted(sql, parameters, aside))
    await bench.gateway.files.purge()
    assert asked == [0, 1]
    assert not await kept(bench, "file-lost")


@pytest.mark.skipif(on_postgres(), reason="contents are in the database, so none is older than it")
async def test_a_new_database_sweeps_nothing_of_an_old_folder(bench: Bench) -> None:
    await bench.gateway.files.blobs.put("file-older", io.BytesIO(b"x"))
    bench.clock.turned += UNRECORDED_SECONDS + 60
    await bench.gateway.cleanup.clean()
    assert await kept(bench, "file-older")


@pytest.mark.skipif(on_postgres(), reason="contents are in the database, each put in one transaction")
async def test_partial_files_of_a_dead_gateway_are_deleted_at_the_start(bench: Bench) -> None:
    await upload(bench)
    data = bench.gateway.settings.data_dir
    parts = [data / kind / "half.part" for kind in BLOB_KINDS]
    for part in parts:
        part.parent.mkdir(exist_ok=True)
        part.write_bytes(b"x")
    await bench.gateway.cleanup.clean()
    assert all(part.exists() for part in parts)
    await bench.start(CONFIG)
    assert not any(part.exists() for part in parts)


class Wall:
    """A clock that a sleep turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


class Freed:
    """A database that notes that a job was given back."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    async def write(self, sql: str, row: Any) -> int:
        self.rows.append(row)
        return 1


class Runner:
    """A runner whose work fails for ever."""

    def __init__(self, clock: Wall, failure: Exception) -> None:
        self.attempts = 0
        self.faults: list[JobFault] = []
        self._clock = clock
        self._failure = failure

    async def run(self, job_id: str) -> None:
        self.attempts += 1
        raise self._failure

    async def fail(self, job_id: str, fault: JobFault) -> None:
        self.faults.append(fault)

    async def wait(self, job_id: str, problem: StorageProblem, since: float) -> bool:
        return self._clock.now < since + LONGEST_WAIT_SECONDS


def never(coroutine: Any, name: str) -> None:
    raise AssertionError(name)


async def ended_by(failure: Exception) -> tuple[float, int, JobFault, Freed]:
    """Return how a job ends whose work fails for ever: when, after how many attempts, and as what."""
    clock, db = Wall(), Freed()
    runner = Runner(clock, failure)
    queue = JobQueue(BATCHES, cast(Database, db), cast(Clock, clock), "node_1", spawn=never, is_draining=lambda: False)
    await queue._run_until_over(runner, "batch_1")
    (fault,) = runner.faults
    return clock.now, runner.attempts, fault, db


@pytest.mark.parametrize(
    "failure", [DiskUnavailable("/data/files/x: no room", FULL), PermissionError(13, "no", "/data/x")]
)
async def test_a_job_waits_for_the_disk_and_then_fails(failure: Exception) -> None:
    ended, attempts, fault, db = await ended_by(failure)
    assert LONGEST_WAIT_SECONDS <= ended < LONGEST_WAIT_SECONDS + 60
    assert attempts < 200
    assert fault.code == "storage_unavailable"
    assert ("full" if isinstance(failure, DiskUnavailable) else "not permitted") in fault.message
    assert "/data" not in fault.message
    assert db.rows == [("batch_1", "node_1")]


async def test_a_job_that_the_database_cannot_take_fails_after_three_attempts() -> None:
    _, attempts, fault, _ = await ended_by(StorageError("The content 'x' was deleted while it was read."))
    assert (attempts, fault.code) == (3, "internal")
