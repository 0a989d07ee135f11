# Generated from the contract by headgate-generate. Do not edit: change the contract or the generator.

"""What answers carry: shared."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from .._core.models import Model

__all__ = [
    "CompatibilityIssue",
    "CompletionTokensDetails",
    "CompletionUsage",
    "ErrorObject",
    "ErrorResponse",
    "ErrorType",
    "FinishReason",
    "Metadata",
    "PromptTokensDetails",
]


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


class CompletionTokensDetails(Model):
    """What the tokens written consist of."""

    reasoning_tokens: int | None = None
    """Reasoning, shown or not."""

    audio_tokens: int | None = None
    """Audio."""

    text_tokens: int | None = None
    """Text."""

    accepted_prediction_tokens: int | None = None
    """Tokens of the prediction that were used."""

    rejected_prediction_tokens: int | None = None
    """Tokens of the prediction that were not used and are paid all the same."""


class CompletionUsage(Model):
    """What a call read and wrote."""

    prompt_tokens: int
    """Tokens read."""

    completion_tokens: int
    """Tokens written, reasoning included."""

    total_tokens: int
    """Both."""

    prompt_tokens_details: PromptTokensDetails | None = None
    """What the tokens read consist of."""

    completion_tokens_details: CompletionTokensDetails | None = None
    """What the tokens written consist of."""

    cost_usd: float | None = None
    """What the call cost, in US dollars."""


class ErrorObject(Model):
    """What failed. `type` says which kind of failure it is, `code` which one, `message` what to do."""

    message: str
    """For people: what failed, where, and what to do."""

    type: ErrorType
    """The kind of failure. SDKs choose the error class by it, then by the status."""

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


class ErrorResponse(Model):
    """The one shape of all errors, also of those inside a stream."""

    error: ErrorObject
    """What failed. `type` says which kind of failure it is, `code` which one, `message` what to do."""


class PromptTokensDetails(Model):
    """What the tokens read consist of."""

    cached_tokens: int | None = None
    """Read from the provider's cache."""

    cache_write_tokens: int | None = None
    """Written to the provider's cache."""

    audio_tokens: int | None = None
    """Audio."""

    image_tokens: int | None = None
    """Images."""

    text_tokens: int | None = None
    """Text."""


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


FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter", "function_call"] | str
"""Why writing ended: `stop` (done, or a stop sequence), `length` (the token limit), `tool_calls`,
`content_filter`, `function_call` (older). Null while it goes on.
"""


Metadata: TypeAlias = dict[str, Any]
"""Up to the caller; kept with the record and given back. Most providers take strings alone as values."""
