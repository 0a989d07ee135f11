"""The handlers of the API, built from the services."""

from __future__ import annotations

from collections.abc import Callable

from ..api import Handlers
from ..api.audio import AudioHandlers
from ..api.batches import BatchHandlers
from ..api.cache import CacheHandlers
from ..api.calls import CallHandlers
from ..api.files import FileHandlers
from ..api.fine_tuning import FineTuningHandlers
from ..api.guardrails import GuardrailHandlers
from ..api.health import HealthHandlers
from ..api.health_check import DeploymentChecks
from ..api.images import ImageHandlers
from ..api.models import ModelHandlers
from ..api.moderations import ModerationHandlers
from ..api.utils import UtilityHandlers
from ..core.principal import Principal
from ..offline.handler import Embeddings
from .services import Gateway

__all__ = ["build_handlers"]


def build_handlers(gateway: Gateway, *, require_route: Callable[[Principal, str], None]) -> Handlers:
    """Return the handlers of every family of operations, each with its collaborators.

    `require_route` raises an error where a caller may not send a POST to a path.
    """
    checks = DeploymentChecks(
        gateway.targets, gateway.breakers, lambda: gateway.providers, gateway.clock, gateway.new_id
    )
    return Handlers(
        audio=AudioHandlers(gateway.clock),
        batches=BatchHandlers(
            gateway.batches,
            gateway.files,
            gateway.clock,
            gateway.new_id,
            require_route=require_route,
            wake=gateway.batch_queue.wake,
        ),
        cache=CacheHandlers(gateway.cache, gateway.clock),
        calls=CallHandlers(gateway.calls),
        embeddings=Embeddings(gateway.clock),
        files=FileHandlers(gateway.files),
        fine_tuning=FineTuningHandlers(
            gateway.fine_tuning_jobs,
            gateway.files,
            gateway.fine_tuned,
            gateway.clock,
            gateway.new_id,
            any_model=gateway.settings.offline or "*" in gateway.settings.models,
            wake=gateway.fine_tuning_queue.wake,
        ),
        guardrails=GuardrailHandlers(gateway.guardrails),
        images=ImageHandlers(gateway.images, gateway.clock, gateway.settings),
        moderations=ModerationHandlers(gateway.clock),
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
