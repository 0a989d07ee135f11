"""Errors and warnings of budgets and credits: the owner of the limit, its balance, and the time it renews."""

from __future__ import annotations

from datetime import UTC, datetime

from ..core import error_codes
from ..core.errors import ApiError
from ..core.headers import X_SHOULD_RETRY
from ..core.money import to_credits, to_usd
from ..core.timestamps import iso
from .budget_windows import (
    CREDITS,
    UNBOUNDED,
    BudgetWindow,
)
from .reservations import Refused

__all__ = ["OPERATORS", "dollars", "refused", "unpriced", "warning_of"]

# Budgets of the gateway's operator: callers must not see how much others spend of them.
OPERATORS = frozenset({"model", "provider", "deployment"})
_HEADERS = ((X_SHOULD_RETRY, "false"),)


def _day(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def dollars(nano: int) -> str:
    """Return nano-USD as dollars without trailing zeros, for messages."""
    text = f"{to_usd(nano):.9f}".rstrip("0").rstrip(".")
    return text or "0"


def refused(refusal: Refused) -> ApiError:
    """Return the 402 of a call for which a budget or the credits do not suffice."""
    return _credits(refusal) if refusal.budget.scope == CREDITS else _budget(refusal)


def _budget(refusal: Refused) -> ApiError:
    budget = refusal.budget
    renews = f"It renews at {iso(budget.end)}." if budget.end is not None else "Have it raised to go on."
    if budget.scope in OPERATORS:
        return ApiError(
            402,
            f"The budget of the {budget.name} has too little left for this call. {renews}",
            type="budget_exceeded",
            code=error_codes.BUDGET_EXCEEDED,
            headers=_HEADERS,
            limit_scope=budget.scope,
            limit_id=budget.id,
            budget_reset_at=iso(budget.end),
        )
    held = f", {dollars(refusal.held)} more are held for calls that run" if refusal.held else ""
    return ApiError(
        402,
        f"The budget of the {budget.name} is {dollars(budget.limit)} US dollars, "
        f"of which {dollars(refusal.spent)} are spent{held}; this call may cost {dollars(refusal.amount)}. {renews}",
        type="budget_exceeded",
        code=error_codes.BUDGET_EXCEEDED,
        headers=_HEADERS,
        limit_scope=budget.scope,
        limit_id=budget.id,
        limit_model=budget.model or None,
        max_budget=to_usd(budget.limit),
        spend=to_usd(refusal.spent),
        reserved=to_usd(refusal.held),
        required=to_usd(refusal.amount),
        budget_reset_at=iso(budget.end),
    )


def _credits(refusal: Refused) -> ApiError:
    budget = refusal.budget
    required = to_credits(refusal.amount)
    remaining = to_credits(max(0, budget.limit - refusal.spent - refusal.held))
    reset = _day(budget.end)
    again = f"They are full again on {reset}." if reset is not None else "Have the tier raised to go on."
    return ApiError(
        402,
        f"The call may need {required} credits, and {remaining} are left to the {budget.name}. {again}",
        code=error_codes.INSUFFICIENT_CREDITS,
        headers=_HEADERS,
        limit_scope="credits",
        limit_id=budget.id,
        credits_required=required,
        credits_remaining=remaining,
        reset_date=reset,
        details={"credits_required": required, "credits_remaining": remaining, "reset_date": reset},
    )


def unpriced(model: str, owner: str) -> ApiError:
    """Return the 403 of a call with a budget whose model has no known price."""
    return ApiError(
        403,
        f"The price of the model {model!r} is not known, so the budget of the {owner} cannot be kept. "
        f'Add [prices."{model}"] to onceward.toml (0 where it is free), or name another model.',
        code=error_codes.PRICE_UNKNOWN,
        param="model",
    )


def warning_of(budget: BudgetWindow, spent: int) -> str:
    """Return the warning for a soft budget that is reached."""
    most = f" of {dollars(budget.limit)}" if budget.limit < UNBOUNDED else ""
    text = f"{budget.name}: {dollars(spent)}{most} US dollars are spent, its soft budget is {dollars(budget.soft or 0)}"
    # The text is sent in a header.
    return "".join(letter if " " <= letter <= "~" else "?" for letter in text)
