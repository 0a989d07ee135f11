"""`headgate models`: which models there are, what they take, and what they cost."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from ._client_options import make_client
from ._screen import Screen

if TYPE_CHECKING:
    from ..types.models import Model

__all__ = ["command"]

_SHOWN = ("tools", "vision", "thinking", "structured_output", "audio_input", "audio_output", "fine_tuning", "batch")


def command(given: argparse.Namespace, screen: Screen) -> int:
    with make_client(given, screen) as client:
        found = [model for model in client.models.list() if not given.search or given.search in model.id]
    if given.json:
        for model in found:
            screen.line(json.dumps(model.to_dict(), ensure_ascii=False))
        return 0
    if not found:
        what = f"no model whose id holds {given.search!r}" if given.search else "no model"
        screen.fault(f"there is {what}", None)
        return 1
    screen.table(("model", "kind", "context", "in $/1M", "out $/1M", "can"), [_row(one) for one in found], (2, 3, 4))
    return 0


def _row(model: Model) -> tuple[str, ...]:
    limits, pricing, features = model.limits, model.pricing, model.capabilities
    able = [name.replace("_", " ") for name in _SHOWN if features is not None and getattr(features, name, None)]
    return (
        model.id,
        model.mode or "",
        _count(limits.context_window if limits is not None else None),
        _price(pricing.input_cost_per_token if pricing is not None else None),
        _price(pricing.output_cost_per_token if pricing is not None else None),
        ", ".join(able),
    )


def _count(tokens: int | None) -> str:
    if tokens is None:
        return ""
    return f"{tokens // 1000}k" if tokens >= 1000 else str(tokens)


def _price(per_token: float | None) -> str:
    return "" if per_token is None else f"{per_token * 1_000_000:.2f}"
