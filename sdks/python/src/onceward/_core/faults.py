"""Messages about wrong arguments: the value shortened, the nearest valid one, the bound it breaks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Sized
from typing import Any, Final

from .narrow import is_bytes, is_mapping, is_row

__all__ = ["JSON_TYPES", "misspelt", "nearest", "out_of_bounds", "quoted"]

JSON_TYPES: Final = frozenset({str, int, float, bool, dict, list, tuple, type(None)})
"""Classes whose values are JSON as they are."""

_SHOWN: Final = 80


def quoted(value: Any) -> str:
    """Return a value as an error message quotes it, shortened."""
    if value.__class__ not in JSON_TYPES:
        return f"of type `{type(value).__name__}`"
    try:
        text = repr(value[:_SHOWN] if isinstance(value, str) or is_row(value) else value)
    except ValueError:  # Python does not print numbers of more than 4,300 digits.
        return "a number of very many digits"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def nearest(value: Any, values: Sequence[Any], *, cutoff: float = 0.6) -> str:
    """Return a "did you mean" question for a similar valid value, or an empty text."""
    if not isinstance(value, str):
        return ""
    from difflib import get_close_matches  # only for the message of an error

    close = get_close_matches(value, [known for known in values if isinstance(known, str)], n=1, cutoff=cutoff)
    return f"did you mean {close[0]!r}? Otherwise " if close else ""


def misspelt(name: str, unknown: Sequence[Any]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, [other for other in unknown if isinstance(other, str)], n=1, cutoff=0.6)
    return f" (did you mean this by `{close[0]}`?)" if close else ""


def out_of_bounds(value: Any, bounds: Mapping[str, Any], *, secret: bool = False) -> str | None:
    """Return the first bound that a value breaks, as the end of a sentence. Secrets are not quoted."""
    if isinstance(value, (int, float)):
        return _range_fault(value, bounds)
    fault = _length_fault(value, bounds) if isinstance(value, Sized) else None
    if fault is None and isinstance(value, str) and "pattern" in bounds and not re.search(bounds["pattern"], value):
        problem = "does not match the pattern" if secret else f"is {quoted(value)}"
        form = bounds["pattern"].replace("\\Z", "$")
        return f"{problem}; give a string that matches `{form}`"
    return fault


def _range_fault(value: float, bounds: Mapping[str, Any]) -> str | None:
    for name, bound in bounds.items():
        if name == "minimum" and value < bound:
            return f"is {quoted(value)}; at least {bound:g} needed"
        if name == "maximum" and value > bound:
            return f"is {quoted(value)}; at most {bound:g} allowed"
        if name == "exclusive_minimum" and value <= bound:
            return f"is {quoted(value)}; more than {bound:g} needed"
        if name == "exclusive_maximum" and value >= bound:
            return f"is {quoted(value)}; less than {bound:g} needed"
    return None


def _length_fault(value: Sized, bounds: Mapping[str, Any]) -> str | None:
    count = len(value)
    is_text = isinstance(value, str)
    unit = "character" if is_text else "byte" if is_bytes(value) else "member" if is_mapping(value) else "item"
    units = unit if count == 1 else f"{unit}s"
    if count < bounds.get("min_length", 0):
        return f"has {count} {units}; at least {bounds['min_length']} needed"
    if count > bounds.get("max_length", count):
        return f"has {count} {units}; at most {bounds['max_length']} allowed"
    return None
