"""Files of a gateway hold what its callers asked and what they were answered: nobody but its user may read them.

Modes are set on the files, so that they do not depend on the umask of whoever starts the gateway.
"""

from __future__ import annotations

import logging
import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

__all__ = ["create", "make_private", "private_folder", "tighten"]

_log = logging.getLogger("onceward_gateway")
_FILE, _FOLDER = 0o600, 0o700
_OTHERS = 0o077
# The suffixes of the files that SQLite and the gateway put beside a database.
_BESIDE = ("", "-wal", "-shm", "-journal", ".lock", ".lock-journal", ".lock-wal", ".lock-shm", ".opened")
_FOREIGN_LOOK = 1000
# Folders of blobs; the last was the name of the third in earlier versions.
_FOLDERS = ("files", "images", "models", "tuned")


def make_private(path: Path) -> None:
    """Have a file, or a folder, that only its owner may use; say so where that cannot be had."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode) or not mode & _OTHERS or sys.platform == "win32":
            return
        path.chmod(_FOLDER if stat.S_ISDIR(mode) else _FILE)
    except FileNotFoundError:
        return
    except OSError as error:
        _log.warning(
            "%s may be read by other users (mode %o), and its mode cannot be changed: %s. Run: chmod go= %s",
            path,
            stat.S_IMODE(mode),
            error.strerror,
            path,
        )


def private_folder(path: Path) -> None:
    """Have a folder of the gateway's own, for its user alone. A folder that others use too is kept, with a warning."""
    path.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & _OTHERS or sys.platform == "win32":
        return
    foreign = _foreign(path)
    if foreign is not None:
        _log.warning(
            "the folder %s may be read by other users (mode %o) and is left as it is, because %r in it is not the "
            "gateway's. Give the gateway a `data_dir` of its own, or run: chmod go= %s",
            path,
            mode,
            foreign,
            path,
        )
        return
    make_private(path)
    for at, folders, files in os.walk(path):
        for name in (*folders, *files):
            make_private(Path(at) / name)


def _foreign(path: Path) -> str | None:
    """Return a name in a data folder that no gateway gives."""
    for number, entry in enumerate(path.iterdir()):
        if not entry.name.startswith((".onceward-", "gateway.")) and entry.name not in (
            "files",
            "images",
            "models",
            "tuned",
        ):
            return entry.name
        if number > _FOREIGN_LOOK:
            break
    return None


def tighten(database: Path) -> None:
    """Have a database, and what is beside it, for its owner alone."""
    for end in _BESIDE:
        make_private(database.with_name(database.name + end))


def create(path: Path) -> BinaryIO:
    """Open a new file for writing, or an old one anew, that only its owner may read."""
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), _FILE), "wb")
    make_private(path)
    return file
