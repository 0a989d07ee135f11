"""Read JSON that may be cut short, and report what is wrong with it."""

from __future__ import annotations

import json
from typing import Any

from .._core.narrow import is_dict
from .._core.surrogates import replace_unpaired

__all__ = ["object_from", "partial_json", "truncated"]


def partial_json(text: str) -> Any:
    """Return the value of JSON that may not be complete, or None if nothing can be read yet."""
    from pydantic_core import from_json

    try:
        return from_json(replace_unpaired(text), allow_partial="trailing-strings")
    except ValueError:
        return None


def truncated(text: str) -> bool:
    """Return whether the text is the beginning of JSON, with nothing wrong but that it stops."""
    from pydantic_core import from_json

    text = replace_unpaired(text)
    try:
        from_json(text)
    except ValueError:
        try:
            from_json(text, allow_partial="trailing-strings")
        except ValueError:
            return not text.strip()
        return True
    return False


def object_from(text: str) -> tuple[dict[str, Any] | None, str | None]:
    """Return a tool call's arguments as an object, or None and the fault. An empty text means no arguments."""
    if not text.strip():
        return {}, None
    try:
        value = json.loads(text)
    except RecursionError:
        return None, "the arguments are nested too deeply"
    except ValueError as error:
        if truncated(text):
            return None, f"the arguments are cut short after {len(text)} characters"
        return None, f"the arguments are not JSON: {error}"
    if not is_dict(value):
        return None, f"the arguments must be a JSON object, not {text[:80]!r}"
    return value, None
