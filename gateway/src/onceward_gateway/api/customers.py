"""Customers: the end users of what an organization builds, named by the `user` of its requests."""

from __future__ import annotations

from typing import Any

from ..core.errors import conflict
from ..core.records import Customer, Limits
from ..http.request import (
    Access,
    BodyKind,
    Call,
    Response,
    Route,
    json_response,
)
from ..identity.sql import equal
from ..identity.visibility_filters import customers_seen
from .budgets import home_organization
from .ownership import require_budget
from .parsing import (
    applied,
    bounded_metadata,
    changed_limits,
)
from .serializers import cursor_page, show_customer
from .writes import (
    below,
    bury,
    missing,
    renewed,
    save,
    writer,
)

__all__ = ["ROUTES"]

_PLAIN = ("alias", "budget_id")


def _changes(call: Call) -> tuple[dict[str, Any], dict[str, Any]]:
    data = call.data
    changes: dict[str, Any] = {name: data[name] for name in _PLAIN if name in data}
    if "metadata" in data:
        changes["metadata"] = bounded_metadata(data["metadata"])
    if data.get("blocked") is not None:
        changes["blocked"] = data["blocked"]
    return changes, changed_limits(data, call.gateway.clock.time())


async def _find(call: Call, name: str, param: str = "user_id") -> Customer:
    """Return the customer of a name; raise 404 where the caller sees none."""
    found = await _found(call, name, param)
    if found is None:
        raise missing("customer", name, param=param)
    return found


async def _found(call: Call, name: str, param: str) -> Customer | None:
    """Return the customer of the organization that the caller works for, else the only one that it sees."""
    platform, caller = call.gateway.platform, call.caller
    seen = await platform.customers.find(customers_seen(caller) & equal("name", name))
    for customer in seen:
        if customer.organization_id == caller.organization_id:
            return customer
    if len(seen) > 1:
        raise conflict(
            f"Several organizations have a customer {name!r}. Say in `X-Onceward-Organization` which one it is.",
            code="ambiguous",
            param=param,
        )
    return seen[0] if seen else None


def _new(call: Call, name: str, organization_id: str | None, **fields: Any) -> Customer:
    id = call.gateway.new_id("customer_")
    return Customer(id=id, name=name, organization_id=organization_id, **fields)


async def _create(call: Call) -> Response:
    platform, _ = await writer(call)
    organization_id, name = home_organization(call), call.data["user_id"]
    if await platform.customer(organization_id, name) is not None:
        raise conflict(
            f"There is a customer {name!r}. Use `/customer/update`.", code="customer_exists", param="user_id"
        )
    fields, limits = _changes(call)
    below(limits, await platform.organizations.get(organization_id))
    await require_budget(call, fields.get("budget_id"))
    customer = _new(call, name, organization_id, limits=Limits(**limits), **fields)
    return json_response(await show_customer(platform, await save(call, platform.customers, customer, "created")))


async def _update(call: Call) -> Response:
    platform, _ = await writer(call)
    customer = await _find(call, call.data["user_id"])
    fields, limits = _changes(call)
    below(limits, await platform.organizations.get(customer.organization_id))
    if fields.get("budget_id") != customer.budget_id:
        await require_budget(call, fields.get("budget_id"))
    wanted = renewed(customer, {**fields, "limits": applied(customer.limits, limits)})
    return json_response(
        await show_customer(platform, await save(call, platform.customers, wanted, "updated", customer))
    )


async def _list(call: Call) -> Response:
    platform = call.gateway.platform
    return await cursor_page(
        call, platform.customers, customers_seen(call.caller), lambda customer: show_customer(platform, customer)
    )


async def _info(call: Call) -> Response:
    customer = await _find(call, call.query["end_user_id"], "end_user_id")
    return json_response(await show_customer(call.gateway.platform, customer))


async def _delete(call: Call) -> Response:
    platform, _ = await writer(call)
    found = [await _find(call, name, "user_ids") for name in dict.fromkeys(call.data["user_ids"])]
    for customer in found:
        await bury(call, platform.customers, customer)
    return json_response({"deleted_customers": [customer.name for customer in found]})


async def _to_block(call: Call, organization_id: str | None, name: str) -> Customer | None:
    """Return the customer of the organization that is worked for; without one, the only one that the caller sees."""
    own = await call.gateway.platform.customer(organization_id, name)
    return own if own is not None or organization_id is not None else await _found(call, name, "user_ids")


async def _block(call: Call) -> Response:
    platform, _ = await writer(call)
    organization_id = home_organization(call)
    names = list(dict.fromkeys(call.data["user_ids"]))
    blocked = []
    # All are found before the first is blocked: a name that is ambiguous changes nothing.
    for name, old in [(name, await _to_block(call, organization_id, name)) for name in names]:
        wanted = _new(call, name, organization_id, blocked=True) if old is None else renewed(old, {"blocked": True})
        blocked.append(await save(call, platform.customers, wanted, "blocked", old))
    return json_response({"blocked_users": [await show_customer(platform, customer) for customer in blocked]})


async def _unblock(call: Call) -> Response:
    platform, _ = await writer(call)
    found = [await _find(call, name, "user_ids") for name in dict.fromkeys(call.data["user_ids"])]
    shown = [await save(call, platform.customers, renewed(c, {"blocked": False}), "unblocked", c) for c in found]
    return json_response({"unblocked_users": [await show_customer(platform, customer) for customer in shown]})


def _route(method: str, name: str, endpoint: Any, **more: Any) -> Route:
    path = f"/customer/{name}"
    aliases = (f"/end_user/{name}",)
    return Route(method, path, f"customer.{name}", endpoint, access=Access.PLATFORM, aliases=aliases, **more)


ROUTES = (
    _route("POST", "new", _create, body=BodyKind.JSON, once=True),
    _route("POST", "update", _update, body=BodyKind.JSON, once=True),
    _route("GET", "list", _list),
    _route("GET", "info", _info),
    _route("POST", "delete", _delete, body=BodyKind.JSON, once=True),
    _route("POST", "block", _block, body=BodyKind.JSON, once=True),
    _route("POST", "unblock", _unblock, body=BodyKind.JSON, once=True),
)
