"""Principals: the caller that an API key authenticates, or the error that its owners' state demands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar, cast

from ..core import error_codes
from ..core.errors import (
    ApiError,
    conflict,
    invalid,
)
from ..core.principal import (
    Allowed,
    Bound,
    Principal,
    Scope,
    in_order,
)
from ..core.records import (
    Bounded,
    Key,
    Member,
    Organization,
    User,
)
from ..core.restrictions import restrictions_of
from .repositories import Repositories, Repository
from .sql import equal

__all__ = ["CHALLENGE", "READERS", "copy_of", "expired", "for_groups", "in_group", "principal_of", "replaced"]

CHALLENGE = (("www-authenticate", "Bearer"),)
# Roles that read and change nothing.
READERS = frozenset({"proxy_admin_viewer", "internal_user_viewer"})
_DEEPEST = 32
B = TypeVar("B", bound=Bounded)


async def principal_of(records: Repositories, key: Key) -> Principal:
    """Return the principal of a key; raise 401 or 403 if the key or one of its owners is blocked or deleted."""
    line = await _lineage(records, key)
    for one in line:
        _refuse_key(one, key)
    user = _above(await records.users.any(key.user_id) if key.user_id else None, "user", key.user_id)
    team = _above(await records.teams.any(key.team_id) if key.team_id else None, "team", key.team_id)
    organization_id = key.organization_id or (team.organization_id if team is not None else None)
    organization = _above(
        await records.organizations.any(organization_id) if organization_id else None, "organization", organization_id
    )
    above = [*line, user, team, organization]
    seats = [
        await records.members.get(group.kind, group.id, key.user_id)
        for group in (team, organization)
        if group is not None
    ]
    expiries = [one.expires_at for one in line if one.expires_at is not None]
    bare = Principal(
        id=key.id,
        key_id=key.id,
        key_alias=key.alias,
        user_id=key.user_id,
        team_id=key.team_id,
        organization_id=organization_id,
        tier=organization.tier if organization is not None else None,
        tags=tuple(dict.fromkeys(tag for record in above if record is not None for tag in record.tags)),
        aliases=MappingProxyType({**(team.aliases if team is not None else {}), **key.aliases}),
        guardrails=_united(above),
        cache_controls=_common(line),
        restrictions=restrictions_of(line),
        models=_levels([*line, user if team is None else None, team, organization]),
        bounds=await _bounds(records, above, seats),
        metadata=MappingProxyType(key.metadata),
        only_team=key.team_id,
        only_organization=organization_id,
        expires_at=min(expiries, default=None),
    )
    looks_on = any(seat is not None and seat.role in READERS for seat in seats)
    bare = replace(bare, writes=not looks_on)
    return bare if user is None else await _governing(records, bare, user)


async def in_group(records: Repositories, key: Key, team: str | None, organization: str | None) -> Principal:
    """Return the principal of a key, acting for a team or an organization of its user.

    Raises 403 for the id of one that the key does not belong to, and 404 for every other text: aliases resolve only
    within what the key belongs to, so that a key cannot learn which of them exist.
    """
    caller = await principal_of(records, key)
    teams = {caller.team_id} if caller.team_id is not None else caller.teams_in
    organizations = {caller.organization_id} if caller.organization_id is not None else caller.organizations_in
    asked_team = None if team is None else await _own(records.teams, "team", team, teams)
    asked = (
        None if organization is None else await _own(records.organizations, "organization", organization, organizations)
    )
    if team is not None and asked_team is None:
        raise await _not_own(records.teams, "team", team)
    if organization is not None and asked is None:
        raise await _not_own(records.organizations, "organization", organization)
    if asked_team is not None and asked is not None and asked_team.organization_id != asked.id:
        raise _denied("organization", str(organization))
    key.team_id = key.team_id if asked_team is None else asked_team.id
    key.organization_id = key.organization_id if asked is None else asked.id
    scope = (None if asked_team is None else asked_team.id, None if asked is None else asked.id)
    return replace(await principal_of(records, key), acting_for=scope)


async def _own(store: Repository[B], kind: str, text: str, allowed: Collection[str | None]) -> B | None:
    """Return the one of a caller's own groups that has this id or alias."""
    if text in allowed:
        return await store.get(text)
    return _only([one for one in await store.find(equal("alias", text)) if one.id in allowed], kind, text)


