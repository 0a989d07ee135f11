"""Teams: people and keys that share models and money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.errors import forbidden, invalid
from ..core.records import (
    Limits,
    Member,
    Organization,
    Team,
)
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
    Power,
    attenuate,
    power_over_team,
    sees_team,
    sight,
)
from ..identity.directory import Platform
from ..identity.sql import equal, has_member
from ..identity.visibility_filters import (
    keys_seen,
    teams_governed,
    teams_seen,
)
from .budgets import home_organization
from .keys import delete_keys
from .ownership import require_budget
from .parsing import (
    applied,
    bounded_metadata,
    bounded_names,
    changed_limits,
    plain_list,
)
from .serializers import (
    cursor_page,
    show_key,
    show_seat,
    show_team,
)
from .users import invited, join
from .writes import (
    below,
    bury,
    chosen_id,
    missing,
    renewed,
    save,
    writer,
)

__all__ = ["ROUTES", "bury_team", "find_team", "shown_team", "team_to_change"]

_FIELDS = {"team_alias": "alias", "budget_id": "budget_id"}
_DICTS = {"model_aliases": "aliases", "metadata": "metadata"}
_MOST_SHOWN = 100


def _changes(call: Call) -> tuple[dict[str, Any], dict[str, Any]]:
    data = call.data
    changes: dict[str, Any] = {name: data[wire] for wire, name in _FIELDS.items() if wire in data}
    changes |= {name: bounded_metadata(data[wire], wire) for wire, name in _DICTS.items() if wire in data}
    changes |= {name: bounded_names(data[name], name) for name in ("guardrails", "tags") if name in data}
    if "models" in data:
        changes["models"] = plain_list(data["models"])
    if data.get("blocked") is not None:
        changes["blocked"] = data["blocked"]
    return changes, changed_limits(data, call.gateway.clock.time())


async def find_team(call: Call, id: str, param: str = "team_id") -> Team:
    """A team that the caller sees."""
    team = await call.gateway.platform.teams.get(id)
    if team is None or not sees_team(call.caller, team):
        raise missing("team", id, param=param)
    return team


async def team_to_change(call: Call, id: str, *, above: bool = False, param: str = "team_id") -> tuple[Team, Power]:
    """A team, and what gives the caller power over it; 403 for members without any."""
    team = await find_team(call, id, param)
    power = power_over_team(call.caller, team)
    if power is None or (above and power != "above"):
        who = "its organization" if above else "it or of its organization"
        raise forbidden(
            f"Only an admin of {who} does this with the team {team.alias or id!r}. Ask one.",
            code="above_required" if above else "team_admin_required",
            param=param,
        )
    return team, power


async def shown_team(call: Call, team: Team) -> dict[str, Any]:
    """A team with the members that the caller sees: all for who runs it, else itself."""
    return await show_team(call.gateway.platform, team, await _visible(call, team))


async def _visible(call: Call, team: Team) -> list[Member]:
    members = await call.gateway.platform.members.of_group("team", team.id)
    if sight(call.caller).sees(organization_id=team.organization_id, team_id=team.id):
        return members
    return [member for member in members if member.user_id == call.caller.user_id]


async def _organization(call: Call, id: str | None) -> Organization | None:
    """The organization of a new team, or of one that moves: one that the caller runs."""
    if id is None:
        return None
    organization = await call.gateway.platform.organizations.get(id)
    if organization is None or not (call.caller.admin or id in call.caller.organizations_run):
        raise missing("organization", id, param="organization_id")
    return organization


async def _create(call: Call) -> Response:
    platform, _ = await writer(call)
    organization = await _organization(call, call.data.get("organization_id") or home_organization(call))
    home = organization.id if organization is not None else None
    fields, limits = _changes(call)
    below({**limits, "models": fields.get("models")}, organization)
    await require_budget(call, fields.get("budget_id"))
    users = [
        (await invited(call, one.get("user_id"), one.get("user_email"), home), role) for one, role in _first(call.data)
    ]
    id = await chosen_id(call, platform.teams, "team", call.data.get("team_id"), "team_")
    team = Team(id=id, organization_id=home, limits=Limits(**limits), **fields)
    await save(call, platform.teams, team, "created")
    for user, role in users:
        await seat(call, team, user, role)
    return json_response(await shown_team(call, team))


def _first(data: Mapping[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """The first members of a new team, in the newer form and in the older."""
    named = [(one, team_role(one["role"])) for one in data.get("members_with_roles") or ()]
    named += [({"user_id": id}, "admin") for id in data.get("admins") or ()]
    return named + [({"user_id": id}, "user") for id in data.get("members") or ()]


def team_role(role: str) -> str:
    """The role of a team's member; 400 for one that there is not."""
    if role not in ("admin", "user"):
        raise invalid(f"`role` is {role!r}. Use 'admin' or 'user'.", param="role", code="unknown_value")
    return role


