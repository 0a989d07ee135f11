"""Files and folders that are in use and are deleted, moved or replaced by somebody else.

An open file goes on to be written after its name is gone, and all that is written is lost with the process. So the
name is compared with what was opened: by device and inode.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from .disk import DiskUnavailable
from .errors import (
    DAMAGED,
    FOLDER_MOVED,
    MOVED,
    UNAVAILABLE,
    UNWRITABLE,
    StorageProblem,
    problem_of_errno,
)
from .interface import StorageUnavailable
from .private import make_private
from .sqlite_log import HEADER_BYTES, Header

__all__ = ["DatabaseFiles", "Folders", "PathWatch"]

_LOOK_SECONDS = 0.05


class PathWatch:
    """A path, and the file or folder that it named when the watch began."""

    __slots__ = ("_inode", "path")

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        found = os.stat(self.path)
        self._inode = (found.st_dev, found.st_ino)

    def look(self) -> os.stat_result | None:
        """Return the state of the file; None where the path does not name it any more. Raises OSError."""
        try:
            found = os.stat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found if (found.st_dev, found.st_ino) == self._inode else None


class DatabaseFiles:
    """The files of an open SQLite database: the database itself and its log.

    A file that is overwritten keeps its inode. It is recognized by its header, which is read when the file has changed:
    by the `application_id`, which is drawn for each database, and by the counter of changes, which never goes back.

    To close any descriptor of a file gives up all locks that the process has on it, SQLite's too. So one is open for
    the header as long as the database is, and closed behind it.
    """

    def __init__(self, path: Path, identity: int) -> None:
        self._file = PathWatch(path)
        log = path.with_name(path.name + "-wal")
        self._log = PathWatch(log) if log.exists() else None
        self._descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._changed: tuple[int, int] | None = None
        found = self._read()
        self._header = Header(identity, 0 if found is None else found.counter)
        # None while the file does not have what is in the log: it cannot be recognized then.
        self.header = found if found is not None and found.identity == identity else None
        self._looked_at = float("-inf")

    def close(self) -> None:
        """Close the descriptor; the database is closed."""
        os.close(self._descriptor)

    def require(self, *, at_once: bool = False) -> None:
        """Raise StorageUnavailable where the files are not those that are open. Looks a few times a second at most."""
        now = time.monotonic()
        if not at_once and now - self._looked_at < _LOOK_SECONDS:
            return
        try:
            problem = self._problem()
        except OSError as error:
            problem = problem_of_errno(error) or UNAVAILABLE
        if problem is not None:
            raise StorageUnavailable(
                f"The database {self._file.path!r} cannot be used. {problem.full_message}", problem
            )
        self._looked_at = now

    def _problem(self) -> StorageProblem | None:
        found = self._file.look()
        if found is None:
            return MOVED
        changed = (found.st_mtime_ns, found.st_size)
        if changed != self._changed:
            # First, as SQLite itself deletes the log beside a file that was emptied.
            if not self._is_ours():
                return DAMAGED
            self._changed = changed
        return MOVED if self._log is not None and self._log.look() is None else None

    def _is_ours(self) -> bool:
        """Return whether the header is one that this database had, or has come to have."""
        header = self._read()
        if header is None or not self._header.may_become(header):
            return False
        self._header = header
        return True

    def _read(self) -> Header | None:
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        return Header.of(os.read(self._descriptor, HEADER_BYTES))

    def leaves_log(self) -> bool:
        """Return whether the log will be left beside another file, or beside none, when the database is closed."""
        try:
            return self._file.look() is None and self._log is not None and self._log.look() is not None
        except OSError:
            return False


class Folders:
    """The folders of a data folder that contents are kept in, and whether they are still what they were."""

    def __init__(self, data_dir: Path, names: tuple[str, ...]) -> None:
        self._data_dir = data_dir
        self._watches = {name: PathWatch(data_dir / name) for name in names if (data_dir / name).is_dir()}

    def made(self, name: str) -> Path:
        """Return a folder to write in, made where it is new. Raises DiskUnavailable where it was moved or deleted."""
        if name not in self._watches:
            folder = self._data_dir / name
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            make_private(folder)
            self._watches[name] = PathWatch(folder)
        return self.found(name)

    def found(self, name: str) -> Path:
        """Return a folder to read in. Raises DiskUnavailable where it was moved or deleted."""
        watch = self._watches.get(name)
        if watch is not None and watch.look() is None:
            raise DiskUnavailable(
                f"{watch.path!r} is not the folder that it was. {FOLDER_MOVED.full_message}", FOLDER_MOVED
            )
        return self._data_dir / name

    def problem(self) -> StorageProblem | None:
        """Return why contents cannot be kept, or None."""
        for watch in self._watches.values():
            try:
                if watch.look() is None:
                    return FOLDER_MOVED
            except OSError as error:
                return problem_of_errno(error) or UNAVAILABLE
            if not os.access(watch.path, os.W_OK | os.X_OK):
                return UNWRITABLE
        return None
