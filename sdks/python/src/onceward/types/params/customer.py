# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Required

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from ..shared import BudgetDurationParam, ModelMaxBudget
    from .shared import MetadataParam, ModelMaxBudgetParam

__all__ = [
    "CustomerBlockParams",
    "CustomerCreateParams",
    "CustomerDeleteParams",
    "CustomerInfoParams",
    "CustomerListParams",
    "CustomerUnblockParams",
    "CustomerUpdateParams",
]


class CustomerBlockParams(CallOptions, total=False):
    """Arguments of `customer.block`."""

    user_ids: Required[Sequence[str]]
    """The ids of the customers."""


class CustomerCreateParams(CallOptions, total=False):
    """Arguments of `customer.create`."""

    budget_id: str | None
    """A shared budget. It applies in addition to the limits given here."""

    max_budget: float | None
    """The maximum spend in US dollars. Calls above it are refused with 402."""

    soft_budget: float | None
    """The spend in US dollars from which responses carry a warning."""

    budget_duration: BudgetDurationParam | None
    """How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`. Null: never."""

    tpm_limit: int | None
    """The maximum number of tokens per minute. Calls above it are refused with 429."""

    rpm_limit: int | None
    """The maximum number of requests per minute. Calls above it are refused with 429."""

    max_parallel_requests: int | None
    """The maximum number of concurrent calls. Calls above it are refused with 429."""

    model_max_budget: Mapping[str, ModelMaxBudgetParam | ModelMaxBudget] | None
    """Limits per model."""

    alias: str | None
    """The display name."""

    blocked: bool | None
    """Whether calls for the customer are refused."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    user_id: Required[str]
    """The id of the customer: the value of `user` in calls."""


class CustomerDeleteParams(CallOptions, total=False):
    """Arguments of `customer.delete`."""

    user_ids: Required[Sequence[str]]
    """The ids of the customers."""


class CustomerInfoParams(CallOptions, total=False):
    """Arguments of `customer.info`."""

    end_user_id: Required[str]
    """The id of the customer."""


class CustomerListParams(CallOptions, total=False):
    """Arguments of `customer.list`."""

    cursor: str
    """The `next_cursor` of the previous page."""

    limit: int
    """The maximum number of items per page."""


class CustomerUnblockParams(CallOptions, total=False):
    """Arguments of `customer.unblock`."""

    user_ids: Required[Sequence[str]]
    """The ids of the customers."""


class CustomerUpdateParams(CallOptions, total=False):
    """Arguments of `customer.update`."""

    budget_id: str | None
    """A shared budget. It applies in addition to the limits given here."""

    max_budget: float | None
    """The maximum spend in US dollars. Calls above it are refused with 402."""

    soft_budget: float | None
    """The spend in US dollars from which responses carry a warning."""

    budget_duration: BudgetDurationParam | None
    """How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`. Null: never."""

    tpm_limit: int | None
    """The maximum number of tokens per minute. Calls above it are refused with 429."""

    rpm_limit: int | None
    """The maximum number of requests per minute. Calls above it are refused with 429."""

    max_parallel_requests: int | None
    """The maximum number of concurrent calls. Calls above it are refused with 429."""

    model_max_budget: Mapping[str, ModelMaxBudgetParam | ModelMaxBudget] | None
    """Limits per model."""

    alias: str | None
    """The display name."""

    blocked: bool | None
    """Whether calls for the customer are refused."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    user_id: Required[str]
    """The id of the customer: the value of `user` in calls."""
