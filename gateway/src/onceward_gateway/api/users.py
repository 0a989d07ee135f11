"""Users: people, and services, that keys belong to and that are members of teams and organizations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.errors import (
    conflict,
    forbidden,
    invalid,
)
from ..core.records import (
    Key,
    Limits,
    Member,
    Team,
    User,
)
from ..core.timestamps import iso
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
    sees_team,
    sight,
)
from ..identity.directory import Platform
from ..identity.sql import (
    among,
    equal,
    member_of,
)
from ..identity.visibility_filters import keys_seen, users_seen
from .budgets import home_organization
from .keys import delete_keys, new_key
from .ownership import require_budget, sees_user
from .parsing import (
    applied,
    bounded_metadata,
    changed_limits,
    known_value,
    one_of,
    plain_list,
)
from .serializers import (
    numbered,
    show_key,
    show_team,
    show_user,
)
from .writes import (
    below,
    bury,
    chosen_id,
    missing,
    renewed,
    revealing_once,
    save,
    writer,
)

__all__ = ["ROUTES", "find_user", "invited", "join", "require_same_user"]

_ROLES = ("proxy_admin", "proxy_admin_viewer", "org_admin", "internal_user", "internal_user_viewer")
_OF_ADMINS = ("proxy_admin", "proxy_admin_viewer")
_FIELDS = {"user_email": "email", "user_alias": "alias", "budget_id": "budget_id"}
_MOST_SHOWN = 100


def _changes(call: Call, data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    changes: dict[str, Any] = {name: data[wire] for wire, name in _FIELDS.items() if wire in data}
    if "models" in data:
        changes["models"] = plain_list(data["models"])
    if "metadata" in data:
        changes["metadata"] = bounded_metadata(data["metadata"])
    if data.get("blocked") is not None:
        changes["blocked"] = data["blocked"]
    if data.get("user_role") is not None:
        changes["role"] = _role(call, data["user_role"])
    return changes, changed_limits(data, call.gateway.clock.time())


def _role(call: Call, role: str) -> str:
    if role not in _ROLES:
        raise invalid(
            f"`user_role` is {role!r}. Use one of {', '.join(_ROLES)}.", param="user_role", code="unknown_value"
        )
    if role in _OF_ADMINS and not call.caller.admin:
        raise forbidden(
            f"Only an admin of the gateway gives the role {role!r}. Give another.",
            code="admin_required",
            param="user_role",
        )
    return role


async def _free_email(call: Call, email: str | None, user_id: str) -> None:
    """An address is unique among the users that the caller sees: of others it must not learn that they exist."""
    if email is None:
        return
    for other in await call.gateway.platform.users.by("email", email):
        if other.id != user_id and await sees_user(call, other):
            raise conflict(
                f"There is a user with the address {email!r}. Use `/user/update`.",
                code="user_email_taken",
                param="user_email",
            )


async def join(call: Call, kind: str, group: str, user_id: str, role: str, limits: Limits | None = None) -> Member:
    """Make a user a member; one who is a member already stays as is."""
    platform, now = call.gateway.platform, call.gateway.clock.time()
    known = await platform.members.get(kind, group, user_id)
    if known is not None:
        return known
    member = Member(group_kind=kind, group_id=group, user_id=user_id, role=role, created_at=now)
    if limits is not None:
        member.limits = limits
    await platform.members.put(member)
    await platform.audit(call.principal, call.request_id, "joined", None, await platform.users.get(user_id), member)
    await platform.changed("member", f"{group}:{user_id}", "created")
    return member


async def find_user(call: Call, id: str | None, email: str | None) -> User:
    """A user by id or address, where the caller sees it."""
    platform = call.gateway.platform
    if id is not None:
        user = await platform.users.get(id)
        if user is None or not await sees_user(call, user):
            raise missing("user", id, param="user_id")
        return user
    if email is None:
        raise invalid("`user_id` or `user_email` is missing. Give one.", param="user_id", code="missing")
    seen = [user for user in await platform.users.by("email", email) if await sees_user(call, user)]
    if len(seen) > 1:
        raise invalid(f"Several users have the address {email!r}. Name one by `user_id`.", param="user_email")
    if not seen:
        raise missing("user", email, param="user_email")
    return seen[0]


async def require_same_user(call: Call, id: str, email: str, param: str) -> None:
    """400 where an id and an address name two users: one of them would be changed by mistake."""
    user = await call.gateway.platform.users.get(id)
    if user is not None and user.email != email:
        raise invalid(
            f"`user_id` {id!r} and `user_email` {email!r} are not those of one user. Give one of them.",
            param=param,
            code="ambiguous",
        )


async def invited(call: Call, id: str | None, email: str | None, organization_id: str | None) -> User:
    """Who is to be a member: a user that the caller sees, one of the organization, or a new one."""
    platform = call.gateway.platform
    known = [await platform.users.get(id)] if id is not None else await platform.users.by("email", email or "")
    for user in known:
        if user is not None and (await sees_user(call, user) or await _is_in(platform, user, organization_id)):
            if id is not None and email is not None:
                await require_same_user(call, id, email, "member")
            return user
    if id is None and email is None:
        raise invalid("`user_id` or `user_email` is missing. Give one.", param="member", code="missing")
    if id is not None and not call.caller.admin:
        raise missing("user", id, param="member")
    user = User(id=id if id is not None else call.gateway.new_id("user_"), email=email)
    if await platform.users.any(user.id) is not None:
        raise missing("user", user.id, param="member")
    return user


async def _is_in(platform: Platform, user: User, organization_id: str | None) -> bool:
    return (
        organization_id is not None and await platform.members.get("organization", organization_id, user.id) is not None
    )


async def _create(call: Call) -> tuple[dict[str, Any], str | None]:
    platform, caller = await writer(call)
    data = call.data
    _require_key_for(data)
    organization_id, teams = await _places(call)
    fields, limits = _changes(call, data)
    below(limits | fields, await platform.organizations.get(organization_id))
    await require_budget(call, fields.get("budget_id"))
    id = await chosen_id(call, platform.users, "user", data.get("user_id"), "user_")
    await _free_email(call, fields.get("email"), id)
    role = fields.pop("role", "internal_user")
    runs = role == "org_admin"
    if runs and organization_id is None:
        raise invalid("An `org_admin` administers an organization. Name it in `organization_id`.", param="user_role")
    user = User(id=id, role=role, limits=Limits(**limits), **fields)
    await save(call, platform.users, user, "created")
    if organization_id is not None:
        await join(call, "organization", organization_id, id, "org_admin" if runs else _seat_role(role))
    for team in teams:
        await join(call, "team", team.id, id, "user")
    shown, secret = await show_user(platform, caller, user), None
    if data.get("auto_create_key", True) is not False:
        key, secret = await _first_key(call, user, organization_id)
        shown |= {"key_id": key.id, "key_name": key.name, "expires": iso(key.expires_at)}
    return shown, secret


def _require_key_for(data: Mapping[str, Any]) -> None:
    """Raise 400 for members of a first key where none is made."""
    if data.get("auto_create_key", True) is not False:
        return
    for name in ("key_alias", "duration"):
        if data.get(name) is not None:
            raise invalid(
                f"`{name}` is {data[name]!r}, and `auto_create_key` is false: no key is made that it could hold for. "
                "Leave one of the two out.",
                param=name,
            )


async def _places(call: Call) -> tuple[str | None, list[Team]]:
    """The organization and the teams that a new user becomes a member of."""
    platform, caller, data = call.gateway.platform, call.caller, call.data
    organization_id = data.get("organization_id")
    if organization_id is None:
        organization_id = home_organization(call)
    elif not caller.admin and organization_id not in caller.organizations_run:
        raise missing("organization", organization_id, param="organization_id")
    if organization_id is not None and await platform.organizations.get(organization_id) is None:
        raise missing("organization", organization_id, param="organization_id")
    teams = []
    for id in dict.fromkeys(data.get("teams") or ()):
        team = await platform.teams.get(id)
        if team is None or not (caller.admin or team.organization_id in caller.organizations_run):
            raise missing("team", id, param="teams")
        if team.organization_id is not None and team.organization_id != organization_id:
            raise invalid(
                f"The team {id!r} is in the organization {team.organization_id!r}. Name it in `organization_id`.",
                param="teams",
            )
        teams.append(team)
    return organization_id, teams


def _seat_role(role: str) -> str:
    return "internal_user_viewer" if role == "internal_user_viewer" else "internal_user"


async def _first_key(call: Call, user: User, organization_id: str | None) -> tuple[Key, str]:
    wanted = {name: call.data[name] for name in ("key_alias", "duration") if call.data.get(name)}
    # A key that is confined to its organization would not govern the gateway.
    home = None if user.role in _OF_ADMINS else organization_id
    return await new_key(call, wanted | {"user_id": user.id, "organization_id": home})


async def _governs(call: Call, user: User) -> bool:
    """Whether all that a user is in is the caller's to run."""
    caller, platform = call.caller, call.gateway.platform
    if caller.admin:
        return True
    if user.role in _OF_ADMINS:
        return False
    organizations, seated = set[str | None](), await platform.members.of_user(user.id)
    for member in seated:
        if member.group_kind == "organization":
            organizations.add(member.group_id)
        else:
            team = await platform.teams.get(member.group_id)
            organizations.add(team.organization_id if team is not None else None)
    return bool(organizations) and organizations <= set(caller.organizations_run)


