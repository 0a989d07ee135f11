"""Access to teams: find, show and delete them as far as the caller may."""

from __future__ import annotations

from typing import Any

from ..core import error_codes
from ..core.errors import forbidden
from ..core.records import (
    Member,
    Team,
)
from ..http.request import (
    Request,
)
from ..identity.authorization import (
    Authority,
    authority_over_team,
    may_see_team,
    visibility_of,
)
from .key_writer import KeyWriter
from .record_service import RecordContext, RecordService
from .writes import (
    missing,
)

__all__ = ["TeamAccess"]


class TeamAccess(RecordService):
    """Finds, shows and deletes teams on behalf of a caller."""

    def __init__(self, context: RecordContext, keys: KeyWriter) -> None:
        super().__init__(context)
        self._keys = keys

    async def find(self, request: Request, id: str, param: str = "team_id") -> Team:
        """Return a team; raise 404 if the caller may not see it."""
        team = await self._records.teams.get(id)
        if team is None or not may_see_team(request.caller, team):
            raise missing("team", id, param=param)
        return team

    async def to_change(
        self, request: Request, id: str, *, above: bool = False, param: str = "team_id"
    ) -> tuple[Team, Authority]:
        """Return a team and the caller's authority over it; raise 403 if it has none."""
        team = await self.find(request, id, param)
        authority = authority_over_team(request.caller, team)
        if authority is None or (above and authority != "above"):
            who = "its organization" if above else "it or of its organization"
            raise forbidden(
                f"Only an admin of {who} may do this with the team {team.alias or id!r}. Ask one.",
                code=error_codes.ABOVE_REQUIRED if above else "team_admin_required",
                param=param,
            )
        return team, authority

    async def view(self, request: Request, team: Team) -> dict[str, Any]:
        """Return a team with the members that the caller may see: all if it administers the team, else itself."""
        return await self._serializer.team(team, await self.visible_members(request, team))

    async def visible_members(self, request: Request, team: Team) -> list[Member]:
        """Return the members of a team that the caller may see."""
        members = await self._records.members.of_group("team", team.id)
        if visibility_of(request.caller).sees(organization_id=team.organization_id, team_id=team.id):
            return members
        return [member for member in members if member.user_id == request.caller.user_id]

    async def delete(self, request: Request, team: Team) -> None:
        """Delete a team with its keys and memberships."""
        await self._keys.delete(request, await self._records.keys.by("team_id", team.id))
        await self._records.members.drop_group("team", team.id)
        await self._writer.delete(request, self._records.teams, team)
