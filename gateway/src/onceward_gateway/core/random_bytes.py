"""Random bytes of the operating system, read many at once: a system call for each id costs as much as the id."""

from __future__ import annotations

import os

__all__ = ["RandomBytes"]

_READ_BYTES = 2048


class RandomBytes:
    """A source of unguessable bytes. It must not be shared with a forked process, which would repeat them."""

    def __init__(self) -> None:
        self._buffer = b""
        self._at = 0

    def take(self, size: int) -> bytes:
        """Return `size` bytes that were not returned before; `size` is at most 2,048."""
        end = self._at + size
        if end > len(self._buffer):
            self._buffer, end = os.urandom(_READ_BYTES), size
        data = self._buffer[end - size : end]
        self._at = end
        return data
