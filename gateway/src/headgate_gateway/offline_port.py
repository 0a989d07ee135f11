"""The gateway's view of the offline models: loaded when first asked for, remembered by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from .emission import OfflineModel
from .prices import UnitPrice

if TYPE_CHECKING:
    from .gateway import Gateway

__all__ = ["OfflineModels"]

_PICO = 1_000_000_000_000


class OfflineModels:
    """Resolves, lists and deletes the models of `headgate_gateway.offline`."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._built_in: dict[str, OfflineModel] = {}

    def resolve(self, name: str) -> OfflineModel | None:
        model = self._built_in.get(name)
        if model is not None:
            return model
        from .offline import models

        found = cast("OfflineModel | None", models.resolve(name, self._gateway.settings, gateway=self._gateway))
        if found is not None and name.startswith("headgate/"):
            self._built_in[name] = found
        return found

    def default_for(self, kind: str) -> str:
        from .offline import models

        return models.default_for(kind)

    def listing(self, principal: str | None) -> list[dict[str, Any]]:
        from .offline import models

        return models.listing(self._gateway.settings, gateway=self._gateway, principal=principal)

    def delete(self, name: str, principal: str) -> bool:
        from .offline import models

        return models.delete(name, gateway=self._gateway, principal=principal)

    def price(self, name: str) -> UnitPrice | None:
        for card in self.listing(None):
            if card["id"] == name:
                return _price_of(card)
        return None


def _price_of(card: dict[str, Any]) -> UnitPrice | None:
    reading, writing = card.get("input_cost_per_token"), card.get("output_cost_per_token")
    if reading is None and writing is None:
        return None
    unit = round((reading or 0) * _PICO)
    return UnitPrice(unit, round((writing or 0) * _PICO), unit, unit)
