# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: health."""

from __future__ import annotations

from typing import Literal, TypeAlias

from .._core.models import Model

__all__ = [
    "HealthEndpoint",
    "HealthModels",
    "HealthStatus",
    "ReadyStatus",
    "ReadyStatusAuthMode",
]


class HealthEndpoint(Model):
    """The health of one deployment."""

    model: str
    """The model name that callers use."""

    model_id: str | None = None
    """The id of the deployment. See `GET /model/info`."""

    provider: str | None = None
    """The provider that serves it."""

    latency_ms: float | None = None
    """The latency in milliseconds."""

    error: str | None = None
    """The error, if the deployment did not respond."""


class HealthModels(Model):
    """The health of the deployments."""

    healthy_endpoints: list[HealthEndpoint]
    """The deployments that responded."""

    unhealthy_endpoints: list[HealthEndpoint]
    """The deployments that did not respond."""

    healthy_count: int
    """The number of healthy deployments."""

    unhealthy_count: int
    """The number of unhealthy deployments."""


class HealthStatus(Model):
    """The health of the gateway."""

    status: str
    """Always `ok`."""

    version: str | None = None
    """The version of the gateway."""

    issues: list[str] | None = None
    """Problems that do not stop the gateway."""


class ReadyStatus(Model):
    """The readiness of the gateway."""

    ok: bool
    """Whether the gateway is ready."""

    status: str | None = None
    """The status: `ready`."""

    auth_mode: ReadyStatusAuthMode | None = None
    """Whether an API key is required."""

    allowlist_enabled: bool | None = None
    """Whether only allowlisted models may be called."""

    limits_enabled: bool | None = None
    """Whether rate limits apply."""

    issues: list[str] | None = None
    """Problems that do not stop the gateway."""


ReadyStatusAuthMode: TypeAlias = Literal["required", "optional", "disabled"] | str
"""Whether an API key is required."""
