"""Words of English that say little of a subject, shared by whoever compares texts by their words."""

from __future__ import annotations

__all__ = ["COMMON_WORDS"]

COMMON_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "at",
        "be",
        "by",
        "for",
        "from",
        "in",
        "is",
        "it",
        "its",
        "me",
        "my",
        "of",
        "on",
        "or",
        "that",
        "the",
        "this",
        "to",
        "what",
        "when",
        "which",
        "with",
        "you",
        "your",
    ]
)