async def _update(call: Call) -> Response:
    platform, caller = await writer(call)
    data = dict(call.data)
    if data.get("user_id") is None:
        one_of(data, "user_id", "user_email")
    user = await find_user(call, data.get("user_id"), data.get("user_email"))
    fields, limits = _changes(call, data)
    if not await _governs(call, user):
        if user.id != caller.user_id or caller.only_team is not None or caller.only_organization is not None:
            raise forbidden(
                "Only an admin of all organizations that the user is in changes it. Ask an admin of the gateway.",
                code="above_required",
            )
        _own_changes(user, fields, limits)
    below(limits | {k: v for k, v in fields.items() if k == "models"}, *await _organizations(platform, user))
    if fields.get("budget_id", user.budget_id) != user.budget_id:
        await require_budget(call, fields["budget_id"])
    if fields.get("role") == "org_admin" and user.role != "org_admin":
        raise invalid("Who administers an organization is said by `/organization/member_update`.", param="user_role")
    await _stays_governed(call, user, fields)
    await _free_email(call, fields.get("email"), user.id)
    wanted = renewed(user, {**fields, "limits": applied(user.limits, limits)})
    return json_response(await show_user(platform, caller, await save(call, platform.users, wanted, "updated", user)))


async def _stays_governed(call: Call, user: User, fields: Mapping[str, Any]) -> None:
    """409 where the last admin of the gateway would put itself out of its place."""
    steps_down = fields.get("role", user.role) != "proxy_admin" or fields.get("blocked") is True
    if user.role != "proxy_admin" or user.id != call.caller.user_id or not steps_down:
        return
    admins = await call.gateway.platform.users.by("role", "proxy_admin")
    if not any(one.id != user.id and not one.blocked for one in admins):
        raise conflict(
            f"The user {user.id!r} is the last admin of the gateway. Make another one first, or use a master key.",
            code="last_admin",
            param="user_role" if "role" in fields else "blocked",
        )


