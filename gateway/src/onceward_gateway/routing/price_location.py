"""The location of a model's price: the provider, and the name under which its price list has the model."""

from __future__ import annotations

from ..billing.prices import PriceBook
from ..core.errors import ApiError
from ..http.request import Request
from ..offline.registry import OfflineModels
from .pool import DeploymentPool
from .selection import DeploymentSelector
from .targets import OfflineTarget, TargetResolver

__all__ = ["PriceLocator"]


class PriceLocator:
    """Finds where the price of a model is listed, by routing the model as a call would be."""

    def __init__(
        self,
        selector: DeploymentSelector,
        targets: TargetResolver,
        models: OfflineModels,
        prices: PriceBook,
        *,
        offline: bool,
    ) -> None:
        self._selector = selector
        self._targets = targets
        self._models = models
        self._prices = prices
        self._offline = offline

    def locate(self, request: Request, model: str) -> tuple[str, str]:
        """Return the provider and the listed name of a model that a request names."""
        if self._models.resolve(model) is not None:
            return "offline", model
        if self._offline:
            return "", model.rpartition("/")[2] if self._prices.unit("", model) is None else model
        try:
            pool = self._selector.pool(request, model, "chat")
            if isinstance(pool, DeploymentPool):
                first = self._selector.candidates(pool)[0]
                return first.provider, first.price_name
            target = self._targets.resolve(model, "chat", request.headers)
        except ApiError:
            prefix, _, rest = model.rpartition("/")
            return prefix, rest
        return target.provider, target.price_name if isinstance(target, OfflineTarget) else target.model
