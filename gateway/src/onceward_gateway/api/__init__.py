"""The API: one table of all routes, and the handlers behind it."""

from __future__ import annotations

from collections.abc import Sequence

from ..http.producers import embed
from ..http.request import Access, BodyKind, Route, deployment_path, model_route
from . import (
    audio,
    batches,
    budgets,
    cache,
    calls,
    credentials,
    credits,
    customers,
    deployments,
    files,
    fine_tuning,
    guardrails,
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

__all__ = ["ROUTES"]


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
    Route("GET", "/v1/calls", "calls.list", calls.listed),
    Route("GET", "/v1/calls/{call_id}", "calls.retrieve", calls.retrieve),
    Route("POST", "/v1/calls/{call_id}/cancel", "calls.cancel", calls.cancel),
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
    guardrails,
    cache,
    utils,
)

ROUTES: Sequence[Route] = (*_MODEL_ROUTES, *(route for family in _FAMILIES for route in family.ROUTES))
