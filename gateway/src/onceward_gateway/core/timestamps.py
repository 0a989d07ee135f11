"""Timestamps as clients read them."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["iso"]


def iso(moment: float | None) -> str | None:
    """Return seconds since the epoch as ISO 8601 in UTC, or None for None."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
