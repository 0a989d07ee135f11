"""Whose a key is: the team, the organization and the user that it stands under, and who may say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.errors import forbidden, invalid
from ..core.principal import Principal
from ..core.records import (
    Key,
    Organization,
    Team,
    User,
)
from ..http.request import Call
from ..identity.authorization import (
    sees_organization,
    sees_team,
    sight,
)
from ..identity.directory import Platform
from ..identity.principals import READERS
from ..identity.sql import equal
from ..identity.visibility_filters import users_seen
from .writes import missing

__all__ = ["Place", "of_key", "of_new_key", "require_budget", "sees_user"]


@dataclass(frozen=True, slots=True)
class Place:
    """What stands above a key. `own` is a key that a user makes for itself."""

    team: Team | None
    organization: Organization | None
    user: User | None
    own: bool = False
    moved: bool = False

    def ids(self) -> dict[str, str | None]:
        """The fields of the key that say so."""
        return {
            "team_id": self.team.id if self.team is not None else None,
            "organization_id": self.organization.id if self.organization is not None else None,
            "user_id": self.user.id if self.user is not None else None,
        }


async def of_new_key(call: Call, data: Mapping[str, Any]) -> Place:
    """Where a new key stands; 403 or 404 where the caller may not put it there."""
    platform, caller = call.gateway.platform, call.caller
    if not caller.admin and caller.user_id is None:
        raise forbidden(
            "This key belongs to no user and makes no keys. Use the key of a user, a team's admin or a master key.",
            code="user_required",
        )
    named = any(data.get(name) for name in ("team_id", "organization_id", "user_id"))
    team = await _team(call, data.get("team_id") or (caller.team_id if not named else None) or caller.only_team)
    organization = await _organization(call, data.get("organization_id") or caller.only_organization, team)
    user_id = data.get("user_id")
    if not caller.admin and organization is None and team is None and user_id and user_id != caller.user_id:
        organization = await _common_organization(platform, caller, user_id)
    above = caller.admin or (named and _above(caller, team, organization))
    if not above:
        return await _own(call, team, organization, user_id)
    user = None if user_id is None else await _member(call, user_id, team, organization)
    if user is not None and team is None and organization is None:
        organization = await _only_organization(platform, user)
    return Place(team, organization, user)


def _above(caller: Principal, team: Team | None, organization: Organization | None) -> bool:
    return (organization is not None and organization.id in caller.organizations_run) or (
        team is not None and team.id in caller.teams_run
    )


async def _own(call: Call, team: Team | None, organization: Organization | None, user_id: str | None) -> Place:
    """A key of a user for itself, within what it is a member of."""
    platform, caller = call.gateway.platform, call.caller
    user = await platform.users.get(caller.user_id)
    if user is None or user_id not in (None, user.id):
        raise missing("user", str(user_id), param="user_id")
    if team is not None and team.id not in caller.teams_in:
        raise missing("team", team.id, param="team_id")
    if team is None and organization is None:
        if len(caller.organizations_in) > 1:
            raise invalid(
                "You are a member of several organizations. Say in `organization_id` whose key it is to be.",
                param="organization_id",
                code="missing",
            )
        organization = await platform.organizations.get(next(iter(caller.organizations_in), None))
    elif team is None and organization is not None and organization.id not in caller.organizations_in:
        raise missing("organization", organization.id, param="organization_id")
    seat = None if organization is None else await platform.members.get("organization", organization.id, user.id)
    if seat is not None and seat.role in READERS:
        raise forbidden("You look on in this organization and make no keys in it.", code="read_only")
    return Place(team, organization, user, own=True)


async def of_key(call: Call, key: Key, data: Mapping[str, Any], *, above: bool) -> Place:
    """Where a key stands after a change; only who is above it, and above the new place, moves it."""
    platform = call.gateway.platform
    names = ("team_id", "organization_id", "user_id")
    moves = {name: data[name] for name in names if name in data and data[name] != getattr(key, name)}
    if not moves:
        return Place(
            await platform.teams.get(key.team_id),
            await platform.organizations.get(key.organization_id),
            await platform.users.get(key.user_id),
        )
    if not above:
        raise forbidden(
            "Only who is above a key gives it to others. Make a new key instead.",
            code="above_required",
            param=next(iter(moves)),
        )
    wanted = {name: moves.get(name, getattr(key, name)) for name in names}
    if "team_id" in moves and "organization_id" not in moves and wanted["team_id"] is not None:
        wanted["organization_id"] = None
    team = await _team(call, wanted["team_id"])
    organization = await _organization(call, wanted["organization_id"], team)
    if not call.caller.admin and not _above(call.caller, team, organization):
        raise forbidden(
            "The key would leave what you administer. Keep it in one of your teams or organizations.",
            code="above_required",
            param=next(iter(moves)),
        )
    user = None if wanted["user_id"] is None else await _member(call, wanted["user_id"], team, organization)
    return Place(team, organization, user, moved=True)


async def _team(call: Call, id: str | None) -> Team | None:
    if id is None:
        return None
    team = await call.gateway.platform.teams.get(id)
    if team is None or not sees_team(call.caller, team):
        raise missing("team", id, param="team_id")
    return team


async def _organization(call: Call, id: str | None, team: Team | None) -> Organization | None:
    platform = call.gateway.platform
    if team is not None:
        if id not in (None, team.organization_id):
            raise invalid(
                f"The team {team.id!r} is not in the organization {id!r}. Leave `organization_id` out.",
                param="organization_id",
                code="invalid_value",
            )
        return await platform.organizations.get(team.organization_id)
    if id is None:
        return None
    organization = await platform.organizations.get(id)
    known = organization is not None and (sees_organization(call.caller, id) or id == call.caller.only_organization)
    if organization is None or not known:
        raise missing("organization", id, param="organization_id")
    return organization


async def _member(call: Call, id: str, team: Team | None, organization: Organization | None) -> User:
    """A user that a key may be given to: any for an admin, else a member of the key's team or organization."""
    platform = call.gateway.platform
    user = await platform.users.get(id)
    if user is None:
        raise missing("user", id, param="user_id")
    if call.caller.admin:
        return user
    places = [("team", team.id)] if team is not None else []
    places += [("organization", organization.id)] if organization is not None else []
    for kind, group in places:
        if await platform.members.get(kind, group, id) is not None:
            return user
    raise missing("user", id, param="user_id")


