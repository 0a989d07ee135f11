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
    """The record of a generating call."""

    id: str
    """The call's id."""

    object: Literal["call"]

    created_at: int
    """When it was begun, in seconds since 1970."""

    finished_at: int | None = None
    """When it ended."""

    operation: str
    """What was called, by its `operationId`."""

    model: str | None = None
    """The model that answered."""

    status: CallStatus
    """How it stands; `interrupted` is a call whose gateway died."""

    stream: bool | None = None
    """Whether it is answered by events."""

    idempotency_key: str | None = None
    """The key that names it."""

    attempts: int | None = None
    """How often a request with its key was received."""

    request_id: str | None = None
    """The id of its first request."""

    usage: CompletionUsage | None = None
    """What a call read and wrote."""

    estimated: bool | None = None
    """Whether tokens were counted by the gateway, because the provider did not report them."""

    cost_usd: float | None = None
    """What it cost, in US dollars."""

    error: ErrorObject | None = None
    """What failed. `type` says which kind of failure it is, `code` which one, `message` what to do."""


class CallList(Model):
    """A page of records of calls."""

    object: Literal["list"]

    data: list[Call]
    """The records."""

    has_more: bool | None = None
    """Whether there is a next page."""

    next_cursor: str | None = None
    """What `cursor` must be for it."""


CallStatus: TypeAlias = Literal["in_progress", "completed", "failed", "cancelled", "interrupted"] | str
"""How it stands; `interrupted` is a call whose gateway died."""
