"""What is raised when Redis does not do what it is asked."""

from __future__ import annotations

__all__ = ["RedisAway", "RedisRefused"]


class RedisAway(Exception):
    """Redis did not answer: it is away, or took longer than it may. Whether it did what was asked is not known."""


class RedisRefused(RedisAway):
    """Redis answered with an error; `code` is its first word."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.code = text.partition(" ")[0]
