"""Words for a wrong argument: the value cut to some length, the nearest right one, the bound it breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from typing import Any, Final

from .narrow import is_row

__all__ = ["JSON_TYPES", "misspelt", "nearest", "out_of_bounds", "shown"]

JSON_TYPES: Final = frozenset({str, int, float, bool, dict, list, tuple, type(None)})
"""The classes of values that are JSON as they are."""

_SHOWN: Final = 80


def shown(value: Any) -> str:
    """A value as an error shows it, cut to some length."""
    if value.__class__ not in JSON_TYPES:
        return f"of type `{type(value).__name__}`"
    try:
        text = repr(value[:_SHOWN] if isinstance(value, str) or is_row(value) else value)
    except ValueError:  # Python writes no number of more than 4,300 digits
        return "a number of very many digits"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def nearest(value: Any, values: Sequence[Any]) -> str:
    if not isinstance(value, str):
        return ""
    from difflib import get_close_matches  # only where there is a fault to tell

    close = get_close_matches(value, [known for known in values if isinstance(known, str)], n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}? Otherwise " if close else ""


def misspelt(name: str, unknown: Sequence[Any]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, [other for other in unknown if isinstance(other, str)], n=1, cutoff=0.6)
    return f" (did you mean it by `{close[0]}`?)" if close else ""


def out_of_bounds(value: Any, bounds: Mapping[str, float]) -> str | None:
    if isinstance(value, (int, float)):
        return _range_fault(value, bounds)
    return _length_fault(value, bounds) if isinstance(value, Sized) and not isinstance(value, Mapping) else None


def _range_fault(value: float, bounds: Mapping[str, float]) -> str | None:
    for name, bound in bounds.items():
        if name == "minimum" and value < bound:
            return f"is {shown(value)}; at least {bound:g} needed"
        if name == "maximum" and value > bound:
            return f"is {shown(value)}; at most {bound:g} allowed"
        if name == "exclusive_minimum" and value <= bound:
            return f"is {shown(value)}; more than {bound:g} needed"
        if name == "exclusive_maximum" and value >= bound:
            return f"is {shown(value)}; less than {bound:g} needed"
    return None


def _length_fault(value: Sized, bounds: Mapping[str, float]) -> str | None:
    is_text = isinstance(value, (str, bytes, bytearray, memoryview))
    unit = "characters" if isinstance(value, str) else "bytes" if is_text else "items"
    count = len(value)
    for name, bound in bounds.items():
        if is_text and name.endswith("items"):
            continue
        if name in ("min_length", "min_items") and count < bound:
            return f"has {count} {unit}; at least {bound:g} needed"
        if name in ("max_length", "max_items") and count > bound:
            return f"has {count} {unit}; at most {bound:g} allowed"
    return None
