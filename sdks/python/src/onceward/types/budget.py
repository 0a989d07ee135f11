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
    """The spend since the last budget reset, in US dollars."""

    budget_id: str
    """The id of the budget."""

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

    organization_id: str | None = None
    """The organization that owns the budget."""

    created_at: str | None = None
    """When the object was created (ISO 8601, UTC)."""

    created_by: str | None = None
    """The user or key that created it."""

    updated_at: str | None = None
    """When the object was last updated (ISO 8601, UTC)."""

    updated_by: str | None = None
    """The user or key that last changed it."""


class BudgetDeleted(Model):
    """Confirmation that a budget was deleted."""

    budget_id: str
    """The id of the budget."""

    deleted: bool
    """Whether the budget was deleted."""


class BudgetInfo(Model):
    """A list of budgets."""

    budgets: list[Budget]
    """The budgets."""


class BudgetList(Model):
    """A page of budgets."""

    object: Literal["list"]

    data: list[Budget]
    """The budgets."""

    has_more: bool | None = None
    """Whether there are more items."""

    next_cursor: str | None = None
    """The `cursor` of the next page."""


class BudgetSetting(Model):
    """A field of a budget."""

    field_name: str
    """The name of the field."""

    field_type: str
    """The type of the value: `number`, `integer`, `string` or `object`."""

    field_description: str | None = None
    """The description of the field."""

    field_value: Any | None = None
    """The value. Null: not set."""

    field_default_value: Any | None = None
    """The value that applies when the field is not set."""

    stored_in_db: bool | None = None
    """Whether the field is set."""


class BudgetSettings(Model):
    """The fields of a budget with their types, descriptions and values."""

    budget_id: str
    """The id of the budget."""

    settings: list[BudgetSetting]
    """The fields."""
