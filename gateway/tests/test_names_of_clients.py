"""Names that clients choose, of members and of models, do not fill the memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from onceward_gateway.billing.answer_bounds import bounds_in
from onceward_gateway.billing.prices import PriceBook
from onceward_gateway.core.clock import SystemClock
from onceward_gateway.core.effective_body import effective_body
from onceward_gateway.routing.model_catalog import model_info

_PRICES = PriceBook({}, SystemClock())
_MOST_BYTES = 4 << 20
_LONG = "x" * (1 << 17)


def _many(number: int) -> dict[str, Any]:
    """Return a body of many short names, none of which the others of its kind have."""
    return dict.fromkeys((chr(0x4E00 + (13 * number + place) % 20_000) for place in range(250)), 1)


def _long(number: int) -> dict[str, Any]:
    return {f"{number}{_LONG}": 1}


@pytest.mark.parametrize(
    ("use", "times"),
    [
        (lambda number: effective_body(_many(number)), 300),
        (lambda number: effective_body(_long(number)), 80),
        (lambda number: bounds_in(_many(number)), 300),
        (lambda number: bounds_in(_long(number)), 80),
        (lambda number: model_info(f"{number}{_LONG}"), 80),
        (lambda number: _PRICES.unit("openai", f"{number}{_LONG}"), 80),
    ],
    ids=["many members", "long members", "many limits", "long limits", "long models", "long models with prices"],
)
def test_names_of_clients_do_not_fill_the_memory(use: Callable[[int], object], times: int) -> None:
    tracemalloc.start()
    try:
        for number in range(times):
            use(number)
        assert tracemalloc.get_traced_memory()[0] <= _MOST_BYTES
    finally:
        tracemalloc.stop()
