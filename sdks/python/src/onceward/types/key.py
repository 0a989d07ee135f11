# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: key."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from .._core.models import Model
from .shared import KeyModelBudget, KeyRecord, Metadata

__all__ = [
    "KeyDeleteResponse",
    "KeyGenerateResponse",
    "KeyHealth",
    "KeyHealthKey",
    "KeyInfo",
    "KeyList",
    "KeyLoggingCallbacks",
]


class KeyDeleteResponse(Model):
    """Keys that were deleted."""

    deleted_keys: list[str]
    """Their ids."""


class KeyGenerateResponse(Model):
    """A key with its secret, which no other answer holds."""

    key_id: str
    """The key's id. It stays when the secret is replaced."""

    token: str | None = None
    """The SHA-256 of the secret in hexadecimal."""

    key_name: str | None = None
    """The secret as it may be shown, such as `sk-Qm9...REDACTED`."""

    key_alias: str | None = None
    """A name for people."""

    user_id: str | None = None
    """The user whose key it is."""

    team_id: str | None = None
    """The team whose key it is."""

    organization_id: str | None = None
    """The organization whose key it is."""

    budget_id: str | None = None
    """A budget that is shared with others."""

    models: list[str] | None = None
    """The models it may use. Empty is all of its owner."""

    aliases: dict[str, str] | None = None
    """Names of models that stand for others."""

    spend: float
    """What it spent since the budget was last reset, in US dollars."""

    model_spend: dict[str, float] | None = None
    """The same for each model with a budget of its own."""

    max_budget: float | None = None
    """How much it may spend, in US dollars."""

    soft_budget: float | None = None
    """From which sum on a warning is given."""

    budget_duration: str | None = None
    """How often `spend` goes back to 0."""

    budget_reset_at: str | None = None
    """When it does so next (ISO 8601, UTC)."""

    temp_budget_increase: float | None = None
    """US dollars on top of `max_budget`."""

    temp_budget_expiry: str | None = None
    """Until when these hold."""

    model_max_budget: dict[str, KeyModelBudget] | None = None
    """What it may spend on single models."""

    tpm_limit: int | None = None
    """Tokens a minute."""

    rpm_limit: int | None = None
    """Requests a minute."""

    max_parallel_requests: int | None = None
    """Calls at the same time."""

    model_tpm_limit: dict[str, int] | None = None
    """Tokens a minute of single models."""

    model_rpm_limit: dict[str, int] | None = None
    """Requests a minute of single models."""

    allowed_cache_controls: list[str] | None = None
    """What a call may ask of the cache."""

    allowed_ips: list[str] | None = None
    """The client addresses that it may be used from. Null is any."""

    allowed_routes: list[str] | None = None
    """The routes that it may call. Null is every route."""

    guardrails: list[str] | None = None
    """Guardrails that every call passes."""

    blocked: bool | None = None
    """Whether it is refused."""

    tags: list[str] | None = None
    """Marks of its records."""

    metadata: Metadata | None = None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    expires: str | None = None
    """From when on it is refused. Null is never."""

    last_used_at: str | None = None
    """When it was last used."""

    created_at: str | None = None
    """When it was made (ISO 8601, UTC)."""

    created_by: str | None = None
    """By whom."""

    updated_at: str | None = None
    """When it was last changed."""

    updated_by: str | None = None
    """By whom."""

    key: str = Field(repr=False)
    """The key itself. Keep it; it is not shown again."""


class KeyHealth(Model):
    """Whether a key can be used."""

    key: KeyHealthKey
    """In a word."""

    key_id: str | None = None
    """The key's id, where it has one."""

    issues: list[str] | None = None
    """What stands against it."""

    logging_callbacks: KeyLoggingCallbacks | None = None
    """Where records of the key's calls are sent."""


class KeyInfo(Model):
    """A key and what is known of it."""

    key: str
    """The key's id."""

    info: KeyRecord
    """A key, without the secret itself."""


class KeyList(Model):
    """A page of keys."""

    keys: list[KeyRecord]
    """The keys."""

    total_count: int | None = None
    """How many there are on all pages."""

    current_page: int | None = None
    """The number of this page."""

    total_pages: int | None = None
    """How many pages there are."""


class KeyLoggingCallbacks(Model):
    """Where records of the key's calls are sent."""

    callbacks: list[str] | None = None
    """By name."""

    status: str | None = None
    """Whether they work."""

    details: str | None = None
    """What is wrong with them."""


KeyHealthKey: TypeAlias = Literal["healthy", "unhealthy"] | str
"""In a word."""
