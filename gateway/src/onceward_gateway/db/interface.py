"""The interface of a database, whichever it is.

SQL is written with `?` for each bound value and runs on SQLite and on PostgreSQL alike. Every call belongs to the
transaction that its task has open, if it has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from .errors import UNAVAILABLE, StorageProblem
from .increments import Increment, IncrementedRow, RowKey, SharedStatement, summed

__all__ = ["AlreadyDone", "Batch", "Database", "Row", "Statement", "StorageUnavailable", "StorageError", "Unstorable"]

Row = tuple[Any, ...]
Statement = tuple[str, Sequence[Any]]


class StorageError(Exception):
    """The database cannot be opened, brought up to date, or take what it was given; the text says what to do.

    The text may name files and addresses and is for the log and the terminal; `problem` is for callers.
    """

    def __init__(self, text: str, problem: StorageProblem = UNAVAILABLE) -> None:
        super().__init__(text)
        self.problem = problem


class StorageUnavailable(StorageError):
    """The database cannot be reached now. Queued batches stay queued; the caller may try again."""


class Unstorable(StorageError):
    """A value cannot be kept: a text with NUL, a number beyond 64 bits. The caller sent a wrong one.

    `reason` says why, without the database's name.
    """

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(text)
        self.reason = reason


class AlreadyDone(Exception):
    """The row that a batch writes once is there: the whole batch was written before, or by somebody else."""


class Batch:
    """Statements that are written together or not at all.

    `once` is an INSERT under a unique id and runs first: if its row is there already, nothing of the batch is written
    and `AlreadyDone` is raised. A batch without it may be written twice when the connection is lost at the wrong
    moment, and its statements must bear that.

    `shared` are changes of rows that other calls change too (sums, budgets), each with the row's name: they run last
    and in the order of the names, so that two nodes never wait for each other in a circle. A transaction that changes
    such rows takes them in the same order.

    `increments` add amounts to such rows: all that are written in one transaction change each row once.

    Characters that no database can store are replaced by U+FFFD: a record of what happened is never lost for that.
    """

    __slots__ = ("increments", "once", "shared", "statements")

    def __init__(self, statements: list[Statement] | None = None, once: Statement | None = None) -> None:
        self.statements: list[Statement] = [] if statements is None else statements
        self.once = once
        self.shared: list[SharedStatement] = []
        self.increments: list[IncrementedRow] = []

    def add(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Add one statement."""
        self.statements.append((sql, parameters))

    def add_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Add the statement once for each row."""
        self.statements.extend((sql, row) for row in rows)

    def add_shared(self, row: tuple[str, ...], sql: str, parameters: Sequence[Any] = ()) -> None:
        """Add a change of a row that others change too; `row` is its table and key."""
        self.shared.append((row, sql, parameters))

    def increment(self, increment: Increment, key: RowKey, *amounts: int) -> None:
        """Add amounts to a row that others change too."""
        self.increments.append((increment, key, amounts))

    def ordered(self) -> Iterator[Statement]:
        """Yield the statements that follow `once`, in the order in which they run."""
        yield from self.statements
        changes = [*summed(self.increments), *self.shared]
        for _, sql, parameters in sorted(changes, key=lambda change: change[0]):
            yield sql, parameters

    def __bool__(self) -> bool:
        return bool(self.statements or self.shared or self.increments or self.once)


class Database(Protocol):
    """A database with group commit."""

    async def open(self) -> None:
        """Connect. Raises `StorageUnavailable` if that takes longer than the patience."""
        ...

    async def close(self) -> None:
        """Write what is queued, and disconnect."""
        ...

    @property
    def connected(self) -> bool:
        """True when the database answered the last time that it was asked."""
        ...

    @property
    def backlog(self) -> int:
        """The batches that wait to be written: many of them only while the database is unavailable."""
        ...

    async def probe(self) -> None:
        """Write something small; raises `StorageUnavailable` where nothing can be written now."""
        ...

    @property
    def shared(self) -> bool:
        """True when other processes may use this database too."""
        ...

    async def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return all rows."""
        ...

    async def one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """Return the first row, or None."""
        ...

    async def query_in_thread(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return all rows, read beside the calls: for what takes long. Earlier writes are visible."""
        ...

    async def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Execute; gives the number of changed rows. Reads see it at once; durable when `flush` returns."""
        ...

    async def write_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute once for each row, all or none."""
        ...

    async def changed(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Execute an INSERT, UPDATE or DELETE with `RETURNING`; gives the rows it changed, as they are now."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """Open a block whose statements are written together; an exception undoes all of them. Blocks nest.

        A statement that fails undoes the block that it is in: to go on after one, give it a block of its own. Await
        nothing but the database inside: others wait for its rows (SQLite: for the whole database). The block is durable
        when `flush` returns after it.
        """
        ...

    async def write_batch(self, batch: Batch) -> None:
        """Write the batch and return when it is durable; batches that come at the same time share one commit.

        Raises `AlreadyDone`; `StorageError` if a statement failed, and then nothing of the batch is written;
        `StorageUnavailable` if it took longer than the patience: the batch stays queued until it is written. Inside a
        transaction it is a part of that one, and durable with it.
        """
        ...

    def enqueue(self, batch: Batch) -> None:
        """Write a batch without waiting, and outside the transaction that is open.

        Errors are logged; a batch that the database could not take for now is tried again.
        """
        ...

    async def flush(self) -> None:
        """Return when everything that this process wrote so far is durable."""
        ...
