"""The deployments that may answer one call."""

from __future__ import annotations

from dataclasses import dataclass

from .deployments import Deployment
from .requirements import Requirements

__all__ = ["AUTO", "DeploymentPool"]

# The name that lets the gateway choose among all models.
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class DeploymentPool:
    """The deployments that may answer one call, in stages: the model asked for, then each fallback model."""

    name: str
    stages: tuple[tuple[str, tuple[Deployment, ...]], ...]
    requirements: Requirements

    @property
    def provider(self) -> str:
        """Return the provider that records name before a deployment is chosen."""
        return "deployments"

    @property
    def model(self) -> str:
        """Return the name of the model that was asked for."""
        return self.name

    @property
    def members(self) -> tuple[Deployment, ...]:
        """Return all deployments of the pool, each once."""
        return tuple({one.id: one for _, stage in self.stages for one in stage}.values())

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the model names that may serve."""
        return tuple(dict.fromkeys(one.group for _, stage in self.stages for one in stage))

    @property
    def is_single(self) -> bool:
        """Return whether there is only one deployment: it is tried whatever is known of it."""
        return sum(len(stage) for _, stage in self.stages) == 1
