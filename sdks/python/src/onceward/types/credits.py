# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: credits."""

from __future__ import annotations

from typing import Literal, TypeAlias

from .._core.models import Model

__all__ = [
    "CreditsBalance",
    "CreditsBand",
    "CreditsEntry",
    "CreditsEntryKind",
    "CreditsEntryStatus",
    "CreditsHistory",
    "CreditsModelUsage",
    "CreditsStats",
    "CreditsStep",
    "CreditsTier",
    "CreditsTiers",
    "CreditsUsage",
]


class CreditsBalance(Model):
    """The credit balance of an organization."""

    credits_remaining: float
    """The remaining credits."""

    credits_total: float | None = None
    """The credits of the period."""

    credits_used: float | None = None
    """The used credits."""

    credits_reserved: float | None = None
    """Credits reserved by running calls. They are not part of `credits_remaining`."""

    credits_percent: float | None = None
    """The remaining share of the credits, in percent."""

    tier: str
    """The tier of the organization."""

    bands: list[str]
    """The bands of models that the tier includes."""

    reset_date: str | None = None
    """When the credits reset, such as `2026-02-01`. Null: never."""

    warning: str | None = None
    """A warning that few credits remain."""

    organization_id: str | None = None
    """The id of the organization."""

    stripe_price_id: str | None = None
    """The id of the tier's price in the billing system, if it has one."""


class CreditsBand(Model):
    """A band: a class of models."""

    id: str
    """The id of the band."""

    name: str | None = None
    """The display name."""

    description: str | None = None
    """A description of the models in the band."""

    models: list[str]
    """The models in the band. A trailing `*` matches any suffix."""

    credits_per_usd: float | None = None
    """The number of credits that one US dollar of usage costs."""

    minimum_tier: str | None = None
    """The lowest tier that includes the band."""


class CreditsEntry(Model):
    """An entry of the credit history."""

    id: str
    """The id of the entry."""

    timestamp: str
    """When the call began, or the credits were granted (ISO 8601, UTC)."""

    kind: CreditsEntryKind | None = None
    """The kind of entry."""

    request_id: str | None = None
    """The request that was billed."""

    call_id: str | None = None
    """The call that was billed."""

    model: str | None = None
    """The model."""

    provider: str | None = None
    """The provider."""

    band: str | None = None
    """The band of the model."""

    prompt_tokens: int | None = None
    """The number of input tokens."""

    completion_tokens: int | None = None
    """The number of output tokens."""

    reasoning_tokens: int | None = None
    """The reasoning tokens among the output tokens."""

    total_tokens: int | None = None
    """The total number of tokens."""

    credits_debited: float
    """The credits debited. Negative: the credits were granted."""

    balance_after: float | None = None
    """The balance after the entry."""

    cost: float | None = None
    """The cost of the call, in US dollars."""

    latency_ms: float | None = None
    """The duration of the call in milliseconds."""

    status: CreditsEntryStatus | None = None
    """The status of the call."""

    error_message: str | None = None
    """The error message, if the call failed."""


class CreditsHistory(Model):
    """A page of the credit history."""

    entries: list[CreditsEntry]
    """The entries."""

    total: int | None = None
    """The number of entries on all pages. Null: the journal has too many to count."""

    has_more: bool | None = None
    """Whether there are more items."""

    next_cursor: str | None = None
    """The `cursor` of the next page."""


class CreditsModelUsage(Model):
    """Usage of one model."""

    requests: int
    """The number of calls."""

    tokens: int
    """The number of input and output tokens."""

    credits: float
    """The credits used."""

    cost: float
    """The cost in US dollars."""

    model: str
    """The model."""


class CreditsStats(Model):
    """Credit usage statistics."""

    period: str
    """The requested period."""

    start_date: str | None = None
    """The first day of the period."""

    end_date: str | None = None
    """The last day of the period."""

    total_credits_used: float
    """The credits used."""

    total_cost: float
    """The cost in US dollars."""

    total_requests: int | None = None
    """The number of calls."""

    total_tokens: int | None = None
    """The number of input and output tokens."""

    average_latency_ms: float | None = None
    """The average duration of a call in milliseconds."""

    model_breakdown: list[CreditsModelUsage] | None = None
    """Usage by model, the most expensive first."""

    by_model: dict[str, CreditsUsage] | None = None
    """Usage by model."""

    by_provider: dict[str, CreditsUsage] | None = None
    """Usage by provider."""

    by_band: dict[str, CreditsUsage] | None = None
    """Usage by band."""

    stats: list[CreditsStep] | None = None
    """Usage by interval (`group_by`), oldest first."""


class CreditsStep(Model):
    """Usage in one time interval."""

    period: str
    """The start of the interval, such as `2026-01-01`."""

    total_requests: int
    """The number of calls."""

    total_tokens: int
    """The number of input and output tokens."""

    total_credits: float
    """The credits used."""

    total_cost: float
    """The cost in US dollars."""


class CreditsTier(Model):
    """A tier and the limits of its organizations."""

    id: str
    """The id of the tier."""

    name: str | None = None
    """The display name."""

    description: str | None = None
    """A description of the tier."""

    credits: float | None = None
    """The number of credits per period. Null: unlimited."""

    credits_duration: str | None = None
    """How often the credits reset."""

    bands: list[str]
    """The bands of models that the tier includes."""

    rpm_limit: int | None = None
    """The maximum number of requests per minute."""

    rpd_limit: int | None = None
    """The maximum number of requests per day."""

    burst: int | None = None
    """The maximum number of requests in a burst."""

    tpm_limit: int | None = None
    """The maximum number of tokens per minute."""

    max_parallel_requests: int | None = None
    """The maximum number of concurrent calls."""


class CreditsTiers(Model):
    """Tiers and bands."""

    tiers: list[CreditsTier]
    """The tiers, the lowest first."""

    bands: list[CreditsBand]
    """The bands."""


class CreditsUsage(Model):
    """Usage summed over calls."""

    requests: int
    """The number of calls."""

    tokens: int
    """The number of input and output tokens."""

    credits: float
    """The credits used."""

    cost: float
    """The cost in US dollars."""


CreditsEntryKind: TypeAlias = Literal["debit", "grant", "refund", "expire", "adjust"] | str
"""The kind of entry."""


CreditsEntryStatus: TypeAlias = Literal["success", "error", "rate_limited", "cancelled"] | str
"""The status of the call."""
