# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Required

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from ..shared import BudgetDurationParam, ModelMaxBudget
    from .shared import ModelMaxBudgetParam

__all__ = [
    "BudgetCreateParams",
    "BudgetDeleteParams",
    "BudgetInfoParams",
    "BudgetListParams",
    "BudgetSettingsParams",
    "BudgetUpdateParams",
]


class BudgetCreateParams(CallOptions, total=False):
    """Arguments of `budget.create`."""

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

    budget_id: str | None
    """The id of the budget. Default: generated."""


class BudgetDeleteParams(CallOptions, total=False):
    """Arguments of `budget.delete`."""

    id: Required[str]
    """The id of the budget."""


class BudgetInfoParams(CallOptions, total=False):
    """Arguments of `budget.info`."""

    budgets: Required[Sequence[str]]
    """The ids of the budgets."""


class BudgetListParams(CallOptions, total=False):
    """Arguments of `budget.list`."""

    cursor: str
    """The `next_cursor` of the previous page."""

    limit: int
    """The maximum number of items per page."""


class BudgetSettingsParams(CallOptions, total=False):
    """Arguments of `budget.settings`."""

    budget_id: Required[str]
    """The id of the budget."""


class BudgetUpdateParams(CallOptions, total=False):
    """Arguments of `budget.update`."""

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

    budget_id: Required[str]
    """The id of the budget."""
