"""A directory of identity for tests, without a gateway around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from onceward_gateway.cluster.bus import Bus, LocalBus
from onceward_gateway.core.clock import Clock
from onceward_gateway.core.principal import Principal
from onceward_gateway.db import Database
from onceward_gateway.identity.directory import Directory
from onceward_gateway.identity.invalidation import ChangeLog
from onceward_gateway.identity.repositories import Repositories

__all__ = ["directory_over"]


def directory_over(
    db: Database,
    clock: Clock,
    new_id: Callable[[str], str],
    *,
    bus: Bus | None = None,
    masters: Iterable[Principal] = (),
) -> Directory:
    """Return a directory over a database; without a bus it hears of no other node."""
    changes = ChangeLog(db, clock, bus or LocalBus(), 1.0)
    return Directory(Repositories(db), db, clock, new_id, changes, masters=masters)
