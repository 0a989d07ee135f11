"""Ownership of keys: the team, the organization and the user of a key, and who may set them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core import error_codes
from ..core.errors import forbidden, invalid
from ..core.principal import Principal
from ..core.records import (
    Key,
    Organization,
    Team,
    User,
)
from ..identity.authorization import (
    may_see_organization,
    may_see_team,
    visibility_of,
)
from ..identity.principals import READERS
from ..identity.repositories import Repositories
from ..identity.sql import equal
from ..identity.visibility_filters import visible_users
from .writes import missing

__all__ = ["Owners", "Ownership"]


@dataclass(frozen=True, slots=True)
class Owners:
    """The owners of a key. `own`: a key that a user creates for itself."""

    team: Team | None
    organization: Organization | None
    user: User | None
    own: bool = False
    moved: bool = False

    def ids(self) -> dict[str, str | None]:
        """Return the fields of the key that hold its owners."""
        return {
            "team_id": self.team.id if self.team is not None else None,
            "organization_id": self.organization.id if self.organization is not None else None,
            "user_id": self.user.id if self.user is not None else None,
        }


class Ownership:
    """Resolves the owners that requests name, as far as the caller may use them."""

    def __init__(self, records: Repositories) -> None:
        self._records = records

    async def of_new_key(self, caller: Principal, data: Mapping[str, Any]) -> Owners:
        """Return the owners of a new key; raise 403 or 404 if the caller may not choose them."""
        if not caller.admin and caller.user_id is None:
            raise forbidden(
                "This key belongs to no user and makes no keys. Use the key of a user, a team's admin or a master key.",
                code=error_codes.USER_REQUIRED,
            )
        named = any(data.get(name) for name in ("team_id", "organization_id", "user_id"))
        team = await self._team(
            caller, data.get("team_id") or (caller.team_id if not named else None) or caller.only_team
        )
        organization = await self._organization(caller, data.get("organization_id") or caller.only_organization, team)
        user_id = data.get("user_id")
        if not caller.admin and organization is None and team is None and user_id and user_id != caller.user_id:
            organization = await self._common_organization(caller, user_id)
        above = caller.admin or (named and _above(caller, team, organization))
        if not above:
            return await self._own(caller, team, organization, user_id)
        user = None if user_id is None else await self._member(caller, user_id, team, organization)
        if user is not None and team is None and organization is None:
            organization = await self._only_organization(user)
        return Owners(team, organization, user)

    async def _own(
        self, caller: Principal, team: Team | None, organization: Organization | None, user_id: str | None
    ) -> Owners:
        """Return the owners of a key that a user creates for itself, within its own groups."""
        user = await self._records.users.get(caller.user_id)
        if user is None or user_id not in (None, user.id):
            raise missing("user", str(user_id), param="user_id")
        if team is not None and team.id not in caller.teams_in:
            raise missing("team", team.id, param="team_id")
        if team is None and organization is None:
            if len(caller.organizations_in) > 1:
                raise invalid(
                    "You are a member of several organizations. Say in `organization_id` whose key it is to be.",
                    param="organization_id",
                    code=error_codes.MISSING,
                )
            organization = await self._records.organizations.get(next(iter(caller.organizations_in), None))
        elif team is None and organization is not None and organization.id not in caller.organizations_in:
            raise missing("organization", organization.id, param="organization_id")
        seat = (
            None if organization is None else await self._records.members.get("organization", organization.id, user.id)
        )
        if seat is not None and seat.role in READERS:
            raise forbidden("You look on in this organization and make no keys in it.", code=error_codes.READ_ONLY)
        return Owners(team, organization, user, own=True)

    async def of_key(self, caller: Principal, key: Key, data: Mapping[str, Any], *, above: bool) -> Owners:
        """Return the owners of a key after a change. Only an admin of the old and of the new owners changes them."""
        names = ("team_id", "organization_id", "user_id")
        moves = {name: data[name] for name in names if name in data and data[name] != getattr(key, name)}
        if not moves:
            return Owners(
                await self._records.teams.get(key.team_id),
                await self._records.organizations.get(key.organization_id),
                await self._records.users.get(key.user_id),
            )
        if not above:
            raise forbidden(
                "Only who is above a key gives it to others. Make a new key instead.",
                code=error_codes.ABOVE_REQUIRED,
                param=next(iter(moves)),
            )
        wanted = {name: moves.get(name, getattr(key, name)) for name in names}
        if "team_id" in moves and "organization_id" not in moves and wanted["team_id"] is not None:
            wanted["organization_id"] = None
        team = await self._team(caller, wanted["team_id"])
        organization = await self._organization(caller, wanted["organization_id"], team)
        if not caller.admin and not _above(caller, team, organization):
            raise forbidden(
                "The key would leave what you administer. Keep it in one of your teams or organizations.",
                code=error_codes.ABOVE_REQUIRED,
                param=next(iter(moves)),
            )
        user = None if wanted["user_id"] is None else await self._member(caller, wanted["user_id"], team, organization)
        return Owners(team, organization, user, moved=True)

    async def _team(self, caller: Principal, id: str | None) -> Team | None:
        if id is None:
            return None
        team = await self._records.teams.get(id)
        if team is None or not may_see_team(caller, team):
            raise missing("team", id, param="team_id")
        return team

    async def _organization(self, caller: Principal, id: str | None, team: Team | None) -> Organization | None:
        if team is not None:
            if id not in (None, team.organization_id):
                raise invalid(
                    f"The team {team.id!r} is not in the organization {id!r}. Leave `organization_id` out.",
                    param="organization_id",
                    code=error_codes.INVALID_VALUE,
                )
            return await self._records.organizations.get(team.organization_id)
        if id is None:
            return None
        organization = await self._records.organizations.get(id)
        known = organization is not None and (may_see_organization(caller, id) or id == caller.only_organization)
        if organization is None or not known:
            raise missing("organization", id, param="organization_id")
        return organization

    async def _member(self, caller: Principal, id: str, team: Team | None, organization: Organization | None) -> User:
        """Return a user that a key may belong to: any for an admin, else a member of the key's team or organization."""
        user = await self._records.users.get(id)
        if user is None:
            raise missing("user", id, param="user_id")
        if caller.admin:
            return user
        places = [("team", team.id)] if team is not None else []
        places += [("organization", organization.id)] if organization is not None else []
        for kind, group in places:
            if await self._records.members.get(kind, group, id) is not None:
                return user
        raise missing("user", id, param="user_id")

    async def _only_organization(self, user: User) -> Organization | None:
        """Return the organization of a user that is in only one, so that its keys count there."""
        groups = [m.group_id for m in await self._records.members.of_user(user.id) if m.group_kind == "organization"]
        if len(groups) != 1 or user.role.startswith("proxy_admin"):
            return None
        return await self._records.organizations.get(groups[0])

    async def _common_organization(self, caller: Principal, user_id: str) -> Organization | None:
        """Return the only organization that the caller administers and the user is in."""
        groups = [m.group_id for m in await self._records.members.of_user(user_id) if m.group_kind == "organization"]
        common = [id for id in groups if id in caller.organizations_run]
        return await self._records.organizations.get(common[0]) if len(common) == 1 else None

    async def require_budget(self, caller: Principal, id: str | None) -> None:
        """Raise 404 for a shared budget that the caller may not use."""
        if id is None:
            return
        budget = await self._records.budgets.get(id)
        usable = budget is not None and (caller.admin or budget.organization_id in caller.organizations_run)
        if not usable:
            raise missing("budget", id, param="budget_id")

    async def may_see_user(self, caller: Principal, user: User) -> bool:
        """Return whether the caller is the user, or administers one of its organizations or teams."""
        if visibility_of(caller).all or user.id == caller.user_id:
            return True
        return await self._records.users.count(visible_users(caller) & equal("id", user.id)) > 0


def _above(caller: Principal, team: Team | None, organization: Organization | None) -> bool:
    return (organization is not None and organization.id in caller.organizations_run) or (
        team is not None and team.id in caller.teams_run
    )