async def seat(call: Call, team: Team, user: Any, role: str, limits: Limits | None = None) -> Member:
    """Make a user a member of a team, and of its organization, making the user where it is new."""
    platform = call.gateway.platform
    if await platform.users.get(user.id) is None:
        await save(call, platform.users, user, "created")
    if team.organization_id is not None:
        await join(call, "organization", team.organization_id, user.id, "internal_user")
    return await join(call, "team", team.id, user.id, role, limits)


async def _update(call: Call) -> Response:
    platform, _ = await writer(call)
    team, power = await team_to_change(call, call.data["team_id"])
    fields, limits = _changes(call)
    organization = await platform.organizations.get(team.organization_id)
    wanted = renewed(team, {**fields, "limits": applied(team.limits, limits)})
    asked: dict[str, Any] = limits | {name: fields[name] for name in ("models", "guardrails") if name in fields}
    if "organization_id" in call.data and call.data["organization_id"] != team.organization_id:
        organization = await _moved(call, team)
        wanted.organization_id = organization.id if organization is not None else None
        asked |= {name: getattr(wanted.limits, name) for name in Limits.__struct_fields__}
        asked["models"] = wanted.models
    if asked.get("temp_increase"):
        asked["max_budget"] = wanted.limits.max_budget
    below(asked, organization)
    if power != "above":
        _own_changes(team, fields, asked)
    if fields.get("budget_id", team.budget_id) != team.budget_id:
        await require_budget(call, fields["budget_id"])
    await save(call, platform.teams, wanted, "updated", team)
    if wanted.organization_id != team.organization_id:
        for key in await platform.keys.by("team_id", team.id):
            await save(call, platform.keys, renewed(key, {"organization_id": wanted.organization_id}), "updated", key)
    return json_response(await shown_team(call, wanted))


async def _moved(call: Call, team: Team) -> Organization | None:
    """The organization that a team moves to. Its members come along only where they are members there already."""
    if not call.caller.admin:
        raise forbidden(
            "Only an admin of the gateway moves a team to another organization. Make a new team instead.",
            code="admin_required",
            param="organization_id",
        )
    platform, id = call.gateway.platform, call.data["organization_id"]
    organization = await _organization(call, id)
    if organization is not None:
        for member in await platform.members.of_group("team", team.id):
            if await platform.members.get("organization", organization.id, member.user_id) is None:
                raise invalid(
                    f"The member {member.user_id!r} of the team is not in the organization {id!r}. Add it there first.",
                    param="organization_id",
                )
    return organization


