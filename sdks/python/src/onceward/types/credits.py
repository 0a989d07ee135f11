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
    """The credits of an organization."""

    credits_remaining: float
    """What is left."""

    credits_total: float | None = None
    """Of how many."""

    credits_used: float | None = None
    """What is used."""

    credits_reserved: float | None = None
    """What running calls hold back; it is not in `credits_remaining`."""

    credits_percent: float | None = None
    """What is left, of 100."""

    tier: str
    """The tier."""

    bands: list[str]
    """Bands of models that the tier opens."""

    reset_date: str | None = None
    """When credits are full again (`2026-02-01`). Null is never."""

    warning: str | None = None
    """For people, where little is left."""

    organization_id: str | None = None
    """The organization."""

    stripe_price_id: str | None = None
    """What the tier is called in billing, where it is."""


class CreditsBand(Model):
    """A class of models."""

    id: str
    """The band."""

    name: str | None = None
    """A name for people."""

    description: str | None = None
    """Which models it holds."""

    models: list[str]
    """Its models; a `*` at the end stands for any rest."""

    credits_per_usd: float | None = None
    """How many credits a US dollar of use costs."""

    minimum_tier: str | None = None
    """The least tier that opens it."""


class CreditsEntry(Model):
    """Something that happened to credits."""

    id: str
    """The entry's id."""

    timestamp: str
    """When (ISO 8601, UTC)."""

    kind: CreditsEntryKind | None = None
    """What happened."""

    request_id: str | None = None
    """The request that was paid."""

    call_id: str | None = None
    """The call that was paid."""

    model: str | None = None
    """The model."""

    provider: str | None = None
    """The provider."""

    band: str | None = None
    """The model's band."""

    prompt_tokens: int | None = None
    """Tokens read."""

    completion_tokens: int | None = None
    """Tokens written."""

    reasoning_tokens: int | None = None
    """Of these, reasoning."""

    total_tokens: int | None = None
    """Both."""

    credits_debited: float
    """Credits taken; below 0 where they were given."""

    balance_after: float | None = None
    """What was left then."""

    cost: float | None = None
    """What the call cost, in US dollars."""

    latency_ms: float | None = None
    """How long it took."""

    status: CreditsEntryStatus | None = None
    """How the call ended."""

    error_message: str | None = None
    """What failed."""


class CreditsHistory(Model):
    """A page of entries."""

    entries: list[CreditsEntry]
    """The entries."""

    total: int | None = None
    """How many there are on all pages."""

    has_more: bool | None = None
    """Whether there is a next page."""

    next_cursor: str | None = None
    """What `cursor` must be for it."""


class CreditsModelUsage(Model):
    """What one model used."""

    requests: int
    """Calls."""

    tokens: int
    """Tokens, read and written."""

    credits: float
    """Credits."""

    cost: float
    """US dollars."""

    model: str
    """The model."""


class CreditsStats(Model):
    """What credits were spent for."""

    period: str
    """The time that was asked for."""

    start_date: str | None = None
    """Its first day."""

    end_date: str | None = None
    """Its last day."""

    total_credits_used: float
    """Credits."""

    total_cost: float
    """US dollars."""

    total_requests: int | None = None
    """Calls."""

    total_tokens: int | None = None
    """Tokens, read and written."""

    average_latency_ms: float | None = None
    """How long a call took."""

    model_breakdown: list[CreditsModelUsage] | None = None
    """By model, the dearest first."""

    by_model: dict[str, CreditsUsage] | None = None
    """By model."""

    by_provider: dict[str, CreditsUsage] | None = None
    """By provider."""

    by_band: dict[str, CreditsUsage] | None = None
    """By band."""

    stats: list[CreditsStep] | None = None
    """In steps of `group_by`, in the order of time."""


class CreditsStep(Model):
    """What was used in one step of time."""

    period: str
    """When the step begins (`2026-01-01`)."""

    total_requests: int
    """Calls."""

    total_tokens: int
    """Tokens, read and written."""

    total_credits: float
    """Credits."""

    total_cost: float
    """US dollars."""


class CreditsTier(Model):
    """What an organization of a tier gets."""

    id: str
    """The tier."""

    name: str | None = None
    """A name for people."""

    description: str | None = None
    """For whom it is."""

    credits: float | None = None
    """How many credits. Null is no end of them."""

    credits_duration: str | None = None
    """How often they are full again."""

    bands: list[str]
    """Bands of models that it opens."""

    rpm_limit: int | None = None
    """Requests a minute."""

    rpd_limit: int | None = None
    """Requests a day."""

    burst: int | None = None
    """Requests at once."""

    tpm_limit: int | None = None
    """Tokens a minute."""

    max_parallel_requests: int | None = None
    """Calls at the same time."""


class CreditsTiers(Model):
    """Tiers and bands."""

    tiers: list[CreditsTier]
    """The tiers, the least first."""

    bands: list[CreditsBand]
    """The bands."""


class CreditsUsage(Model):
    """A sum over calls."""

    requests: int
    """Calls."""

    tokens: int
    """Tokens, read and written."""

    credits: float
    """Credits."""

    cost: float
    """US dollars."""


CreditsEntryKind: TypeAlias = Literal["debit", "grant", "refund", "expire", "adjust"] | str
"""What happened."""


CreditsEntryStatus: TypeAlias = Literal["success", "error", "rate_limited", "cancelled"] | str
"""How the call ended."""