def _only(found: list[B], kind: str, text: str) -> B | None:
    if len(found) > 1:
        raise conflict(
            f"{len(found)} {kind}s have the alias {text!r}. Name the one that you mean by its id.",
            code=error_codes.AMBIGUOUS,
            param=f"X-Onceward-{kind.capitalize()}",
        )
    return found[0] if found else None


async def _not_own(store: Repository[B], kind: str, text: str) -> ApiError:
    """Return the error for a scope that a key does not belong to."""
    return _unknown(kind, text) if await store.get(text) is None else _denied(kind, text)


def _unknown(kind: str, text: str) -> ApiError:
    param = f"X-Onceward-{kind.capitalize()}"
    return ApiError(
        404,
        f"There is no {kind} with the id or alias {text!r}. Check `{param}` (in an SDK: `{kind}`).",
        code=f"{kind}_not_found",
        param=param,
    )


def _denied(kind: str, text: str) -> ApiError:
    return ApiError(
        403,
        f"The key does not belong to the {kind} {text!r}. Name one that it belongs to, or none.",
        code=f"{kind}_access_denied",
        param=f"X-Onceward-{kind.capitalize()}",
    )


async def for_groups(records: Repositories, caller: Principal, team: str | None, organization: str | None) -> Principal:
    """Return an administrator, or a caller without a key, confined to a team or an organization.

    Raises 404 for an unknown team or organization.
    """
    over = None if organization is None else await _named(records.organizations, "organization", organization, None)
    group = None if team is None else await _named(records.teams, "team", team, over)
    if group is not None and group.organization_id is not None and over is None:
        over = await records.organizations.get(group.organization_id)
    groups = [one for one in (group, over) if one is not None]
    for one in groups:
        if one.blocked:
            raise ApiError(
                403,
                f"The {one.title} is blocked. Have it unblocked, or name another one.",
                code=f"{one.kind}_blocked",
                param=f"X-Onceward-{one.kind.capitalize()}",
            )
    bounds = [bound for one in groups for bound in await records.bounds_of(one)]
    aliases = caller.aliases if group is None else MappingProxyType({**group.aliases, **caller.aliases})
    return replace(
        caller,
        team_id=caller.team_id if group is None else group.id,
        organization_id=caller.organization_id if over is None else over.id,
        tier=caller.tier if over is None else over.tier,
        tags=tuple(dict.fromkeys((*caller.tags, *(tag for one in groups for tag in one.tags)))),
        aliases=aliases,
        guardrails=tuple(dict.fromkeys((*caller.guardrails, *_united(groups)))),
        models=(*caller.models, *_levels(groups)),
        bounds=in_order((*caller.bounds, *bounds)),
        acting_for=(None if group is None else group.id, None if over is None else over.id),
    )


async def _named(store: Repository[B], kind: str, text: str, over: Organization | None) -> B:
    """Return the team or the organization of an id or an alias. An id wins: an alias may be any text."""
    found = await store.get(text)
    if found is None:
        named = await store.find(equal("alias", text))
        inside = [one for one in named if over is None or getattr(one, "organization_id", None) == over.id]
        found = _only(inside or named, kind, text)
    param = f"X-Onceward-{kind.capitalize()}"
    if found is None:
        raise _unknown(kind, text)
    if over is not None and getattr(found, "organization_id", None) != over.id:
        raise invalid(
            f"The {found.title} is not in the {over.title}. Name a team of that organization, or leave one out.",
            code=error_codes.TEAM_NOT_IN_ORGANIZATION,
            param=param,
        )
    return found


async def _lineage(records: Repositories, key: Key) -> list[Key]:
    """Return the key and the keys it was derived from, nearest first."""
    line = [key]
    while (parent_id := line[-1].parent_id) is not None and len(line) < _DEEPEST:
        parent = await records.keys.any(parent_id)
        if parent is None:
            break
        line.append(parent)
    return line


def _refuse_key(one: Key, key: Key) -> None:
    derived = "" if one is key else ", which this key was derived from,"
    if one.deleted_at is not None:
        raise ApiError(
            401,
            f"The {one.title}{derived} was deleted. Use another key.",
            code=error_codes.KEY_DELETED,
            headers=CHALLENGE,
        )
    if one.blocked:
        raise ApiError(
            403,
            f"The {one.title}{derived} is blocked. Have it unblocked, or use another key.",
            code=error_codes.KEY_BLOCKED,
        )


