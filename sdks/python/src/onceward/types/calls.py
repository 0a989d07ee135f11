# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: calls."""

from __future__ import annotations

from typing import Literal, TypeAlias

from .._core.models import Model
from .shared import CompletionUsage, ErrorObject

__all__ = [
    "Call",
    "CallList",
    "CallStatus",
]


class Call(Model):
    """The record of a model call."""

    id: str
    """The id of the call."""

    object: Literal["call"]

    created_at: int
    """When the call started, as a Unix timestamp in seconds."""

    finished_at: int | None = None
    """When the call ended, as a Unix timestamp in seconds."""

    operation: str
    """The operation that was called, by its `operationId`."""

    model: str | None = None
    """The model that served the call."""

    status: CallStatus
    """The status of the call. `interrupted`: the gateway process that ran the call died."""

    stream: bool | None = None
    """Whether the response is streamed."""

    idempotency_key: str | None = None
    """The idempotency key of the call."""

    attempts: int | None = None
    """The number of requests received with this idempotency key."""

    request_id: str | None = None
    """The id of the first request."""

    usage: CompletionUsage | None = None
    """The token usage of a call."""

    estimated: bool | None = None
    """Whether the gateway estimated the token counts because the provider did not report them."""

    cost_usd: float | None = None
    """The cost of the call, in US dollars."""

    error: ErrorObject | None = None
    """An error. `type` is its category, `code` identifies it, and `message` describes it and how to resolve it."""


class CallList(Model):
    """A page of call records."""

    object: Literal["list"]

    data: list[Call]
    """The call records."""

    has_more: bool | None = None
    """Whether there are more items."""

    next_cursor: str | None = None
    """The `cursor` of the next page."""


CallStatus: TypeAlias = Literal["in_progress", "completed", "failed", "cancelled", "interrupted"] | str
"""The status of the call. `interrupted`: the gateway process that ran the call died."""
