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
    """The customers."""


class CustomerCreateParams(CallOptions, total=False):
    """Arguments of `customer.create`."""

    budget_id: str | None
    """A budget that is shared with others. It holds beside the limits given here."""

    max_budget: float | None
    """How much may be spent in US dollars; then 402."""

    soft_budget: float | None
    """From which sum in US dollars on a warning is given."""

    budget_duration: BudgetDurationParam | None
    """How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`. Null is never."""

    tpm_limit: int | None
    """Tokens a minute; then 429."""

    rpm_limit: int | None
    """Requests a minute; then 429."""

    max_parallel_requests: int | None
    """Calls at the same time; then 429."""

    model_max_budget: Mapping[str, ModelMaxBudgetParam | ModelMaxBudget] | None
    """Limits for single models."""

    alias: str | None
    """A name for people."""

    blocked: bool | None
    """Whether calls for the customer are refused."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    user_id: Required[str]
    """The customer as calls name it in `user`."""


class CustomerDeleteParams(CallOptions, total=False):
    """Arguments of `customer.delete`."""

    user_ids: Required[Sequence[str]]
    """The customers."""


class CustomerInfoParams(CallOptions, total=False):
    """Arguments of `customer.info`."""

    end_user_id: Required[str]
    """The customer."""


class CustomerListParams(CallOptions, total=False):
    """Arguments of `customer.list`."""

    cursor: str
    """The `next_cursor` of the page before."""

    limit: int
    """How many items a page holds at most."""


class CustomerUnblockParams(CallOptions, total=False):
    """Arguments of `customer.unblock`."""

    user_ids: Required[Sequence[str]]
    """The customers."""


class CustomerUpdateParams(CallOptions, total=False):
    """Arguments of `customer.update`."""

    budget_id: str | None
    """A budget that is shared with others. It holds beside the limits given here."""

    max_budget: float | None
    """How much may be spent in US dollars; then 402."""

    soft_budget: float | None
    """From which sum in US dollars on a warning is given."""

    budget_duration: BudgetDurationParam | None
    """How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`. Null is never."""

    tpm_limit: int | None
    """Tokens a minute; then 429."""

    rpm_limit: int | None
    """Requests a minute; then 429."""

    max_parallel_requests: int | None
    """Calls at the same time; then 429."""

    model_max_budget: Mapping[str, ModelMaxBudgetParam | ModelMaxBudget] | None
    """Limits for single models."""

    alias: str | None
    """A name for people."""

    blocked: bool | None
    """Whether calls for the customer are refused."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    user_id: Required[str]
    """The customer as calls name it in `user`."""
