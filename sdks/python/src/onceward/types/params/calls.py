# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: calls."""

from __future__ import annotations

from ..._core.options import CallOptions

__all__ = [
    "CallsListParams",
]


class CallsListParams(CallOptions, total=False):
    """Arguments of `calls.list`."""

    cursor: str
    """The `next_cursor` of the previous page."""

    limit: int
    """The maximum number of items per page."""

    key: str
    """Only the call with this idempotency key."""
