"""Every member of the writes of keys, teams, users, organizations, customers and budgets does something.

A member is read back (`echoes.py`), felt by calls (`bounded.py`), names an object, which must exist, or has a row here.
One that is new in the contract fails here until it is one of these.
"""

from __future__ import annotations

import pytest

from .bounded import BOUNDED
from .echoes import ECHOES
from .kit import Swept, managed_writes

KINDS = ("/key", "/team", "/user", "/organization", "/customer", "/budget")
# Members with a row below.
_ROWS = {
    "POST /key/generate": {"duration", "key"},
    "POST /key/update": {"duration", "temp_budget_increase", "temp_budget_expiry"},
    "POST /key/{key}/regenerate": {"duration"},
    "POST /team/new": {"team_id", "members_with_roles", "admins", "members"},
    "POST /team/member_add": {"member"},
    "POST /team/member_update": {"role"},
    "POST /team/model/add": {"models"},
    "POST /team/model/delete": {"models"},
    "POST /user/new": {"user_id", "teams", "auto_create_key", "key_alias", "duration"},
    "POST /organization/new": {"organization_id"},
    "POST /organization/member_add": {"member"},
    "PATCH /organization/member_update": {"role"},
    "POST /customer/new": {"user_id"},
    "POST /customer/block": {"user_ids"},
    "POST /budget/new": {"budget_id"},
    # Of budgets that are asked for, those that exist are given.
    "POST /budget/info": {"budgets"},
}


def _left() -> list[tuple[str, str, str]]:
    """Method, path and name of the members that are in no table: they name an object."""
    shown = {(write, member) for write, (_, members) in BOUNDED.items() for member in members}
    shown |= {
        (write, member)
        for echo in ECHOES
        for write in (echo.create, *echo.updates)
        for member in (*echo.members, *echo.only.get(write, ()))
    }
    return [
        (write.method, write.path, member)
        for write in managed_writes()
        if write.path.startswith(KINDS)
        for member in write.members
        if (write.name, member) not in shown and member not in _ROWS.get(write.name, set())
    ]


async def test_a_member_in_no_table_names_what_must_exist(world: Swept) -> None:
    wrong = []
    for method, path, member in _left():
        url, body = await world.request(path)
        plural = member.endswith("s")
        # A name beside it would be taken, or be another than this one.
        rest = {name: value for name, value in body.items() if name not in ("key", "key_id", "user_id")}
        if member == "team_id" or member == "organization_id":
            rest = body
        answer = await world.ask(method, url, rest | {member: ["absent@x"] if plural else "absent@x"})
        told = answer.text
        if answer.status_code != 404 or "absent@x" not in told:
            wrong.append((method, path, member, answer.status_code, told[:200]))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("path", ["/key/generate", "/key/update", "/key/{key}/regenerate"])
async def test_a_duration_ends_a_key(world: Swept, path: str) -> None:
    url, body = await world.request(path)
    assert (await world.made(url, body | {"duration": "1h"}))["expires"] is not None
    url, body = await world.request(path)
    assert (await world.made(url, body | {"duration": None}))["expires"] is None


async def test_a_key_of_ones_own_choice_and_a_temporary_budget(world: Swept) -> None:
    secret = "sk-" + "a" * 43
    made = await world.key(key=secret, max_budget=0)
    assert (await world.chat(secret)).status_code == 402
    change = {"key_id": made["key_id"], "temp_budget_increase": 5, "temp_budget_expiry": "2099-01-01"}
    assert (await world.made("/key/update", change))["temp_budget_expiry"] == "2099-01-01T00:00:00.000Z"
    assert (await world.chat(secret)).status_code == 200


async def test_ids_of_ones_own_choice(world: Swept) -> None:
    for kind in ("team", "user", "organization", "budget"):
        more = {"organization_alias": "o"} if kind == "organization" else {}
        assert (await world.made(f"/{kind}/new", {f"{kind}_id": f"own-{kind}", **more}))[f"{kind}_id"] == f"own-{kind}"
    assert (await world.made("/customer/new", {"user_id": "own"}))["user_id"] == "own"
    assert len((await world.made("/budget/info", {"budgets": ["own-budget"]}))["budgets"]) == 1
    await world.made("/customer/block", {"user_ids": ["own"]})
    assert (await world.chat(user="own")).status_code == 403


async def test_members_and_models_of_a_team(world: Swept) -> None:
    one, two, three, four = [await world.user() for _ in "1234"]
    first = [{"user_id": one, "role": "admin"}]
    body = {"members_with_roles": first, "admins": [two], "members": [three], "models": ["onceward/small"]}
    team = await world.made("/team/new", body)
    group = {"team_id": team["team_id"]}
    await world.made("/team/member_add", group | {"member": {"user_id": four, "role": "user"}})
    await world.made("/team/member_update", group | {"user_id": three, "role": "admin"})
    shown = (await world.got("/team/info", **group))["team_info"]["members_with_roles"]
    roles = {member["user_id"]: member["role"] for member in shown}
    assert roles == {one: "admin", two: "admin", three: "admin", four: "user"}
    added = await world.made("/team/model/add", group | {"models": ["onceward/echo"]})
    assert added["models"] == ["onceward/small", "onceward/echo"]
    left = await world.made("/team/model/delete", group | {"models": ["onceward/small"]})
    assert left["models"] == ["onceward/echo"]


async def test_a_first_key_teams_and_roles_of_a_user(world: Swept) -> None:
    team, organization = await world.team(), await world.organization()
    made = await world.made("/user/new", {"teams": [team], "key_alias": "first", "duration": "1h"})
    assert (made["teams"], made["expires"] is None) == ([team], False)
    assert (await world.got("/key/info", key=made["key_id"]))["info"]["key_alias"] == "first"
    assert "key" not in await world.made("/user/new", {"auto_create_key": False})
    group = {"organization_id": organization}
    joining = group | {"member": {"user_id": made["user_id"], "role": "internal_user_viewer"}}
    seat = (await world.made("/organization/member_add", joining))["updated_organization_memberships"][0]
    assert seat["user_role"] == "internal_user_viewer"
    change = group | {"user_id": made["user_id"], "role": "org_admin"}
    assert (await world.made("/organization/member_update", change, "PATCH"))["user_role"] == "org_admin"


@pytest.mark.parametrize("past", ["2020-01-01", "2020-01-01T00:00:00Z", "1970-01-01T00:00:00+02:00"])
async def test_a_temporary_budget_that_ended_already_is_refused(world: Swept, past: str) -> None:
    made = await world.key(max_budget=0)
    change = {"key_id": made["key_id"], "temp_budget_increase": 5, "temp_budget_expiry": past}
    answer = await world.ask("POST", "/key/update", change)
    error = answer.json()["error"]
    assert (answer.status_code, error["param"], error["code"]) == (400, "temp_budget_expiry", "invalid_value")
    assert past in error["message"]
    assert (await world.got("/key/info", key=made["key_id"]))["info"]["temp_budget_increase"] is None
