# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: cache."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Required

from ..._core.options import CallOptions

__all__ = [
    "CacheDeleteParams",
]


class CacheDeleteParams(CallOptions, total=False):
    """Arguments of `cache.delete`."""

    keys: Required[Sequence[str]]
    """The cache keys."""
