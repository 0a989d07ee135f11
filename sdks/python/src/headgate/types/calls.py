# Generated from the contract by headgate-generate. Do not edit: change the contract or the generator.

"""What answers carry: calls."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from .._core.models import Model
from .shared import CompletionUsage

__all__ = [
    "Call",
    "CallList",
    "CompatibilityIssue",
    "ErrorObject",
    "ErrorType",
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

    status: Literal["in_progress", "completed", "failed", "cancelled", "interrupted"] | str
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

    cost_usd: float | None = None
    """What it cost, in US dollars."""

    error: ErrorObject | None = None


class CallList(Model):
    """A page of records of calls."""

    object: Literal["list"]

    data: list[Call]
    """The records."""

    has_more: bool | None = None
    """Whether there is a next page."""

    next_cursor: str | None = None
    """What `cursor` must be for it."""


class CompatibilityIssue(Model):
    """One part of a request that the chosen model cannot do."""

    severity: str | None = None
    """How bad it is; `error` refuses the request."""

    param: str | None = None
    """The field at fault."""

    code: str | None = None
    """The issue by name."""

    message: str
    """What cannot be done."""


class ErrorObject(Model):
    """What failed. `type` says which kind of failure it is, `code` which one, `message` what to do."""

    message: str
    """For people: what failed, where, and what to do."""

    type: ErrorType

    code: str | None = None
    """The failure by name, such as `model_not_found` or `idempotency_key_reused`."""

    param: str | None = None
    """The field or header that is at fault, such as `messages[0].role`."""

    request_id: str | None = None
    """The same as the `x-request-id` header."""

    call_id: str | None = None
    """The id of the call record, where the failure has one."""

    status: int | None = None
    """The HTTP status of the failure. Inside a stream, the status it would have had outside."""

    retry_after: float | None = None
    """Seconds to wait before a retry makes sense."""

    retryable: bool | None = None
    """Whether the same request can succeed later."""

    fatal: bool | None = None
    """Whether the session or stream that the failure belongs to is over."""

    suggested_action: str | None = None
    """What a program should do, such as `retry_later`."""

    details: dict[str, Any] | None = None
    """Further facts; those of credits and bands stand here and beside `message`."""

    provider_error: Any | None = None
    """What the provider answered, as it came."""

    compat_issues: list[CompatibilityIssue] | None = None
    """What of the request the chosen model cannot do."""

    credits_required: float | None = None
    """Credits the call needs."""

    credits_remaining: float | None = None
    """Credits that are left."""

    reset_date: str | None = None
    """When credits are full again."""

    band: str | None = None
    """The band of the model that was asked for."""

    required_tier: str | None = None
    """The tier that may use it."""

    current_tier: str | None = None
    """The tier of the caller."""


ErrorType: TypeAlias = (
    Literal[
        "invalid_request_error",
        "authentication_error",
        "permission_error",
        "not_found_error",
        "conflict_error",
        "rate_limit_error",
        "insufficient_credits",
        "budget_exceeded",
        "band_access_denied",
        "content_filter",
        "timeout_error",
        "api_error",
        "provider_error",
        "overloaded_error",
    ]
    | str
)
"""The kind of failure. SDKs choose the error class by it, then by the status."""
