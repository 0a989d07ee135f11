"""A Lua script that Redis runs in one step: nothing else happens there meanwhile."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

__all__ = ["Script"]


@dataclass(frozen=True, slots=True)
class Script:
    """A script and the name that Redis keeps it under."""

    source: str
    sha: str

    @classmethod
    def of(cls, source: str) -> Script:
        """Return the script of this source with the digest that Redis computes for it."""
        # The name is what Redis computes; nothing is protected by it.
        return cls(source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest())
