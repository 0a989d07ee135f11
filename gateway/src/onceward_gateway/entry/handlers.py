"""The handlers of the API, built from the services."""

from __future__ import annotations

from ..api import Handlers
from ..api.cache import CacheHandlers
from ..api.calls import CallHandlers
from ..api.guardrails import GuardrailHandlers
from .services import Gateway

__all__ = ["build_handlers"]


def build_handlers(gateway: Gateway) -> Handlers:
    """Return the handlers of every family of operations, each with its collaborators."""
    return Handlers(
        cache=CacheHandlers(gateway.cache, gateway.clock),
        calls=CallHandlers(gateway.calls),
        guardrails=GuardrailHandlers(gateway.guardrails),
    )
