"""From records to what is answered: dollars, ISO 8601 in UTC, and never a secret."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from ..core import durations
from ..core.errors import invalid
from ..core.principal import (
    Bound,
    Principal,
    Scope,
)
from ..core.records import (
    Bounded,
    Budget,
    Customer,
    Key,
    Limits,
    Member,
    Organization,
    R,
    Record,
    Team,
    User,
)
from ..core.timestamps import iso
from ..http.request import (
    Call,
    Response,
    json_response,
)
from ..identity.directory import Platform
from ..identity.repositories import Store
from ..identity.sql import Where

__all__ = [
    "cursor_page",
    "numbered",
    "show_budget",
    "show_customer",
    "show_key",
    "show_organization",
    "show_seat",
    "show_team",
    "show_user",
]

_USUAL_LIMIT = 20


def _dollars(amount: int | None) -> float | None:
    return None if amount is None else amount / 1_000_000_000


def _limits(limits: Limits, now: float, *, key: bool = False) -> dict[str, Any]:
    budget, span = ("budget_limit", "time_period") if key else ("max_budget", "budget_duration")
    models: dict[str, dict[str, Any]] = {}
    for model, one in limits.model_max_budget.items():
        models[model] = {budget: _dollars(one.max_budget) or 0.0 if key else _dollars(one.max_budget)}
        models[model][span] = one.budget_duration
        models[model] |= {} if key else {"rpm_limit": one.rpm_limit, "tpm_limit": one.tpm_limit}
    end = durations.window(limits.budget_duration, limits.anchor, now)[1] if limits.budget_duration else None
    return {
        "max_budget": _dollars(limits.max_budget),
        "soft_budget": _dollars(limits.soft_budget),
        "budget_duration": limits.budget_duration,
        "budget_reset_at": iso(end),
        "tpm_limit": limits.tpm_limit,
        "rpm_limit": limits.rpm_limit,
        "max_parallel_requests": limits.max_parallel_requests,
        "model_max_budget": models,
    }


def _stamps(record: Record) -> dict[str, Any]:
    return {
        "metadata": record.metadata,
        "created_at": iso(record.created_at),
        "created_by": record.created_by,
        "updated_at": iso(record.updated_at or record.created_at),
        "updated_by": record.updated_by or record.created_by,
    }


async def _spent(platform: Platform, bound: Bound) -> float:
    return await platform.spending.in_window(bound, platform.clock.time()) / 1_000_000_000


async def _spend(platform: Platform, record: Bounded) -> float:
    return await _spent(platform, record.limits.bound(cast("Scope", record.kind), record.id, record.title))


async def show_key(platform: Platform, key: Key) -> dict[str, Any]:
    """A key without its secret."""
    limits, now = key.limits, platform.clock.time()
    by_model = await platform.spending.by_model("key", key.id) if limits.model_max_budget else {}
    increase = limits.temp_increase if limits.temp_until > now else 0
    return {
        "key_id": key.id,
        "token": key.hash,
        "key_name": key.name,
        "key_alias": key.alias,
        "user_id": key.user_id,
        "team_id": key.team_id,
        "organization_id": key.organization_id,
        "budget_id": key.budget_id,
        "models": key.models,
        "aliases": key.aliases,
        "spend": await _spend(platform, key),
        "model_spend": {model: by_model.get(model, 0) / 1_000_000_000 for model in limits.model_max_budget},
        **_limits(limits, now, key=True),
        "temp_budget_increase": _dollars(increase) if increase else None,
        "temp_budget_expiry": iso(limits.temp_until) if increase else None,
        "model_tpm_limit": limits.model_tpm_limit,
        "model_rpm_limit": limits.model_rpm_limit,
        "allowed_cache_controls": key.allowed_cache_controls,
        "allowed_ips": key.allowed_ips,
        "allowed_routes": key.allowed_routes,
        "guardrails": key.guardrails,
        "blocked": key.blocked,
        "tags": key.tags,
        "expires": iso(key.expires_at),
        "last_used_at": iso(await platform.last_used(key.id)),
        **_stamps(key),
    }


async def _shared_of(platform: Platform, record: Bounded) -> dict[str, Any]:
    return {
        "spend": await _spend(platform, record),
        "budget_id": record.budget_id,
        **_limits(record.limits, platform.clock.time()),
        "models": record.models,
        "blocked": record.blocked,
        **_stamps(record),
    }


async def show_user(platform: Platform, caller: Principal, user: User) -> dict[str, Any]:
    """A user, as far as the caller sees: of the places of somebody else only those that it sees too."""
    from ..identity.authorization import sees_organization, sight

    seats = await platform.members.of_user(user.id)
    own = user.id == caller.user_id and caller.only_team is None and caller.only_organization is None
    everything = own or sight(caller).all
    organizations = [m.group_id for m in seats if m.group_kind == "organization"]
    teams = await platform.teams.of_ids([m.group_id for m in seats if m.group_kind == "team"])
    if not everything:
        organizations = [id for id in organizations if sees_organization(caller, id)]
        teams = [t for t in teams if sight(caller).sees(organization_id=t.organization_id, team_id=t.id)]
    shown = {
        "user_id": user.id,
        "user_email": user.email,
        "user_alias": user.alias,
        "user_role": user.role,
        "organization_id": organizations[0] if organizations else None,
        "organizations": organizations,
        "teams": [team.id for team in teams],
        **await _shared_of(platform, user),
    }
    if not everything:
        # What the user spends elsewhere is not theirs to know.
        places = [("organization_member", id) for id in organizations if id in caller.organizations_run]
        places = places or [("team_member", team.id) for team in teams if team.id in caller.teams_run]
        spent = [await platform.spending.spent(scope, f"{id}:{user.id}") for scope, id in places]
        shown["spend"] = sum(spent) / 1_000_000_000
    return shown


async def show_team(platform: Platform, team: Team, members: Sequence[Member]) -> dict[str, Any]:
    """A team with those members that the caller sees."""
    emails = await platform.members.emails("team", team.id) if members else {}
    return {
        "team_id": team.id,
        "team_alias": team.alias,
        "organization_id": team.organization_id,
        "model_aliases": team.aliases,
        "members_with_roles": [
            {"user_id": one.user_id, "user_email": emails.get(one.user_id), "role": one.role} for one in members
        ],
        "guardrails": team.guardrails,
        "tags": team.tags,
        **await _shared_of(platform, team),
    }


async def show_seat(platform: Platform, member: Member) -> dict[str, Any]:
    """A membership."""
    user = await platform.users.any(member.user_id)
    kind = member.group_kind
    scope = cast("Scope", f"{kind}_member")
    bound = member.limits.bound(scope, f"{member.group_id}:{member.user_id}", "")
    shown = {
        f"{kind}_id": member.group_id,
        "user_id": member.user_id,
        "user_email": user.email if user else None,
        "role" if kind == "team" else "user_role": member.role,
        "spend": await _spent(platform, bound),
        f"max_budget_in_{kind}": _dollars(member.limits.max_budget),
        "budget_id": member.budget_id,
        "created_at": iso(member.created_at),
    }
    return shown if kind == "team" else {**shown, "updated_at": iso(member.updated_at or member.created_at)}


async def show_organization(platform: Platform, organization: Organization) -> dict[str, Any]:
    """An organization, without its members."""
    return {
        "organization_id": organization.id,
        "organization_alias": organization.alias,
        "tier": organization.tier,
        **await _shared_of(platform, organization),
    }


async def show_customer(platform: Platform, customer: Customer) -> dict[str, Any]:
    """A customer."""
    shown = await _shared_of(platform, customer)
    del shown["models"]
    return {
        "user_id": customer.name,
        "alias": customer.alias,
        "organization_id": customer.organization_id,
        **shown,
    }


async def show_budget(platform: Platform, budget: Budget) -> dict[str, Any]:
    """A budget that objects share."""
    return {
        "budget_id": budget.id,
        "organization_id": budget.organization_id,
        "spend": await _spent(platform, budget.limits.bound("budget", budget.id, budget.title)),
        **_limits(budget.limits, platform.clock.time()),
        **_stamps(budget),
    }


# -- pages


async def numbered(store: Store[R], where: Where, page: int, size: int) -> tuple[list[R], int, int]:
    """The records of a page, newest first; how many there are in all, and on how many pages."""
    total = await store.count(where)
    before = (page - 1) * size
    shown = await store.page(where, size, before) if before < total else []
    return shown, total, max(1, -(-total // size))


async def cursor_page(
    call: Call, store: Store[R], where: Where, show: Callable[[R], Awaitable[dict[str, Any]]]
) -> Response:
    """A page of a list by `cursor`, newest first. The cursor is the id of the last that was seen."""
    limit, cursor = int(call.query.get("limit") or _USUAL_LIMIT), call.query.get("cursor")
    found = await store.older(where, cursor, limit + 1) if cursor else await store.page(where, limit + 1)
    if found is None:
        raise invalid(
            f"`cursor` is {cursor!r}, which no page of this list gave. Take `next_cursor` of the page before.",
            param="cursor",
            code="invalid_cursor",
        )
    shown, more = found[:limit], len(found) > limit
    return json_response(
        {
            "object": "list",
            "data": [await show(record) for record in shown],
            "has_more": more,
            "next_cursor": shown[-1].id if more else None,
        }
    )