async def _only_organization(platform: Platform, user: User) -> Organization | None:
    """The organization of a user that is in one alone, so that its keys count there."""
    groups = [m.group_id for m in await platform.members.of_user(user.id) if m.group_kind == "organization"]
    if len(groups) != 1 or user.role.startswith("proxy_admin"):
        return None
    return await platform.organizations.get(groups[0])


async def _common_organization(platform: Platform, caller: Principal, user_id: str) -> Organization | None:
    """The one organization that the caller runs and the user is in."""
    groups = [m.group_id for m in await platform.members.of_user(user_id) if m.group_kind == "organization"]
    common = [id for id in groups if id in caller.organizations_run]
    return await platform.organizations.get(common[0]) if len(common) == 1 else None


async def require_budget(call: Call, id: str | None) -> None:
    """404 for a shared budget that the caller may not have spent from."""
    if id is None:
        return
    budget = await call.gateway.platform.budgets.get(id)
    usable = budget is not None and (call.caller.admin or budget.organization_id in call.caller.organizations_run)
    if not usable:
        raise missing("budget", id, param="budget_id")


async def sees_user(call: Call, user: User) -> bool:
    """A user is seen by itself and by those who run an organization or a team that it is in."""
    if sight(call.caller).all or user.id == call.caller.user_id:
        return True
    return await call.gateway.platform.users.count(users_seen(call.caller) & equal("id", user.id)) > 0
