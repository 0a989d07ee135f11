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
    """A deployment that was asked."""

    model: str
    """The name that callers use."""

    model_id: str | None = None
    """The deployment; see `GET /model/info`."""

    provider: str | None = None
    """Who runs it."""

    latency_ms: float | None = None
    """How long it took to answer."""

    error: str | None = None
    """Why it did not."""


class HealthModels(Model):
    """Which deployments answered."""

    healthy_endpoints: list[HealthEndpoint]
    """Those that did."""

    unhealthy_endpoints: list[HealthEndpoint]
    """Those that did not."""

    healthy_count: int
    """How many did."""

    unhealthy_count: int
    """How many did not."""


class HealthStatus(Model):
    """The gateway lives."""

    status: str
    """Always `ok`."""

    version: str | None = None
    """The version of the gateway."""

    issues: list[str] | None = None
    """What is not as it should be."""


class ReadyStatus(Model):
    """The gateway serves."""

    ok: bool
    """Whether it serves."""

    status: str | None = None
    """In a word: `ready`."""

    auth_mode: ReadyStatusAuthMode | None = None
    """Whether a key is needed."""

    allowlist_enabled: bool | None = None
    """Whether only listed models may be called."""

    limits_enabled: bool | None = None
    """Whether requests and tokens are limited."""

    issues: list[str] | None = None
    """What is not as it should be."""


ReadyStatusAuthMode: TypeAlias = Literal["required", "optional", "disabled"] | str
"""Whether a key is needed."""
