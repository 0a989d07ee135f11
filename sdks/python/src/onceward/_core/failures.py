"""Error bodies as the types that the contract declares for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .meta import Meta
from .shapes import shape_of

__all__ = ["typed_body"]


def typed_body(errors: Mapping[str, str], meta: Meta, body: bytes, plain: Any) -> Any:
    """Return the body of an error as the type of its status; ``plain`` if there is none or the body does not fit it."""
    status = meta.status_code
    keys = (str(status), f"{status // 100}XX", "default")
    reference = next((errors[key] for key in keys if key in errors), None)
    if reference is None:
        return plain
    try:
        return shape_of(reference).validate(body)
    except ValueError:  # pydantic's ValidationError
        return plain
