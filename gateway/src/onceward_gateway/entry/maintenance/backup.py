"""Backups of a gateway on SQLite: one tar file with the database and the files beside it.

The database is copied by SQLite's own online backup, so that a gateway may serve meanwhile; files are copied behind
it, so that every file that the copy knows of is there, unless it was deleted in between.
"""

from __future__ import annotations

import io
import json
import sqlite3
import tarfile
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ...config.load import Settings
from ...db import StorageError
from ...db.private import (
    make_private,
    private_folder,
    tighten,
)
from ...db.schema import is_current, sqlite_version
from ...db.sqlite_lock import keep_alone
from ...db.sqlite_log import require_own_log
from ...db.unusable import opening

__all__ = ["back_up", "restore"]

_DATABASE, _MANIFEST = "gateway.db", "backup.json"
_FORMAT = 1


def back_up(settings: Settings, target: Path) -> dict[str, Any]:
    """Write a backup to `target`, which appears when it is complete, and return its manifest."""
    source = settings.database
    if not source.is_file():
        raise StorageError(f"There is no database at {str(source)!r}. Check `--data-dir` or `storage.database_url`.")
    require_own_log(source)
    if target.exists():
        raise StorageError(f"{str(target)!r} is there already, and a backup overwrites nothing. Choose another name.")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".onceward-backup-") as folder:
            copy = Path(folder) / _DATABASE
            manifest = {"format": _FORMAT, "made_at": datetime.now(UTC).isoformat(timespec="seconds")}
            manifest |= {"schema": _copy(source, copy)}
            whole = Path(folder) / "backup.tar"
            with tarfile.open(whole, "w:gz" if target.suffix in (".gz", ".tgz") else "w") as archive:
                _add_text(archive, _MANIFEST, json.dumps(manifest))
                archive.add(copy, _DATABASE)
                for file in _beside(settings):
                    _add_file(archive, file, str(file.relative_to(settings.data_dir)))
            make_private(whole)
            whole.rename(target)
    except OSError as error:
        raise StorageError(
            f"The backup {str(target)!r} could not be written: {error}. Choose another place."
        ) from error
    return manifest


def _copy(source: Path, target: Path) -> str | None:
    """Copy the database in one transaction, and return the version of its schema."""
    with opening(source), closing(sqlite3.connect(source)) as connection, closing(sqlite3.connect(target)) as copy:
        connection.execute("PRAGMA busy_timeout = 5000")
        # In one step: between several, a gateway's writes would make it begin anew each time.
        connection.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode = DELETE")
    _check_whole(target)
    return sqlite_version(target)


def _check_whole(database: Path) -> None:
    try:
        with closing(sqlite3.connect(database)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise StorageError(f"The database {str(database)!r} is damaged: {found}. Restore a backup from before.")


def _beside(settings: Settings) -> list[Path]:
    """Return the files of the data folder that are not the database's own."""
    database = settings.database.resolve()
    own = {database.with_name(database.name + end) for end in ("", "-wal", "-shm", ".lock", ".lock-journal", ".opened")}
    files = (file for file in sorted(settings.data_dir.rglob("*")) if file.is_file() and not file.is_symlink())
    return [file for file in files if file.resolve() not in own and ".replaced-" not in file.name]


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = len(content), int(time.time()), 0o600
    archive.addfile(info, io.BytesIO(content))


def _add_file(archive: tarfile.TarFile, file: Path, name: str) -> None:
    try:
        archive.add(file, name)
    except FileNotFoundError:
        # Deleted since it was listed: then nobody wants it back.
        return


def restore(settings: Settings, source: Path, *, replace: bool) -> Path | None:
    """Replace the database by a backup, and return the path that keeps the replaced one, if any.

    The gateway must not run. A faulty backup is detected before anything is changed.
    """
    target = settings.database
    if target.exists() and not replace:
        raise StorageError(f"There is a database at {str(target)!r}. `--replace` sets it aside and restores.")
    private_folder(settings.data_dir)
    with closing(keep_alone(target)), tempfile.TemporaryDirectory(dir=target.parent, prefix=".onceward-restore-") as at:
        folder = Path(at)
        _unpack(source, folder)
        copy = folder / _DATABASE
        _check_whole(copy)
        is_current(sqlite_version(copy), repr(str(source)))
        kept = _set_aside(target) if target.exists() else None
        for file in sorted(folder.rglob("*")):
            place = settings.data_dir / file.relative_to(folder)
            if file.is_file() and file.parent != folder:
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                make_private(place.parent)
                file.replace(place)
                make_private(place)
        copy.replace(target)
        tighten(target)
    return kept


def _unpack(source: Path, folder: Path) -> None:
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        manifest = json.loads((folder / _MANIFEST).read_text())
    except (OSError, tarfile.TarError, ValueError) as error:
        raise StorageError(f"{str(source)!r} is not a backup of a gateway: {error}. Check the file's name.") from error
    if manifest.get("format") != _FORMAT or not (folder / _DATABASE).is_file():
        raise StorageError(
            f"{str(source)!r} is not a backup that this gateway can read: {manifest!r}. Use the newer one."
        )


def _set_aside(target: Path) -> Path:
    with closing(sqlite3.connect(target)) as connection:
        # The write-ahead log is merged into the file before it is moved.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
    kept = target.with_name(f"{target.name}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    target.replace(kept)
    make_private(kept)
    return kept
