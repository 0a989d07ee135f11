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
    """A batch: requests from an input file that run asynchronously."""

    id: str
    """The id of the batch."""

    object: Literal["batch"]

    endpoint: str
    """The endpoint of all requests in the batch."""

    model: str | None = None
    """The model of the requests, if they all use the same one."""

    input_file_id: str
    """The id of the input file."""

    completion_window: str
    """The time within which the batch must finish."""

    status: BatchStatus
    """The status of the batch."""

    output_file_id: str | None = None
    """The id of the file with the responses."""

    error_file_id: str | None = None
    """The id of the file with the errors."""

    errors: BatchErrors | None = None
    """Errors in the input file."""

    created_at: int
    """When the batch was created, as a Unix timestamp in seconds, like the times below."""

    expires_at: int | None = None
    """When the batch expires."""

    in_progress_at: int | None = None
    """When the first request started."""

    finalizing_at: int | None = None
    """When the last request finished."""

    completed_at: int | None = None
    """When the result files were ready."""

    failed_at: int | None = None
    """When the batch failed."""

    expired_at: int | None = None
    """When the batch expired."""

    cancelling_at: int | None = None
    """When cancellation started."""

    cancelled_at: int | None = None
    """When the batch was cancelled."""

    request_counts: BatchRequestCounts | None = None
    """Number of requests by status."""

    usage: BatchUsage | None = None
    """Token usage of all requests in the batch."""

    metadata: Metadata | None = None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""


class BatchError(Model):
    """An error in the input file."""

    code: str | None = None
    """The error code."""

    message: str | None = None
    """The error message."""

    param: str | None = None
    """The invalid field."""

    line: int | None = None
    """The line of the input file that is invalid, counted from 1."""


class BatchErrors(Model):
    """Errors in the input file."""

    object: str | None = None
    """Always `list`."""

    data: list[BatchError] | None = None
    """The errors."""


class BatchList(Model):
    """A page of batches."""

    object: Literal["list"]

    data: list[Batch]
    """The batches."""

    first_id: str | None = None
    """The id of the first item."""

    last_id: str | None = None
    """The id of the last item; the next page starts after it."""

    has_more: bool | None = None
    """Whether there are more items."""


class BatchRequestCounts(Model):
    """Number of requests by status."""

    total: int
    """All requests."""

    completed: int
    """Requests that succeeded."""

    failed: int
    """Requests that failed."""


class BatchUsage(Model):
    """Token usage of all requests in the batch."""

    input_tokens: int
    """The number of input tokens."""

    output_tokens: int
    """The number of output tokens."""

    total_tokens: int
    """The total number of tokens."""

    input_tokens_details: dict[str, Any] | None = None
    """The input tokens by kind."""

    output_tokens_details: dict[str, Any] | None = None
    """The output tokens by kind."""

    cost_usd: float | None = None
    """The cost of all requests, in US dollars."""


BatchStatus: TypeAlias = (
    Literal["validating", "failed", "in_progress", "finalizing", "completed", "expired", "cancelling", "cancelled"]
    | str
)
"""The status of the batch."""