async def _organizations(platform: Platform, user: User) -> list[Any]:
    groups = [m.group_id for m in await platform.members.of_user(user.id) if m.group_kind == "organization"]
    return [await platform.organizations.get(id) for id in groups] if len(groups) == 1 else []


def _own_changes(user: User, fields: Mapping[str, Any], limits: Mapping[str, Any]) -> None:
    """A user makes itself smaller, never larger."""
    asked = {**limits, **{name: fields[name] for name in ("models", "role") if name in fields}}
    attenuate(asked, Ceiling.of(user), strict=True)
    for name in ("blocked", "budget_id", "email"):
        if name in fields and fields[name] != getattr(user, name):
            raise forbidden(f"`{name}` of a user is changed from above. Leave it out.", code="above_required")


async def _list(call: Call) -> Response:
    platform, query, caller = call.gateway.platform, call.query, call.caller
    where = users_seen(caller)
    if query.get("role"):
        where &= equal("role", known_value(query["role"], _ROLES, "role"))
    if query.get("user_ids"):
        where &= among("id", list(dict.fromkeys(id.strip() for id in str(query["user_ids"]).split(","))))
    if query.get("user_email"):
        where &= equal("email", query["user_email"])
    if query.get("organization_id"):
        group = query["organization_id"]
        where &= member_of("organization", [group] if sight(caller).sees(organization_id=group) else [])
    page, size = int(query.get("page") or 1), int(query.get("page_size") or 25)
    shown, total, pages = await numbered(platform.users, where, page, size)
    return json_response(
        {
            "users": [await show_user(platform, caller, user) for user in shown],
            "total": total,
            "page": page,
            "page_size": size,
            "total_pages": pages,
        }
    )


async def _info(call: Call) -> Response:
    platform, caller = call.gateway.platform, call.caller
    id = call.query.get("user_id") or caller.user_id
    if id is None:
        raise invalid("`user_id` is missing, and who asks is no user. Name one.", param="user_id", code="missing")
    user = await find_user(call, id, None)
    keys = await platform.keys.page(keys_seen(caller) & equal("user_id", user.id), _MOST_SHOWN)
    seats = {m.group_id: m for m in await platform.members.of_user(user.id) if m.group_kind == "team"}
    teams = [team for team in await platform.teams.of_ids(seats) if sees_team(caller, team)]
    return json_response(
        {
            "user_id": user.id,
            "user_info": await show_user(platform, caller, user),
            "keys": [await show_key(platform, key) for key in keys],
            "teams": [await show_team(platform, team, [seats[team.id]]) for team in teams],
        }
    )


async def _delete(call: Call) -> Response:
    platform, caller = await writer(call)
    users = [await find_user(call, id, None) for id in dict.fromkeys(call.data["user_ids"])]
    for user in users:
        if user.id == caller.user_id or not await _governs(call, user):
            raise forbidden(
                f"The user {user.id!r} is not yours to delete: only an admin of all its organizations does that.",
                code="above_required",
                param="user_ids",
            )
    for user in users:
        await delete_keys(call, await platform.keys.by("user_id", user.id))
        await platform.members.drop_user(user.id)
        await bury(call, platform.users, user)
    return json_response({"deleted_users": [user.id for user in users]})


_JSON, _PLATFORM = BodyKind.JSON, Access.PLATFORM
ROUTES = (
    Route("POST", "/user/new", "user.create", revealing_once(_create), body=BodyKind.JSON_OR_NONE, access=_PLATFORM),
    Route("POST", "/user/update", "user.update", _update, body=_JSON, access=_PLATFORM, once=True),
    Route("GET", "/user/get_users", "user.list", _list, access=_PLATFORM),
    Route("GET", "/user/info", "user.info", _info, access=_PLATFORM),
    Route("POST", "/user/delete", "user.delete", _delete, body=_JSON, access=_PLATFORM, once=True),
)
