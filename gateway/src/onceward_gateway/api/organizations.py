"""Organizations: tenants. What is in one is not seen from another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.errors import forbidden, invalid
from ..core.records import Limits, Organization
from ..http.request import (
    Access,
    BodyKind,
    Call,
    Response,
    Route,
    json_response,
)
from ..identity.authorization import (
    Ceiling,
    attenuate,
    power_over_organization,
    require_admin,
    sees_organization,
    sight,
)
from ..identity.sql import equal
from ..identity.visibility_filters import organizations_seen
from .keys import delete_keys
from .ownership import require_budget
from .parsing import (
    applied,
    bounded_metadata,
    changed_limits,
    plain_list,
)
from .serializers import (
    cursor_page,
    show_organization,
    show_seat,
)
from .teams import bury_team
from .writes import (
    bury,
    chosen_id,
    missing,
    renewed,
    save,
    writer,
)

__all__ = ["ROUTES", "find_organization"]

_FIELDS = {"organization_alias": "alias", "budget_id": "budget_id", "tier": "tier"}


def _changes(call: Call) -> tuple[dict[str, Any], dict[str, Any]]:
    data = call.data
    changes: dict[str, Any] = {name: data[wire] for wire, name in _FIELDS.items() if wire in data}
    if "models" in data:
        changes["models"] = plain_list(data["models"])
    if "metadata" in data:
        changes["metadata"] = bounded_metadata(data["metadata"])
    if data.get("blocked") is not None:
        changes["blocked"] = data["blocked"]
    return changes, changed_limits(data, call.gateway.clock.time())


def _require_tier(call: Call, tier: str | None) -> None:
    """400 for a tier that the configuration does not have; without credits nothing is known of tiers."""
    known = call.gateway.ledger.credits.settings.tiers
    if tier is not None and known and tier not in known:
        raise invalid(
            f"`tier` is {tier!r}. Use one of {', '.join(map(repr, sorted(known)))}, or add [credits.tiers.…] to "
            "onceward.toml.",
            param="tier",
            code="tier_unknown",
        )


async def find_organization(call: Call, id: str, param: str = "organization_id") -> Organization:
    """An organization that the caller sees."""
    organization = await call.gateway.platform.organizations.get(id)
    if organization is None or not sees_organization(call.caller, id):
        raise missing("organization", id, param=param)
    return organization


async def _create(call: Call) -> Response:
    platform, _ = await writer(call)
    require_admin(call.caller, "make an organization")
    fields, limits = _changes(call)
    _require_tier(call, fields.get("tier"))
    await require_budget(call, fields.get("budget_id"))
    id = await chosen_id(call, platform.organizations, "organization", call.data.get("organization_id"), "org_")
    organization = Organization(id=id, limits=Limits(**limits), **fields)
    return json_response(
        await show_organization(platform, await save(call, platform.organizations, organization, "created"))
    )


async def _update(call: Call) -> Response:
    platform, caller = await writer(call)
    organization = await find_organization(call, call.data["organization_id"])
    power = power_over_organization(caller, organization.id)
    if power is None:
        raise forbidden("Only an admin of the organization changes it. Ask one.", code="organization_admin_required")
    fields, limits = _changes(call)
    wanted = renewed(organization, {**fields, "limits": applied(organization.limits, limits)})
    if power != "above":
        _own_changes(organization, wanted, fields, limits)
    _require_tier(call, fields.get("tier"))
    if fields.get("budget_id", organization.budget_id) != organization.budget_id:
        await require_budget(call, fields["budget_id"])
    return json_response(
        await show_organization(platform, await save(call, platform.organizations, wanted, "updated", organization))
    )


def _own_changes(
    organization: Organization, wanted: Organization, fields: Mapping[str, Any], limits: Mapping[str, Any]
) -> None:
    """An admin of an organization makes it smaller, never larger."""
    asked = {**limits, **({"models": fields["models"]} if "models" in fields else {})}
    attenuate(asked, Ceiling.of(organization), strict=True)
    for name in ("blocked", "budget_id", "tier"):
        if name in fields and getattr(wanted, name) != getattr(organization, name):
            raise forbidden(
                f"`{name}` of an organization is changed by an admin of the gateway. Leave it out.",
                code="admin_required",
                param=name,
            )


async def _list(call: Call) -> Response:
    platform, alias = call.gateway.platform, call.query.get("organization_alias")
    where = organizations_seen(call.caller)
    if alias is not None:
        where &= equal("alias", alias)
    return await cursor_page(call, platform.organizations, where, lambda one: show_organization(platform, one))


async def _info(call: Call) -> Response:
    platform, caller = call.gateway.platform, call.caller
    organization = await find_organization(call, call.query["organization_id"])
    members = await platform.members.of_group("organization", organization.id)
    teams = await platform.teams.by("organization_id", organization.id)
    if not sight(caller).sees(organization_id=organization.id):
        members = [member for member in members if member.user_id == caller.user_id]
        teams = [team for team in teams if team.id in caller.teams_in]
    shown = await show_organization(platform, organization)
    shown |= {"members": [await show_seat(platform, one) for one in members], "teams": [team.id for team in teams]}
    return json_response(shown)


async def _delete(call: Call) -> Response:
    platform, caller = await writer(call)
    found = [
        await find_organization(call, id, "organization_ids") for id in dict.fromkeys(call.data["organization_ids"])
    ]
    require_admin(caller, "delete an organization")
    for organization in found:
        for team in await platform.teams.by("organization_id", organization.id):
            await bury_team(call, platform, team)
        await delete_keys(call, await platform.keys.by("organization_id", organization.id))
        for customer in await platform.customers.by("organization_id", organization.id):
            await bury(call, platform.customers, customer)
        await platform.members.drop_group("organization", organization.id)
        await bury(call, platform.organizations, organization)
    return json_response({"deleted_organizations": [one.id for one in found]})


def _route(method: str, name: str, operation: str, endpoint: Any, **more: Any) -> Route:
    return Route(method, f"/organization/{name}", f"organization.{operation}", endpoint, access=Access.PLATFORM, **more)


ROUTES = (
    _route("POST", "new", "create", _create, body=BodyKind.JSON, once=True),
    _route("PATCH", "update", "update", _update, body=BodyKind.JSON, once=True),
    _route("GET", "list", "list", _list),
    _route("GET", "info", "info", _info),
    _route("POST", "delete", "delete", _delete, body=BodyKind.JSON, once=True),
    _route("DELETE", "delete", "delete_by_delete", _delete, body=BodyKind.JSON, once=True),
)
