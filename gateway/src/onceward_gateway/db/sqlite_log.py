"""The write-ahead log beside an SQLite file that was replaced: SQLite would replay it into the new file.

A log does not say which file it belongs to. So while a file is open, a record beside it does.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from .interface import StorageError
from .private import create, make_private

__all__ = ["HEADER_BYTES", "Header", "forget_log", "note_log", "require_own_log", "set_log_aside"]

_log = logging.getLogger("onceward_gateway")
_MAGIC = b"SQLite format 3\0"
HEADER_BYTES = 100
_COUNTER, _IDENTITY = slice(24, 28), slice(68, 72)


@dataclass(frozen=True, slots=True)
class Header:
    """The numbers in the header of a database file: one that no other database has, and the counter of changes."""

    identity: int
    counter: int

    @classmethod
    def of(cls, data: bytes) -> Header | None:
        """Return the header of a file that begins with `data`; None if it is not one of SQLite."""
        if not data.startswith(_MAGIC) or len(data) < HEADER_BYTES:
            return None
        return cls(int.from_bytes(data[_IDENTITY]), int.from_bytes(data[_COUNTER]))

    def may_become(self, other: Header) -> bool:
        """Return whether the same database may have the other header later: the counter never goes back."""
        return other.identity == self.identity and other.counter >= self.counter


@dataclass(frozen=True, slots=True)
class _Opened:
    """The device and inode of a file and of its log, and the header of the file when it was opened."""

    file: tuple[int, int]
    log: tuple[int, int]
    identity: int
    counter: int


def note_log(path: Path, header: Header) -> None:
    """Record the files of a database that is open."""
    opened = _Opened(_place_of(path), _place_of(_log_of(path)), header.identity, header.counter)
    with create(_record_of(path)) as record:
        record.write(json.dumps(asdict(opened)).encode())


def require_own_log(path: Path) -> None:
    """Raise `StorageError` if the log beside a database belongs to a file that was replaced or overwritten."""
    opened = _recorded(path)
    try:
        log = _log_of(path).stat()
        if opened is None or (log.st_dev, log.st_ino) != opened.log or not log.st_size:
            return
        with path.open("rb") as file:
            header = Header.of(file.read(HEADER_BYTES))
        is_own = _place_of(path) == opened.file
    except FileNotFoundError:
        return
    if is_own and header is not None and Header(opened.identity, opened.counter).may_become(header):
        return
    raise StorageError(
        f"The database {str(path)!r} was replaced or overwritten, and {str(_log_of(path))!r} has changes of the "
        "database that was there before. SQLite would write them into this one. Move that file away to start with this "
        "database, or put the former database back."
    )


def forget_log(path: Path) -> None:
    """Delete the record of a database that was closed, unless its log is still there."""
    if not _log_of(path).exists():
        _record_of(path).unlink(missing_ok=True)


def set_log_aside(path: Path) -> None:
    """Rename the log beside a file that it does not belong to."""
    log = _log_of(path)
    kept = log.with_name(f"{log.name}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    try:
        log.rename(kept)
    except OSError as error:
        _log.error("the log %s belongs to a database that was moved, and must be moved away: %s", log, error)
        return
    make_private(kept)
    _log.warning(
        "the database %s was deleted, moved or replaced. Its last changes are in %s: to go on with it, put both back "
        "under their former names",
        path,
        kept,
    )


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _record_of(path: Path) -> Path:
    return path.with_name(path.name + ".opened")


def _place_of(path: Path) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino


def _recorded(path: Path) -> _Opened | None:
    """Return the record beside a database; None if there is none that can be read."""
    try:
        found = json.loads(_record_of(path).read_bytes())
        return _Opened(tuple(found["file"]), tuple(found["log"]), int(found["identity"]), int(found["counter"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
