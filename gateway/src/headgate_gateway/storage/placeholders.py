"""From `?`, which stands for a bound value in the gateway's SQL, to PostgreSQL's `$1`, `$2`."""

from __future__ import annotations

import re
from functools import cache
from itertools import count

__all__ = ["numbered"]

_TOKENS = re.compile(r"'(?:[^']|'')*'|\?")


@cache
def numbered(sql: str) -> str:
    """The statement with its placeholders numbered. A `?` inside quotes is a question mark."""
    numbers = count(1)
    return _TOKENS.sub(lambda token: f"${next(numbers)}" if token[0] == "?" else token[0], sql)
