"""JSON that may be cut short: reading what is there, and saying what is wrong with the rest."""

from __future__ import annotations

import json
from typing import Any

from .._core.narrow import is_dict
from .._core.surrogates import whole

__all__ = ["object_from", "partial_json", "truncated"]


def partial_json(text: str) -> Any:
    """The value of JSON that may not be at its end; None where nothing can be read yet."""
    from pydantic_core import from_json

    try:
        return from_json(whole(text), allow_partial="trailing-strings")
    except ValueError:
        return None


def truncated(text: str) -> bool:
    """Whether the text is the beginning of JSON, so that what is wrong with it is that it stops."""
    from pydantic_core import from_json

    text = whole(text)
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
    """A tool call's arguments as an object, or None and what is wrong with them. No text at all means no arguments."""
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
