"""A Lua script that Redis executes atomically."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

__all__ = ["Script"]


@dataclass(frozen=True, slots=True)
class Script:
    """A script and its SHA-1, by which Redis caches it."""

    source: str
    sha: str

    @classmethod
    def of(cls, source: str) -> Script:
        """Return the script of this source with the digest that Redis computes for it."""
        # Redis defines the algorithm; it is not used for security.
        return cls(source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest())
