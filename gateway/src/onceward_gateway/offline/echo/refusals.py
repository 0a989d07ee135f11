"""Errors about a caller's schema."""

from __future__ import annotations

from ...core import error_codes
from ...core.errors import ApiError, invalid
from ..schema.budget import TooComplex, Unfillable

__all__ = ["schema_too_complex", "unfillable_schema"]


def schema_too_complex(field: str, error: TooComplex) -> ApiError:
    """Return the error of a schema whose work budget is spent."""
    return invalid(
        f"`{field}` is too complex to be filled: {error}. Make it smaller.",
        param=field,
        code=error_codes.SCHEMA_TOO_COMPLEX,
    )


def unfillable_schema(field: str, error: Unfillable) -> ApiError:
    """Return the error of a schema for which no value was found."""
    if isinstance(error, TooComplex):
        return schema_too_complex(field, error)
    return invalid(
        f"`{field}` accepts no value that could be found: {error}. "
        "Check that its keywords do not contradict each other.",
        param=field.partition(".")[0],
        code=error_codes.INVALID_JSON_SCHEMA,
    )
