"""Values that some encoders write and that JSON does not allow: NaN, infinite numbers and lone surrogates.

The decoder's error has only a byte offset; these errors name the field.
"""

from __future__ import annotations

import json
import math
import re

from ..core import error_codes
from ..core.errors import ApiError, invalid
from ..core.json_leaves import leaves

__all__ = ["refuse_unwritable"]

_SURROGATE = re.compile("[\ud800-\udfff]")


def refuse_unwritable(raw: bytes) -> None:
    """Raise the error of the first such value of a small body; return if the body is invalid in another way."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return
    for at, part in leaves(value):
        if isinstance(part, str) and (found := _SURROGATE.search(part)):
            raise _refused(at, f"holds the lone surrogate U+{ord(found[0]):04X}, which is not a character. Remove it.")
        if isinstance(part, float) and not math.isfinite(part):
            raise _refused(at, f"is {part}, or a number too large for JSON. Send a finite number, or null.")


def _refused(at: str, what: str) -> ApiError:
    return invalid(f"`{at or 'body'}` {what}", param=at or None, code=error_codes.INVALID_JSON)
