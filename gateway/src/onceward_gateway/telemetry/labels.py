"""Names as labels: those that the gateway knows, and `other` for all that callers may think of.

A series costs memory here and in whatever reads it, for as long as it is kept, so strangers may not make new ones.
Known are the names of the configuration and of the deployments, and names that a provider has answered to, up to a
number.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..calls.running import Run
    from ..core.response_writer import Sink
    from ..entry.services import Gateway

__all__ = ["OTHER", "Names"]

OTHER = "other"
_MOST_LEARNT = 200
_LONGEST = 128


class Names:
    """Which names of models and deployments are labels."""

    def __init__(self, gateway: Gateway) -> None:
        settings = gateway.settings
        targets = {target.partition("/")[2] for target in settings.models.values()}
        self._gateway = gateway
        fallbacks = settings.routing.fallbacks
        named = (settings.models, targets, settings.prices, settings.watch.metrics.models, fallbacks)
        self._configured = frozenset(chain(*named, *fallbacks.values()))
        self._learnt: set[str] = set()
        self._groups = gateway.catalog.groups()
        self._changed = False

    def changed(self) -> bool:
        """Whether names became known or unknown since this was asked last."""
        groups = self._gateway.catalog.groups()
        if groups is self._groups and not self._changed:
            return False
        self._groups, self._changed = groups, False
        return True

    def model(self, name: str) -> str:
        """A model's name, if it is known."""
        if name in self._configured or name in self._learnt or name in self._gateway.catalog.groups():
            return name
        return OTHER

    def asked(self, out: Sink | Run) -> str:
        """The model that a call goes to: its name, that of the offline model behind it, or `other`."""
        name = self.model(out.record.model)
        if name is OTHER and out.record.provider == "offline":
            # Offline models answer to any name, so only their own is told, without a fault's parameters.
            own = out.price_name.partition(":")[0]
            return own if own.startswith("onceward/") else OTHER
        return name

    def served(self, run: Run) -> str:
        """The model that a call went to; a name that a provider answered to is known from here on."""
        name, record = self.asked(run), run.record
        if name is not OTHER or record.provider == "offline" or record.status != "completed":
            return name
        if len(self._learnt) >= _MOST_LEARNT or len(record.model) > _LONGEST:
            return OTHER
        self._learnt.add(record.model)
        self._changed = True
        return record.model

    def deployment(self, id: str | None) -> str:
        """A deployment's id; empty where none served, `other` for one that is no longer there."""
        if id is None:
            return ""
        if self._gateway.catalog.deployment(id) is not None:
            return id
        return self.model(id)
