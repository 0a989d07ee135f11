"""Errors of Redis."""

from __future__ import annotations

__all__ = ["RedisUnavailable", "RedisRefused"]


class RedisUnavailable(Exception):
    """Redis is unavailable or timed out. It may have executed the command."""


class RedisRefused(RedisUnavailable):
    """Redis replied with an error; `code` is its first word."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.code = text.partition(" ")[0]
