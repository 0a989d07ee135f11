"""Serializers: identity records as the objects of the contract, and pages of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from ..core import durations, error_codes
from ..core.clock import Clock
from ..core.errors import invalid
from ..core.principal import (
    Bound,
    Principal,
    Scope,
    Spending,
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
    Request,
    Response,
    json_response,
)
from ..identity.authorization import may_see_organization, visibility_of
from ..identity.repositories import Repositories, Repository
from ..identity.sql import Condition

__all__ = ["RecordSerializer", "page_by_cursor", "page_by_number"]

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


class RecordSerializer:
    """Converts records to the objects of the contract, without secrets."""

    def __init__(
        self,
        records: Repositories,
        spending: Spending,
        last_used: Callable[[str], Awaitable[float | None]],
        clock: Clock,
    ) -> None:
        self._records = records
        self._spending = spending
        self._last_used = last_used
        self._clock = clock

    async def _spent(self, bound: Bound) -> float:
        return await self._spending.in_window(bound, self._clock.time()) / 1_000_000_000

    async def _spend(self, record: Bounded) -> float:
        return await self._spent(record.limits.bound(cast("Scope", record.kind), record.id, record.title))

    async def key(self, key: Key) -> dict[str, Any]:
        """Return a key, without its secret."""
        limits, now = key.limits, self._clock.time()
        by_model = await self._spending.by_model("key", key.id) if limits.model_max_budget else {}
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
            "spend": await self._spend(key),
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
            "last_used_at": iso(await self._last_used(key.id)),
            **_stamps(key),
        }

    async def _shared(self, record: Bounded) -> dict[str, Any]:
        return {
            "spend": await self._spend(record),
            "budget_id": record.budget_id,
            **_limits(record.limits, self._clock.time()),
            "models": record.models,
            "blocked": record.blocked,
            **_stamps(record),
        }

    async def user(self, caller: Principal, user: User) -> dict[str, Any]:
        """Return a user, with only those of its groups that the caller may see."""
        seats = await self._records.members.of_user(user.id)
        own = user.id == caller.user_id and caller.only_team is None and caller.only_organization is None
        everything = own or visibility_of(caller).all
        organizations = [m.group_id for m in seats if m.group_kind == "organization"]
        teams = await self._records.teams.of_ids([m.group_id for m in seats if m.group_kind == "team"])
        if not everything:
            organizations = [id for id in organizations if may_see_organization(caller, id)]
            teams = [t for t in teams if visibility_of(caller).sees(organization_id=t.organization_id, team_id=t.id)]
        shown = {
            "user_id": user.id,
            "user_email": user.email,
            "user_alias": user.alias,
            "user_role": user.role,
            "organization_id": organizations[0] if organizations else None,
            "organizations": organizations,
            "teams": [team.id for team in teams],
            **await self._shared(user),
        }
        if not everything:
            # The caller may not know what the user spends elsewhere.
            places = [("organization_member", id) for id in organizations if id in caller.organizations_run]
            places = places or [("team_member", team.id) for team in teams if team.id in caller.teams_run]
            spent = [await self._spending.spent(scope, f"{id}:{user.id}") for scope, id in places]
            shown["spend"] = sum(spent) / 1_000_000_000
        return shown

    async def team(self, team: Team, members: Sequence[Member]) -> dict[str, Any]:
        """Return a team with the given members."""
        emails = await self._records.members.emails("team", team.id) if members else {}
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
            **await self._shared(team),
        }

    async def membership(self, member: Member) -> dict[str, Any]:
        """Return a membership."""
        user = await self._records.users.any(member.user_id)
        kind = member.group_kind
        scope = cast("Scope", f"{kind}_member")
        bound = member.limits.bound(scope, f"{member.group_id}:{member.user_id}", "")
        shown = {
            f"{kind}_id": member.group_id,
            "user_id": member.user_id,
            "user_email": user.email if user else None,
            "role" if kind == "team" else "user_role": member.role,
            "spend": await self._spent(bound),
            f"max_budget_in_{kind}": _dollars(member.limits.max_budget),
            "budget_id": member.budget_id,
            "created_at": iso(member.created_at),
        }
        return shown if kind == "team" else {**shown, "updated_at": iso(member.updated_at or member.created_at)}

    async def organization(self, organization: Organization) -> dict[str, Any]:
        """Return an organization, without its members."""
        return {
            "organization_id": organization.id,
            "organization_alias": organization.alias,
            "tier": organization.tier,
            **await self._shared(organization),
        }

    async def customer(self, customer: Customer) -> dict[str, Any]:
        """Return a customer."""
        shown = await self._shared(customer)
        del shown["models"]
        return {
            "user_id": customer.name,
            "alias": customer.alias,
            "organization_id": customer.organization_id,
            **shown,
        }

    async def budget(self, budget: Budget) -> dict[str, Any]:
        """Return a shared budget."""
        return {
            "budget_id": budget.id,
            "organization_id": budget.organization_id,
            "spend": await self._spent(budget.limits.bound("budget", budget.id, budget.title)),
            **_limits(budget.limits, self._clock.time()),
            **_stamps(budget),
        }


# -- pages


async def page_by_number(store: Repository[R], where: Condition, page: int, size: int) -> tuple[list[R], int, int]:
    """Return the records of a page, newest first, the total number of records, and the number of pages."""
    total = await store.count(where)
    before = (page - 1) * size
    shown = await store.page(where, size, before) if before < total else []
    return shown, total, max(1, -(-total // size))


async def page_by_cursor(
    request: Request, store: Repository[R], where: Condition, show: Callable[[R], Awaitable[dict[str, Any]]]
) -> Response:
    """Return a page of a list by `cursor`, newest first. The cursor is the id of the last record of the page before."""
    limit, cursor = int(request.query.get("limit") or _USUAL_LIMIT), request.query.get("cursor")
    found = await store.older(where, cursor, limit + 1) if cursor else await store.page(where, limit + 1)
    if found is None:
        raise invalid(
            f"`cursor` is {cursor!r}, which no page of this list gave. Take `next_cursor` of the page before.",
            param="cursor",
            code=error_codes.INVALID_CURSOR,
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
