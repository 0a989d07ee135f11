# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: budget."""

from __future__ import annotations

from typing import Any, Literal

from .._core.models import Model
from .shared import ModelMaxBudget

__all__ = [
    "Budget",
    "BudgetDeleted",
    "BudgetInfo",
    "BudgetList",
    "BudgetSetting",
    "BudgetSettings",
]


class Budget(Model):
    """A budget."""

    spend: float
    """What was spent since the budget was last reset, in US dollars."""

    budget_id: str
    """The budget's id."""

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

    organization_id: str | None = None
    """The organization whose budget it is."""

    created_at: str | None = None
    """When it was made (ISO 8601, UTC)."""

    created_by: str | None = None
    """By whom."""

    updated_at: str | None = None
    """When it was last changed."""

    updated_by: str | None = None
    """By whom."""


class BudgetDeleted(Model):
    """A budget that was deleted."""

    budget_id: str
    """The budget's id."""

    deleted: bool
    """Whether it is gone."""


class BudgetInfo(Model):
    """Budgets."""

    budgets: list[Budget]
    """The budgets."""


class BudgetList(Model):
    """A page of budgets."""

    object: Literal["list"]

    data: list[Budget]
    """The budgets."""

    has_more: bool | None = None
    """Whether there is a next page."""

    next_cursor: str | None = None
    """What `cursor` must be for it."""


class BudgetSetting(Model):
    """A member of a budget."""

    field_name: str
    """Its name."""

    field_type: str
    """What it holds: `number`, `integer`, `string` or `object`."""

    field_description: str | None = None
    """What it means."""

    field_value: Any | None = None
    """What it is. Null is not set."""

    field_default_value: Any | None = None
    """What it is where it is not set."""

    stored_in_db: bool | None = None
    """Whether it is set."""


class BudgetSettings(Model):
    """The members of a budget one by one."""

    budget_id: str
    """The budget's id."""

    settings: list[BudgetSetting]
    """Its members."""
