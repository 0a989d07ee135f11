"""Lists come from the database by conditions, single objects by a rule in Python: the two say the same, of anybody."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from onceward_gateway.core.clock import SystemClock
from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.principal import ANONYMOUS, Principal
from onceward_gateway.core.records import (
    Budget,
    Customer,
    Key,
    Member,
    Organization,
    Team,
    User,
)
from onceward_gateway.identity.authorization import (
    may_see_organization,
    may_see_team,
    visibility_of,
)
from onceward_gateway.identity.directory import Directory
from onceward_gateway.identity.sql import equal
from onceward_gateway.identity.visibility_filters import (
    visible_budgets,
    visible_customers,
    visible_keys,
    visible_organizations,
    visible_teams,
    visible_users,
)

from ..databases import database_in
from ..identity import directory_over


@pytest.fixture
async def directory(tmp_path: Path) -> AsyncIterator[Directory]:
    db = database_in(tmp_path)
    await db.open()
    yield directory_over(db, SystemClock(), lambda prefix: prefix)
    await db.close()


async def populate(directory: Directory, chance: random.Random) -> list[Principal]:
    """A few of everything, put together at random, and the callers of all keys."""
    stores = directory.records
    organizations = [Organization(id=f"org_{n}", created_at=n) for n in range(3)]
    homes = [*(one.id for one in organizations), None]
    teams = [Team(id=f"team_{n}", created_at=n, organization_id=chance.choice(homes)) for n in range(6)]
    roles = ["internal_user"] * 6 + ["internal_user_viewer", "proxy_admin", "proxy_admin_viewer"]
    users = [User(id=f"user_{n}", created_at=n, role=role) for n, role in enumerate(roles)]
    for store, records in (
        (stores.organizations, organizations),
        (stores.teams, teams),
        (stores.users, users),
    ):
        for record in records:
            await store.put(record)  # type: ignore[arg-type]
    for user in users:
        for organization in organizations:
            if chance.random() < 0.4:
                role = chance.choice(["org_admin", "internal_user", "internal_user_viewer"])
                await stores.members.put(
                    Member(group_kind="organization", group_id=organization.id, user_id=user.id, role=role)
                )
        for team in teams:
            if chance.random() < 0.3:
                role = chance.choice(["admin", "user"])
                await stores.members.put(Member(group_kind="team", group_id=team.id, user_id=user.id, role=role))
    for n in range(30):
        team_of = chance.choice([*teams, None, None])
        key = Key(
            id=f"key_{n}",
            hash=f"{n:064}",
            name="sk-",
            created_at=n,
            user_id=chance.choice([*(user.id for user in users), None]),
            team_id=team_of.id if team_of else None,
            organization_id=team_of.organization_id if team_of else chance.choice(homes),
            deleted_at=1.0 if chance.random() < 0.1 else None,
        )
        await stores.keys.put(key)
        await stores.customers.put(Customer(id=f"c_{n}", name=f"c_{n}", organization_id=chance.choice(homes)))
        await stores.budgets.put(Budget(id=f"b_{n}", organization_id=chance.choice(homes)))
    callers = [ANONYMOUS, replace(ANONYMOUS, admin=True)]
    for key in await stores.keys.live():
        try:
            callers.append(await directory.principals.now(key))
        except ApiError as refusal:
            assert refusal.status in (401, 403)  # noqa: PT017 - a random key may well be refused
    return callers


async def user_ids(directory: Directory, caller: Principal) -> set[str]:
    """The users that a caller sees: the rule, written as one says it."""
    stores = directory.records
    found = set()
    for user in await stores.users.live():
        seats = await stores.members.of_user(user.id)
        in_teams = [await stores.teams.get(seat.group_id) for seat in seats if seat.group_kind == "team"]
        runs = any(seat.group_kind == "organization" and seat.group_id in caller.organizations_run for seat in seats)
        runs = runs or any(
            team is not None and visibility_of(caller).sees(organization_id=team.organization_id, team_id=team.id)
            for team in in_teams
        )
        if caller.admin or caller.viewer or user.id == caller.user_id or runs:
            found.add(user.id)
    return found


@pytest.mark.parametrize("seed", range(8))
async def test_lists_hold_exactly_what_is_seen_one_by_one(directory: Directory, seed: int) -> None:
    stores = directory.records
    callers = await populate(directory, random.Random(seed))
    assert len(callers) > 10
    for caller in callers:
        seen = visibility_of(caller)
        keys = {
            key.id
            for key in await stores.keys.live()
            if seen.sees(organization_id=key.organization_id, team_id=key.team_id, user_id=key.user_id, key_id=key.id)
        }
        assert {one.id for one in await stores.keys.find(visible_keys(caller))} == keys
        assert await stores.keys.count(visible_keys(caller)) == len(keys)
        teams = {team.id for team in await stores.teams.live() if may_see_team(caller, team)}
        assert {one.id for one in await stores.teams.find(visible_teams(caller))} == teams
        organizations = {one.id for one in await stores.organizations.live() if may_see_organization(caller, one.id)}
        assert {one.id for one in await stores.organizations.find(visible_organizations(caller))} == organizations
        for store, where in (
            (stores.customers, visible_customers(caller)),
            (stores.budgets, visible_budgets(caller)),
        ):
            own = {one.id for one in await store.live() if seen.sees(organization_id=one.organization_id)}
            assert {one.id for one in await store.find(where)} == own
        assert {one.id for one in await stores.users.find(visible_users(caller))} == await user_ids(directory, caller)


async def test_pages_have_everything_once(directory: Directory) -> None:
    stores = directory.records
    await populate(directory, random.Random(1))
    for n in range(7):
        # Made in the same moment: the id decides.
        await stores.budgets.put(Budget(id=f"same_{n}", created_at=100.0))
    where = visible_budgets(replace(ANONYMOUS, admin=True))
    wanted = [one.id for one in reversed(await stores.budgets.live())]
    seen = [one.id for one in await stores.budgets.page(where, 5)]
    while more := await stores.budgets.older(where, seen[-1], 5):
        seen += [one.id for one in more]
    assert seen == wanted
    paged = [one.id for start in range(0, 40, 10) for one in await stores.budgets.page(where, 10, start)]
    assert paged == wanted
    # A cursor that was deleted in the meantime keeps its place; one of somebody else is none.
    await stores.budgets.put(Budget(id="same_3", created_at=100.0, deleted_at=101.0))
    after = await stores.budgets.older(where, "same_3", 2)
    assert after is not None
    assert [one.id for one in after] == ["same_2", "same_1"]
    assert await stores.budgets.older(where, "nothing", 2) is None
    assert await stores.budgets.older(equal("organization_id", "org_0"), "same_1", 2) is None
