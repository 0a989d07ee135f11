"""Memberships: who is in which team and organization, with which role and how much money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ..core.errors import (
    conflict,
    forbidden,
    invalid,
)
from ..core.records import (
    Limits,
    Member,
    Organization,
    User,
)
from ..http.request import (
    Access,
    BodyKind,
    Call,
    Response,
    Route,
    json_response,
)
from ..identity.authorization import power_over_organization
from ..identity.directory import Platform
from .keys import delete_keys
from .organizations import find_organization
from .parsing import (
    applied,
    changed_limits,
    nano,
)
from .serializers import show_seat, show_user
from .teams import (
    seat,
    shown_team,
    team_role,
    team_to_change,
)
from .users import (
    invited,
    join,
    require_same_user,
)
from .writes import (
    below,
    missing,
    save,
    writer,
)

__all__ = ["ROUTES"]

_ORGANIZATION_ROLES = ("org_admin", "internal_user", "internal_user_viewer")


def _named(call: Call) -> list[Mapping[str, Any]]:
    """One member or several."""
    member = call.data["member"]
    return member if isinstance(member, list) else [member]


def _money(call: Call, name: str) -> dict[str, Any]:
    """What a member may spend, as a change of limits."""
    if name not in call.data:
        return {}
    if call.data[name] is not None:
        nano(call.data[name], name)
    return changed_limits({"max_budget": call.data[name]}, call.gateway.clock.time())


async def _member(call: Call, kind: str, group: str) -> Member:
    """The member that a request names, by id or by address."""
    members, id, email = call.gateway.platform.members, call.data.get("user_id"), call.data.get("user_email")
    if id is None and email is None:
        raise invalid("`user_id` or `user_email` is missing. Give one.", param="user_id", code="missing")
    if id is not None:
        found = await members.get(kind, group, id)
    else:
        found = next(iter(await members.of_email(kind, group, str(email))), None)
    if found is None:
        raise missing("member", str(id or email), param="user_id" if id else "user_email")
    if id is not None and email is not None:
        await require_same_user(call, id, str(email), "user_email")
    return found


async def _leave(call: Call, member: Member) -> None:
    """End a membership. Keys that the user has there are deleted."""
    platform = call.gateway.platform
    keys = [
        k for k in await platform.keys.by(f"{member.group_kind}_id", member.group_id) if k.user_id == member.user_id
    ]
    await delete_keys(call, keys)
    await platform.members.drop(member.group_kind, member.group_id, member.user_id)
    user = await platform.users.any(member.user_id)
    await platform.audit(call.principal, call.request_id, "left", None, user, member)
    await platform.changed("member", f"{member.group_id}:{member.user_id}", "deleted")


async def _change(call: Call, member: Member, changes: Mapping[str, Any]) -> Member:
    platform, now = call.gateway.platform, call.gateway.clock.time()
    wanted = msgspec.structs.replace(member, updated_at=now, **changes)
    await platform.members.put(wanted)
    await platform.audit(
        call.principal, call.request_id, "updated", None, await platform.users.any(member.user_id), wanted
    )
    await platform.changed("member", f"{member.group_id}:{member.user_id}", "updated")
    return wanted


async def _require_same_budget(call: Call, group: str, users: Iterable[User], limits: Mapping[str, Any]) -> None:
    """Raise 409 where a member stays as is and would not get the budget that a request gives it."""
    kind, most = ("team" if "team_id" in call.data else "organization"), limits.get("max_budget")
    if most is None:
        return
    for user in users:
        known = await call.gateway.platform.members.get(kind, group, user.id)
        if known is not None and known.limits.max_budget != most:
            raise conflict(
                f"The user {user.id!r} is a member of this {kind} already, with another `max_budget_in_{kind}`. "
                f"Change it by `/{kind}/member_update`, or leave it out.",
                code="member_exists",
                param=f"max_budget_in_{kind}",
            )


# -- teams


async def _add_to_team(call: Call) -> Response:
    platform, caller = await writer(call)
    team, _power = await team_to_change(call, call.data["team_id"])
    limits = _money(call, "max_budget_in_team")
    below(limits, team)
    users = [
        (await invited(call, one.get("user_id"), one.get("user_email"), team.organization_id), team_role(one["role"]))
        for one in _named(call)
    ]
    await _require_same_budget(call, team.id, [user for user, _ in users], limits)
    seats = [await seat(call, team, user, role, Limits(**limits)) for user, role in users]
    shown = await shown_team(call, team)
    shown["updated_users"] = [await show_user(platform, caller, user) for user, _ in users]
    shown["updated_team_memberships"] = [await show_seat(platform, member) for member in seats]
    return json_response(shown)


async def _delete_from_team(call: Call) -> Response:
    await writer(call)
    team, _power = await team_to_change(call, call.data["team_id"])
    await _leave(call, await _member(call, "team", team.id))
    return json_response(await shown_team(call, team))


async def _update_in_team(call: Call) -> Response:
    platform, _ = await writer(call)
    team, _power = await team_to_change(call, call.data["team_id"])
    member = await _member(call, "team", team.id)
    limits = _money(call, "max_budget_in_team")
    below(limits, team)
    changes: dict[str, Any] = {"limits": applied(member.limits, limits)}
    if call.data.get("role") is not None:
        changes["role"] = team_role(call.data["role"])
    return json_response(await show_seat(platform, await _change(call, member, changes)))


# -- organizations


async def _organization(call: Call) -> Organization:
    organization = await find_organization(call, call.data["organization_id"])
    if power_over_organization(call.caller, organization.id) is None:
        raise forbidden(
            "Only an admin of the organization changes its members. Ask one.", code="organization_admin_required"
        )
    return organization


async def _stays_governed(call: Call, member: Member) -> None:
    """409 where the last admin of an organization would put itself, or be put, out of its place.

    Who is above the organization may do that: it can make another one.
    """
    if member.role != "org_admin" or power_over_organization(call.caller, member.group_id) == "above":
        return
    members = await call.gateway.platform.members.of_group("organization", member.group_id)
    if not any(one.role == "org_admin" and one.user_id != member.user_id for one in members):
        raise conflict(
            f"The user {member.user_id!r} is the last admin of the organization. Make another one first.",
            code="last_admin",
            param="user_id",
        )


def _role(role: str) -> str:
    if role not in _ORGANIZATION_ROLES:
        raise invalid(
            f"`role` is {role!r}. Use one of {', '.join(_ORGANIZATION_ROLES)}.", param="role", code="unknown_value"
        )
    return role


async def _add_to_organization(call: Call) -> Response:
    platform, caller = await writer(call)
    organization = await _organization(call)
    limits = _money(call, "max_budget_in_organization")
    below(limits, organization)
    users = [
        (await invited(call, one.get("user_id"), one.get("user_email"), organization.id), _role(one["role"]))
        for one in _named(call)
    ]
    await _require_same_budget(call, organization.id, [user for user, _ in users], limits)
    seats = [await _seated(call, platform, organization, user, role, limits) for user, role in users]
    return json_response(
        {
            "organization_id": organization.id,
            "updated_users": [await show_user(platform, caller, user) for user, _ in users],
            "updated_organization_memberships": [await show_seat(platform, member) for member in seats],
        }
    )


async def _seated(
    call: Call, platform: Platform, organization: Organization, user: User, role: str, limits: Mapping[str, Any]
) -> Member:
    if await platform.users.get(user.id) is None:
        await save(call, platform.users, user, "created")
    return await join(call, "organization", organization.id, user.id, role, Limits(**limits))


async def _delete_from_organization(call: Call) -> Response:
    platform, _ = await writer(call)
    organization = await _organization(call)
    member = await _member(call, "organization", organization.id)
    await _stays_governed(call, member)
    for team in await platform.teams.by("organization_id", organization.id):
        within = await platform.members.get("team", team.id, member.user_id)
        if within is not None:
            await _leave(call, within)
    shown = await show_seat(platform, member)
    await _leave(call, member)
    return json_response(shown)


async def _update_in_organization(call: Call) -> Response:
    platform, _ = await writer(call)
    organization = await _organization(call)
    member = await _member(call, "organization", organization.id)
    limits = _money(call, "max_budget_in_organization")
    below(limits, organization)
    changes: dict[str, Any] = {"limits": applied(member.limits, limits)}
    if call.data.get("role") is not None:
        changes["role"] = _role(call.data["role"])
        if changes["role"] != "org_admin":
            await _stays_governed(call, member)
    return json_response(await show_seat(platform, await _change(call, member, changes)))


def _route(method: str, path: str, operation: str, endpoint: Any) -> Route:
    return Route(method, path, operation, endpoint, body=BodyKind.JSON, access=Access.PLATFORM, once=True)


ROUTES = (
    _route("POST", "/team/member_add", "team.add_member", _add_to_team),
    _route("POST", "/team/member_delete", "team.delete_member", _delete_from_team),
    _route("POST", "/team/member_update", "team.update_member", _update_in_team),
    _route("POST", "/organization/member_add", "organization.add_member", _add_to_organization),
    _route("POST", "/organization/member_delete", "organization.delete_member", _delete_from_organization),
    _route("DELETE", "/organization/member_delete", "organization.delete_member_by_delete", _delete_from_organization),
    _route("PATCH", "/organization/member_update", "organization.update_member", _update_in_organization),
)
