"""What a call used, and what that costs: its answer, and the tries before it that had to be paid as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .usage import tokens_of

if TYPE_CHECKING:
    from ..once.run import Run
    from ..prices import PriceBook

__all__ = ["spent_by"]

_MOST_NANO = 1 << 53


def spent_by(run: Run, prices: PriceBook, *, failed: bool) -> tuple[Mapping[str, Any] | None, int | None]:
    """The usage of a call that ends, and its cost in nano-USD; None where there is none, or nobody knows the price."""
    usage: Mapping[str, Any] | None = run.usage or (run.answer.usage if run.answer is not None else None)
    if usage is None and failed and run.events_produced and run.record.meter is None:
        usage = _estimated(run)
    if run.cached:
        return usage, 0
    cost = prices.cost(run.record.provider, run.price_name, usage)
    for provider, name, wasted in run.wasted:
        more = prices.cost(provider, name, wasted)
        usage = wasted if usage is None else _added(usage, wasted)
        cost = cost if more is None else min((cost or 0) + more, _MOST_NANO)
    return usage, cost


def _added(usage: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Two usages as one; of what only one of them tells in detail that is kept."""
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


def _estimated(run: Run) -> dict[str, Any]:
    """Usage of an offline stream that ended before it told its usage: an event is a token there."""
    prompt, completion = max(1, run.prompt_bytes // 4), run.events_produced
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "estimated": True,
    }
