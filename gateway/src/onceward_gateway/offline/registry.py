"""The registry of offline models: each is loaded when it is first asked for, and kept by name."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from ..billing.prices import UnitPrice
from ..config.load import Settings
from ..core import error_codes
from ..core.answer import OfflineModel
from ..core.errors import ApiError
from ..core.principal import Principal
from ..http.request import Request
from .fine_tuned import FineTunedModels

if TYPE_CHECKING:
    from .repeats import RepeatCounter

__all__ = ["OfflineModels"]

_PICO = 1_000_000_000_000
_FINE_TUNED = "ft:"
_MOST_FINE_TUNED = 64


class OfflineModels:
    """The models that run inside the gateway: built-in ones, fault models and fine-tuned ones."""

    def __init__(self, settings: Settings, fine_tuned: FineTunedModels) -> None:
        self._fine_tuned = fine_tuned
        self._trusted_proxies = settings.trusted_proxies
        self._faults = settings.offline if settings.fault_models is None else settings.fault_models
        self._built_in: dict[str, OfflineModel] = {}
        self._tuned: OrderedDict[str, OfflineModel] = OrderedDict()
        self._repeats: RepeatCounter | None = None

    async def require(self, caller: Principal, name: str) -> None:
        """Raise 404 for a fine-tuned model of somebody else."""
        if name.startswith(_FINE_TUNED) and not await self._fine_tuned.may_use(caller, name):
            raise ApiError(
                404,
                f"There is no model {name!r}, or it is not for this caller. `GET /v1/models` lists those that are.",
                code=error_codes.MODEL_NOT_FOUND,
                param="model",
            )

    async def ready(self, *names: str) -> None:
        """Load the fine-tuned models of these names for `resolve`, as they are now."""
        for name in names:
            if name.startswith(_FINE_TUNED):
                await self._load(name)

    async def _load(self, name: str) -> None:
        from .models import tuned

        memory = await self._fine_tuned.memory(name)
        self._tuned.pop(name, None)
        if memory is not None:
            self._tuned[name] = tuned(name, memory, faults=self._faults)
            if len(self._tuned) > _MOST_FINE_TUNED:
                self._tuned.popitem(last=False)

    def resolve(self, name: str) -> OfflineModel | None:
        """Return the model of exactly this name; a fine-tuned one is found once `ready` was asked for it."""
        model = self._built_in.get(name) or self._tuned.get(name)
        if model is not None:
            return model
        from . import models

        found = models.resolve(name, faults=self._faults)
        if found is not None and ":" not in name:
            # A name with parameters is the caller's own; of those there is no end.
            self._built_in[name] = found
        return found

    def hint(self, name: str) -> str:
        """Return a hint for a name that no offline model has."""
        from . import models

        if models.resolve(name) is not None:
            return (
                "Models that fail on purpose are not served here: start the gateway with `--offline` or "
                "`--fault-models`, or set `server.fault_models = true`."
            )
        return "`GET /v1/models` lists those that are."

    def attempt(self, request: Request, model: str) -> int:
        """Return how often the caller of a call without an idempotency key made it, where its model counts that."""
        if self._repeats is None:
            from .repeats import RepeatCounter

            self._repeats = RepeatCounter(self._trusted_proxies)
        return self._repeats.count(request, model)

    def default_for(self, kind: str) -> str:
        """Return the name of the model that serves a kind of call by default."""
        from . import models

        return models.default_for(kind)

    async def listing(self, principal: str | None) -> list[dict[str, Any]]:
        """Return the models as `/v1/models` shows them; the caller's fine-tuned ones (all for None) come last."""
        from . import models

        return [*models.listing(faults=self._faults), *await self._fine_tuned.list_models(principal)]

    async def job_of(self, name: str, principal: str) -> str | None:
        """Return the job that made the caller's fine-tuned model of this name; None where there is no such model."""
        return await self._fine_tuned.job_of(name, principal)

    async def delete(self, name: str, principal: str) -> None:
        """Delete the record of a fine-tuned model."""
        await self._fine_tuned.delete(name, principal)

    async def forget(self, job_id: str) -> None:
        """Delete what a job learned, when the record of its model is deleted."""
        await self._fine_tuned.delete_memory(job_id)

    def price(self, name: str) -> UnitPrice | None:
        """Return what a token costs; a fine-tuned model costs what its base does."""
        from . import models

        wanted = models.BASE if name.startswith(_FINE_TUNED) else name
        return next((_price_of(card) for card in models.listing() if card["id"] == wanted), None)


def _price_of(card: dict[str, Any]) -> UnitPrice | None:
    reading, writing = card.get("input_cost_per_token"), card.get("output_cost_per_token")
    if reading is None and writing is None:
        return None
    unit = round((reading or 0) * _PICO)
    return UnitPrice(unit, round((writing or 0) * _PICO), unit, unit)
