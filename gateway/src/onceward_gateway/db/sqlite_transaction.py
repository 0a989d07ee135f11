"""The transaction of a tick on SQLite: its statements, its batches, and the blocks that tasks open in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from .interface import Batch, StorageError
from .sqlite_batches import execute_batches, failed_before
from .sqlite_file import FAULTS, SqliteFile
from .values import check_texts

__all__ = ["SqliteTransaction"]


class SqliteTransaction:
    """Executes statements, in a transaction that is opened by the first write.

    `on_lost` is called with the fault by which SQLite undid the whole transaction.
    """

    def __init__(self, file: SqliteFile, on_lost: Callable[[StorageError], None]) -> None:
        self._file = file
        self._connection = file.connection
        self._on_lost = on_lost
        self.is_open = False
        # How deep the blocks are that a task has open.
        self.depth = 0
        # How deep the block is in which a statement failed, which then cannot be written; 0 for none.
        self._failed = 0

    def begin(self) -> None:
        """Open the transaction if it is not open."""
        if not self.is_open:
            self._file.files.require()
            self.run("BEGIN IMMEDIATE")
            self.is_open = True

    def commit(self) -> None:
        """Commit. Raises what SQLite raises."""
        self._connection.execute("COMMIT")
        self.is_open = False
        self._file.checkpoints.committed()

    def undo(self) -> None:
        """Undo what is left of the transaction."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self.is_open = False

    # -- statements

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute a statement. After one that failed, nothing more is executed in its block."""
        if not self._failed:
            try:
                check_texts(parameters)
            except ValueError as error:
                self._failed = self.depth
                raise self._file.fault(error) from error
        return self.run(sql, parameters)

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute a statement whose texts are known to have no NUL."""
        if self._failed:
            raise failed_before()
        try:
            return self._connection.execute(sql, parameters)
        except FAULTS as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> StorageError:
        """Return the failure of a statement, after which nothing more is done in its block."""
        fault = self._file.fault(error)
        self._failed = self.depth
        if self.is_open and not self._connection.in_transaction:
            # A full disk takes the whole transaction with it: whoever waits for it must hear of it.
            self._on_lost(fault)
        return fault

    # -- batches

    def run_alone(self, sql: str, parameters: Sequence[Any]) -> None:
        """Execute and commit a statement, which is a transaction of its own."""
        self._file.files.require()
        self.run(sql, parameters)
        self._file.checkpoints.committed()

    def write(self, batches: Sequence[Batch], *, savepoint: bool = True) -> None:
        """Execute batches in the open transaction: all of them, or nothing and an error.

        Without a savepoint, an error undoes the whole transaction.
        """
        if self._failed:
            raise failed_before()
        if savepoint:
            self.run("SAVEPOINT batches")
        try:
            execute_batches(self._connection, batches)
        except BaseException as error:
            fault = self._failure(error) if isinstance(error, FAULTS) else None
            self._failed = 0
            if self._connection.in_transaction:
                for undo in ("ROLLBACK TO batches", "RELEASE batches") if savepoint else ("ROLLBACK",):
                    self._connection.execute(undo)
                self.is_open = self.is_open and savepoint
            if fault is None:
                raise
            raise fault from error
        if savepoint:
            self.run("RELEASE batches")

    # -- blocks

    def open_block(self) -> None:
        """Begin a block whose statements are written together."""
        self.run(f"SAVEPOINT level_{self.depth}")

    def end_block(self) -> None:
        """End the innermost block. Raises `StorageError`, and undoes the block, if one of its statements failed."""
        if self._failed:
            self.undo_block()
            raise StorageError(
                "A statement of a transaction failed, so nothing of the transaction was written. "
                "A statement that may fail needs a block of its own."
            )
        self.run(f"RELEASE level_{self.depth}")

    def undo_block(self) -> None:
        """Undo the innermost block."""
        if self._failed >= self.depth:
            self._failed = 0
        if self._connection.in_transaction:
            self._connection.execute(f"ROLLBACK TO level_{self.depth}")
            self._connection.execute(f"RELEASE level_{self.depth}")
