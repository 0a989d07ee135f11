"""Errors of Redis."""

from __future__ import annotations

__all__ = ["RedisAway", "RedisRefused"]


class RedisAway(Exception):
    """Redis is unavailable or timed out. It may have executed the command."""


class RedisRefused(RedisAway):
    """Redis replied with an error; `code` is its first word."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.code = text.partition(" ")[0]
