"""The API: the handlers of every operation, and the table of all routes."""

from __future__ import annotations

from dataclasses import dataclass

from ..http.producers import embed
from ..http.request import Access, BodyKind, Route, deployment_path, model_route
from . import (
    audio,
    batches,
    budgets,
    credentials,
    credits,
    customers,
    deployments,
    files,
    fine_tuning,
    images,
    keys,
    members,
    moderations,
    organizations,
    page,
    spend,
    teams,
    users,
)
from .cache import CacheHandlers
from .calls import CallHandlers
from .guardrails import GuardrailHandlers
from .health import HealthHandlers
from .models import ModelHandlers
from .utils import UtilityHandlers

__all__ = ["Handlers", "routes"]

_JSON = BodyKind.JSON
_PLATFORM = Access.PLATFORM


@dataclass(frozen=True, slots=True)
class Handlers:
    """The handlers of every family of operations."""

    cache: CacheHandlers
    calls: CallHandlers
    guardrails: GuardrailHandlers
    health: HealthHandlers
    models: ModelHandlers
    utils: UtilityHandlers


def _azure(tail: str) -> tuple[str, ...]:
    return (deployment_path(tail), f"/engines/{{model}}/{tail}")


_MODEL_ROUTES: tuple[Route, ...] = (
    model_route(
        path="/v1/chat/completions",
        operation="chat.completions.create",
        kind="chat",
        body=BodyKind.JSON,
        aliases=_azure("chat/completions"),
    ),
    model_route(
        path="/v1/completions",
        operation="completions.create",
        kind="completions",
        body=BodyKind.JSON,
        aliases=_azure("completions"),
    ),
    model_route(
        path="/v1/embeddings",
        operation="embeddings.create",
        kind="embeddings",
        body=BodyKind.JSON,
        local=embed,
        aliases=_azure("embeddings"),
    ),
)

_FAMILIES = (
    page,
    files,
    batches,
    fine_tuning,
    images,
    audio,
    moderations,
    keys,
    users,
    teams,
    members,
    organizations,
    customers,
    budgets,
    spend,
    credits,
    deployments,
    credentials,
)


def routes(handlers: Handlers) -> tuple[Route, ...]:
    """Return every route of the gateway, family by family."""
    return (
        *_MODEL_ROUTES,
        *(route for family in _FAMILIES for route in family.ROUTES),
        *_calls(handlers.calls),
        *_cache(handlers.cache),
        *_guardrails(handlers.guardrails),
        *_health(handlers.health),
        *_models(handlers.models),
        *_utils(handlers.utils),
    )


def _calls(calls: CallHandlers) -> tuple[Route, ...]:
    return (
        Route("GET", "/v1/calls", "calls.list", calls.list_calls),
        Route("GET", "/v1/calls/{call_id}", "calls.retrieve", calls.retrieve),
        Route("POST", "/v1/calls/{call_id}/cancel", "calls.cancel", calls.cancel),
    )


def _cache(cache: CacheHandlers) -> tuple[Route, ...]:
    return (
        Route("GET", "/cache/ping", "cache.ping", cache.ping, access=_PLATFORM),
        Route("POST", "/cache/delete", "cache.delete", cache.delete, _JSON, _PLATFORM, once=True, apart=True),
        Route("POST", "/cache/flushall", "cache.flush_all", cache.delete_all, access=_PLATFORM, once=True, apart=True),
    )


def _guardrails(guardrails: GuardrailHandlers) -> tuple[Route, ...]:
    return (Route("GET", "/guardrails/list", "guardrails.list", guardrails.list_guardrails, access=_PLATFORM),)


def _health(health: HealthHandlers) -> tuple[Route, ...]:
    live = ("/health", "/health/liveness", "/health/liveliness")
    return (
        Route("GET", "/healthz", "health.live", health.live, access=Access.PUBLIC, aliases=live),
        Route("GET", "/readyz", "health.ready", health.ready, access=Access.PUBLIC, aliases=("/health/readiness",)),
    )


def _models(models: ModelHandlers) -> tuple[Route, ...]:
    alias = ("/v1/models/{model...}",)
    return (
        Route("GET", "/v1/models", "models.list", models.list_models),
        Route("GET", "/v1/models/{model}", "models.retrieve", models.retrieve, aliases=alias),
        Route("DELETE", "/v1/models/{model}", "models.delete", models.delete, once=True, aliases=alias),
        Route("GET", "/v1/capabilities", "capabilities.list", models.list_capabilities),
    )


def _utils(utils: UtilityHandlers) -> tuple[Route, ...]:
    return (
        Route("POST", "/utils/token_counter", "utils.token_counter", utils.count_tokens, _JSON),
        Route("GET", "/utils/supported_openai_params", "utils.supported_openai_params", utils.list_supported_params),
        Route("POST", "/utils/transform_request", "utils.transform_request", utils.preview_request, _JSON, _PLATFORM),
        Route("GET", "/health/models", "health.models", utils.check_models, access=_PLATFORM),
    )
