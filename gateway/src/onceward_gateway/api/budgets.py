"""Budgets: limits with a name, that objects share by its id."""

from __future__ import annotations

from typing import Any

from ..core.errors import forbidden, invalid
from ..core.records import Budget, Limits
from ..http.request import (
    Access,
    BodyKind,
    Call,
    Response,
    Route,
    json_response,
)
from ..identity.authorization import sight
from ..identity.sql import among
from ..identity.visibility_filters import budgets_seen
from .parsing import (
    LIMITS,
    applied,
    changed_limits,
)
from .serializers import cursor_page, show_budget
from .writes import (
    below,
    bury,
    chosen_id,
    missing,
    renewed,
    save,
    writer,
)

__all__ = ["ROUTES"]

_SETTINGS = {
    "max_budget": ("number", "How much may be spent in US dollars."),
    "soft_budget": ("number", "From which sum in US dollars on a warning is given."),
    "budget_duration": ("string", "How often what was spent goes back to 0."),
    "tpm_limit": ("integer", "Tokens a minute."),
    "rpm_limit": ("integer", "Requests a minute."),
    "max_parallel_requests": ("integer", "Calls at the same time."),
    "model_max_budget": ("object", "Limits for single models."),
}


def _seen(call: Call, budget: Budget) -> bool:
    return sight(call.caller).sees(organization_id=budget.organization_id)


async def _find(call: Call, id: str, param: str) -> Budget:
    budget = await call.gateway.platform.budgets.get(id)
    if budget is None or not _seen(call, budget):
        raise missing("budget", id, param=param)
    return budget


def home_organization(call: Call) -> str | None:
    """The organization that a caller makes things for: the one it works for, or the only one that it runs."""
    caller = call.caller
    if caller.admin:
        return caller.organization_id
    run = caller.organizations_run
    if not run:
        raise forbidden(
            "Only an admin of an organization or of the gateway does this. Ask one, or use such a key.",
            code="organization_admin_required",
        )
    if caller.organization_id in run:
        return caller.organization_id
    if len(run) > 1:
        raise invalid(
            "You administer several organizations. Say in `X-Onceward-Organization` for which this is.",
            param="X-Onceward-Organization",
            code="missing",
        )
    return next(iter(run))


async def _limits_below(call: Call, changes: dict[str, Any], organization_id: str | None) -> None:
    below(changes, await call.gateway.platform.organizations.get(organization_id))


async def _create(call: Call) -> Response:
    platform, _ = await writer(call)
    organization_id = home_organization(call)
    changes = changed_limits(call.data, call.gateway.clock.time())
    await _limits_below(call, changes, organization_id)
    id = await chosen_id(call, platform.budgets, "budget", call.data.get("budget_id"), "budget_")
    budget = Budget(id=id, organization_id=organization_id, limits=Limits(**changes))
    return json_response(await show_budget(platform, await save(call, platform.budgets, budget, "created")))


async def _update(call: Call) -> Response:
    platform, _ = await writer(call)
    budget = await _find(call, call.data["budget_id"], "budget_id")
    changes = changed_limits(call.data, call.gateway.clock.time())
    await _limits_below(call, changes, budget.organization_id)
    wanted = renewed(budget, {"limits": applied(budget.limits, changes)})
    return json_response(await show_budget(platform, await save(call, platform.budgets, wanted, "updated", budget)))


async def _list(call: Call) -> Response:
    platform = call.gateway.platform
    return await cursor_page(
        call, platform.budgets, budgets_seen(call.caller), lambda budget: show_budget(platform, budget)
    )


async def _info(call: Call) -> Response:
    platform, ids = call.gateway.platform, list(dict.fromkeys(call.data["budgets"]))
    found = {one.id: one for one in await platform.budgets.find(budgets_seen(call.caller) & among("id", ids))}
    shown = [await show_budget(platform, found[id]) for id in ids if id in found]
    return json_response({"budgets": shown})


async def _delete(call: Call) -> Response:
    platform, _ = await writer(call)
    budget = await _find(call, call.data["id"], "id")
    await bury(call, platform.budgets, budget)
    return json_response({"budget_id": budget.id, "deleted": True})


async def _settings(call: Call) -> Response:
    budget = await _find(call, call.query["budget_id"], "budget_id")
    shown = await show_budget(call.gateway.platform, budget)
    settings = []
    for name, (kind, meaning) in _SETTINGS.items():
        assert name in LIMITS
        value = shown[name] or None if name == "model_max_budget" else shown[name]
        settings.append(
            {
                "field_name": name,
                "field_type": kind,
                "field_description": meaning,
                "field_value": value,
                "field_default_value": None,
                "stored_in_db": value is not None,
            }
        )
    return json_response({"budget_id": budget.id, "settings": settings})


_JSON, _BARE, _PLATFORM = BodyKind.JSON, BodyKind.JSON_OR_NONE, Access.PLATFORM
ROUTES = (
    Route("POST", "/budget/new", "budget.create", _create, body=_BARE, access=_PLATFORM, once=True),
    Route("POST", "/budget/update", "budget.update", _update, body=_JSON, access=_PLATFORM, once=True),
    Route("GET", "/budget/list", "budget.list", _list, access=_PLATFORM),
    Route("POST", "/budget/info", "budget.info", _info, body=_JSON, access=_PLATFORM),
    Route("POST", "/budget/delete", "budget.delete", _delete, body=_JSON, access=_PLATFORM, once=True),
    Route("GET", "/budget/settings", "budget.settings", _settings, access=_PLATFORM),
)
