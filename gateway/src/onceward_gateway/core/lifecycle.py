"""The lifecycle of the gateway's process, as health checks and metrics read it."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Lifecycle"]


class Lifecycle(Protocol):
    """The state of the gateway's process."""

    @property
    def ready(self) -> bool:
        """Return whether the gateway has started."""
        ...

    @property
    def draining(self) -> bool:
        """Return whether the gateway accepts no new calls because it will stop."""
        ...
