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
    health,
    images,
    keys,
    members,
    models,
    moderations,
    organizations,
    page,
    spend,
    teams,
    users,
    utils,
)
from .cache import CacheHandlers
from .calls import CallHandlers
from .guardrails import GuardrailHandlers

__all__ = ["Handlers", "routes"]

_JSON = BodyKind.JSON
_PLATFORM = Access.PLATFORM


@dataclass(frozen=True, slots=True)
class Handlers:
    """The handlers of every family of operations."""

    cache: CacheHandlers
    calls: CallHandlers
    guardrails: GuardrailHandlers


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
    Route("GET", "/v1/models", "models.list", models.listed),
    Route("GET", "/v1/models/{model}", "models.retrieve", models.retrieve, aliases=("/v1/models/{model...}",)),
    Route(
        "DELETE", "/v1/models/{model}", "models.delete", models.delete, once=True, aliases=("/v1/models/{model...}",)
    ),
    Route("GET", "/v1/capabilities", "capabilities.list", models.capabilities),
    Route(
        "GET",
        "/healthz",
        "health.live",
        health.live,
        access=Access.PUBLIC,
        aliases=("/health", "/health/liveness", "/health/liveliness"),
    ),
    Route("GET", "/readyz", "health.ready", health.ready, access=Access.PUBLIC, aliases=("/health/readiness",)),
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
    utils,
)


def routes(handlers: Handlers) -> tuple[Route, ...]:
    """Return every route of the gateway, family by family."""
    return (
        *_MODEL_ROUTES,
        *(route for family in _FAMILIES for route in family.ROUTES),
        *_calls(handlers.calls),
        *_cache(handlers.cache),
        *_guardrails(handlers.guardrails),
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
