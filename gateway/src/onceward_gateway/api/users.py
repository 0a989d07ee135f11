"""The user handlers: create, update, list and delete users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core import error_codes
from ..core.errors import (
    conflict,
    forbidden,
    invalid,
)
from ..core.principal import Principal
from ..core.records import (
    Key,
    Limits,
    Team,
    User,
)
from ..core.timestamps import iso
from ..http.request import (
    Request,
    Response,
    json_response,
)
from ..identity.authorization import (
    Ceiling,
    attenuate,
    may_see_team,
    visibility_of,
)
from ..identity.sql import (
    among,
    equal,
    member_of,
)
from ..identity.visibility_filters import visible_keys, visible_users
from .budgets import home_organization
from .key_writer import KeyWriter
from .memberships import Memberships
from .parsing import (
    applied,
    changed_fields,
    changed_limits,
    known_value,
    one_of,
)
from .record_service import RecordContext, RecordService
from .serializers import page_by_number
from .writes import (
    SecretResponder,
    below,
    missing,
    renewed,
)

__all__ = ["UserHandlers"]

_ROLES = ("proxy_admin", "proxy_admin_viewer", "org_admin", "internal_user", "internal_user_viewer")
_OF_ADMINS = ("proxy_admin", "proxy_admin_viewer")
_FIELDS = {"user_email": "email", "user_alias": "alias", "budget_id": "budget_id"}
_MOST_SHOWN = 100


class UserHandlers(RecordService):
    """Handlers for `/user`."""

    def __init__(
        self, context: RecordContext, memberships: Memberships, keys: KeyWriter, secrets: SecretResponder
    ) -> None:
        super().__init__(context)
        self._memberships = memberships
        self._keys = keys
        self._secrets = secrets

    async def create(self, request: Request) -> Response:
        """Create a user, and by default its first key."""
        return await self._secrets.respond(request, self._create)

    def _changes(self, request: Request, data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        changes = changed_fields(data, _FIELDS)
        if data.get("user_role") is not None:
            changes["role"] = _role(request.caller, data["user_role"])
        return changes, changed_limits(data, self._clock.time())

    async def _require_free_email(self, request: Request, email: str | None, user_id: str) -> None:
        """Raise 409 if a user that the caller may see has this email address; others must stay hidden from it."""
        if email is None:
            return
        for other in await self._records.users.by("email", email):
            if other.id != user_id and await self._ownership.may_see_user(request.caller, other):
                raise conflict(
                    f"There is a user with the address {email!r}. Use `/user/update`.",
                    code=error_codes.USER_EMAIL_TAKEN,
                    param="user_email",
                )

    async def _create(self, request: Request) -> tuple[dict[str, Any], str | None]:
        caller = await self._writer.begin(request)
        data = request.data
        _require_key_for(data)
        organization_id, teams = await self._groups_of_new(request)
        fields, limits = self._changes(request, data)
        below(limits | fields, await self._records.organizations.get(organization_id))
        await self._ownership.require_budget(request.caller, fields.get("budget_id"))
        id = await self._writer.chosen_id(request, self._records.users, "user", data.get("user_id"), "user_")
        await self._require_free_email(request, fields.get("email"), id)
        role = fields.pop("role", "internal_user")
        runs = role == "org_admin"
        if runs and organization_id is None:
            raise invalid(
                "An `org_admin` administers an organization. Name it in `organization_id`.", param="user_role"
            )
        user = User(id=id, role=role, limits=Limits(**limits), **fields)
        await self._writer.save(request, self._records.users, user, "created")
        if organization_id is not None:
            await self._memberships.join(
                request, "organization", organization_id, id, "org_admin" if runs else _seat_role(role)
            )
        for team in teams:
            await self._memberships.join(request, "team", team.id, id, "user")
        shown, secret = await self._serializer.user(caller, user), None
        if data.get("auto_create_key", True) is not False:
            key, secret = await self._first_key(request, user, organization_id)
            shown |= {"key_id": key.id, "key_name": key.name, "expires": iso(key.expires_at)}
        return shown, secret

    async def _groups_of_new(self, request: Request) -> tuple[str | None, list[Team]]:
        """Return the organization and the teams of a new user."""
        caller, data = request.caller, request.data
        organization_id = data.get("organization_id")
        if organization_id is None:
            organization_id = home_organization(request.caller)
        elif not caller.admin and organization_id not in caller.organizations_run:
            raise missing("organization", organization_id, param="organization_id")
        if organization_id is not None and await self._records.organizations.get(organization_id) is None:
            raise missing("organization", organization_id, param="organization_id")
        teams = []
        for id in dict.fromkeys(data.get("teams") or ()):
            team = await self._records.teams.get(id)
            if team is None or not (caller.admin or team.organization_id in caller.organizations_run):
                raise missing("team", id, param="teams")
            if team.organization_id is not None and team.organization_id != organization_id:
                raise invalid(
                    f"The team {id!r} is in the organization {team.organization_id!r}. Name it in `organization_id`.",
                    param="teams",
                )
            teams.append(team)
        return organization_id, teams

    async def _first_key(self, request: Request, user: User, organization_id: str | None) -> tuple[Key, str]:
        wanted = {name: request.data[name] for name in ("key_alias", "duration") if request.data.get(name)}
        # A key confined to an organization could not administer the gateway.
        home = None if user.role in _OF_ADMINS else organization_id
        return await self._keys.create(request, wanted | {"user_id": user.id, "organization_id": home})

    async def _administers(self, request: Request, user: User) -> bool:
        """Return whether the caller administers every organization that a user is in."""
        caller = request.caller
        if caller.admin:
            return True
        if user.role in _OF_ADMINS:
            return False
        organizations, seated = set[str | None](), await self._records.members.of_user(user.id)
        for member in seated:
            if member.group_kind == "organization":
                organizations.add(member.group_id)
            else:
                team = await self._records.teams.get(member.group_id)
                organizations.add(team.organization_id if team is not None else None)
        return bool(organizations) and organizations <= set(caller.organizations_run)

    async def update(self, request: Request) -> Response:
        """Change a user."""
        caller = await self._writer.begin(request)
        data = dict(request.data)
        if data.get("user_id") is None:
            one_of(data, "user_id", "user_email")
        user = await self._memberships.find_user(request, data.get("user_id"), data.get("user_email"))
        fields, limits = self._changes(request, data)
        if not await self._administers(request, user):
            if user.id != caller.user_id or caller.only_team is not None or caller.only_organization is not None:
                raise forbidden(
                    "Only an admin of all organizations that the user is in changes it. Ask an admin of the gateway.",
                    code=error_codes.ABOVE_REQUIRED,
                )
            _require_smaller(user, fields, limits)
        below(limits | {k: v for k, v in fields.items() if k == "models"}, *await self._organizations(user))
        if fields.get("budget_id", user.budget_id) != user.budget_id:
            await self._ownership.require_budget(request.caller, fields["budget_id"])
        if fields.get("role") == "org_admin" and user.role != "org_admin":
            raise invalid("Use `/organization/member_update` to make a user an `org_admin`.", param="user_role")
        await self._require_another_admin(request, user, fields)
        await self._require_free_email(request, fields.get("email"), user.id)
        wanted = renewed(user, {**fields, "limits": applied(user.limits, limits)})
        return json_response(
            await self._serializer.user(
                caller, await self._writer.save(request, self._records.users, wanted, "updated", user)
            )
        )

    async def _require_another_admin(self, request: Request, user: User, fields: Mapping[str, Any]) -> None:
        """Raise 409 if the last admin of the gateway would give up its role."""
        steps_down = fields.get("role", user.role) != "proxy_admin" or fields.get("blocked") is True
        if user.role != "proxy_admin" or user.id != request.caller.user_id or not steps_down:
            return
        admins = await self._records.users.by("role", "proxy_admin")
        if not any(one.id != user.id and not one.blocked for one in admins):
            raise conflict(
                f"The user {user.id!r} is the last admin of the gateway. Make another one first, or use a master key.",
                code=error_codes.LAST_ADMIN,
                param="user_role" if "role" in fields else "blocked",
            )

    async def _organizations(self, user: User) -> list[Any]:
        groups = [m.group_id for m in await self._records.members.of_user(user.id) if m.group_kind == "organization"]
        return [await self._records.organizations.get(id) for id in groups] if len(groups) == 1 else []

    async def list_users(self, request: Request) -> Response:
        """Return a page of the users that the caller may see."""
        query, caller = request.query, request.caller
        where = visible_users(caller)
        if query.get("role"):
            where &= equal("role", known_value(query["role"], _ROLES, "role"))
        if query.get("user_ids"):
            where &= among("id", list(dict.fromkeys(id.strip() for id in str(query["user_ids"]).split(","))))
        if query.get("user_email"):
            where &= equal("email", query["user_email"])
        if query.get("organization_id"):
            group = query["organization_id"]
            where &= member_of("organization", [group] if visibility_of(caller).sees(organization_id=group) else [])
        page, size = int(query.get("page") or 1), int(query.get("page_size") or 25)
        shown, total, pages = await page_by_number(self._records.users, where, page, size)
        return json_response(
            {
                "users": [await self._serializer.user(caller, user) for user in shown],
                "total": total,
                "page": page,
                "page_size": size,
                "total_pages": pages,
            }
        )

    async def info(self, request: Request) -> Response:
        """Return one user, with its keys and teams: by default that of the caller."""
        caller = request.caller
        id = request.query.get("user_id") or caller.user_id
        if id is None:
            raise invalid(
                "`user_id` is required when the caller is not a user.", param="user_id", code=error_codes.MISSING
            )
        user = await self._memberships.find_user(request, id, None)
        keys = await self._records.keys.page(visible_keys(caller) & equal("user_id", user.id), _MOST_SHOWN)
        seats = {m.group_id: m for m in await self._records.members.of_user(user.id) if m.group_kind == "team"}
        teams = [team for team in await self._records.teams.of_ids(seats) if may_see_team(caller, team)]
        return json_response(
            {
                "user_id": user.id,
                "user_info": await self._serializer.user(caller, user),
                "keys": [await self._serializer.key(key) for key in keys],
                "teams": [await self._serializer.team(team, [seats[team.id]]) for team in teams],
            }
        )

    async def delete(self, request: Request) -> Response:
        """Delete users with their keys and memberships."""
        caller = await self._writer.begin(request)
        users = [await self._memberships.find_user(request, id, None) for id in dict.fromkeys(request.data["user_ids"])]
        for user in users:
            if user.id == caller.user_id or not await self._administers(request, user):
                raise forbidden(
                    f"The user {user.id!r} is not yours to delete: only an admin of all its organizations may do that.",
                    code=error_codes.ABOVE_REQUIRED,
                    param="user_ids",
                )
        for user in users:
            await self._keys.delete(request, await self._records.keys.by("user_id", user.id))
            await self._records.members.drop_user(user.id)
            await self._writer.delete(request, self._records.users, user)
        return json_response({"deleted_users": [user.id for user in users]})


def _role(caller: Principal, role: str) -> str:
    if role not in _ROLES:
        raise invalid(
            f"`user_role` is {role!r}. Use one of {', '.join(_ROLES)}.",
            param="user_role",
            code=error_codes.UNKNOWN_VALUE,
        )
    if role in _OF_ADMINS and not caller.admin:
        raise forbidden(
            f"Only an admin of the gateway gives the role {role!r}. Give another.",
            code=error_codes.ADMIN_REQUIRED,
            param="user_role",
        )
    return role


def _require_key_for(data: Mapping[str, Any]) -> None:
    """Raise 400 for properties of a first key if none is to be created."""
    if data.get("auto_create_key", True) is not False:
        return
    for name in ("key_alias", "duration"):
        if data.get(name) is not None:
            raise invalid(
                f"`{name}` is {data[name]!r}, and `auto_create_key` is false: there is no key that it could apply to. "
                "Leave one of the two out.",
                param=name,
            )


def _seat_role(role: str) -> str:
    return "internal_user_viewer" if role == "internal_user_viewer" else "internal_user"


def _require_smaller(user: User, fields: Mapping[str, Any], limits: Mapping[str, Any]) -> None:
    """Raise 403 for changes by which a user extends its own permissions."""
    asked = {**limits, **{name: fields[name] for name in ("models", "role") if name in fields}}
    attenuate(asked, Ceiling.of(user), strict=True)
    for name in ("blocked", "budget_id", "email"):
        if name in fields and fields[name] != getattr(user, name):
            raise forbidden(
                f"`{name}` of a user is changed by an administrator. Leave it out.", code=error_codes.ABOVE_REQUIRED
            )
