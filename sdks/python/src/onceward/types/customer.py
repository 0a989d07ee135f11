# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: customer."""

from __future__ import annotations

from typing import Literal

from .._core.models import Model
from .shared import Metadata, ModelMaxBudget

__all__ = [
    "Customer",
    "CustomerBlockResponse",
    "CustomerDeleteResponse",
    "CustomerList",
    "CustomerUnblockResponse",
]


class Customer(Model):
    """A customer."""

    spend: float
    """The spend since the last budget reset, in US dollars."""

    budget_id: str | None = None
    """The shared budget."""

    max_budget: float | None = None
    """The maximum spend, in US dollars."""

    soft_budget: float | None = None
    """The spend from which responses carry a warning, in US dollars."""

    budget_duration: str | None = None
    """How often `spend` resets to 0."""

    budget_reset_at: str | None = None
    """When `spend` resets next (ISO 8601, UTC)."""

    tpm_limit: int | None = None
    """The maximum number of tokens per minute."""

    rpm_limit: int | None = None
    """The maximum number of requests per minute."""

    max_parallel_requests: int | None = None
    """The maximum number of concurrent calls."""

    model_max_budget: dict[str, ModelMaxBudget] | None = None
    """Limits per model."""

    user_id: str
    """The id of the customer: the value of `user` in calls."""

    alias: str | None = None
    """The display name."""

    blocked: bool
    """Whether calls for the customer are refused."""

    organization_id: str | None = None
    """The organization that the customer belongs to."""

    metadata: Metadata | None = None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    created_at: str | None = None
    """When the object was created (ISO 8601, UTC)."""

    created_by: str | None = None
    """The user or key that created it."""

    updated_at: str | None = None
    """When the object was last updated (ISO 8601, UTC)."""

    updated_by: str | None = None
    """The user or key that last changed it."""


class CustomerBlockResponse(Model):
    """The blocked customers."""

    blocked_users: list[Customer]
    """The blocked customers."""


class CustomerDeleteResponse(Model):
    """The deleted customers."""

    deleted_customers: list[str]
    """The ids of the deleted customers."""


class CustomerList(Model):
    """A page of customers."""

    object: Literal["list"]

    data: list[Customer]
    """The customers."""

    has_more: bool | None = None
    """Whether there are more items."""

    next_cursor: str | None = None
    """The `cursor` of the next page."""


class CustomerUnblockResponse(Model):
    """The unblocked customers."""

    unblocked_users: list[Customer]
    """The unblocked customers."""
