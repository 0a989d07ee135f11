"""Changes of statements: `?` becomes PostgreSQL's `$1`, an INSERT loses what it does on a conflict."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count

__all__ = ["insert_unless_there", "numbered", "plain_insert"]

_UNLESS_THERE = re.compile(r"\s+ON\s+CONFLICT\b.*", re.DOTALL | re.IGNORECASE)
_MAX_TEXTS = 2048
_TOKENS = re.compile(r"'(?:[^']|'')*'|\?")


@lru_cache(_MAX_TEXTS)
def numbered(sql: str) -> str:
    """Return the statement with its placeholders numbered. A `?` inside quotes is a question mark."""
    numbers = count(1)
    return _TOKENS.sub(lambda token: f"${next(numbers)}" if token[0] == "?" else token[0], sql)


@lru_cache(_MAX_TEXTS)
def plain_insert(sql: str) -> str:
    """Return an INSERT without what it does on a conflict."""
    return _UNLESS_THERE.sub("", sql).rstrip()


@lru_cache(_MAX_TEXTS)
def insert_unless_there(sql: str) -> str:
    """Return an INSERT that does nothing on a conflict."""
    return f"{plain_insert(sql)} ON CONFLICT DO NOTHING"
