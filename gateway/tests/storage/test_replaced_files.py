"""A write-ahead log never gets into a file that it does not belong to, and is not lost."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from onceward_gateway.db import StorageError
from onceward_gateway.db.sqlite import SqliteDatabase
from onceward_gateway.db.sqlite_lock import keep_alone

from ..databases import on_postgres

pytestmark = pytest.mark.skipif(on_postgres(), reason="of SQLite's files")
# Writes a row before and twenty after a copy is made, all of them in the log, until it is killed.
_WRITER = """
import asyncio, shutil, sys
from pathlib import Path
from onceward_gateway.db.sqlite import SqliteDatabase

async def main(path):
    database = SqliteDatabase(path)
    await database.write("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)")
    await database.write("INSERT INTO note (text) VALUES ('first')")
    await database.flush()
    for number in range(20):
        await database.write("INSERT INTO note (text) VALUES (?)", ("x" * 3000,))
        await database.flush()
    print("written", flush=True)
    await asyncio.sleep(600)

asyncio.run(main(Path(sys.argv[1])))
"""


def killed(path: Path) -> None:
    """Leave the files of a process that was killed."""
    process = subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        process.send_signal(signal.SIGKILL)
    assert log_of(path).stat().st_size > 20 * 3000


def log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def set_aside(folder: Path) -> list[Path]:
    return list(folder.glob("a.db-wal.replaced-*"))


async def count(path: Path) -> int:
    database = SqliteDatabase(path)
    try:
        assert await database.query("PRAGMA integrity_check") == [("ok",)]
        return int((await database.query("SELECT COUNT(*) FROM note"))[0][0])
    finally:
        await database.close()


def other(path: Path) -> None:
    """Put a file of another database in the place of `path`."""
    made = path.with_name("other.db")
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("CREATE TABLE note (id INTEGER)")
        connection.execute("INSERT INTO note VALUES (7)")
        connection.commit()
    made.replace(path)


def overwritten(path: Path) -> None:
    """Write another database over `path`, which keeps its inode."""
    made = path.with_name("made.db")
    made.touch()
    other(made)
    path.write_bytes(made.read_bytes())


def older(path: Path) -> None:
    """Write over `path` what it was before it was opened last."""
    content = bytearray(path.read_bytes())
    content[24:28] = (int.from_bytes(content[24:28]) - 1).to_bytes(4)
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [other, overwritten, older])
async def test_a_file_that_was_replaced_after_a_crash_is_not_opened_with_the_log(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    path = tmp_path / "a.db"
    killed(path)
    harm(path)
    content, log = path.read_bytes(), log_of(path).read_bytes()
    for use in (SqliteDatabase, keep_alone):
        with pytest.raises(StorageError, match="was replaced or overwritten") as refused:
            use(path)
        assert repr(str(log_of(path))) in str(refused.value)
    assert (path.read_bytes(), log_of(path).read_bytes()) == (content, log)
    if harm is not older:
        log_of(path).rename(tmp_path / "kept")
        assert await count(path) == 1


async def test_a_log_is_used_after_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "data" / "a.db"
    path.parent.mkdir()
    killed(path)
    # Copied together, file and log have other inodes.
    shutil.copytree(path.parent, tmp_path / "copy")
    assert await count(tmp_path / "copy" / "a.db") == 21
    assert await count(path) == 21
    assert sorted(file.name for file in path.parent.iterdir()) == ["a.db", "a.db.lock"]


async def test_a_file_with_its_log_may_be_put_in_place_of_both(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    killed(path)
    killed(tmp_path / "b.db")
    for end in ("", "-wal"):
        (tmp_path / f"b.db{end}").replace(tmp_path / f"a.db{end}")
    assert await count(path) == 21


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_file_that_was_moved_can_be_put_back_with_its_log(
    tmp_path: Path, replaced: bool, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.db"
    database = SqliteDatabase(path)
    await database.write("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)")
    await database.write("INSERT INTO note (text) VALUES ('first')")
    await database.flush()
    path.rename(tmp_path / "moved.db")
    if replaced:
        other(path)
    await database.close()
    (log,) = set_aside(tmp_path)
    assert log.stat().st_mode & 0o077 == 0
    assert f"Its last changes are in {log}" in caplog.text
    assert not log_of(path).exists()
    if replaced:
        assert await count(path) == 1
    (tmp_path / "moved.db").replace(path)
    log.replace(log_of(path))
    assert await count(path) == 1
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT text FROM note").fetchall() == [("first",)]
