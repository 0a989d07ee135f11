"""How the ledger says no, and how it warns: whose limit, how it stands, when it renews."""

from __future__ import annotations

from datetime import UTC, datetime

from ..core.errors import ApiError
from ..core.money import to_credits, to_usd
from ..core.timestamps import iso
from .budget_windows import (
    CREDITS,
    UNBOUNDED,
    BudgetWindow,
)
from .reservations import Refused

__all__ = ["OPERATORS", "dollars", "refused", "unpriced", "warning_of"]

# Budgets of whoever runs the gateway: what others spend of them is not for those who call.
OPERATORS = frozenset({"model", "provider", "deployment"})
_HEADERS = (("x-should-retry", "false"),)


def _day(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def dollars(nano: int) -> str:
    text = f"{to_usd(nano):.9f}".rstrip("0").rstrip(".")
    return text or "0"


def refused(refusal: Refused) -> ApiError:
    """402: a budget, or the credits, have too little left for this call."""
    return _credits(refusal) if refusal.line.scope == CREDITS else _budget(refusal)


def _budget(refusal: Refused) -> ApiError:
    line = refusal.line
    renews = f"It renews at {iso(line.end)}." if line.end is not None else "Have it raised to go on."
    if line.scope in OPERATORS:
        return ApiError(
            402,
            f"The budget of the {line.name} has too little left for this call. {renews}",
            type="budget_exceeded",
            code="budget_exceeded",
            headers=_HEADERS,
            limit_scope=line.scope,
            limit_id=line.id,
            budget_reset_at=iso(line.end),
        )
    held = f", {dollars(refusal.held)} more are held for calls that run" if refusal.held else ""
    return ApiError(
        402,
        f"The budget of the {line.name} is {dollars(line.limit)} US dollars, "
        f"of which {dollars(refusal.spent)} are spent{held}; this call may cost {dollars(refusal.amount)}. {renews}",
        type="budget_exceeded",
        code="budget_exceeded",
        headers=_HEADERS,
        limit_scope=line.scope,
        limit_id=line.id,
        limit_model=line.model or None,
        max_budget=to_usd(line.limit),
        spend=to_usd(refusal.spent),
        reserved=to_usd(refusal.held),
        required=to_usd(refusal.amount),
        budget_reset_at=iso(line.end),
    )


def _credits(refusal: Refused) -> ApiError:
    line = refusal.line
    required = to_credits(refusal.amount)
    remaining = to_credits(max(0, line.limit - refusal.spent - refusal.held))
    reset = _day(line.end)
    again = f"They are full again on {reset}." if reset is not None else "Have the tier raised to go on."
    return ApiError(
        402,
        f"The call may need {required} credits, and {remaining} are left to the {line.name}. {again}",
        code="insufficient_credits",
        headers=_HEADERS,
        limit_scope="credits",
        limit_id=line.id,
        credits_required=required,
        credits_remaining=remaining,
        reset_date=reset,
        details={"credits_required": required, "credits_remaining": remaining, "reset_date": reset},
    )


def unpriced(model: str, owner: str) -> ApiError:
    """403: nobody knows what the model costs, and somebody's money is bounded."""
    return ApiError(
        403,
        f"The price of the model {model!r} is not known, so the budget of the {owner} cannot be kept. "
        f'Add [prices."{model}"] to onceward.toml (0 where it is free), or name another model.',
        code="price_unknown",
        param="model",
    )


def warning_of(line: BudgetWindow, spent: int) -> str:
    """What a caller reads of a soft budget that is reached."""
    most = f" of {dollars(line.limit)}" if line.limit < UNBOUNDED else ""
    text = f"{line.name}: {dollars(spent)}{most} US dollars are spent, its soft budget is {dollars(line.soft or 0)}"
    # It goes into a header.
    return "".join(letter if " " <= letter <= "~" else "?" for letter in text)
