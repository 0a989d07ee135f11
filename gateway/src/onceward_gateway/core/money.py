"""Money in nano-USD, prices in pico-USD per unit, credits in thousandths. Each sum is rounded once, half up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

__all__ = ["NANO", "credits_for", "from_usd", "nano_of_pico", "thousandths", "to_credits", "to_usd"]

NANO = 1_000_000_000
_PICO_PER_NANO = 1000
_THOUSAND = 1000


def from_usd(dollars: Any) -> int:
    """Return a number of dollars as nano-USD, by its decimal form: 0.1 is exactly a tenth."""
    return _rounded(dollars, NANO)


def to_usd(nano: int) -> float:
    """Return nano-USD as dollars, for display."""
    return nano / NANO


def nano_of_pico(pico: int) -> int:
    """Return a sum of prices in pico-USD as nano-USD."""
    return (pico + _PICO_PER_NANO // 2) // _PICO_PER_NANO


def thousandths(number: Any) -> int:
    """Return a number of credits, or a rate, in thousandths."""
    return _rounded(number, _THOUSAND)


def to_credits(milli: int) -> float | int:
    """Return thousandths as credits, for display; an integer if they are whole."""
    whole, rest = divmod(milli, _THOUSAND)
    return milli / _THOUSAND if rest else whole


def credits_for(nano: int, milli_per_usd: int) -> int:
    """Return the credits for a cost, in thousandths."""
    return (nano * milli_per_usd + NANO // 2) // NANO


def _rounded(number: Any, factor: int) -> int:
    return int((Decimal(str(number)) * factor).to_integral_value(ROUND_HALF_UP))
