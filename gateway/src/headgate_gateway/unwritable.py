"""Values that some writers put into JSON and that JSON does not have: NaN, infinite numbers and lone surrogates.

The decoder refuses them by the byte where it stopped; whoever sent them looks for the field.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from .errors import ApiError, invalid

__all__ = ["refuse_unwritable"]

_SURROGATE = re.compile("[\ud800-\udfff]")


def refuse_unwritable(raw: bytes) -> None:
    """Raise the error of the first such value of a small body; return if the body is broken in another way."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return
    left: list[tuple[str, Any]] = [("", value)]
    while left:
        at, part = left.pop()
        if isinstance(part, str) and (found := _SURROGATE.search(part)):
            raise _refused(at, f"holds the lone surrogate U+{ord(found[0]):04X}, which is no character. Remove it.")
        if isinstance(part, float) and not math.isfinite(part):
            raise _refused(at, f"is {part}, or a number too large for JSON. Send a finite number, or null.")
        if isinstance(part, dict):
            for name, member in part.items():
                # A name that cannot be written is a fault of the object that it is in.
                if _SURROGATE.search(name):
                    left.append((at, name))
                else:
                    left.append((f"{at}.{name}" if at else name, member))
        elif isinstance(part, list):
            left.extend((f"{at}[{place}]", member) for place, member in enumerate(part))


def _refused(at: str, what: str) -> ApiError:
    return invalid(f"`{at or 'body'}` {what}", param=at or None, code="invalid_json")
