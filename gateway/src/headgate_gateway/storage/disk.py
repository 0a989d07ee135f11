"""Failures of the disk: full, read-only, over a quota, or not permitted."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from .port import StorageAway

__all__ = ["is_disk_failure", "writing"]

_ERRNOS = frozenset({
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM,
})  # fmt: skip


def is_disk_failure(error: BaseException) -> bool:
    """Return whether `error` says that a file cannot be written now, and may be once the disk is repaired."""
    return isinstance(error, OSError) and error.errno in _ERRNOS


@contextmanager
def writing() -> Iterator[None]:
    """Raise StorageAway where a file cannot be written for want of space or permission."""
    try:
        yield
    except OSError as error:
        if not is_disk_failure(error):
            raise
        raise StorageAway(f"A file cannot be written: {error}. Free space or repair the disk.") from error
