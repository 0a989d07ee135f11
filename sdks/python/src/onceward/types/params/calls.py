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
    """The `next_cursor` of the page before."""

    limit: int
    """How many items a page holds at most."""

    key: str
    """Only the call with this key."""
