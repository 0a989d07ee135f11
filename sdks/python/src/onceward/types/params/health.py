# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: health."""

from __future__ import annotations

from ..._core.options import CallOptions

__all__ = [
    "HealthModelsParams",
]


class HealthModelsParams(CallOptions, total=False):
    """Arguments of `health.models`."""

    model: str
    """Only deployments of this model name."""
