"""Failures of the files beside the database, each a `StorageUnavailable` with its problem."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .errors import problem_of_errno
from .interface import StorageUnavailable

__all__ = ["DiskUnavailable", "as_unavailable", "using_files"]


class DiskUnavailable(StorageUnavailable):
    """A file cannot be read or written now, though the database may be."""


def as_unavailable(error: BaseException) -> StorageUnavailable | None:
    """Return what an error says about the storage; None where it is about anything else."""
    if isinstance(error, StorageUnavailable):
        return error
    problem = problem_of_errno(error)
    return None if problem is None else DiskUnavailable(f"A file cannot be used: {error}. {problem.remedy}", problem)


@contextmanager
def using_files(*, may_lack: bool = False) -> Iterator[None]:
    """Raise `DiskUnavailable` if the system refuses to read or write a file.

    `may_lack`: FileNotFoundError is an answer.
    """
    try:
        yield
    except OSError as error:
        unavailable = as_unavailable(error)
        if unavailable is None or (may_lack and isinstance(error, FileNotFoundError)):
            raise
        raise unavailable from error