def _own_changes(team: Team, fields: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    """An admin of a team makes it smaller, never larger."""
    attenuate(asked, Ceiling.of(team), strict=True)
    for name in ("blocked", "budget_id"):
        if name in fields and fields[name] != getattr(team, name):
            raise forbidden(
                f"`{name}` of a team is changed by an admin of its organization. Leave it out.",
                code="above_required",
                param=name,
            )


async def _list(call: Call) -> Response:
    platform, query, caller = call.gateway.platform, call.query, call.caller
    where = teams_seen(caller)
    if query.get("organization_id"):
        where &= equal("organization_id", query["organization_id"])
    if query.get("team_alias"):
        where &= equal("alias", query["team_alias"])
    if query.get("user_id"):
        where &= has_member(query["user_id"])
        if query["user_id"] != caller.user_id:
            where &= teams_governed(caller)
    return await cursor_page(call, platform.teams, where, lambda team: shown_team(call, team))


async def _info(call: Call) -> Response:
    platform = call.gateway.platform
    team = await find_team(call, call.query["team_id"])
    keys = await platform.keys.page(keys_seen(call.caller) & equal("team_id", team.id), _MOST_SHOWN)
    return json_response(
        {
            "team_id": team.id,
            "team_info": await shown_team(call, team),
            "keys": [await show_key(platform, key) for key in keys],
            "team_memberships": [await show_seat(platform, member) for member in await _visible(call, team)],
        }
    )


async def bury_team(call: Call, platform: Platform, team: Team) -> None:
    """Delete a team with its keys and memberships."""
    await delete_keys(call, await platform.keys.by("team_id", team.id))
    await platform.members.drop_group("team", team.id)
    await bury(call, platform.teams, team)


async def _delete(call: Call) -> Response:
    platform, _ = await writer(call)
    ids = dict.fromkeys(call.data["team_ids"])
    teams = [(await team_to_change(call, id, above=True, param="team_ids"))[0] for id in ids]
    for team in teams:
        await bury_team(call, platform, team)
    return json_response({"deleted_teams": [team.id for team in teams]})


async def _block(call: Call) -> Response:
    platform, _ = await writer(call)
    team, _power = await team_to_change(call, call.data["team_id"])
    wanted = await save(call, platform.teams, renewed(team, {"blocked": True}), "blocked", team)
    return json_response(await shown_team(call, wanted))


async def _unblock(call: Call) -> Response:
    platform, _ = await writer(call)
    team, _power = await team_to_change(call, call.data["team_id"], above=True)
    wanted = await save(call, platform.teams, renewed(team, {"blocked": False}), "unblocked", team)
    return json_response(await shown_team(call, wanted))


async def _add_models(call: Call) -> Response:
    platform, _ = await writer(call)
    team, power = await team_to_change(call, call.data["team_id"])
    if not team.models:
        raise invalid(
            f"The team {team.id!r} may use all models already. Give it a list by `/team/update`.", param="models"
        )
    return await _with_models(call, platform, team, power, plain_list([*team.models, *call.data["models"]]))


async def _delete_models(call: Call) -> Response:
    platform, _ = await writer(call)
    team, power = await team_to_change(call, call.data["team_id"])
    left = [model for model in team.models if model not in call.data["models"]]
    if not left:
        raise invalid(
            f"No model would be left, which means all of them. Give the team {team.id!r} a list by `/team/update`, "
            "or block it.",
            param="models",
        )
    return await _with_models(call, platform, team, power, left)


async def _with_models(call: Call, platform: Platform, team: Team, power: Power, models: list[str]) -> Response:
    below({"models": models}, await platform.organizations.get(team.organization_id))
    if power != "above":
        _own_changes(team, {}, {"models": models})
    wanted = await save(call, platform.teams, renewed(team, {"models": models}), "updated", team)
    return json_response(await shown_team(call, wanted))


def _route(method: str, name: str, operation: str, endpoint: Any, **more: Any) -> Route:
    return Route(method, f"/team/{name}", f"team.{operation}", endpoint, access=Access.PLATFORM, **more)


ROUTES = (
    _route("POST", "new", "create", _create, body=BodyKind.JSON_OR_NONE, once=True),
    _route("POST", "update", "update", _update, body=BodyKind.JSON, once=True),
    _route("GET", "list", "list", _list),
    _route("GET", "info", "info", _info),
    _route("POST", "delete", "delete", _delete, body=BodyKind.JSON, once=True),
    _route("POST", "block", "block", _block, body=BodyKind.JSON, once=True),
    _route("POST", "unblock", "unblock", _unblock, body=BodyKind.JSON, once=True),
    _route("POST", "model/add", "model_add", _add_models, body=BodyKind.JSON, once=True),
    _route("POST", "model/delete", "model_delete", _delete_models, body=BodyKind.JSON, once=True),
)
