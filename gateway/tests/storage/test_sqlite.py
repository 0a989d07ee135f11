"""SQLite: one commit for all that end together, and a disk that is full."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from onceward_gateway.db import (
    Batch,
    Increment,
    SqliteDatabase,
    StorageError,
    StorageUnavailable,
)
from onceward_gateway.db.lean_insert import LeanInsert

from .conftest import TABLES

ADD = "INSERT INTO note (id, text) VALUES (?, ?)"
FULL = "INSERT INTO note (id, data) VALUES (?, ?)"


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "a.db")
    for statement in TABLES:
        await database.write(statement)
    await database.flush()
    yield database
    await database.close()


def seen_from_outside(db: SqliteDatabase) -> list[tuple[int]]:
    with closing(sqlite3.connect(db.path)) as connection:
        return connection.execute("SELECT id FROM note ORDER BY id").fetchall()


async def test_one_commit_for_all_that_end_together(db: SqliteDatabase) -> None:
    executed: list[str] = []
    db._file.connection.set_trace_callback(executed.append)

    async def end(number: int) -> None:
        async with db.transaction():
            await db.write(ADD, (1000 + number, "hold"))
        batch = Batch(once=(ADD, (number, "call")))
        batch.add(ADD, (2000 + number, "more"))
        await db.write_batch(batch)

    await asyncio.gather(*(end(number) for number in range(50)))
    assert executed.count("COMMIT") == 1
    assert len(seen_from_outside(db)) == 150


async def test_a_commit_changes_each_sum_once(db: SqliteDatabase) -> None:
    counted = Increment("UPDATE counter SET total = total + ? WHERE name = ?", lambda key: key, amounts_first=True)
    executed: list[str] = []
    db._file.connection.set_trace_callback(executed.append)

    async def end(number: int) -> None:
        batch = Batch(once=(ADD, (number, "call")))
        batch.increment(counted, ("a",), number)
        await db.write_batch(batch)

    await asyncio.gather(*(end(number) for number in range(50)))
    assert len(executed) == 50 + len(["BEGIN", "UPDATE", "COMMIT"])
    assert await db.query("SELECT total FROM counter WHERE name = 'a'") == [(sum(range(50)),)]


async def test_a_lone_statement_is_its_own_transaction(db: SqliteDatabase) -> None:
    executed: list[str] = []
    db._file.connection.set_trace_callback(executed.append)
    batch = Batch()
    batch.add(ADD, (1, "alone"))
    await db.write_batch(batch)
    assert executed == ["INSERT INTO note (id, text) VALUES (1, 'alone')"]
    assert seen_from_outside(db) == [(1,)]
    with pytest.raises(StorageError, match="UNIQUE"):
        await db.write_batch(batch)
    again = Batch()
    again.add(ADD, (2, "more"))
    await db.write_batch(again)
    assert seen_from_outside(db) == [(1,), (2,)]


async def test_a_lone_statement_is_not_executed_again_with_a_commit_that_fails(db: SqliteDatabase) -> None:
    await db.write("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
    await db.write("CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)")
    await db.flush()
    lone = Batch()
    lone.add("UPDATE counter SET total = total + 1 WHERE name = 'a'")
    db.enqueue(lone)
    assert await db.query("SELECT total FROM counter WHERE name = 'a'") == [(1,)]
    await db.write("INSERT INTO child (id) VALUES (7)")
    with pytest.raises(StorageUnavailable, match="could not commit"):
        await db.flush()
    await db.flush()
    assert await db.query("SELECT total FROM counter WHERE name = 'a'") == [(1,)]


def test_an_insert_names_the_columns_with_a_value() -> None:
    insert = LeanInsert("t", ("a", "b", "c", "d"), "ON CONFLICT DO NOTHING", zeros=("b", "c"))
    assert insert.statement((1, None, 2, None)) == (
        "INSERT INTO t (a, c, b) VALUES (?, ?, 0) ON CONFLICT DO NOTHING",
        (1, 2),
    )
    assert insert.statement((0, 3, None, "")) == (
        "INSERT INTO t (a, b, d, c) VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING",
        (0, 3, ""),
    )
    insert = LeanInsert("t", ("a", "b", "c"), zeros=("b",), empty=("c",))
    assert insert.statement((1, None, None)) == ("INSERT INTO t (a, b, c) VALUES (?, 0, '')", (1,))
    assert insert.statement((1, None, "x")) == ("INSERT INTO t (a, c, b) VALUES (?, ?, 0)", (1, "x"))


async def test_changes_are_committed_without_a_flush(db: SqliteDatabase) -> None:
    assert await db.changed(f"{ADD} RETURNING id", (1, "alone")) == [(1,)]
    async with db.transaction():
        await db.write(ADD, (2, "alone"))
    deadline = time.monotonic() + 10
    for _ in iter(lambda: seen_from_outside(db), [(1,), (2,)]):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_a_flush_makes_writes_durable(db: SqliteDatabase) -> None:
    await db.write(ADD, (1, "one"))
    assert seen_from_outside(db) == []
    await asyncio.gather(db.flush(), db.flush())
    assert seen_from_outside(db) == [(1,)]


async def test_a_full_disk_is_an_error_and_writes_nothing(db: SqliteDatabase, caplog: pytest.LogCaptureFixture) -> None:
    pages = await db.one("PRAGMA page_count")
    assert pages is not None
    await db.query(f"PRAGMA max_page_count = {pages[0] + 2}")
    batch = Batch(once=(ADD, (1, "call")))
    batch.add(FULL, (2, b"x" * 100_000))
    with pytest.raises(StorageUnavailable, match="full"):
        await db.write_batch(batch)
    later = Batch()
    later.add(FULL, (3, b"y" * 100_000))
    db.enqueue(later)
    assert "What is to be written is kept" in caplog.text
    assert not db.connected
    # Nothing overtakes what is queued: a record that is written later than its end would say that its call runs.
    with pytest.raises(StorageUnavailable, match="full"):
        await db.write(ADD, (4, "small"))
    with pytest.raises(StorageUnavailable, match="full"):
        await db.probe()
    assert seen_from_outside(db) == []
    await db.query("PRAGMA max_page_count = 100000")
    await db.probe()
    assert db.connected
    assert seen_from_outside(db) == [(1,), (2,), (3,)]


async def test_writes_wait_for_a_locked_file_and_reads_do_not(db: SqliteDatabase) -> None:
    with closing(sqlite3.connect(db.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        first = Batch(once=(ADD, (1, "first")))
        waiting = asyncio.create_task(db.write_batch(first))
        loop = asyncio.get_running_loop()
        stalls = []
        while not waiting.done():
            before = loop.time()
            await asyncio.sleep(0)
            stalls.append(loop.time() - before)
            assert await db.query("SELECT id FROM note") == []
        with pytest.raises(StorageUnavailable, match="locked"):
            await waiting
        # SQLite itself would have waited for a second.
        assert max(stalls) < 0.5
        began = loop.time()
        with pytest.raises(StorageUnavailable, match="locked"):
            await db.probe()
        with pytest.raises(StorageUnavailable, match="locked"):
            await db.write_batch(Batch(once=(ADD, (2, "second"))))
        assert loop.time() - began < 0.5
        other.execute("COMMIT")
    await db.flush()
    assert await db.query("SELECT id, text FROM note ORDER BY id") == [(1, "first"), (2, "second")]


async def test_a_short_lock_is_not_noticed(db: SqliteDatabase) -> None:
    with closing(sqlite3.connect(db.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = [
            asyncio.create_task(db.write(ADD, (1, "one"))),
            asyncio.create_task(db.write_batch(Batch(once=(ADD, (2, "two"))))),
        ]
        await asyncio.wait(writing, timeout=0.1)
        other.execute("COMMIT")
    await asyncio.gather(*writing)
    await db.flush()
    assert seen_from_outside(db) == [(1,), (2,)]


async def test_writes_during_a_transaction_wait_and_are_committed(db: SqliteDatabase) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()

    async def transact() -> None:
        async with db.transaction():
            await db.write(ADD, (1, "inside"))
            began.set()
            await go_on.wait()

    async def wait() -> None:
        batch = Batch(once=(ADD, (2, "outside")))
        await db.write_batch(batch)

    first = asyncio.create_task(transact())
    await began.wait()
    second = asyncio.create_task(wait())
    third = asyncio.create_task(db.query("SELECT id FROM note ORDER BY id"))
    done, _ = await asyncio.wait([second, third], timeout=0.05)
    assert not done
    go_on.set()
    await asyncio.gather(first, second, third)
    assert seen_from_outside(db) == [(1,), (2,)]
