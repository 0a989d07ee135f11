"""Definitions that several methods of ``sdk.yaml`` share, each under a name."""

from __future__ import annotations

from typing import Any

__all__ = ["Shared"]


class Shared:
    """Collects the shapes of streams or pages, and names each different one after what it is."""

    def __init__(self) -> None:
        self.named: dict[str, dict[str, Any]] = {}

    def name(self, shape: dict[str, Any], *wishes: str) -> str | dict[str, Any]:
        """Return the name of a shape: the first wish that is free or has this shape; the shape itself without one."""
        for wish in wishes:
            if wish and self.named.setdefault(wish, shape) == shape:
                return wish
        return shape
