"""What can be called: models, and what each of them is able to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.errors import (
    ApiError,
    forbidden,
    invalid,
)
from ..http.request import (
    Call,
    Change,
    Response,
    json_response,
)
from ..offline.catalog import kind_of
from ..routing.deployments import Deployment

__all__ = ["capabilities", "delete", "listed", "retrieve"]


async def _cards(call: Call) -> list[dict[str, Any]]:
    """The models of this caller: the offline ones and the configured routes."""
    gateway = call.gateway
    cards = await gateway.offline.listing(call.principal)
    known = {card["id"]: card for card in cards}
    for name, target in gateway.settings.models.items():
        if name == "*" or name in known:
            continue
        if target == "offline":
            target = gateway.offline.default_for("chat")
        base = known.get(target)
        if base is not None:
            cards.append({**base, "id": name})
        else:
            cards.append(_provider_card(call, name, target))
    named = {card["id"] for card in cards}
    for name, members in gateway.routing.groups().items():
        if name not in named and gateway.routing.visible(call, name):
            cards.append(_group_card(call, name, members))
    return cards


def _group_card(call: Call, name: str, members: Sequence[Deployment]) -> dict[str, Any]:
    """A name that deployments stand behind: what the best of them can do, at the price of the cheapest."""
    able = frozenset.union(*(one.able for one in members))
    card: dict[str, Any] = {
        "id": name,
        "object": "model",
        "created": 0,
        "owned_by": members[0].provider if len({one.provider for one in members}) == 1 else "onceward",
        "provider": members[0].provider,
        "supports_tools": "tools" in able,
        "supports_vision": "vision" in able,
        "supports_reasoning": "reasoning" in able,
        "supports_structured_output": "structured_output" in able,
        "context_window": max((one.max_input_tokens or 0 for one in members), default=0) or None,
        "max_output_tokens": max((one.max_output_tokens or 0 for one in members), default=0) or None,
        "capabilities": {"tools": "tools" in able, "vision": "vision" in able, "thinking": "reasoning" in able},
    }
    units = [unit for one in members if (unit := call.gateway.routing.unit_price(one)) is not None]
    if units:
        card["input_cost_per_token"] = min(unit.input for unit in units) / 1e12
        card["output_cost_per_token"] = min(unit.output for unit in units) / 1e12
    return card


async def _usable(call: Call) -> list[dict[str, Any]]:
    """The models that the caller may use."""
    return [card for card in await _cards(call) if call.caller.may_use(str(card["id"]))]


def _provider_card(call: Call, name: str, target: str) -> dict[str, Any]:
    provider, _, model = target.partition("/")
    card: dict[str, Any] = {"id": name, "object": "model", "created": 0, "owned_by": provider, "provider": provider}
    price = call.gateway.prices.unit(provider, model)
    if price is not None:
        card["input_cost_per_token"] = price.input / 1e12
        card["output_cost_per_token"] = price.output / 1e12
    return card


async def _find(call: Call, name: str) -> dict[str, Any]:
    for card in await _cards(call):
        if card["id"] == name:
            return card
    settings = call.gateway.settings
    if settings.offline or settings.models.get("*") == "offline":
        base = await _find(call, call.gateway.offline.default_for(kind_of(name)))
        return {**base, "id": name}
    raise ApiError(
        404,
        f"No model {name!r} is served here. `GET /v1/models` lists those that are.",
        code="model_not_found",
        param="model",
    )


async def listed(call: Call) -> Response:
    """The models of this caller, in a stable order; `cursor` is the id of the last model of the page before."""
    cards = await _of_provider(call)
    cursor, limit = call.query.get("cursor"), call.query.get("limit")
    if cursor is not None:
        places = [at for at, card in enumerate(cards, 1) if card["id"] == cursor]
        if not places:
            raise invalid(
                f"`cursor` is {cursor!r}, which no page of this list gave. Take `next_cursor` of the page before.",
                param="cursor",
                code="invalid_cursor",
            )
        cards = cards[places[0] :]
    shown = cards if limit is None else cards[: int(limit)]
    more = len(shown) < len(cards)
    next_cursor = shown[-1]["id"] if more else None
    return json_response({"object": "list", "data": shown, "has_more": more, "next_cursor": next_cursor})


async def _of_provider(call: Call) -> list[dict[str, Any]]:
    """Return the models that the caller may use; a name that several providers stand behind is one of each."""
    provider, usable = call.query.get("provider"), await _usable(call)
    if provider is None:
        return usable
    wanted = {"onceward", "offline"} if provider in ("onceward", "offline") else {provider}
    groups = call.gateway.routing.groups()
    return [
        card
        for card in usable
        if wanted & {card.get("provider"), card.get("owned_by"), *(one.provider for one in groups.get(card["id"], ()))}
    ]


async def retrieve(call: Call) -> Response:
    """One model."""
    call.caller.require_model(call.params["model"])
    return json_response(await _find(call, call.params["model"]))


async def delete(call: Call) -> Change:
    """Delete a model that the caller made by fine-tuning."""
    name, offline = call.params["model"], call.gateway.offline
    job_id = await offline.job_of(name, call.principal)
    if job_id is None:
        await _find(call, name)
        raise forbidden(
            f"The model {name!r} was not made by this caller and cannot be deleted. Only fine-tuned models can.",
            code="model_not_deletable",
            param="model",
        )

    async def write() -> Response:
        await offline.delete(name, call.principal)
        return json_response({"id": name, "object": "model", "deleted": True})

    return Change(write, then=lambda: offline.forget(job_id))


async def capabilities(call: Call) -> Response:
    """What each model is able to do."""
    shown = [_capability(card) for card in await _of_provider(call)]
    for name in ("supports_vision", "supports_tools", "supports_reasoning"):
        wanted = call.query.get(name)
        if wanted is not None:
            shown = [one for one in shown if bool(one[name]) is wanted]
    return json_response({"object": "list", "data": shown})


def _capability(card: dict[str, Any]) -> dict[str, Any]:
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
