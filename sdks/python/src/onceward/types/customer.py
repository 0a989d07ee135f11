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
    """What was spent since the budget was last reset, in US dollars."""

    budget_id: str | None = None
    """A budget that is shared with others."""

    max_budget: float | None = None
    """How much may be spent, in US dollars."""

    soft_budget: float | None = None
    """From which sum on a warning is given."""

    budget_duration: str | None = None
    """How often `spend` goes back to 0."""

    budget_reset_at: str | None = None
    """When it does so next (ISO 8601, UTC)."""

    tpm_limit: int | None = None
    """Tokens a minute."""

    rpm_limit: int | None = None
    """Requests a minute."""

    max_parallel_requests: int | None = None
    """Calls at the same time."""

    model_max_budget: dict[str, ModelMaxBudget] | None = None
    """Limits for single models."""

    user_id: str
    """The customer as calls name it in `user`."""

    alias: str | None = None
    """A name for people."""

    blocked: bool
    """Whether calls for the customer are refused."""

    organization_id: str | None = None
    """The organization whose customer it is."""

    metadata: Metadata | None = None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    created_at: str | None = None
    """When it was made (ISO 8601, UTC)."""

    created_by: str | None = None
    """By whom."""

    updated_at: str | None = None
    """When it was last changed."""

    updated_by: str | None = None
    """By whom."""


class CustomerBlockResponse(Model):
    """Customers that were blocked."""

    blocked_users: list[Customer]
    """The customers."""


class CustomerDeleteResponse(Model):
    """Customers whose records were deleted."""

    deleted_customers: list[str]
    """Their ids."""


class CustomerList(Model):
    """A page of customers."""

    object: Literal["list"]

    data: list[Customer]
    """The customers."""

    has_more: bool | None = None
    """Whether there is a next page."""

    next_cursor: str | None = None
    """What `cursor` must be for it."""


class CustomerUnblockResponse(Model):
    """Customers that were unblocked."""

    unblocked_users: list[Customer]
    """The customers."""
