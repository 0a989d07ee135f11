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

    budget_id: str | None
    """Its id, where it must be a given one."""


class BudgetDeleteParams(CallOptions, total=False):
    """Arguments of `budget.delete`."""

    id: Required[str]
    """The budget."""


class BudgetInfoParams(CallOptions, total=False):
    """Arguments of `budget.info`."""

    budgets: Required[Sequence[str]]
    """Their ids."""


class BudgetListParams(CallOptions, total=False):
    """Arguments of `budget.list`."""

    cursor: str
    """The `next_cursor` of the page before."""

    limit: int
    """How many items a page holds at most."""


class BudgetSettingsParams(CallOptions, total=False):
    """Arguments of `budget.settings`."""

    budget_id: Required[str]
    """The budget."""


class BudgetUpdateParams(CallOptions, total=False):
    """Arguments of `budget.update`."""

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

    budget_id: Required[str]
    """The budget."""
