"""The handlers of the API, built from the services."""

from __future__ import annotations

from ..api import Handlers
from ..api.cache import CacheHandlers
from ..api.calls import CallHandlers
from ..api.guardrails import GuardrailHandlers
from ..api.health import HealthHandlers
from ..api.health_check import DeploymentChecks
from ..api.models import ModelHandlers
from ..api.utils import UtilityHandlers
from .services import Gateway

__all__ = ["build_handlers"]


def build_handlers(gateway: Gateway) -> Handlers:
    """Return the handlers of every family of operations, each with its collaborators."""
    checks = DeploymentChecks(
        gateway.targets, gateway.breakers, lambda: gateway.providers, gateway.clock, gateway.new_id
    )
    return Handlers(
        cache=CacheHandlers(gateway.cache, gateway.clock),
        calls=CallHandlers(gateway.calls),
        guardrails=GuardrailHandlers(gateway.guardrails),
        health=HealthHandlers(
            gateway.settings,
            gateway,
            gateway.db,
            gateway.readiness,
            gateway.nodes,
            gateway.bus,
            gateway.redis,
            gateway.catalog,
        ),
        models=ModelHandlers(gateway.settings, gateway.offline, gateway.catalog, gateway.selector, gateway.prices),
        utils=UtilityHandlers(gateway.selector, gateway.catalog, checks, offline=gateway.settings.offline),
    )
