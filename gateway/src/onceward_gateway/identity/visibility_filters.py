"""What a caller sees, as conditions of the database: the same answers as `authority`, for lists and counts of them."""

from __future__ import annotations

from ..core.principal import Principal
from .authorization import sight
from .sql import (
    ALL,
    Where,
    among,
    equal,
    in_teams_of,
    member_of,
)

__all__ = [
    "budgets_seen",
    "customers_seen",
    "keys_seen",
    "organizations_seen",
    "teams_governed",
    "teams_seen",
    "users_seen",
]


def keys_seen(caller: Principal) -> Where:
    """The keys that exist for a caller."""
    seen = sight(caller)
    if seen.all:
        return ALL
    found = among("organization_id", seen.organizations) | among("team_id", seen.teams)
    if seen.key_id is not None:
        found |= equal("id", seen.key_id)
    if seen.user_id is not None:
        own = equal("user_id", seen.user_id)
        if seen.only_team is not None:
            own &= equal("team_id", seen.only_team)
        if seen.only_organization is not None:
            own &= equal("organization_id", seen.only_organization)
        found |= own
    return found


def teams_seen(caller: Principal) -> Where:
    """The teams that exist for a caller: those that it governs, and those that its user is in."""
    return ALL if sight(caller).all else teams_governed(caller) | among("id", caller.teams_in)


def teams_governed(caller: Principal) -> Where:
    """The teams of which a caller sees all members."""
    seen = sight(caller)
    return ALL if seen.all else among("organization_id", seen.organizations) | among("id", seen.teams)


def organizations_seen(caller: Principal) -> Where:
    """The organizations that exist for a caller: those that it governs, and those that its user is in."""
    if sight(caller).all:
        return ALL
    return among("id", caller.organizations_run | caller.organizations_in)


def customers_seen(caller: Principal) -> Where:
    """The customers that exist for a caller: those of the organizations that it governs."""
    seen = sight(caller)
    return ALL if seen.all else among("organization_id", seen.organizations)


def budgets_seen(caller: Principal) -> Where:
    """The budgets that exist for a caller: those of the organizations that it governs."""
    return customers_seen(caller)


def users_seen(caller: Principal) -> Where:
    """The users that exist for a caller: itself, and who is in an organization or a team that it governs."""
    seen = sight(caller)
    if seen.all:
        return ALL
    found = member_of("organization", seen.organizations) | member_of("team", seen.teams)
    found |= in_teams_of(seen.organizations)
    return found if caller.user_id is None else found | equal("id", caller.user_id)
