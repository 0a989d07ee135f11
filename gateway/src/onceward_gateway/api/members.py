"""The member handlers: add, change and remove the members of teams and organizations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ..core import error_codes
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
    Request,
    Response,
    json_response,
)
from ..identity.authorization import authority_over_organization
from ..identity.directory import Directory
from .key_writer import KeyWriter
from .memberships import Memberships
from .organizations import find_organization
from .parsing import (
    applied,
    changed_limits,
    nano,
)
from .record_service import RecordContext, RecordService
from .team_access import TeamAccess
from .teams import (
    team_role,
)
from .writes import (
    below,
    missing,
)

__all__ = ["MemberHandlers"]

_ORGANIZATION_ROLES = ("org_admin", "internal_user", "internal_user_viewer")


class MemberHandlers(RecordService):
    """Handlers for the members of `/team` and `/organization`."""

    def __init__(
        self, context: RecordContext, directory: Directory, teams: TeamAccess, memberships: Memberships, keys: KeyWriter
    ) -> None:
        super().__init__(context)
        self._directory = directory
        self._teams = teams
        self._memberships = memberships
        self._keys = keys

    def _budget(self, request: Request, name: str) -> dict[str, Any]:
        """Return the budget of a member as a change of limits."""
        if name not in request.data:
            return {}
        if request.data[name] is not None:
            nano(request.data[name], name)
        return changed_limits({"max_budget": request.data[name]}, self._clock.time())

    async def _member(self, request: Request, kind: str, group: str) -> Member:
        """Return the member that a request names by id or email address."""
        members, id, email = self._records.members, request.data.get("user_id"), request.data.get("user_email")
        if id is None and email is None:
            raise invalid("`user_id` or `user_email` is required.", param="user_id", code=error_codes.MISSING)
        if id is not None:
            found = await members.get(kind, group, id)
        else:
            found = next(iter(await members.of_email(kind, group, str(email))), None)
        if found is None:
            raise missing("member", str(id or email), param="user_id" if id else "user_email")
        if id is not None and email is not None:
            await self._memberships.require_same_user(request, id, str(email), "user_email")
        return found

    async def _leave(self, request: Request, member: Member) -> None:
        """Delete a membership, and the keys that the user has in the group."""
        keys = [
            k
            for k in await self._records.keys.by(f"{member.group_kind}_id", member.group_id)
            if k.user_id == member.user_id
        ]
        await self._keys.delete(request, keys)
        await self._records.members.drop(member.group_kind, member.group_id, member.user_id)
        user = await self._records.users.any(member.user_id)
        await self._directory.audit(request.principal, request.request_id, "left", None, user, member)
        await self._directory.changed("member", f"{member.group_id}:{member.user_id}", "deleted")

    async def _change(self, request: Request, member: Member, changes: Mapping[str, Any]) -> Member:
        now = self._clock.time()
        wanted = msgspec.structs.replace(member, updated_at=now, **changes)
        await self._records.members.put(wanted)
        await self._directory.audit(
            request.principal,
            request.request_id,
            "updated",
            None,
            await self._records.users.any(member.user_id),
            wanted,
        )
        await self._directory.changed("member", f"{member.group_id}:{member.user_id}", "updated")
        return wanted

    async def _require_same_budget(
        self, request: Request, group: str, users: Iterable[User], limits: Mapping[str, Any]
    ) -> None:
        """Raise 409 if an existing member would not get the budget of the request."""
        kind, most = ("team" if "team_id" in request.data else "organization"), limits.get("max_budget")
        if most is None:
            return
        for user in users:
            known = await self._records.members.get(kind, group, user.id)
            if known is not None and known.limits.max_budget != most:
                raise conflict(
                    f"The user {user.id!r} is a member of this {kind} already, with another `max_budget_in_{kind}`. "
                    f"Change it by `/{kind}/member_update`, or leave it out.",
                    code=error_codes.MEMBER_EXISTS,
                    param=f"max_budget_in_{kind}",
                )

    async def add_to_team(self, request: Request) -> Response:
        """Add members to a team."""
        caller = await self._writer.begin(request)
        team, _power = await self._teams.to_change(request, request.data["team_id"])
        limits = self._budget(request, "max_budget_in_team")
        below(limits, team)
        users = [
            (
                await self._memberships.invite(
                    request, one.get("user_id"), one.get("user_email"), team.organization_id
                ),
                team_role(one["role"]),
            )
            for one in _named(request)
        ]
        await self._require_same_budget(request, team.id, [user for user, _ in users], limits)
        seats = [await self._memberships.join_team(request, team, user, role, Limits(**limits)) for user, role in users]
        shown = await self._teams.view(request, team)
        shown["updated_users"] = [await self._serializer.user(caller, user) for user, _ in users]
        shown["updated_team_memberships"] = [await self._serializer.membership(member) for member in seats]
        return json_response(shown)

    async def delete_from_team(self, request: Request) -> Response:
        """Remove a member from a team."""
        await self._writer.begin(request)
        team, _power = await self._teams.to_change(request, request.data["team_id"])
        await self._leave(request, await self._member(request, "team", team.id))
        return json_response(await self._teams.view(request, team))

    async def update_in_team(self, request: Request) -> Response:
        """Change the role or the budget of a member of a team."""
        await self._writer.begin(request)
        team, _power = await self._teams.to_change(request, request.data["team_id"])
        member = await self._member(request, "team", team.id)
        limits = self._budget(request, "max_budget_in_team")
        below(limits, team)
        changes: dict[str, Any] = {"limits": applied(member.limits, limits)}
        if request.data.get("role") is not None:
            changes["role"] = team_role(request.data["role"])
        return json_response(await self._serializer.membership(await self._change(request, member, changes)))

    async def _organization(self, request: Request) -> Organization:
        organization = await find_organization(self._records, request.caller, request.data["organization_id"])
        if authority_over_organization(request.caller, organization.id) is None:
            raise forbidden(
                "Only an admin of the organization changes its members. Ask one.",
                code=error_codes.ORGANIZATION_ADMIN_REQUIRED,
            )
        return organization

    async def _require_another_admin(self, request: Request, member: Member) -> None:
        """Raise 409 if the last admin of an organization would lose its role.

        An admin of the gateway may do that: it can appoint another one.
        """
        if member.role != "org_admin" or authority_over_organization(request.caller, member.group_id) == "above":
            return
        members = await self._records.members.of_group("organization", member.group_id)
        if not any(one.role == "org_admin" and one.user_id != member.user_id for one in members):
            raise conflict(
                f"The user {member.user_id!r} is the last admin of the organization. Make another one first.",
                code=error_codes.LAST_ADMIN,
                param="user_id",
            )

    async def add_to_organization(self, request: Request) -> Response:
        """Add members to an organization."""
        caller = await self._writer.begin(request)
        organization = await self._organization(request)
        limits = self._budget(request, "max_budget_in_organization")
        below(limits, organization)
        users = [
            (
                await self._memberships.invite(request, one.get("user_id"), one.get("user_email"), organization.id),
                _role(one["role"]),
            )
            for one in _named(request)
        ]
        await self._require_same_budget(request, organization.id, [user for user, _ in users], limits)
        seats = [await self._join_organization(request, organization, user, role, limits) for user, role in users]
        return json_response(
            {
                "organization_id": organization.id,
                "updated_users": [await self._serializer.user(caller, user) for user, _ in users],
                "updated_organization_memberships": [await self._serializer.membership(member) for member in seats],
            }
        )

    async def _join_organization(
        self, request: Request, organization: Organization, user: User, role: str, limits: Mapping[str, Any]
    ) -> Member:
        if await self._records.users.get(user.id) is None:
            await self._writer.save(request, self._records.users, user, "created")
        return await self._memberships.join(request, "organization", organization.id, user.id, role, Limits(**limits))

    async def delete_from_organization(self, request: Request) -> Response:
        """Remove a member from an organization and from its teams."""
        await self._writer.begin(request)
        organization = await self._organization(request)
        member = await self._member(request, "organization", organization.id)
        await self._require_another_admin(request, member)
        for team in await self._records.teams.by("organization_id", organization.id):
            within = await self._records.members.get("team", team.id, member.user_id)
            if within is not None:
                await self._leave(request, within)
        shown = await self._serializer.membership(member)
        await self._leave(request, member)
        return json_response(shown)

    async def update_in_organization(self, request: Request) -> Response:
        """Change the role or the budget of a member of an organization."""
        await self._writer.begin(request)
        organization = await self._organization(request)
        member = await self._member(request, "organization", organization.id)
        limits = self._budget(request, "max_budget_in_organization")
        below(limits, organization)
        changes: dict[str, Any] = {"limits": applied(member.limits, limits)}
        if request.data.get("role") is not None:
            changes["role"] = _role(request.data["role"])
            if changes["role"] != "org_admin":
                await self._require_another_admin(request, member)
        return json_response(await self._serializer.membership(await self._change(request, member, changes)))


def _named(request: Request) -> list[Mapping[str, Any]]:
    """Return the members that a request names: one or several."""
    member = request.data["member"]
    return member if isinstance(member, list) else [member]


def _role(role: str) -> str:
    if role not in _ORGANIZATION_ROLES:
        raise invalid(
            f"`role` is {role!r}. Use one of {', '.join(_ORGANIZATION_ROLES)}.",
            param="role",
            code=error_codes.UNKNOWN_VALUE,
        )
    return role
