"""Label values for names of models and deployments: the known names, and `other` for all that callers may invent.

A series costs memory here and in every reader for as long as it is kept, so callers must not be able to create new
ones. Known are the names of the configuration and of the deployments, and up to a limit the names to which a provider
has answered.
"""

from __future__ import annotations

from itertools import chain

from ..calls.running import RunningCall
from ..config.load import Settings
from ..core.response_writer import ResponseWriter
from ..routing.catalog import DeploymentCatalog

__all__ = ["OTHER", "NameLabels"]

OTHER = "other"
_MAX_LEARNED = 200
_MAX_LENGTH = 128


class NameLabels:
    """Decides which names of models and deployments are label values."""

    def __init__(self, settings: Settings, catalog: DeploymentCatalog) -> None:
        self._catalog = catalog
        targets = {target.partition("/")[2] for target in settings.models.values()}
        fallbacks = settings.routing.fallbacks
        named = (settings.models, targets, settings.prices, settings.observability.metrics.models, fallbacks)
        self._configured = frozenset(chain(*named, *fallbacks.values()))
        self._learned: set[str] = set()
        self._groups = catalog.groups()
        self._changed = False

    def changed(self) -> bool:
        """Return whether names became known or unknown since the last call."""
        groups = self._catalog.groups()
        if groups is self._groups and not self._changed:
            return False
        self._groups, self._changed = groups, False
        return True

    def model(self, name: str) -> str:
        """Return the name of a model if it is known, else `other`."""
        if name in self._configured or name in self._learned or name in self._catalog.groups():
            return name
        return OTHER

    def requested(self, out: ResponseWriter | RunningCall) -> str:
        """Return the model that a call goes to: its name, that of the offline model behind it, or `other`."""
        name = self.model(out.record.model)
        if name is OTHER and out.record.provider == "offline":
            # Offline models answer to any name: the label is their own name, without the parameters of a fault.
            own = out.price_name.partition(":")[0]
            return own if own.startswith("onceward/") else OTHER
        return name

    def served(self, call: RunningCall) -> str:
        """Return the model that a call went to; a name to which a provider answered is known from then on."""
        name, record = self.requested(call), call.record
        if name is not OTHER or record.provider == "offline" or record.status != "completed":
            return name
        if len(self._learned) >= _MAX_LEARNED or len(record.model) > _MAX_LENGTH:
            return OTHER
        self._learned.add(record.model)
        self._changed = True
        return record.model

    def deployment(self, id: str | None) -> str:
        """Return the id of a deployment: empty where there was none, `other` where it does not exist any more."""
        if id is None:
            return ""
        if self._catalog.deployment(id) is not None:
            return id
        return self.model(id)
