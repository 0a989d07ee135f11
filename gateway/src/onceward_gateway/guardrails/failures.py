"""Errors of providers, passed through guardrails: their messages are provider output, like answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.errors import ApiError

__all__ = ["guard_failure"]

# Members of an error that quote the provider.
_QUOTES = ("provider_error", "attempts")


def guard_failure(error: ApiError, rewrite: Callable[[Any], Any]) -> None:
    """Rewrite the parts of an error that quote a provider; remove them if a guardrail blocks them."""
    quoted = [name for name in _QUOTES if name in error.extra]
    if not quoted:
        return
    try:
        message, code, param = rewrite(error.message), rewrite(error.code), rewrite(error.param)
        extra = {name: rewrite(error.extra[name]) for name in quoted}
    except ApiError:
        message, code, param = "The provider failed, and a guardrail withholds what it said.", None, None
        extra = dict.fromkeys(quoted)
    error.message, error.code, error.param = message, code, param
    error.extra |= extra
    error.args = (error.message,)
