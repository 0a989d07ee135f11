"""Usage and cost of a call: its answer, and the tries before it that had to be paid as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .usage import tokens_of

if TYPE_CHECKING:
    from ..once.run import Run
    from ..prices import PriceBook

__all__ = ["cost_of", "with_wasted"]

_MOST_NANO = 1 << 53


def with_wasted(run: Run, usage: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The usage of a call: that of its answer, and of the tries that came to nothing."""
    for _, _, wasted in run.wasted:
        usage = wasted if usage is None else _added(usage, wasted)
    return usage


def cost_of(run: Run, usage: Mapping[str, Any] | None, prices: PriceBook) -> int | None:
    """Nano-USD of a call whose answer used `usage`; None where nobody knows the price."""
    cost = prices.cost(run.record.provider, run.price_name, usage)
    for provider, name, wasted in run.wasted:
        more = prices.cost(provider, name, wasted)
        cost = cost if more is None else min((cost or 0) + more, _MOST_NANO)
    return cost


def _added(usage: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Two usages as one; the details are those of the first."""
    first, second = tokens_of(usage), tokens_of(more)
    added: dict[str, Any] = {
        **usage,
        "prompt_tokens": first.prompt + second.prompt,
        "completion_tokens": first.completion + second.completion,
        "total_tokens": first.total + second.total,
    }
    if usage.get("estimated") or more.get("estimated"):
        added["estimated"] = True
    return added
