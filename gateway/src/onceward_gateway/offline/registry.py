"""The gateway's view of the offline models: loaded when first asked for, remembered by name."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from ..billing.prices import UnitPrice
from ..core.answer import OfflineModel
from ..core.errors import ApiError

if TYPE_CHECKING:
    from ..core.principal import Principal
    from ..entry.services import Gateway
    from ..http.request import Call
    from .turns import Turns

__all__ = ["OfflineModels"]

_PICO = 1_000_000_000_000
_TUNED = "ft:"
_MOST_TUNED = 64


class OfflineModels:
    """Resolves, lists and deletes the models of `onceward_gateway.offline`."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        settings = gateway.settings
        self._faults = settings.offline if settings.fault_models is None else settings.fault_models
        self._built_in: dict[str, OfflineModel] = {}
        self._tuned: OrderedDict[str, OfflineModel] = OrderedDict()
        self._turns: Turns | None = None

    async def require(self, caller: Principal, name: str) -> None:
        """Raise 404 for a fine-tuned model of somebody else."""
        if name.startswith(_TUNED) and not await self._gateway.control.memories.may_use(caller, name):
            raise ApiError(
                404,
                f"There is no model {name!r}, or it is not for this caller. `GET /v1/models` lists those that are.",
                code="model_not_found",
                param="model",
            )

    async def ready(self, *names: str) -> None:
        """Have the fine-tuned models of these names at hand for `resolve`, as they are now."""
        for name in names:
            if name.startswith(_TUNED):
                await self._ready(name)

    async def _ready(self, name: str) -> None:
        from .models import tuned

        memory = await self._gateway.control.memories.of(name)
        self._tuned.pop(name, None)
        if memory is not None:
            self._tuned[name] = tuned(name, memory, faults=self._faults)
            if len(self._tuned) > _MOST_TUNED:
                self._tuned.popitem(last=False)

    def resolve(self, name: str) -> OfflineModel | None:
        """The model of exactly this name; a fine-tuned one is found once `ready` was asked for it."""
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

    def turn(self, call: Call, model: str) -> int:
        """Return how often the caller of a call without an idempotency key made it, where its model counts that."""
        if self._turns is None:
            from .turns import Turns

            self._turns = Turns()
        return self._turns.of(call, model, self._gateway.settings.trusted_proxies)

    def default_for(self, kind: str) -> str:
        from . import models

        return models.default_for(kind)

    async def listing(self, principal: str | None) -> list[dict[str, Any]]:
        """The models as `/v1/models` shows them; the caller's fine-tuned ones (everybody's for None) come last."""
        from . import models
        from .fine_tuned import listed_for

        return [*models.listing(faults=self._faults), *await listed_for(self._gateway, principal)]

    async def job_of(self, name: str, principal: str) -> str | None:
        """Return the job that made the caller's fine-tuned model of this name, or None when the caller has none."""
        from .fine_tuned import job_of

        return await job_of(self._gateway, name, principal)

    async def delete(self, name: str, principal: str) -> None:
        """Delete the record of a fine-tuned model."""
        from .fine_tuned import remove

        await remove(self._gateway, name, principal)

    async def forget(self, job_id: str) -> None:
        """Delete what a job learned, when the record of its model is gone."""
        from .fine_tuned import forget

        await forget(self._gateway, job_id)

    def price(self, name: str) -> UnitPrice | None:
        """What a token costs; a fine-tuned model costs what its base does."""
        from . import models

        wanted = models.BASE if name.startswith(_TUNED) else name
        return next((_price_of(card) for card in models.listing() if card["id"] == wanted), None)


def _price_of(card: dict[str, Any]) -> UnitPrice | None:
    reading, writing = card.get("input_cost_per_token"), card.get("output_cost_per_token")
    if reading is None and writing is None:
        return None
    unit = round((reading or 0) * _PICO)
    return UnitPrice(unit, round((writing or 0) * _PICO), unit, unit)
