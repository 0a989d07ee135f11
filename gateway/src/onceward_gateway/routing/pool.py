"""The deployments that may answer one call."""

from __future__ import annotations

from dataclasses import dataclass

from .deployments import Deployment
from .requirements import Needs

__all__ = ["AUTO", "Pool"]

# The name that stands for all others.
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Pool:
    """The deployments that may answer one call, in stages: the name asked for, then each fallback model."""

    name: str
    stages: tuple[tuple[str, tuple[Deployment, ...]], ...]
    needs: Needs

    @property
    def provider(self) -> str:
        return "deployments"

    @property
    def model(self) -> str:
        return self.name

    @property
    def members(self) -> tuple[Deployment, ...]:
        """All of them, each once."""
        return tuple({one.id: one for _, stage in self.stages for one in stage}.values())

    @property
    def groups(self) -> tuple[str, ...]:
        """The model names that may serve."""
        return tuple(dict.fromkeys(one.group for _, stage in self.stages for one in stage))

    @property
    def alone(self) -> bool:
        """Whether there is but one place to go to: it is tried whatever is known of it."""
        return sum(len(stage) for _, stage in self.stages) == 1
