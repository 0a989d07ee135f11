"""Failures of the files beside the database: each is a StorageAway that says of what kind it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .errors import trouble_of_errno
from .interface import StorageAway

__all__ = ["DiskAway", "away_of", "using_files"]


class DiskAway(StorageAway):
    """A file cannot be read or written now, though the database may be."""


def away_of(error: BaseException) -> StorageAway | None:
    """Return what an error says about the storage; None where it is about anything else."""
    if isinstance(error, StorageAway):
        return error
    trouble = trouble_of_errno(error)
    return None if trouble is None else DiskAway(f"A file cannot be used: {error}. {trouble.remedy}", trouble)


@contextmanager
def using_files(*, may_lack: bool = False) -> Iterator[None]:
    """Raise DiskAway where the system refuses to read or write a file. `may_lack`: FileNotFoundError is an answer."""
    try:
        yield
    except OSError as error:
        away = away_of(error)
        if away is None or (may_lack and isinstance(error, FileNotFoundError)):
            raise
        raise away from error
