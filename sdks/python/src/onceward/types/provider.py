# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: provider."""

from __future__ import annotations

from .._core.models import Model

__all__ = [
    "ProviderBudget",
    "ProviderBudgets",
]


class ProviderBudget(Model):
    """The budget and the spend of a provider."""

    budget_limit: float | None = None
    """The maximum spend, in US dollars."""

    time_period: str | None = None
    """How often the budget resets."""

    spend: float
    """The spend since the last reset, in US dollars."""

    budget_reset_at: str | None = None
    """When the budget resets next (ISO 8601, UTC)."""


class ProviderBudgets(Model):
    """Provider budgets."""

    providers: dict[str, ProviderBudget]
    """The budgets, by provider name."""
