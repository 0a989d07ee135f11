"""`onceward teams`: teams, their members and models."""

from __future__ import annotations

from ._group import Action, Call, Column, Group, count, usd
from ._names import team_id, with_ids
from ._options import LIMITS, MEMBER, METADATA, Option, listed, money, pairs, text
from .keys import KEY_COLUMNS

__all__ = ["GROUP", "TEAM_COLUMNS", "command"]

TEAM_COLUMNS = (
    Column("team", "team_id"),
    Column("name", "team_alias"),
    Column("organization", "organization_id"),
    Column("members", "members_with_roles", lambda members: str(len(members)), numeric=True),
    Column("models", "models"),
    Column("spend", "spend", usd, numeric=True),
    Column("budget", "max_budget", usd, numeric=True),
    Column("resets", "budget_duration"),
    Column("rpm", "rpm_limit", count, numeric=True),
    Column("blocked", "blocked"),
)
_MEMBER_COLUMNS = (
    Column("user", "user_id"),
    Column("email", "user_email"),
    Column("role", "role"),
    Column("spend", "spend", usd, numeric=True),
    Column("budget", "max_budget_in_team", usd, numeric=True),
)
_TEAM = Option("TEAM", None, "id or name", required=True)
_TEAMS = Option("TEAM", "team_ids", "ids or names", many=True)
_MODELS = Option("MODEL", "models", "names of models", many=True)
_ROLE = Option("--role", "role", "the member's role: admin or user", metavar="ROLE")
_BUDGET = money("--max-budget", "max_budget_in_team", "the member's budget in the team")
_ORGANIZATION = text("--org", "organization_id", "the organization, by id or name", "ORG")
_WHAT = (
    text("--name", "team_alias", "a display name", "NAME"),
    _ORGANIZATION,
    text("--budget", "budget_id", "a shared budget", "ID"),
    listed("--models", "models", "the models it may use"),
    pairs("--model-alias", "model_aliases", "an alias for a model", "NAME=MODEL"),
    *LIMITS,
    listed("--guardrails", "guardrails", "guardrails for its calls"),
    listed("--tags", "tags", "tags of its calls"),
    METADATA,
)


def _list(call: Call) -> int:
    return call.table(TEAM_COLUMNS, call.client.team.list(**with_ids(call.client, call.params)), "teams")


def _show(call: Call) -> int:
    answer = call.client.team.info(team_id=_named(call))
    if call.given.json:
        return call.record(answer)
    call.record(answer.team_info, frozenset({"members_with_roles"}))
    call.screen.heading("members")
    call.table(_MEMBER_COLUMNS, answer.team_memberships or (), "members")
    call.screen.heading("keys")
    return call.table(KEY_COLUMNS, answer.keys or (), "keys")


def _new(call: Call) -> int:
    params = with_ids(call.client, call.params)
    return call.record(call.client.team.create(**params))


def _update(call: Call) -> int:
    return call.record(call.client.team.update(team_id=_named(call), **with_ids(call.client, call.params)))


def _delete(call: Call) -> int:
    answer = call.client.team.delete(team_ids=[team_id(call.client, word) for word in call.params["team_ids"]])
    return call.done(answer, f"deleted {', '.join(answer.deleted_teams)}")


def _block(call: Call) -> int:
    answer = call.client.team.block(team_id=_named(call))
    return call.done(answer, f"blocked {answer.team_id}: calls of its keys fail from now on")


def _unblock(call: Call) -> int:
    answer = call.client.team.unblock(team_id=_named(call))
    return call.done(answer, f"unblocked {answer.team_id}")


def _members(call: Call) -> int:
    answer = call.client.team.info(team_id=_named(call))
    return call.table(_MEMBER_COLUMNS, answer.team_memberships or (), "members")


def _add_member(call: Call) -> int:
    budget = {name: call.params.pop(name) for name in ("max_budget_in_team",) if name in call.params}
    member = {"role": "user", **call.params}
    answer = call.client.team.add_member(team_id=_named(call), member=member, **budget)  # type: ignore[arg-type]  # the gateway judges the role
    number = len(answer.members_with_roles or ())
    return call.done(answer, f"added to {answer.team_id}, which has {number} member{'' if number == 1 else 's'}")


def _set_member(call: Call) -> int:
    return call.record(call.client.team.update_member(team_id=_named(call), **call.params))


def _remove_member(call: Call) -> int:
    answer = call.client.team.delete_member(team_id=_named(call), **call.params)
    return call.done(answer, f"removed from {answer.team_id}")


def _add_models(call: Call) -> int:
    answer = call.client.team.model.add(team_id=_named(call), models=call.params["models"])
    return call.done(answer, f"{answer.team_id} may use {', '.join(answer.models or ()) or 'all models'}")


def _remove_models(call: Call) -> int:
    answer = call.client.team.model.delete(team_id=_named(call), models=call.params["models"])
    return call.done(answer, f"{answer.team_id} may use {', '.join(answer.models or ()) or 'all models'}")


def _named(call: Call) -> str:
    return team_id(call.client, call.given.TEAM)


GROUP = Group(
    "teams",
    (
        Action(
            "list",
            "list teams",
            _list,
            (
                _ORGANIZATION,
                text("--user", "user_id", "only teams of this user", "ID"),
                text("--name", "team_alias", "only those with this name", "NAME"),
            ),
        ),
        Action("show", "show a team with its members and keys", _show, (_TEAM,)),
        Action("new", "make a team", _new, (*_WHAT, text("--id", "team_id", "an id (default: a generated one)", "ID"))),
        Action("update", "change a team; `none` removes a limit", _update, (_TEAM, *_WHAT)),
        Action(
            "delete", "delete teams, with their keys", _delete, (_TEAMS,), asks="delete, with their keys, the teams"
        ),
        Action("block", "block a team", _block, (_TEAM,)),
        Action("unblock", "unblock a team", _unblock, (_TEAM,)),
        Action("members", "list the members of a team", _members, (_TEAM,)),
        Action("add-member", "add a member", _add_member, (_TEAM, *MEMBER, _ROLE, _BUDGET)),
        Action("set-member", "change the role and budget of a member", _set_member, (_TEAM, *MEMBER, _ROLE, _BUDGET)),
        Action("remove-member", "remove a member", _remove_member, (_TEAM, *MEMBER), asks="remove the member from"),
        Action("add-models", "allow a team to use models", _add_models, (_TEAM, _MODELS)),
        Action("remove-models", "remove models from a team", _remove_models, (_TEAM, _MODELS)),
    ),
)
command = GROUP.command
