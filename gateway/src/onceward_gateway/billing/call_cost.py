"""Usage and cost of a call: its answer, and the failed attempts before it that have to be paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.usage import added
from .prices import PriceBook
from .ticket import BilledCall

__all__ = ["cost_of", "is_partial", "with_wasted"]

_MAX_NANO = 1 << 53


def with_wasted(call: BilledCall, usage: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the usage of a call: of its answer and of its failed attempts."""
    for _, _, wasted in call.wasted:
        usage = added(usage, wasted)
    return usage


def is_partial(call: BilledCall, usage: Mapping[str, Any] | None, prices: PriceBook) -> bool:
    """Return whether a part of a call has no known price, so that its cost is an estimate."""
    if not call.wasted:
        return prices.is_partial(call.record.provider, call.price_name, usage)
    tries = [(call.record.provider, call.price_name, usage), *call.wasted]
    if any(prices.is_partial(*one) for one in tries):
        return True
    # The sum of several attempts lacks those without a price.
    known = {prices.cost(provider, name, used) is not None for provider, name, used in tries if used is not None}
    return len(known) > 1


def cost_of(call: BilledCall, usage: Mapping[str, Any] | None, prices: PriceBook) -> int | None:
    """Return the cost in nano-USD of a call whose answer used `usage`; None if its price is unknown."""
    cost = prices.cost(call.record.provider, call.price_name, usage)
    for provider, name, wasted in call.wasted:
        more = prices.cost(provider, name, wasted)
        cost = cost if more is None else min((cost or 0) + more, _MAX_NANO)
    return cost
