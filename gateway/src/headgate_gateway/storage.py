"""The database: one SQLite file in WAL mode, written by the event loop's thread, committed once a tick.

A write opens a transaction lazily and the commit is scheduled behind everything that is ready to run, so that calls
which end together share one commit. `committed` returns when all that was written before it is durable: killing the
process loses nothing that a caller was told about. (`synchronous = "full"` extends this to the machine losing
power, at a file sync a commit.)
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

__all__ = ["Database", "Migration", "StorageError"]

_CREATE_LEDGER = (
    "CREATE TABLE IF NOT EXISTS schema_version "
    "(component TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (component, version))"
)
_APPLIED = "SELECT COALESCE(MAX(version), 0) FROM schema_version WHERE component = ?"
_RECORD = "INSERT INTO schema_version (component, version) VALUES (?, ?)"


class StorageError(Exception):
    """The database cannot be opened or brought up to date; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of a component's schema. Versions start at 1 and are never edited once released."""

    component: str
    version: int
    sql: str


class Database:
    """One connection and its group commit."""

    def __init__(self, path: Path | Literal[":memory:"], *, synchronous: Literal["normal", "full"] = "normal") -> None:
        self.path = path
        self._alone = None if path == ":memory:" else _alone(path)
        self._connection = sqlite3.connect(str(path), isolation_level=None, cached_statements=256)
        try:
            self._connection.execute("PRAGMA busy_timeout = 1000")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if synchronous == 'full' else 'NORMAL'}")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.execute("PRAGMA wal_autocheckpoint = 4000")
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._close()
            raise _unusable(path, error) from error
        self._open = False
        self._scheduled = False
        self._waiters: list[asyncio.Future[None]] = []
        self._before_commit: list[Callable[[], None]] = []

    def migrate(self, migrations: Iterable[Migration]) -> None:
        """Bring every component's schema up to date, each step in its own transaction."""
        self._connection.execute(_CREATE_LEDGER)
        for step in sorted(migrations, key=lambda m: (m.component, m.version)):
            applied = self._connection.execute(_APPLIED, (step.component,)).fetchone()[0]
            if step.version <= applied:
                continue
            if step.version != applied + 1:
                raise StorageError(
                    f"The schema of `{step.component}` is at version {applied} and the next step is {step.version}: "
                    "a step is missing from this installation. Reinstall headgate-gateway."
                )
            self._apply(step)

    def _apply(self, step: Migration) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in _statements(step.sql):
                self._connection.execute(statement)
            self._connection.execute(_RECORD, (step.component, step.version))
        except sqlite3.Error as error:
            self._connection.execute("ROLLBACK")
            raise StorageError(f"Step {step.version} of the schema of `{step.component}` failed: {error}.") from error
        self._connection.execute("COMMIT")

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows."""
        return self._connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""
        row: tuple[Any, ...] | None = self._connection.execute(sql, parameters).fetchone()
        return row

    async def aside(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows, read beside the loop: for what takes long. What was written before is seen."""
        await self.committed()
        if self.path == ":memory:":
            return self.query(sql, parameters)
        return await asyncio.to_thread(self._aside, sql, parameters)

    def _aside(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(str(self.path), isolation_level=None)) as connection:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA busy_timeout = 5000")
            return connection.execute(sql, parameters).fetchall()

    def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Execute in this tick's transaction; gives the number of changed rows. Reads see it at once."""
        self._begin()
        return self._connection.execute(sql, parameters).rowcount

    def changed(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Execute an `UPDATE ... RETURNING`; gives the rows it changed, as they are now.

        No commit is asked for: what follows from these rows is written in the same transaction, and asks for it.
        """
        self._enter()
        return self._connection.execute(sql, parameters).fetchall()

    def write_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute once for each row, in this tick's transaction."""
        self._begin()
        self._connection.executemany(sql, rows)

    def before_commit(self, hook: Callable[[], None]) -> None:
        """Have `hook` write what it holds back just before each commit."""
        self._before_commit.append(hook)

    def schedule(self) -> None:
        """Ask for a commit at the end of this tick."""
        if not self._scheduled:
            self._scheduled = True
            loop = asyncio.get_running_loop()
            # Two steps: what the calls that begin in this tick set off may still end before the commit, with it.
            loop.call_soon(loop.call_soon, self.commit)

    async def committed(self) -> None:
        """Return when everything written so far is durable."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        self.schedule()
        await waiter

    def commit(self) -> None:
        """Commit now, and release those who wait for it."""
        self._scheduled = False
        waiters, self._waiters = self._waiters, []
        try:
            for hook in self._before_commit:
                hook()
            if self._open:
                self._connection.execute("COMMIT")
                self._open = False
        except (sqlite3.Error, OverflowError, ValueError) as error:
            # Values that SQLite cannot take are no errors of its own; those who wait must hear of them too.
            self._fail(waiters, error)
            return
        finally:
            # A hook that wrote asked for a commit; this one was it.
            self._scheduled = False
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _fail(self, waiters: list[asyncio.Future[None]], error: Exception) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._open = False
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(StorageError(f"The database {str(self.path)!r} could not commit: {error}."))
        if not waiters:
            raise StorageError(f"The database {str(self.path)!r} could not commit: {error}.") from error

    def _enter(self) -> None:
        if not self._open:
            self._connection.execute("BEGIN IMMEDIATE")
            self._open = True

    def _begin(self) -> None:
        self._enter()
        if not self._scheduled:
            try:
                self.schedule()
            except RuntimeError:
                # No loop runs while the gateway is being composed: `close` or the first tick commits.
                self._scheduled = False

    def close(self) -> None:
        """Commit what is open and close the file."""
        self.commit()
        self._close()

    def _close(self) -> None:
        self._connection.close()
        if self._alone is not None:
            self._alone.close()


def _alone(path: Path | str) -> sqlite3.Connection:
    """Keep the database for this process: which calls run is known in its memory, and a second one would take them for
    dead.

    The lock is on a file beside the database, so that this process may read it by more than one connection. The system
    lets go of it when the process ends, however it ends.
    """
    try:
        lock = sqlite3.connect(f"{path}.lock", isolation_level=None)
    except sqlite3.Error as error:
        raise _unusable(path, error) from error
    try:
        lock.execute("PRAGMA busy_timeout = 1000")
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        lock.close()
        raise _unusable(path, error) from error
    return lock


def _unusable(path: object, error: sqlite3.Error) -> StorageError:
    return StorageError(
        f"The database {str(path)!r} cannot be opened: {error}. "
        "Check that the folder can be written and that no other gateway uses it, or choose another `data_dir`."
    )


def _statements(script: str) -> Iterable[str]:
    """The statements of a script, split where SQLite itself says that one is complete."""
    pending = ""
    for piece in script.split(";"):
        pending += piece + ";"
        if sqlite3.complete_statement(pending):
            if pending.strip(" \n\t;"):
                yield pending
            pending = ""
    if pending.strip(" \n\t;"):
        yield pending
