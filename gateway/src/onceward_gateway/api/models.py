"""The model handlers: list models and their capabilities, and delete fine-tuned models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..billing.prices import PriceBook
from ..config.load import Settings
from ..core import error_codes
from ..core.errors import (
    ApiError,
    forbidden,
    invalid,
)
from ..http.request import (
    Change,
    Request,
    Response,
    json_response,
)
from ..offline.catalog import kind_of
from ..offline.registry import OfflineModels
from ..routing.catalog import DeploymentCatalog
from ..routing.deployments import Deployment
from ..routing.selection import DeploymentSelector

__all__ = ["ModelHandlers"]

_PICO = 1e12


class ModelHandlers:
    """Handlers for `/v1/models` and `/v1/capabilities`."""

    def __init__(
        self,
        settings: Settings,
        offline: OfflineModels,
        catalog: DeploymentCatalog,
        selector: DeploymentSelector,
        prices: PriceBook,
    ) -> None:
        self._settings = settings
        self._offline = offline
        self._catalog = catalog
        self._selector = selector
        self._prices = prices

    async def list_models(self, request: Request) -> Response:
        """List the models of the caller in a stable order; `cursor` is the id of the last model of the page before."""
        cards = await self._of_provider(request)
        cursor, limit = request.query.get("cursor"), request.query.get("limit")
        if cursor is not None:
            positions = [at for at, card in enumerate(cards, 1) if card["id"] == cursor]
            if not positions:
                raise invalid(
                    f"`cursor` is {cursor!r}, which no page of this list returned. "
                    "Send `next_cursor` of the page before.",
                    param="cursor",
                    code=error_codes.INVALID_CURSOR,
                )
            cards = cards[positions[0] :]
        shown = cards if limit is None else cards[: int(limit)]
        more = len(shown) < len(cards)
        next_cursor = shown[-1]["id"] if more else None
        return json_response({"object": "list", "data": shown, "has_more": more, "next_cursor": next_cursor})

    async def retrieve(self, request: Request) -> Response:
        """Return one model."""
        request.caller.require_model(request.params["model"])
        return json_response(await self._find(request, request.params["model"]))

    async def delete(self, request: Request) -> Change:
        """Delete a model that the caller made by fine-tuning."""
        name, offline = request.params["model"], self._offline
        job_id = await offline.job_of(name, request.principal)
        if job_id is None:
            await self._find(request, name)
            raise forbidden(
                f"The model {name!r} was not made by this caller and cannot be deleted. Only fine-tuned models can.",
                code=error_codes.MODEL_NOT_DELETABLE,
                param="model",
            )

        async def write() -> Response:
            await offline.delete(name, request.principal)
            return json_response({"id": name, "object": "model", "deleted": True})

        return Change(write, then=lambda: offline.forget(job_id))

    async def list_capabilities(self, request: Request) -> Response:
        """List the capabilities of each model."""
        shown = [_capabilities(card) for card in await self._of_provider(request)]
        for name in ("supports_vision", "supports_tools", "supports_reasoning"):
            wanted = request.query.get(name)
            if wanted is not None:
                shown = [one for one in shown if bool(one[name]) is wanted]
        return json_response({"object": "list", "data": shown})

    async def _of_provider(self, request: Request) -> list[dict[str, Any]]:
        """Return the models that the caller may use; a name with several providers is a model of each of them."""
        provider = request.query.get("provider")
        usable = [card for card in await self._cards(request) if request.caller.may_use(str(card["id"]))]
        if provider is None:
            return usable
        wanted = {"onceward", "offline"} if provider in ("onceward", "offline") else {provider}
        groups = self._catalog.groups()
        return [
            card
            for card in usable
            if wanted
            & {card.get("provider"), card.get("owned_by"), *(one.provider for one in groups.get(card["id"], ()))}
        ]

    async def _find(self, request: Request, name: str) -> dict[str, Any]:
        for card in await self._cards(request):
            if card["id"] == name:
                return card
        if self._settings.offline or self._settings.models.get("*") == "offline":
            base = await self._find(request, self._offline.default_for(kind_of(name)))
            return {**base, "id": name}
        raise ApiError(
            404,
            f"No model {name!r} is served here. `GET /v1/models` lists those that are.",
            code=error_codes.MODEL_NOT_FOUND,
            param="model",
        )

    async def _cards(self, request: Request) -> list[dict[str, Any]]:
        """Return the models of the caller: offline models, configured routes, and groups of deployments."""
        cards = await self._offline.listing(request.principal)
        known = {card["id"]: card for card in cards}
        for name, target in self._settings.models.items():
            if name == "*" or name in known:
                continue
            if target == "offline":
                target = self._offline.default_for("chat")
            base = known.get(target)
            cards.append(self._route_card(name, target) if base is None else {**base, "id": name})
        named = {card["id"] for card in cards}
        for name, members in self._catalog.groups().items():
            if name not in named and self._selector.is_visible(request, name):
                cards.append(self._group_card(name, members))
        return cards

    def _route_card(self, name: str, target: str) -> dict[str, Any]:
        """Return the card of a configured route."""
        provider, _, model = target.partition("/")
        card: dict[str, Any] = {"id": name, "object": "model", "created": 0, "owned_by": provider, "provider": provider}
        price = self._prices.unit(provider, model)
        if price is not None:
            card["input_cost_per_token"] = price.input / _PICO
            card["output_cost_per_token"] = price.output / _PICO
        return card

    def _group_card(self, name: str, members: Sequence[Deployment]) -> dict[str, Any]:
        """Return the card of a group of deployments: the abilities of the best, at the price of the cheapest."""
        abilities = frozenset.union(*(one.abilities for one in members))
        card: dict[str, Any] = {
            "id": name,
            "object": "model",
            "created": 0,
            "owned_by": members[0].provider if len({one.provider for one in members}) == 1 else "onceward",
            "provider": members[0].provider,
            "supports_tools": "tools" in abilities,
            "supports_vision": "vision" in abilities,
            "supports_reasoning": "reasoning" in abilities,
            "supports_structured_output": "structured_output" in abilities,
            "context_window": max((one.max_input_tokens or 0 for one in members), default=0) or None,
            "max_output_tokens": max((one.max_output_tokens or 0 for one in members), default=0) or None,
            "capabilities": {
                "tools": "tools" in abilities,
                "vision": "vision" in abilities,
                "thinking": "reasoning" in abilities,
            },
        }
        units = [unit for one in members if (unit := self._catalog.unit_price(one)) is not None]
        if units:
            card["input_cost_per_token"] = min(unit.input for unit in units) / _PICO
            card["output_cost_per_token"] = min(unit.output for unit in units) / _PICO
        return card


def _capabilities(card: dict[str, Any]) -> dict[str, Any]:
    flags = card.get("capabilities") or {}
    shown: dict[str, Any] = {
        "object": "model.capabilities",
        "model_id": card["id"],
        "provider": card.get("provider") or card.get("owned_by"),
        "supports_vision": bool(flags.get("vision", False)),
        "supports_tools": bool(flags.get("tools", False)),
        "supports_reasoning": bool(flags.get("thinking", flags.get("reasoning", False))),
        "supports_streaming": bool(flags.get("streaming", False)),
    }
    for name, value in card.items():
        if name.startswith("supports_") or name in ("max_output_tokens", "features", "modalities"):
            shown[name] = value
    window = card.get("context_window")
    if window is not None:
        shown["max_context_tokens"] = window
    for side in ("input", "output"):
        cost = card.get(f"{side}_cost_per_token")
        if cost is not None:
            shown[f"{side}_cost_per_1m"] = cost * 1e6
    return shown
