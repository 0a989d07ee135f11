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
    """The deleted keys."""

    deleted_keys: list[str]
    """The ids of the deleted keys."""


class KeyGenerateResponse(Model):
    """A key with its secret, which no other response contains."""

    key_id: str
    """The id of the key. It stays the same when the secret is replaced."""

    token: str | None = None
    """The SHA-256 hash of the secret, in hexadecimal."""

    key_name: str | None = None
    """The masked secret, such as `sk-Qm9...REDACTED`."""

    key_alias: str | None = None
    """The display name."""

    user_id: str | None = None
    """The user that owns the key."""

    team_id: str | None = None
    """The team that owns the key."""

    organization_id: str | None = None
    """The organization that owns the key."""

    budget_id: str | None = None
    """The shared budget."""

    models: list[str] | None = None
    """The models that may be used. Empty: all models of the owner."""

    aliases: dict[str, str] | None = None
    """Model aliases: alias to model name."""

    spend: float
    """The spend since the last budget reset, in US dollars."""

    model_spend: dict[str, float] | None = None
    """The spend for each model with a budget of its own, in US dollars."""

    max_budget: float | None = None
    """The maximum spend, in US dollars."""

    soft_budget: float | None = None
    """The spend from which responses carry a warning, in US dollars."""

    budget_duration: str | None = None
    """How often `spend` resets to 0."""

    budget_reset_at: str | None = None
    """When `spend` resets next (ISO 8601, UTC)."""

    temp_budget_increase: float | None = None
    """The temporary increase of `max_budget`, in US dollars."""

    temp_budget_expiry: str | None = None
    """The end of the temporary increase."""

    model_max_budget: dict[str, KeyModelBudget] | None = None
    """The maximum spend per model."""

    tpm_limit: int | None = None
    """The maximum number of tokens per minute."""

    rpm_limit: int | None = None
    """The maximum number of requests per minute."""

    max_parallel_requests: int | None = None
    """The maximum number of concurrent calls."""

    model_tpm_limit: dict[str, int] | None = None
    """The maximum number of tokens per minute, per model."""

    model_rpm_limit: dict[str, int] | None = None
    """The maximum number of requests per minute, per model."""

    allowed_cache_controls: list[str] | None = None
    """Cache controls that calls may use."""

    allowed_ips: list[str] | None = None
    """Client addresses that the key may be used from. Null: all."""

    allowed_routes: list[str] | None = None
    """Routes that the key may call. Null: all."""

    guardrails: list[str] | None = None
    """Guardrails for all calls."""

    blocked: bool | None = None
    """Whether the key is blocked."""

    tags: list[str] | None = None
    """Tags of all call records."""

    metadata: Metadata | None = None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    expires: str | None = None
    """When the key expires. Null: never."""

    last_used_at: str | None = None
    """When the key was last used."""

    created_at: str | None = None
    """When the object was created (ISO 8601, UTC)."""

    created_by: str | None = None
    """The user or key that created it."""

    updated_at: str | None = None
    """When the object was last updated (ISO 8601, UTC)."""

    updated_by: str | None = None
    """The user or key that last changed it."""

    key: str = Field(repr=False)
    """The secret of the key. Store it safely; it is not shown again."""


class KeyHealth(Model):
    """The health of a key."""

    key: KeyHealthKey
    """The status of the key."""

    key_id: str | None = None
    """The id of the key, if it has one."""

    issues: list[str] | None = None
    """Reasons for which the key cannot be used."""

    logging_callbacks: KeyLoggingCallbacks | None = None
    """The logging callbacks of the key."""


class KeyInfo(Model):
    """A key with its details."""

    key: str
    """The id of the key."""

    info: KeyRecord
    """A key, without its secret."""


class KeyList(Model):
    """A page of keys."""

    keys: list[KeyRecord]
    """The keys."""

    total_count: int | None = None
    """The number of entries on all pages."""

    current_page: int | None = None
    """The number of the current page."""

    total_pages: int | None = None
    """The number of pages."""


class KeyLoggingCallbacks(Model):
    """The logging callbacks of the key."""

    callbacks: list[str] | None = None
    """The names of the callbacks."""

    status: str | None = None
    """Whether the callbacks work."""

    details: str | None = None
    """Errors of the callbacks."""


KeyHealthKey: TypeAlias = Literal["healthy", "unhealthy"] | str
"""The status of the key."""
