"""Checkpoints of SQLite: beside the commits, and a log that stays short however steadily it is written."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from onceward_gateway.db import Batch, SqliteDatabase, presence, sqlite_checkpoints
from onceward_gateway.db.sqlite_checkpoints import Checkpoints

from .conftest import TABLES

ADD = "INSERT INTO note (id, data) VALUES (?, ?)"
PAGE = 4096


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "a.db")
    for statement in TABLES:
        await database.write(statement)
    await database.flush()
    yield database
    await database.close()


def log_of(db: SqliteDatabase) -> Path:
    return Path(f"{db.path}-wal")


def small(monkeypatch: pytest.MonkeyPatch, **limits: int) -> None:
    for name, value in limits.items():
        monkeypatch.setattr(sqlite_checkpoints, f"_{name}", value)


async def written(db: SqliteDatabase, first: int, count: int, size: int = 3 * PAGE) -> None:
    for number in range(first, first + count):
        batch = Batch()
        batch.add(ADD, (number, bytes(size)))
        await db.write_batch(batch)


async def passed(db: SqliteDatabase) -> None:
    """Wait for the checkpoint that runs."""
    running = db._file.checkpoints._running
    if running is not None:
        await asyncio.wait([running])
        await asyncio.sleep(0)


async def test_a_checkpoint_is_made_in_a_thread(db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, ROWS=20)
    threads: list[int] = []
    move = Checkpoints._move

    def moved(self: Checkpoints) -> int:
        threads.append(threading.get_ident())
        return move(self)

    monkeypatch.setattr(Checkpoints, "_move", moved)
    executed: list[str] = []
    db._file.connection.set_trace_callback(executed.append)
    await written(db, 0, 60)
    await passed(db)
    assert threads
    assert threading.get_ident() not in threads
    assert not [statement for statement in executed if "checkpoint" in statement]
    # The file has most rows, whatever becomes of the log.
    assert db.path.stat().st_size > 20 * 3 * PAGE


@pytest.mark.parametrize("grows", ["by rows", "by size"])
async def test_the_log_stays_short_under_a_steady_load(
    db: SqliteDatabase, grows: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, growth = (20, 1 << 40) if grows == "by rows" else (1 << 40, 64 * PAGE)
    small(monkeypatch, ROWS=rows, GROWTH_BYTES=growth, COMMITS=4, MOST_PAGES=256)
    db._file.connection.execute(f"PRAGMA journal_size_limit = {64 * PAGE}")
    longest = 0
    for part in range(60):
        # Four writers, and no pause between their commits.
        await asyncio.gather(*(written(db, 1000 * part + 100 * writer, 10, 8 * PAGE) for writer in range(4)))
        longest = max(longest, log_of(db).stat().st_size)
    # 2,400 rows of eight pages each: a log without bound has 19,200 pages and more.
    assert longest < 9600 * PAGE
    assert await db.query("SELECT COUNT(*) FROM note") == [(2400,)]


async def test_a_reader_delays_the_log_and_loses_nothing(db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, ROWS=20, MOST_PAGES=64)
    await written(db, 0, 5)
    with closing(sqlite3.connect(db.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT COUNT(*) FROM note").fetchone() == (5,)
        await written(db, 100, 100)
        assert reader.execute("SELECT COUNT(*) FROM note").fetchone() == (5,)
    await written(db, 1000, 100)
    await passed(db)
    await written(db, 2000, 1)
    assert await db.query("SELECT COUNT(*) FROM note") == [(206,)]


async def test_closing_moves_the_log_into_the_file(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "b.db")
    await database.write(TABLES[0])
    await written(database, 0, 50)
    assert log_of(database).stat().st_size > 50 * 3 * PAGE
    await database.close()
    assert not log_of(database).exists()
    with closing(sqlite3.connect(tmp_path / "b.db")) as connection:
        assert connection.execute("SELECT COUNT(*) FROM note").fetchone() == (50,)


async def test_a_checkpoint_that_fails_is_logged_and_tried_again(
    db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    small(monkeypatch, ROWS=5)

    def failing(self: Checkpoints) -> int:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoints, "_move", failing)
        await written(db, 0, 10)
        await passed(db)
    assert "no checkpoint of the database" in caplog.text
    before = db.path.stat().st_size
    await written(db, 100, 20)
    await passed(db)
    assert db.path.stat().st_size > before


@pytest.mark.parametrize("when", ["while it runs", "at the close"])
async def test_checkpoints_never_write_into_a_replaced_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    backup = tmp_path / "backup.db"
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("CREATE TABLE kept (id INTEGER)")
        connection.execute("INSERT INTO kept VALUES (7)")
        connection.commit()
    content = backup.read_bytes()
    database = SqliteDatabase(tmp_path / "c.db")
    await database.write(TABLES[0])
    await written(database, 0, 50)
    await passed(database)
    backup.replace(tmp_path / "c.db")
    if when == "while it runs":
        small(monkeypatch, ROWS=5)
        # While the files are not looked at again, this is still written, to the file that is open.
        monkeypatch.setattr(presence, "_LOOK_SECONDS", 60.0)
        await written(database, 100, 5)
        await passed(database)
        assert (tmp_path / "c.db").read_bytes() == content
    await database.close()
    assert (tmp_path / "c.db").read_bytes() == content
    # Nor does SQLite do it when the file is opened again.
    assert not log_of(database).exists()
    again = SqliteDatabase(tmp_path / "c.db")
    assert await again.query("SELECT id FROM kept") == [(7,)]
    assert await again.query("PRAGMA integrity_check") == [("ok",)]
    await again.close()
