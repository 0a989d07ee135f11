"""The problems of storage, in words for callers and operators that name no file and no address."""

from __future__ import annotations

import errno
import sqlite3
from dataclasses import dataclass

__all__ = [
    "UNAVAILABLE",
    "DAMAGED",
    "FOLDER_MOVED",
    "FULL",
    "LOCKED",
    "MOVED",
    "STANDBY",
    "UNWRITABLE",
    "StorageProblem",
    "problem_of_errno",
    "problem_of_sqlite",
    "problem_of_sqlstate",
]


@dataclass(frozen=True, slots=True)
class StorageProblem:
    """A problem of the storage, as the beginning of a sentence, and the remedy for operators."""

    message: str
    remedy: str

    @property
    def full_message(self) -> str:
        """Return the message and the remedy, for operators."""
        return f"{self.message}. {self.remedy}"


UNAVAILABLE = StorageProblem(
    "The gateway's database cannot be reached or written at the moment", "The log of the gateway says why."
)
FULL = StorageProblem(
    "The gateway's disk is full, or its quota is used up", "Make room; what is queued is written then."
)
LOCKED = StorageProblem("The gateway's database is locked by another process", "End that process, or wait for it.")
STANDBY = StorageProblem("The gateway's database is read-only or a standby", "Point the gateway at the primary.")
MOVED = StorageProblem(
    "The gateway's database file was deleted, moved or replaced while the gateway ran",
    "Put the file back, or restart the gateway to go on with what is there now.",
)
FOLDER_MOVED = StorageProblem(
    "A folder of the gateway's data was deleted, moved or replaced while the gateway ran",
    "Put it back, or restart the gateway to go on with what is there now.",
)
DAMAGED = StorageProblem(
    "The gateway's database is damaged or was overwritten", "Stop the gateway and restore a backup."
)
_DENIED = StorageProblem(
    "The gateway is not permitted to use its files", "Give its user access to the data folder again."
)
_READ_ONLY = StorageProblem(
    "The gateway's storage is read-only", "Mount it for writing, and check the modes of its files."
)
_BROKEN = StorageProblem("The gateway's disk fails to read or write", "Check the disk and its quota.")
UNWRITABLE = StorageProblem(
    "A folder of the gateway's data cannot be written", "Check its mode, and how its disk is mounted."
)
_MISSING = StorageProblem("A file or folder of the gateway is missing", "Put it back; the log of the gateway names it.")
_HANDLES = StorageProblem("The gateway has too many files open", "Raise its limit of open files.")

_BY_ERRNO = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), FULL),
    **dict.fromkeys((errno.EACCES, errno.EPERM), _DENIED),
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO, errno.ESTALE), _MISSING),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), _HANDLES),
    errno.EROFS: _READ_ONLY,
    errno.EIO: _BROKEN,
}
# By SQLite's primary codes. Another time all of this may go.
_BY_SQLITE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR: _BROKEN,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_PROTOCOL: LOCKED,
    sqlite3.SQLITE_NOMEM: UNAVAILABLE,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _DENIED,
    sqlite3.SQLITE_CANTOPEN: _MISSING,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}
_BY_SQLSTATE = {"53100": FULL, "25006": STANDBY, "XX001": DAMAGED, "XX002": DAMAGED, "58030": _BROKEN}


def problem_of_errno(error: BaseException) -> StorageProblem | None:
    """Return what a failure of the operating system says about the gateway's files; None for any other failure."""
    return _BY_ERRNO.get(error.errno or 0) if isinstance(error, OSError) else None


def problem_of_sqlite(error: BaseException | None) -> StorageProblem | None:
    """Return why SQLite cannot read or write for now; None where a statement or a value is wrong."""
    return _BY_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF) if isinstance(error, sqlite3.Error) else None


def problem_of_sqlstate(state: str | None) -> StorageProblem:
    """Return what a code of PostgreSQL says about the server."""
    return _BY_SQLSTATE.get(state or "", UNAVAILABLE)
