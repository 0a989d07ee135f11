"""The team handlers: create, update, list, block and delete teams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core import error_codes
from ..core.errors import forbidden, invalid
from ..core.records import (
    Limits,
    Organization,
    Team,
)
from ..http.request import (
    Request,
    Response,
    json_response,
)
from ..identity.authorization import (
    Authority,
    Ceiling,
    attenuate,
)
from ..identity.sql import equal, has_member
from ..identity.visibility_filters import (
    administered_teams,
    visible_keys,
    visible_teams,
)
from .budgets import home_organization
from .memberships import Memberships
from .parsing import (
    applied,
    bounded_metadata,
    bounded_names,
    changed_limits,
    plain_list,
)
from .record_service import RecordContext, RecordService
from .serializers import page_by_cursor
from .team_access import TeamAccess
from .writes import (
    below,
    missing,
    renewed,
)

__all__ = ["TeamHandlers", "team_role"]

_FIELDS = {"team_alias": "alias", "budget_id": "budget_id"}
_DICTS = {"model_aliases": "aliases", "metadata": "metadata"}
_MOST_SHOWN = 100


class TeamHandlers(RecordService):
    """Handlers for `/team`, without its members."""

    def __init__(self, context: RecordContext, teams: TeamAccess, memberships: Memberships) -> None:
        super().__init__(context)
        self._teams = teams
        self._memberships = memberships

    def _changes(self, request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
        data = request.data
        changes: dict[str, Any] = {name: data[wire] for wire, name in _FIELDS.items() if wire in data}
        changes |= {name: bounded_metadata(data[wire], wire) for wire, name in _DICTS.items() if wire in data}
        changes |= {name: bounded_names(data[name], name) for name in ("guardrails", "tags") if name in data}
        if "models" in data:
            changes["models"] = plain_list(data["models"])
        if data.get("blocked") is not None:
            changes["blocked"] = data["blocked"]
        return changes, changed_limits(data, self._clock.time())

    async def _organization(self, request: Request, id: str | None) -> Organization | None:
        """Return the new organization of a team; raise 404 unless the caller administers it."""
        if id is None:
            return None
        organization = await self._records.organizations.get(id)
        if organization is None or not (request.caller.admin or id in request.caller.organizations_run):
            raise missing("organization", id, param="organization_id")
        return organization

    async def create(self, request: Request) -> Response:
        """Create a team with its first members."""
        await self._writer.begin(request)
        organization = await self._organization(
            request, request.data.get("organization_id") or home_organization(request.caller)
        )
        home = organization.id if organization is not None else None
        fields, limits = self._changes(request)
        below({**limits, "models": fields.get("models")}, organization)
        await self._ownership.require_budget(request.caller, fields.get("budget_id"))
        users = [
            (await self._memberships.invite(request, one.get("user_id"), one.get("user_email"), home), role)
            for one, role in _first(request.data)
        ]
        id = await self._writer.chosen_id(request, self._records.teams, "team", request.data.get("team_id"), "team_")
        team = Team(id=id, organization_id=home, limits=Limits(**limits), **fields)
        await self._writer.save(request, self._records.teams, team, "created")
        for user, role in users:
            await self._memberships.join_team(request, team, user, role)
        return json_response(await self._teams.view(request, team))

    async def update(self, request: Request) -> Response:
        """Change a team."""
        await self._writer.begin(request)
        team, authority = await self._teams.to_change(request, request.data["team_id"])
        fields, limits = self._changes(request)
        organization = await self._records.organizations.get(team.organization_id)
        wanted = renewed(team, {**fields, "limits": applied(team.limits, limits)})
        asked: dict[str, Any] = limits | {name: fields[name] for name in ("models", "guardrails") if name in fields}
        if "organization_id" in request.data and request.data["organization_id"] != team.organization_id:
            organization = await self._new_organization(request, team)
            wanted.organization_id = organization.id if organization is not None else None
            asked |= {name: getattr(wanted.limits, name) for name in Limits.__struct_fields__}
            asked["models"] = wanted.models
        if asked.get("temp_increase"):
            asked["max_budget"] = wanted.limits.max_budget
        below(asked, organization)
        if authority != "above":
            _require_smaller(team, fields, asked)
        if fields.get("budget_id", team.budget_id) != team.budget_id:
            await self._ownership.require_budget(request.caller, fields["budget_id"])
        await self._writer.save(request, self._records.teams, wanted, "updated", team)
        if wanted.organization_id != team.organization_id:
            for key in await self._records.keys.by("team_id", team.id):
                await self._writer.save(
                    request,
                    self._records.keys,
                    renewed(key, {"organization_id": wanted.organization_id}),
                    "updated",
                    key,
                )
        return json_response(await self._teams.view(request, wanted))

    async def _new_organization(self, request: Request, team: Team) -> Organization | None:
        """Return the organization that a team moves to; raise unless all its members are members there already."""
        if not request.caller.admin:
            raise forbidden(
                "Only an admin of the gateway moves a team to another organization. Make a new team instead.",
                code=error_codes.ADMIN_REQUIRED,
                param="organization_id",
            )
        id = request.data["organization_id"]
        organization = await self._organization(request, id)
        if organization is not None:
            for member in await self._records.members.of_group("team", team.id):
                if await self._records.members.get("organization", organization.id, member.user_id) is None:
                    raise invalid(
                        f"The member {member.user_id!r} of the team is not in the organization {id!r}. Add it first.",
                        param="organization_id",
                    )
        return organization

    async def list_teams(self, request: Request) -> Response:
        """Return a page of the teams that the caller may see."""
        query, caller = request.query, request.caller
        where = visible_teams(caller)
        if query.get("organization_id"):
            where &= equal("organization_id", query["organization_id"])
        if query.get("team_alias"):
            where &= equal("alias", query["team_alias"])
        if query.get("user_id"):
            where &= has_member(query["user_id"])
            if query["user_id"] != caller.user_id:
                where &= administered_teams(caller)
        return await page_by_cursor(request, self._records.teams, where, lambda team: self._teams.view(request, team))

    async def info(self, request: Request) -> Response:
        """Return one team, with its keys and memberships."""
        team = await self._teams.find(request, request.query["team_id"])
        keys = await self._records.keys.page(visible_keys(request.caller) & equal("team_id", team.id), _MOST_SHOWN)
        return json_response(
            {
                "team_id": team.id,
                "team_info": await self._teams.view(request, team),
                "keys": [await self._serializer.key(key) for key in keys],
                "team_memberships": [
                    await self._serializer.membership(member)
                    for member in await self._teams.visible_members(request, team)
                ],
            }
        )

    async def delete(self, request: Request) -> Response:
        """Delete teams with their keys and memberships."""
        await self._writer.begin(request)
        ids = dict.fromkeys(request.data["team_ids"])
        teams = [(await self._teams.to_change(request, id, above=True, param="team_ids"))[0] for id in ids]
        for team in teams:
            await self._teams.delete(request, team)
        return json_response({"deleted_teams": [team.id for team in teams]})

    async def block(self, request: Request) -> Response:
        """Block a team."""
        await self._writer.begin(request)
        team, _power = await self._teams.to_change(request, request.data["team_id"])
        wanted = await self._writer.save(
            request, self._records.teams, renewed(team, {"blocked": True}), "blocked", team
        )
        return json_response(await self._teams.view(request, wanted))

    async def unblock(self, request: Request) -> Response:
        """Unblock a team."""
        await self._writer.begin(request)
        team, _power = await self._teams.to_change(request, request.data["team_id"], above=True)
        wanted = await self._writer.save(
            request, self._records.teams, renewed(team, {"blocked": False}), "unblocked", team
        )
        return json_response(await self._teams.view(request, wanted))

    async def add_models(self, request: Request) -> Response:
        """Add models to the list of a team."""
        await self._writer.begin(request)
        team, authority = await self._teams.to_change(request, request.data["team_id"])
        if not team.models:
            raise invalid(
                f"The team {team.id!r} may use all models already. Give it a list by `/team/update`.", param="models"
            )
        return await self._with_models(request, team, authority, plain_list([*team.models, *request.data["models"]]))

    async def delete_models(self, request: Request) -> Response:
        """Remove models from the list of a team."""
        await self._writer.begin(request)
        team, authority = await self._teams.to_change(request, request.data["team_id"])
        left = [model for model in team.models if model not in request.data["models"]]
        if not left:
            raise invalid(
                f"No model would be left, which means all of them. Give the team {team.id!r} a list by `/team/update`, "
                "or block it.",
                param="models",
            )
        return await self._with_models(request, team, authority, left)

    async def _with_models(self, request: Request, team: Team, authority: Authority, models: list[str]) -> Response:
        below({"models": models}, await self._records.organizations.get(team.organization_id))
        if authority != "above":
            _require_smaller(team, {}, {"models": models})
        wanted = await self._writer.save(
            request, self._records.teams, renewed(team, {"models": models}), "updated", team
        )
        return json_response(await self._teams.view(request, wanted))


def _first(data: Mapping[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Return the first members of a new team, in the newer and in the older form."""
    named = [(one, team_role(one["role"])) for one in data.get("members_with_roles") or ()]
    named += [({"user_id": id}, "admin") for id in data.get("admins") or ()]
    return named + [({"user_id": id}, "user") for id in data.get("members") or ()]


def team_role(role: str) -> str:
    """Return the role of a team's member; raise 400 for an unknown one."""
    if role not in ("admin", "user"):
        raise invalid(f"`role` is {role!r}. Use 'admin' or 'user'.", param="role", code=error_codes.UNKNOWN_VALUE)
    return role


def _require_smaller(team: Team, fields: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    """Raise 403 for changes by which an admin of a team extends it."""
    attenuate(asked, Ceiling.of(team), strict=True)
    for name in ("blocked", "budget_id"):
        if name in fields and fields[name] != getattr(team, name):
            raise forbidden(
                f"`{name}` of a team is changed by an admin of its organization. Leave it out.",
                code=error_codes.ABOVE_REQUIRED,
                param=name,
            )
