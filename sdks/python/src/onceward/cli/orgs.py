"""`onceward orgs`: organizations and their members."""

from __future__ import annotations

from ._group import Action, Call, Column, Group, count, usd
from ._names import organization_id
from ._options import LIMITS, MEMBER, METADATA, Option, listed, money, text

__all__ = ["GROUP", "command"]

_COLUMNS = (
    Column("organization", "organization_id"),
    Column("name", "organization_alias"),
    Column("tier", "tier"),
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
    Column("role", "user_role"),
    Column("spend", "spend", usd, numeric=True),
    Column("budget", "max_budget_in_organization", usd, numeric=True),
)
_ORG = Option("ORG", None, "id or name", required=True)
_ORGS = Option("ORG", "organization_ids", "ids or names", many=True)
_NAME = text("--name", "organization_alias", "a display name", "NAME")
_ROLE = Option("--role", "role", "org_admin, internal_user or internal_user_viewer", metavar="ROLE")
_BUDGET = money("--max-budget", "max_budget_in_organization", "the member's budget in the organization")
_WHAT = (
    listed("--models", "models", "the models it may use"),
    text("--tier", "tier", "its credit tier", "TIER"),
    text("--budget", "budget_id", "a shared budget", "ID"),
    *LIMITS,
    METADATA,
)


def _list(call: Call) -> int:
    return call.table(_COLUMNS, call.client.organization.list(**call.params), "organizations")


def _show(call: Call) -> int:
    answer = call.client.organization.info(organization_id=_named(call))
    if call.given.json:
        return call.record(answer)
    call.record(answer, frozenset({"members"}))
    call.screen.heading("members")
    return call.table(_MEMBER_COLUMNS, answer.members or (), "members")


def _new(call: Call) -> int:
    return call.record(call.client.organization.create(organization_alias=call.given.NAME, **call.params))


def _update(call: Call) -> int:
    return call.record(call.client.organization.update(organization_id=_named(call), **call.params))


def _delete(call: Call) -> int:
    ids = [organization_id(call.client, word) for word in call.params["organization_ids"]]
    answer = call.client.organization.delete(organization_ids=ids)
    return call.done(answer, f"deleted {', '.join(answer.deleted_organizations)}")


def _block(call: Call) -> int:
    answer = call.client.organization.update(organization_id=_named(call), blocked=True)
    return call.done(answer, f"blocked {answer.organization_id}: calls of its keys fail from now on")


def _unblock(call: Call) -> int:
    answer = call.client.organization.update(organization_id=_named(call), blocked=False)
    return call.done(answer, f"unblocked {answer.organization_id}")


def _members(call: Call) -> int:
    answer = call.client.organization.info(organization_id=_named(call))
    return call.table(_MEMBER_COLUMNS, answer.members or (), "members")


def _add_member(call: Call) -> int:
    budget = {name: call.params.pop(name) for name in ("max_budget_in_organization",) if name in call.params}
    member = {"role": "internal_user", **call.params}
    answer = call.client.organization.add_member(organization_id=_named(call), member=member, **budget)  # type: ignore[arg-type]  # the gateway judges the role
    return call.done(answer, f"added to {answer.organization_id}")


def _set_member(call: Call) -> int:
    return call.record(call.client.organization.update_member(organization_id=_named(call), **call.params))


def _remove_member(call: Call) -> int:
    answer = call.client.organization.delete_member(organization_id=_named(call), **call.params)
    return call.done(answer, f"removed {answer.user_id} from {answer.organization_id}")


def _named(call: Call) -> str:
    return organization_id(call.client, call.given.ORG)


GROUP = Group(
    "orgs",
    (
        Action("list", "list organizations", _list, (_NAME,)),
        Action("show", "show an organization with its members", _show, (_ORG,)),
        Action(
            "new",
            "make an organization",
            _new,
            (
                Option("NAME", None, "its display name", required=True),
                *_WHAT,
                text("--id", "organization_id", "an id (default: a generated one)", "ID"),
            ),
        ),
        Action("update", "change an organization; `none` removes a limit", _update, (_ORG, _NAME, *_WHAT)),
        Action(
            "delete",
            "delete organizations, with their teams and keys",
            _delete,
            (_ORGS,),
            asks="delete, with their teams and keys, the organizations",
        ),
        Action("block", "block an organization", _block, (_ORG,)),
        Action("unblock", "unblock an organization", _unblock, (_ORG,)),
        Action("members", "list the members of an organization", _members, (_ORG,)),
        Action("add-member", "add a member", _add_member, (_ORG, *MEMBER, _ROLE, _BUDGET)),
        Action("set-member", "change the role and budget of a member", _set_member, (_ORG, *MEMBER, _ROLE, _BUDGET)),
        Action("remove-member", "remove a member", _remove_member, (_ORG, *MEMBER), asks="remove the member from"),
    ),
)
command = GROUP.command