def _above(record: B | None, kind: str, id: str | None) -> B | None:
    """Return the owner of a key; raise if it is missing, deleted or blocked."""
    if record is None:
        if id is None:
            return None
        raise _gone(f"{kind} {id!r}", kind)
    if record.deleted_at is not None:
        raise _gone(record.title, kind)
    if record.blocked:
        raise ApiError(
            403,
            f"The {record.title} of this key is blocked. Have it unblocked, or use another key.",
            code=f"{kind}_blocked",
        )
    return record


def _gone(title: str, kind: str) -> ApiError:
    return ApiError(
        401, f"The {title} of this key was deleted. Use another key.", code=f"{kind}_deleted", headers=CHALLENGE
    )


def expired(principal: Principal) -> ApiError:
    """Return the 401 for an expired key, or for one derived from an expired key."""
    name = f"key {principal.key_alias!r}" if principal.key_alias else f"key {principal.key_id!r}"
    return ApiError(
        401,
        f"The {name} has expired. Use another key, or have it renewed.",
        code=error_codes.KEY_EXPIRED,
        headers=CHALLENGE,
    )


def replaced(key: Key) -> ApiError:
    """Return the 401 for a secret that was replaced."""
    return ApiError(
        401,
        f"The secret of the {key.title} was replaced. Use the new one, or have it replaced again.",
        code=error_codes.KEY_REPLACED,
        headers=CHALLENGE,
    )


def copy_of(refusal: ApiError) -> ApiError:
    """Return a copy of an error, so that a cached one can be raised again without its traceback."""
    return ApiError(
        refusal.status,
        refusal.message,
        type=refusal.type,
        code=refusal.code,
        param=refusal.param,
        headers=refusal.headers,
    )


def _levels(records: list[Any]) -> tuple[Allowed, ...]:
    return tuple(
        Allowed(cast("Scope", record.kind), record.title, tuple(record.models))
        for record in records
        if record is not None and record.models
    )


def _united(records: list[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for record in records if record is not None for name in record.guardrails))


def _common(line: list[Key]) -> frozenset[str] | None:
    """Return the cache controls that every key of a lineage allows; None for no restriction."""
    found: frozenset[str] | None = None
    for key in line:
        if key.allowed_cache_controls is not None:
            own = frozenset(key.allowed_cache_controls)
            found = own if found is None else found & own
    return found


async def _bounds(repositories: Repositories, owners: list[Any], seats: list[Member | None]) -> tuple[Bound, ...]:
    """Return the bounds of a key's owners and of its memberships."""
    present = [record for record in owners if record is not None]
    found = [bound for record in present for bound in await repositories.bounds_of(record)]
    for member in seats:
        if member is not None:
            scope: Scope = "team_member" if member.group_kind == "team" else "organization_member"
            name = f"member {member.user_id!r} of the {member.group_kind} {member.group_id!r}"
            found.append(member.limits.bound(scope, f"{member.group_id}:{member.user_id}", name))
            found += await repositories.shared_bound(member.budget_id)
    return in_order(found)


async def _governing(records: Repositories, bare: Principal, user: User) -> Principal:
    """Return the principal with its user's roles. A key confined to a group has none outside of it."""
    confined = bare.only_team is not None or bare.only_organization is not None
    seats = [member for member in await records.members.of_user(user.id) if await _within(records, bare, member)]

    def groups(kind: str, role: str | None) -> frozenset[str]:
        return frozenset(m.group_id for m in seats if m.group_kind == kind and (role is None or m.role == role))

    return replace(
        bare,
        admin=user.role == "proxy_admin" and not confined,
        viewer=user.role == "proxy_admin_viewer" and not confined,
        writes=bare.writes and user.role not in READERS,
        organizations_run=groups("organization", "org_admin") if user.role not in READERS else frozenset(),
        teams_run=groups("team", "admin") if user.role not in READERS else frozenset(),
        organizations_in=groups("organization", None),
        teams_in=groups("team", None),
    )


async def _within(records: Repositories, bare: Principal, member: Member) -> bool:
    if bare.only_team is not None:
        return member.group_kind == "team" and member.group_id == bare.only_team
    if bare.only_organization is None:
        return True
    if member.group_kind == "organization":
        return member.group_id == bare.only_organization
    team = await records.teams.get(member.group_id)
    return team is not None and team.organization_id == bare.only_organization
