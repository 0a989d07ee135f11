"""Errors for answers that a content filter stopped, if the client asks for them."""

from __future__ import annotations

from typing import Any

from .errors import ContentFilterError
from .meta import Meta

__all__ = ["filter_error", "raise_if_filtered"]

REASON = "content_filter"


def filter_error(where: str) -> ContentFilterError:
    error = ContentFilterError("a content filter stopped the answer", code=REASON)
    error.where = where
    return error


def raise_if_filtered(where: str, meta: Meta, value: Any) -> None:
    """Raise if a content filter finished a choice of the answer. The answer is the error's ``partial``."""
    for choice in getattr(value, "choices", None) or ():
        if getattr(choice, "finish_reason", None) == REASON:
            error = filter_error(where)
            error.status_code, error.headers, error.request_id = meta.status_code, meta.headers, meta.request_id
            error.partial, error.usage = value, getattr(value, "usage", None)
            raise error
