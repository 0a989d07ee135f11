"""The deployments that may answer one call."""

from __future__ import annotations

from .deployments import Deployment
from .requirements import Requirements

__all__ = ["AUTO", "DeploymentPool"]

# The name that lets the gateway choose among all models.
AUTO = "auto"


class DeploymentPool:
    """The deployments that may answer one call, in stages: the model asked for, then each fallback model.

    `members` are all of them, each once. A pool that `is_single` has one deployment, which is tried whatever is known
    of it.
    """

    __slots__ = ("is_single", "members", "name", "requirements", "stages")

    def __init__(
        self, name: str, stages: tuple[tuple[str, tuple[Deployment, ...]], ...], requirements: Requirements
    ) -> None:
        self.name = name
        self.stages = stages
        self.requirements = requirements
        every = [one for _, stage in stages for one in stage]
        self.members = tuple({one.id: one for one in every}.values())
        self.is_single = len(every) == 1

    @property
    def provider(self) -> str:
        """Return the provider that records name before a deployment is chosen."""
        return "deployments"

    @property
    def model(self) -> str:
        """Return the name of the model that was asked for."""
        return self.name
