# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: batches."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from .._core.models import Model
from .shared import Metadata

__all__ = [
    "Batch",
    "BatchError",
    "BatchErrors",
    "BatchList",
    "BatchRequestCounts",
    "BatchStatus",
    "BatchUsage",
]


class Batch(Model):
    """Requests of a file, how far they are, and where the answers are."""

    id: str
    """The batch's id."""

    object: Literal["batch"]

    endpoint: str
    """The path that its requests go to."""

    model: str | None = None
    """The model of its requests, where it is one."""

    input_file_id: str
    """The file of requests."""

    completion_window: str
    """How long it may take."""

    status: BatchStatus
    """How far it is."""

    output_file_id: str | None = None
    """The file of answers."""

    error_file_id: str | None = None
    """The file of failures."""

    errors: BatchErrors | None = None
    """Why the file could not be run."""

    created_at: int
    """When it was started, in seconds since 1970; so are the times below."""

    expires_at: int | None = None
    """When its window is over."""

    in_progress_at: int | None = None
    """When its first request was begun."""

    finalizing_at: int | None = None
    """When its last request was done."""

    completed_at: int | None = None
    """When its files were ready."""

    failed_at: int | None = None
    """When it failed."""

    expired_at: int | None = None
    """When its window was over."""

    cancelling_at: int | None = None
    """When its cancelling was begun."""

    cancelled_at: int | None = None
    """When it was cancelled."""

    request_counts: BatchRequestCounts | None = None
    """How many requests are in which state."""

    usage: BatchUsage | None = None
    """What all requests read and wrote together."""

    metadata: Metadata | None = None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""


class BatchError(Model):
    """A fault of the file."""

    code: str | None = None
    """The fault by name."""

    message: str | None = None
    """What is wrong."""

    param: str | None = None
    """The field at fault."""

    line: int | None = None
    """The line at fault, from 1."""


class BatchErrors(Model):
    """Why the file could not be run."""

    object: str | None = None
    """Always `list`."""

    data: list[BatchError] | None = None
    """The faults."""


class BatchList(Model):
    """A page of batches."""

    object: Literal["list"]

    data: list[Batch]
    """The batches."""

    first_id: str | None = None
    """The id of the first."""

    last_id: str | None = None
    """The id of the last; the next page starts behind it."""

    has_more: bool | None = None
    """Whether there is a next page."""


class BatchRequestCounts(Model):
    """How many requests are in which state."""

    total: int
    """All."""

    completed: int
    """Answered."""

    failed: int
    """Failed."""


class BatchUsage(Model):
    """What all requests read and wrote together."""

    input_tokens: int
    """Tokens read."""

    output_tokens: int
    """Tokens written."""

    total_tokens: int
    """Both."""

    input_tokens_details: dict[str, Any] | None = None
    """What the tokens read consist of."""

    output_tokens_details: dict[str, Any] | None = None
    """What the tokens written consist of."""

    cost_usd: float | None = None
    """What they cost, in US dollars."""


BatchStatus: TypeAlias = (
    Literal["validating", "failed", "in_progress", "finalizing", "completed", "expired", "cancelling", "cancelled"]
    | str
)
"""How far it is."""
