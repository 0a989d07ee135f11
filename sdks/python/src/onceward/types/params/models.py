# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: models."""

from __future__ import annotations

from ..._core.options import CallOptions

__all__ = [
    "ModelsListParams",
]


class ModelsListParams(CallOptions, total=False):
    """Arguments of `models.list`."""

    cursor: str
    """The `next_cursor` of the previous page."""

    limit: int
    """The maximum number of items per page."""

    provider: str
    """Only models of this provider."""
