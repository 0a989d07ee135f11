"""The price of a call whose provider may choose among several models."""

from __future__ import annotations

from collections.abc import Sequence

from ..billing.prices import PriceBook

__all__ = ["price_name_of"]

# Separators before the date or the variant of a model.
_MARKS = "-:@"


def price_name_of(
    prices: PriceBook, provider: str, asked: tuple[str, str], others: Sequence[str], served: str | None
) -> str:
    """Return the price name of a call: that of the model that answered.

    `asked` is the requested model and its price name, `served` the provider's name of the model that answered. A dated
    version counts as its model. If it is unknown which one answered, or what it costs, the most expensive one is used.
    """
    names = {name: name for name in (one.removeprefix(provider + "/") for one in others)}
    names[asked[0]] = asked[1]
    weights = {model: _weight(prices, provider, name) for model, name in names.items()}
    known = [model for model, weight in weights.items() if weight is not None]
    if served is not None:
        fitting = [name for name in known if served == name or served.startswith(tuple(name + mark for mark in _MARKS))]
        if fitting:
            return names[max(fitting, key=len)]
    return names[max(known, key=lambda model: weights[model] or 0)] if known else asked[1]


def _weight(prices: PriceBook, provider: str, name: str) -> int | None:
    unit = prices.unit(provider, name)
    return None if unit is None else unit.input + unit.output
