# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: provider."""

from __future__ import annotations

from .._core.models import Model

__all__ = [
    "ProviderBudget",
    "ProviderBudgets",
]


class ProviderBudget(Model):
    """What may be spent at a provider, and what was."""

    budget_limit: float | None = None
    """How much may be spent, in US dollars."""

    time_period: str | None = None
    """How often it starts again."""

    spend: float
    """What was spent since then, in US dollars."""

    budget_reset_at: str | None = None
    """When it starts again next (ISO 8601, UTC)."""


class ProviderBudgets(Model):
    """Budgets of providers."""

    providers: dict[str, ProviderBudget]
    """By the name of the provider."""
