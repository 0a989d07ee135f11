"""Visibility as conditions of the database: the rules of `authorization`, for lists and counts."""

from __future__ import annotations

from ..core.principal import Principal
from .authorization import visibility_of
from .sql import (
    ALL,
    Condition,
    among,
    equal,
    in_teams_of,
    member_of,
)

__all__ = [
    "visible_budgets",
    "visible_customers",
    "visible_keys",
    "visible_organizations",
    "administered_teams",
    "visible_teams",
    "visible_users",
]


def visible_keys(caller: Principal) -> Condition:
    """Return the condition of the keys that a caller may see."""
    seen = visibility_of(caller)
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


def visible_teams(caller: Principal) -> Condition:
    """Return the condition of the teams that a caller may see: those it administers or is a member of."""
    return ALL if visibility_of(caller).all else administered_teams(caller) | among("id", caller.teams_in)


def administered_teams(caller: Principal) -> Condition:
    """Return the condition of the teams of which a caller may see all members."""
    seen = visibility_of(caller)
    return ALL if seen.all else among("organization_id", seen.organizations) | among("id", seen.teams)


def visible_organizations(caller: Principal) -> Condition:
    """Return the condition of the organizations that a caller may see: those it administers or is a member of."""
    if visibility_of(caller).all:
        return ALL
    return among("id", caller.organizations_run | caller.organizations_in)


def visible_customers(caller: Principal) -> Condition:
    """Return the condition of the customers that a caller may see: those of organizations it administers."""
    seen = visibility_of(caller)
    return ALL if seen.all else among("organization_id", seen.organizations)


def visible_budgets(caller: Principal) -> Condition:
    """Return the condition of the budgets that a caller may see: those of organizations it administers."""
    return visible_customers(caller)


def visible_users(caller: Principal) -> Condition:
    """Return the condition of the users that a caller may see: itself, and members of what it administers."""
    seen = visibility_of(caller)
    if seen.all:
        return ALL
    found = member_of("organization", seen.organizations) | member_of("team", seen.teams)
    found |= in_teams_of(seen.organizations)
    return found if caller.user_id is None else found | equal("id", caller.user_id)
