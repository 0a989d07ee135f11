"""The database: group commit, migrations, one owner."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from headgate_gateway.storage import Database, Migration, StorageError

FIRST = Migration(
    "notes", 1, "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX note_text ON note (text);"
)
SECOND = Migration("notes", 2, "ALTER TABLE note ADD COLUMN at REAL DEFAULT 0;")
ADD = "INSERT INTO note (text) VALUES (?)"


def reopened(path: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT text FROM note").fetchall()


async def test_what_was_committed_is_there_and_nothing_else(tmp_path: Path) -> None:
    db = Database(tmp_path / "a.db")
    db.migrate([FIRST])
    db.write(ADD, ("one",))
    assert db.query("SELECT text FROM note") == [("one",)]
    await asyncio.gather(db.committed(), db.committed())
    db.close()
    assert reopened(tmp_path / "a.db") == [("one",)]


async def test_one_commit_for_all_that_end_together(tmp_path: Path) -> None:
    db = Database(tmp_path / "a.db")
    db.migrate([FIRST])
    commits = 0

    def count() -> None:
        nonlocal commits
        commits += 1

    db.before_commit(count)

    async def write(text: str) -> None:
        db.write(ADD, (text,))
        await db.committed()

    await asyncio.gather(*(write(str(n)) for n in range(50)))
    assert commits == 1
    db.close()


def test_steps_are_taken_once_and_in_order(tmp_path: Path) -> None:
    db = Database(tmp_path / "a.db")
    db.migrate([FIRST])
    db.close()
    db = Database(tmp_path / "a.db")
    db.migrate([SECOND, FIRST])
    assert db.query("SELECT component, version FROM schema_version") == [("notes", 1), ("notes", 2)]
    with pytest.raises(StorageError, match="step is missing"):
        db.migrate([Migration("notes", 4, "")])
    with pytest.raises(StorageError, match="failed"):
        db.migrate([Migration("notes", 3, "CREATE TABLE note (id)")])
    assert db.one("SELECT MAX(version) FROM schema_version") == (2,)
    db.close()


def test_one_gateway_a_database(tmp_path: Path) -> None:
    db = Database(tmp_path / "a.db")
    with pytest.raises(StorageError, match="no other gateway uses it"):
        Database(tmp_path / "a.db")
    db.close()
    Database(tmp_path / "a.db").close()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="data_dir"):
        Database(tmp_path / "none" / "a.db")
