"""Accounts of a run: keys with and without limits, created by the administrator before the load starts."""

from __future__ import annotations

from dataclasses import dataclass

from onceward import Onceward

from .cluster import ADMIN_KEY
from .journal import SIDE_BY_SIDE, Made

__all__ = ["Accounts", "open_accounts"]

_NANO = 1_000_000_000
_WINDOW_BUDGET = 0.000_2
_SMALL_CREDITS_MILLI = 20_000
_PLENTY = 5.0
_SIDE_BY_SIDE = 3


@dataclass(frozen=True, slots=True)
class Accounts:
    """Secrets by account name, and the limits of all accounts."""

    keys: dict[str, str]
    made: tuple[Made, ...]


def open_accounts(url: str) -> Accounts:
    """Create the accounts of a run.

    They are `free`, `team` (with parents), `windowed` (a budget for ten seconds), `credits` and `narrow` (few
    concurrent calls).
    """
    with Onceward(base_url=url, api_key=ADMIN_KEY) as admin:
        acme = admin.organization.create(organization_alias="acme", max_budget=_PLENTY)
        team = admin.team.create(team_alias="research", organization_id=acme.organization_id, max_budget=_PLENTY)
        ada = admin.user.create(
            user_email="ada@acme.example",
            organization_id=acme.organization_id,
            max_budget=_PLENTY,
            auto_create_key=False,
        )
        admin.team.add_member(team_id=team.team_id, member={"user_id": ada.user_id, "role": "user"})
        thrift = admin.organization.create(organization_alias="thrift", tier="small")
        free = admin.key.generate(key_alias="free")
        paid = admin.key.generate(
            key_alias="team", team_id=team.team_id, user_id=ada.user_id, max_budget=_PLENTY, tags=["chaos"]
        )
        windowed = admin.key.generate(key_alias="windowed", max_budget=_WINDOW_BUDGET, budget_duration="10s")
        credits = admin.key.generate(key_alias="credits", organization_id=thrift.organization_id)
        narrow = admin.key.generate(key_alias="narrow", max_parallel_requests=_SIDE_BY_SIDE)
    plenty = round(_PLENTY * _NANO)
    return Accounts(
        keys={
            "free": free.key,
            "team": paid.key,
            "windowed": windowed.key,
            "credits": credits.key,
            "narrow": narrow.key,
        },
        made=(
            Made("organization", acme.organization_id, plenty),
            Made("team", team.team_id, plenty),
            Made("user", ada.user_id, plenty),
            Made("key", paid.key_id, plenty, "team"),
            Made("key", windowed.key_id, round(_WINDOW_BUDGET * _NANO), "windowed"),
            Made("key", free.key_id, None, "free"),
            Made("key", narrow.key_id, None, "narrow"),
            Made("key", credits.key_id, None, "credits"),
            Made(SIDE_BY_SIDE, narrow.key_id, _SIDE_BY_SIDE),
            Made("credits", f"organization:{thrift.organization_id}", _SMALL_CREDITS_MILLI),
        ),
    )
