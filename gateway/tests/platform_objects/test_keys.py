"""Keys as their users meet them: made once, limited, blocked, replaced, derived, deleted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

import onceward

from .kit import MASTER, Caller, Server, World


@pytest.fixture
def team(world: World) -> str:
    return world.a.ids["team_id"]


@pytest.fixture
def using(world: World) -> Iterator[list[Caller]]:
    made: list[Caller] = []
    yield made
    for caller in made:
        caller.close()


def key_of(world: World, using: list[Caller], maker: Caller, **body: object) -> Caller:
    made = maker.made("/key/generate", **body)
    using.append(Caller(world.url, made["key"], made["key_id"]))
    return using[-1]


def test_a_key_is_shown_once(world: World, team: str) -> None:
    made = world.master.made(
        "/key/generate", team_id=team, key_alias="shown-once", max_budget=12.5, budget_duration="1mo", duration="30d",
        rpm_limit=600, models=["onceward/echo"], tags=["prod"], metadata={"owner": "ada"},
        model_max_budget={"onceward/echo": {"budget_limit": 3, "time_period": "1d"}},
    )  # fmt: skip
    assert made["key"].startswith("sk-")
    assert len(made["key"]) == 46
    info = world.master.get("/key/info", key=made["key_id"]).json()
    assert info["key"] == made["key_id"]
    assert made["key"] not in str(info)
    assert info["info"]["key_name"] == f"{made['key'][:6]}...REDACTED"
    assert {name: value for name, value in made.items() if name != "key"} == info["info"]
    assert info["info"]["max_budget"] == 12.5
    assert info["info"]["budget_reset_at"].endswith("Z")
    assert info["info"]["model_max_budget"] == {"onceward/echo": {"budget_limit": 3, "time_period": "1d"}}
    assert info["info"]["organization_id"] == world.a.organization_id
    for name in ("key", "token"):
        found = world.master.get("/key/info", key=made[name]).json()
        assert found["key"] == made["key_id"]


def test_a_token_opens_nothing(world: World, using: list[Caller], team: str) -> None:
    made = world.master.made("/key/generate", team_id=team)
    for text in (made["token"], "sha256:" + made["token"], "sk-" + made["token"], made["key_id"], made["key"][:-1]):
        using.append(Caller(world.url, text))
        assert using[-1].get("/key/info").status_code == 401
        assert using[-1].chat().status_code == 401


def test_a_retry_gets_the_same_key_and_no_second_one(world: World, team: str) -> None:
    headers = {"Idempotency-Key": "a-key-for-one-key-0001"}
    answers = [
        world.master.post("/key/generate", {"team_id": team, "key_alias": "only-one"}, headers=headers)
        for _ in range(3)
    ]
    assert len({answer.json()["key"] for answer in answers}) == 1
    assert [answer.headers.get("x-onceward-replayed") for answer in answers] == [None, "true", "true"]
    assert world.master.get("/key/list", key_alias="only-one").json()["total_count"] == 1
    world.master.post(f"/key/{answers[0].json()['key_id']}/regenerate")
    late = world.master.post("/key/generate", {"team_id": team, "key_alias": "only-one"}, headers=headers)
    assert late.json()["error"]["code"] == "secret_not_kept"


def test_models_of_a_key_and_of_those_above(world: World, using: list[Caller], team: str) -> None:
    narrow = key_of(world, using, world.master, team_id=team, models=["onceward/ec*"])
    assert narrow.chat("onceward/echo").status_code == 200
    error = narrow.chat("onceward/embed").json()["error"]
    assert (error["code"], error["type"], error["param"]) == ("key_model_access_denied", "permission_error", "model")
    wide = key_of(world, using, world.master, team_id=team)
    assert wide.chat("gpt-4").json()["error"]["code"] == "organization_model_access_denied"
    assert narrow.post("/v1/images/generations", {"prompt": "a cat"}).status_code == 403
    world.master.made("/team/update", team_id=team, models=["onceward/embed"])
    assert wide.chat("onceward/echo").json()["error"]["code"] == "team_model_access_denied"
    world.master.made("/team/update", team_id=team, models=[])
    assert wide.chat("onceward/echo").status_code == 200


def test_models_are_listed_for_who_may_use_them(world: World, using: list[Caller], team: str) -> None:
    caller = key_of(world, using, world.master, team_id=team, models=["onceward/e*"])
    listed = [model["id"] for model in caller.get("/v1/models").json()["data"]]
    assert listed
    assert all(name.startswith("onceward/e") for name in listed)
    assert caller.get("/v1/models/onceward%2Fecho").status_code == 200
    assert caller.get("/v1/models/onceward%2Fimage").status_code == 403


def test_an_alias_grants_no_further_model(world: World, using: list[Caller], team: str) -> None:
    member = world.a.callers["member"]
    narrow = key_of(world, using, member, models=["onceward/echo"], aliases={"fast": "onceward/echo"})
    assert narrow.chat("fast").status_code == 200
    narrow.made("/key/update", key_id=narrow.id, aliases={"onceward/echo": "onceward/fault-slow"})
    assert narrow.chat("onceward/echo").json()["error"]["code"] == "key_model_access_denied"


def test_the_error_of_a_blocked_key_names_the_blocked_owner(world: World, using: list[Caller], team: str) -> None:
    caller = key_of(world, using, world.master, team_id=team, user_id=world.a.ids["user_id"], key_alias="blockable")
    world.master.made("/key/block", key=caller.id)
    answer = caller.chat()
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "key_blocked"
    assert "'blockable'" in answer.json()["error"]["message"]
    world.master.made("/key/unblock", key_id=caller.id)
    assert caller.chat().status_code == 200
    world.master.made("/team/block", team_id=team)
    assert caller.chat().json()["error"]["code"] == "team_blocked"
    world.master.made("/team/unblock", team_id=team)
    world.master.made("/user/update", user_id=world.a.ids["user_id"], blocked=True)
    assert caller.chat().json()["error"]["code"] == "user_blocked"
    world.master.made("/user/update", user_id=world.a.ids["user_id"], blocked=False)
    world.master.request("PATCH", "/organization/update", {"organization_id": world.a.organization_id, "blocked": True})
    assert caller.chat().json()["error"]["code"] == "organization_blocked"
    world.master.request(
        "PATCH", "/organization/update", {"organization_id": world.a.organization_id, "blocked": False}
    )
    assert caller.chat().status_code == 200


def test_a_replaced_secret(world: World, using: list[Caller], team: str) -> None:
    old = key_of(world, using, world.master, team_id=team, key_alias="replaced", max_budget=5)
    assert old.chat().status_code == 200
    made = world.master.made(f"/key/{old.id}/regenerate", max_budget=4)
    new = Caller(world.url, made["key"])
    using.append(new)
    assert made["key_id"] == old.id
    assert made["max_budget"] == 4
    assert new.chat().status_code == 200
    assert old.chat().status_code == 401
    # A key replaces its own secret; it asks with the old one and goes on with the new one.
    again = new.made(f"/key/{old.id}/regenerate")
    assert new.chat().status_code == 401
    assert again["key"] != made["key"]


def test_a_deleted_key_stays_known(world: World, using: list[Caller], team: str) -> None:
    caller = key_of(world, using, world.master, team_id=team, key_alias="deleted")
    assert world.master.made("/key/delete", keys=[caller.id])["deleted_keys"] == [caller.id]
    assert caller.chat().json()["error"]["code"] == "key_deleted"
    assert world.master.get("/key/info", key=caller.id).status_code == 404
    assert world.master.refused("/key/delete", 404, keys=[caller.id])["code"] == "key_not_found"
    assert world.master.refused("/key/generate", 409, key=caller.key)["code"] == "key_exists"
    # Its name is free again.
    other = world.master.made("/key/generate", team_id=team, key_alias="deleted")
    assert world.master.made("/key/delete", key_aliases=["deleted"])["deleted_keys"] == [other["key_id"]]
    keep = world.master.made("/key/generate", team_id=team)["key_id"]
    world.master.refused("/key/delete", 404, keys=[keep, "key_nothing"])
    assert world.master.get("/key/info", key=keep).status_code == 200


def test_aliases_are_unique_for_each_owner(world: World, team: str) -> None:
    world.master.made("/key/generate", team_id=team, key_alias="twice")
    error = world.master.refused("/key/generate", 409, team_id=team, key_alias="twice")
    assert (error["code"], error["param"]) == ("key_alias_taken", "key_alias")
    world.master.made("/key/generate", team_id=world.b.ids["team_id"], key_alias="twice")
    error = world.master.refused("/key/delete", 400, key_aliases=["twice"])
    assert error["code"] == "ambiguous"


def test_an_expired_key(world: World, using: list[Caller], team: str) -> None:
    caller = key_of(world, using, world.master, team_id=team, duration="1s", key_alias="short")
    assert caller.chat().status_code == 200
    deadline = time.monotonic() + 10
    while caller.chat().status_code == 200 and time.monotonic() < deadline:
        pass
    answer = caller.chat()
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "key_expired"
    assert "'short'" in answer.json()["error"]["message"]


def test_a_key_that_a_user_makes_is_never_more_than_the_one_it_uses(world: World, using: list[Caller]) -> None:
    body = {"organization_id": world.a.organization_id, "user_email": "derive@example.com", "auto_create_key": False}
    user = world.master.made("/user/new", **body)["user_id"]
    parent = key_of(
        world, using, world.master, user_id=user, max_budget=10, budget_duration="30d", rpm_limit=60,
        models=["onceward/echo"], duration="10d", guardrails=["pii"], allowed_cache_controls=["no-cache"],
    )  # fmt: skip
    for field, value in {
        "max_budget": 11,
        "budget_duration": "1d",
        "rpm_limit": 61,
        "models": ["onceward/*"],
        "duration": "11d",
        "allowed_cache_controls": ["no-store"],
    }.items():
        error = parent.refused("/key/generate", 403, **{field: value})
        assert error["code"] == "exceeds_parent"
        assert error["param"] == field
    child = key_of(world, using, parent, max_budget=9, key_alias="child")
    info = parent.get("/key/info", key=child.id).json()["info"]
    assert info["models"] == ["onceward/echo"]
    assert info["rpm_limit"] == 60
    assert info["guardrails"] == ["pii"]
    assert info["expires"] is not None
    assert info["organization_id"] == world.a.organization_id
    for field, value in {
        "max_budget": None,
        "duration": None,
        "rpm_limit": 100,
        "models": [],
        "guardrails": [],
    }.items():
        for caller, id in ((parent, parent.id), (child, child.id), (parent, child.id)):
            assert caller.refused("/key/update", 403, key_id=id, **{field: value})["code"] == "exceeds_parent"
    assert child.made("/key/update", key_id=child.id, rpm_limit=5)["rpm_limit"] == 5
    # Keys that were derived from a key are deleted with it.
    world.master.made("/key/block", key_id=parent.id)
    assert child.chat().json()["error"]["code"] == "key_blocked"
    world.master.made("/key/unblock", key_id=parent.id)
    answer = child.chat()
    assert answer.status_code == 200, answer.text
    world.master.made("/key/delete", key_id=parent.id)
    assert child.chat().status_code == 401


def test_a_small_key_does_not_take_a_large_one_over(world: World, using: list[Caller]) -> None:
    body = {"organization_id": world.a.organization_id, "user_email": "two@example.com", "auto_create_key": False}
    user = world.master.made("/user/new", **body)["user_id"]
    small = key_of(world, using, world.master, user_id=user, max_budget=1)
    large = key_of(world, using, world.master, user_id=user, max_budget=100)
    assert small.refused(f"/key/{large.id}/regenerate", 403)["code"] == "exceeds_parent"
    assert large.chat().status_code == 200
    assert large.made(f"/key/{small.id}/regenerate")["max_budget"] == 1
    assert large.made(f"/key/{large.id}/regenerate")["max_budget"] == 100


def test_viewers_of_an_organization_cannot_create_keys_in_it(world: World, using: list[Caller]) -> None:
    body = {"organization_id": world.a.organization_id, "user_email": "looks@example.com", "auto_create_key": False}
    user = world.master.made("/user/new", **body)["user_id"]
    own = key_of(world, using, world.master, user_id=user, organization_id=world.a.organization_id)
    assert own.post("/key/generate").status_code == 200
    seat = {"organization_id": world.a.organization_id, "user_id": user, "role": "internal_user_viewer"}
    assert world.master.request("PATCH", "/organization/member_update", seat).status_code == 200
    assert own.refused("/key/generate", 403)["code"] == "read_only"
    assert own.chat().status_code == 200


def test_roles_limit_for_whom_keys_can_be_created(world: World, team: str) -> None:
    a, target = world.a.callers, world.a.ids["user_id"]
    assert a["team_admin"].made("/key/generate", team_id=team, user_id=target)["user_id"] == target
    assert a["org_admin"].made("/key/generate", user_id=target)["organization_id"] == world.a.organization_id
    assert a["member"].made("/key/generate", team_id=team)["team_id"] == team
    assert a["member"].refused("/key/generate", 404, user_id=target)["code"] == "user_not_found"
    assert a["onlooker"].refused("/key/generate", 403)["code"] == "read_only"
    assert a["team_key"].refused("/key/generate", 403)["code"] == "user_required"
    assert a["org_key"].refused("/key/generate", 403)["code"] == "user_required"
    home = {"organization_id": world.a.organization_id}
    assert a["team_admin"].post("/key/generate", home).json()["team_id"] == team
    assert a["org_admin"].refused("/key/generate", 403, key="sk-" + "a" * 43)["param"] == "key"


def test_roles_cannot_be_escalated(world: World, team: str) -> None:
    a, id = world.a.callers, world.a.organization_id
    for role in ("org_admin", "team_admin", "member"):
        assert a[role].post("/organization/new", {"organization_alias": "mine"}).status_code == 403
        for high in ("proxy_admin", "proxy_admin_viewer"):
            assert a[role].post("/user/new", {"user_role": high}).status_code == 403
            own = {"user_id": world.a.ids["user_id"], "user_role": high}
            assert a[role].post("/user/update", own).status_code in (403, 404)
    change: Any
    for change in ({"max_budget": 2000}, {"max_budget": None}, {"models": ["*"]}, {"models": []}, {"tier": "gold"}):
        answer = a["org_admin"].request("PATCH", "/organization/update", {"organization_id": id} | change)
        assert answer.status_code == 403, change
    for change in ({"max_budget": 101}, {"max_budget": None}, {"models": ["gpt-4"]}, {"budget_id": "b"}):
        assert a["team_admin"].post("/team/update", {"team_id": team} | change).status_code in (403, 404), change
    assert a["org_admin"].refused("/team/update", 403, team_id=team, max_budget=1001)["code"] == "exceeds_parent"
    assert a["org_admin"].refused("/team/new", 403, max_budget=1001)["code"] == "exceeds_parent"
    assert a["org_admin"].refused("/team/new", 403, models=["gpt-4"])["code"] == "exceeds_parent"
    assert a["team_admin"].refused("/key/generate", 403, team_id=team, max_budget=101)["code"] == "exceeds_parent"
    assert a["member"].refused("/team/block", 403, team_id=team)["code"] == "team_admin_required"
    admin = {"role": "admin", "user_email": "intruder@example.com"}
    assert a["member"].refused("/team/member_add", 403, team_id=team, member=admin)["code"] == "team_admin_required"


def test_pages_of_keys(world: World) -> None:
    made = [world.master.made("/key/generate", user_id=world.b.ids["user_id"])["key_id"] for _ in range(5)]
    seen = []
    for page in (1, 2, 3):
        shown = world.master.get("/key/list", user_id=world.b.ids["user_id"], page=page, size=2).json()
        assert (shown["total_pages"], shown["total_count"], shown["current_page"]) == (3, 6, page)
        seen += [key["key_id"] for key in shown["keys"]]
    assert seen[:5] == made[::-1]


@pytest.mark.parametrize("body", [{"duration": "1x"}, {"duration": "0s"}, {"max_budget": -1}, {"rpm_limit": 1.5}])
def test_wrong_fields(world: World, body: dict[str, object]) -> None:
    assert world.master.refused("/key/generate", 400, **body)["param"] == next(iter(body))


def test_cursors(world: World) -> None:
    admin = world.b.callers["org_admin"]
    made = [admin.made("/budget/new", max_budget=number)["budget_id"] for number in range(4)]
    seen, cursor = [], None
    while True:
        page = admin.get("/budget/list", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [budget["budget_id"] for budget in page["data"]]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    assert seen == [*made[::-1], world.b.ids["budget_id"]]
    assert admin.get("/budget/list", cursor="nothing").status_code == 400
    info = admin.made("/budget/info", budgets=[*made, world.a.ids["budget_id"]])["budgets"]
    assert [budget["budget_id"] for budget in info] == made
    assert admin.made("/budget/delete", id=made[0])["deleted"] is True
    settings = admin.get("/budget/settings", budget_id=made[1]).json()["settings"]
    assert {one["field_name"]: one["field_value"] for one in settings}["max_budget"] == 1


def test_models_of_a_team_one_by_one(world: World) -> None:
    admin = world.b.callers["org_admin"]
    id = admin.made("/team/new", models=["onceward/echo"])["team_id"]
    added = admin.made("/team/model/add", team_id=id, models=["onceward/embed"])
    assert added["models"] == ["onceward/echo", "onceward/embed"]
    assert admin.refused("/team/model/add", 403, team_id=id, models=["gpt-4"])["code"] == "exceeds_parent"
    assert admin.made("/team/model/delete", team_id=id, models=["onceward/echo"])["models"] == ["onceward/embed"]
    assert admin.post("/team/model/delete", {"team_id": id, "models": ["onceward/embed"]}).status_code == 400
    assert admin.made("/team/delete", team_ids=[id])["deleted_teams"] == [id]
    assert admin.get("/team/info", team_id=id).status_code == 404


def test_leaving_a_team_and_an_organization_takes_the_keys_along(world: World, using: list[Caller]) -> None:
    admin = world.b.callers["org_admin"]
    team = admin.made("/team/new", team_alias="short-lived")["team_id"]
    member = {"role": "user", "user_email": "leaver@example.com"}
    added = admin.made("/team/member_add", team_id=team, member=member, max_budget_in_team=3)
    user = added["updated_users"][0]["user_id"]
    assert added["updated_team_memberships"][0]["max_budget_in_team"] == 3
    assert added["members_with_roles"] == [{"user_id": user, "user_email": "leaver@example.com", "role": "user"}]
    seat = admin.made("/team/member_update", team_id=team, user_id=user, role="admin", max_budget_in_team=2)
    assert (seat["role"], seat["max_budget_in_team"]) == ("admin", 2)
    within = key_of(world, using, admin, team_id=team, user_id=user)
    assert within.made("/team/block", team_id=team)["blocked"] is True
    assert admin.made("/team/unblock", team_id=team)["blocked"] is False
    admin.made("/team/member_delete", team_id=team, user_email="leaver@example.com")
    assert within.chat().json()["error"]["code"] == "key_deleted"
    own = key_of(world, using, admin, user_id=user, organization_id=world.b.organization_id)
    body = {"organization_id": world.b.organization_id, "user_id": user}
    left = admin.request("DELETE", "/organization/member_delete", body)
    assert left.status_code == 200
    assert own.chat().status_code == 401
    assert admin.get("/user/info", user_id=user).status_code == 404


def test_a_user_comes_with_a_key(world: World, using: list[Caller]) -> None:
    made = world.master.made("/user/new", user_id="first-key", organization_id=world.b.organization_id, duration="1d")
    using.append(Caller(world.url, made["key"]))
    info = using[-1].get("/user/info").json()
    assert info["user_id"] == "first-key"
    assert [key["key_id"] for key in info["keys"]] == [made["key_id"]]
    assert made["expires"] is not None
    assert using[-1].chat().status_code == 200
    world.master.made("/user/delete", user_ids=["first-key"])
    assert using[-1].chat().status_code == 401
    assert world.master.refused("/user/new", 409, user_id="first-key")["code"] == "user_exists"


def test_an_admin_and_an_onlooker_of_the_gateway(world: World, using: list[Caller]) -> None:
    for role in ("proxy_admin", "proxy_admin_viewer"):
        made = world.master.made("/user/new", user_role=role)
        using.append(Caller(world.url, made["key"]))
    admin, viewer = using
    for caller in using:
        listed = caller.get("/organization/list").json()["data"]
        assert {world.a.organization_id, world.b.organization_id} <= {one["organization_id"] for one in listed}
    new = admin.made("/organization/new", organization_alias="new")
    assert viewer.post("/organization/new", {"organization_alias": "new"}).json()["error"]["code"] == "read_only"
    assert viewer.post("/organization/delete", {"organization_ids": [new["organization_id"]]}).status_code == 403
    assert admin.made("/organization/delete", organization_ids=[new["organization_id"]])["deleted_organizations"]


def test_a_laptop_governs_itself_and_pages_of_others_do_not(tmp_path_factory: pytest.TempPathFactory) -> None:
    server = Server(tmp_path_factory.mktemp("laptop"))
    try:
        made = httpx2.post(server.url + "/key/generate", json={"models": ["onceward/embed"]}).json()
        headers = {"Authorization": f"Bearer {made['key']}"}
        body = {"model": "onceward/echo", "messages": [{"role": "user", "content": "Hello!"}]}
        assert httpx2.post(server.url + "/v1/chat/completions", json=body, headers=headers).status_code == 403
        assert httpx2.post(server.url + "/v1/chat/completions", json=body).status_code == 200
        assert httpx2.get(server.url + "/key/list", headers=headers).json()["total_count"] == 1
        for foreign in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Host": "evil.example:4100"},
        ):
            answer = httpx2.post(server.url + "/key/generate", json={}, headers=foreign)
            assert answer.json()["error"]["code"] == "foreign_origin"
    finally:
        server.stop()


def test_optional_keys_do_not_open_the_platform(tmp_path_factory: pytest.TempPathFactory) -> None:
    server = Server(tmp_path_factory.mktemp("optional"), "--auth-mode", "optional", ONCEWARD_GATEWAY_API_KEYS=MASTER)
    try:
        assert httpx2.get(server.url + "/v1/models").status_code == 200
        assert httpx2.get(server.url + "/key/list").status_code == 401
        headers = {"Authorization": f"Bearer {MASTER}"}
        assert httpx2.get(server.url + "/key/list", headers=headers).status_code == 200
    finally:
        server.stop()


def test_the_sdk(world: World) -> None:
    with onceward.Onceward(api_key=MASTER, base_url=world.url) as client:
        made = client.key.generate(models=["onceward/echo"], max_budget=100.0, budget_duration="30d", key_alias="sdk")
        assert made.key.startswith("sk-")
        assert made.max_budget == 100.0
        assert client.with_options(api_key=made.key).key.info().info.key_alias == "sdk"
        assert made.key_id in [key.key_id for key in client.key.list(size=100)]
        team = client.team.create(team_alias="sdk", max_budget=5, models=["onceward/echo"])
        assert client.team.info(team_id=team.team_id).team_info.team_alias == "sdk"
        assert {one.organization_id for one in client.organization.list()} >= {world.a.organization_id}
        assert client.key.delete(key_id=made.key_id).deleted_keys == [made.key_id]
        with pytest.raises(onceward.NotFoundError):
            client.key.info(key=made.key_id)


def test_a_key_asks_no_more_of_the_cache_than_it_may(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("cached")
    (folder / "onceward.toml").write_text('[cache]\nkind = "memory"\n')
    server = Server(folder, ONCEWARD_GATEWAY_API_KEYS=MASTER)
    master = Caller(server.url, MASTER)
    made = master.made("/key/generate", key_alias="fresh only", allowed_cache_controls=["no-cache", "ttl"])
    narrow, none = Caller(server.url, made["key"]), master.made("/key/generate", allowed_cache_controls=[])
    try:
        assert narrow.chat().headers["x-onceward-cache"] == "miss"
        assert narrow.chat().headers["x-onceward-cache"] == "hit"
        assert (
            narrow.chat(cache={"no-cache": True, "ttl": 30, "no-store": False}).headers["x-onceward-cache"] == "bypass"
        )
        for header, body, name in (
            ("no-store", None, "no-store"),
            ("no-cache, max-age=60", None, "max-age"),
            ("max-age=0", None, "max-age"),
            (None, {"s-maxage": 0}, "s-maxage"),
            (None, {"namespace": "other"}, "namespace"),
            (None, {"no-store": True, "no-cache": True}, "no-store"),
        ):
            chat = {"model": "onceward/echo", "messages": [{"role": "user", "content": "Hello!"}]}
            sent = chat if body is None else chat | {"cache": body}
            answer = narrow.post("/v1/chat/completions", sent, headers={"Cache-Control": header} if header else None)
            assert answer.status_code == 403
            error = answer.json()["error"]
            assert (error["code"], error["param"]) == ("cache_control_not_allowed", f"cache.{name}")
            assert "'fresh only'" in error["message"]
        child = Caller(server.url, none["key"])
        assert child.chat().status_code == 200
        assert child.chat(cache={"no-cache": True}).status_code == 403
        child.close()
        assert master.chat(cache={"namespace": "mine"}).status_code == 200
    finally:
        for caller in (master, narrow):
            caller.close()
        server.stop()


def test_on_a_laptop_a_key_that_was_put_out_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A gateway that requires no key still knows its own: a revoked one does not become valid by being unknown."""
    server = Server(tmp_path_factory.mktemp("laptop"))
    nobody = Caller(server.url, "any-text-at-all")
    try:
        assert nobody.chat().status_code == 200
        assert nobody.get("/key/list").status_code == 200
        for path, code in (
            ("/key/block", "key_blocked"),
            ("/key/delete", "key_deleted"),
            ("/key/{id}/regenerate", "key_replaced"),
        ):
            made = nobody.made("/key/generate")
            caller = Caller(server.url, made["key"])
            assert caller.chat().status_code == 200
            nobody.made(path.format(id=made["key_id"]), **({} if "{" in path else {"key_id": made["key_id"]}))
            for answer in (caller.chat(), caller.get("/key/list"), caller.get("/v1/models")):
                assert answer.json()["error"]["code"] == code
            caller.close()
        reused = nobody.refused("/key/generate", 409, key=made["key"])
        assert reused["code"] == "key_exists"
    finally:
        nobody.close()
        server.stop()


def test_when_a_key_was_used_last(world: World, using: list[Caller], team: str) -> None:
    made = world.master.made("/key/generate", team_id=team, key_alias="used once")
    assert made["last_used_at"] is None
    using.append(Caller(world.url, made["key"]))
    began = datetime.now(UTC)
    assert using[-1].chat().status_code == 200
    shown = world.master.get("/key/info", key=made["key_id"]).json()["info"]["last_used_at"]
    used = datetime.fromisoformat(shown)
    # It is kept to the minute.
    assert began - timedelta(seconds=61) < used <= datetime.now(UTC)
    listed = world.master.get("/key/list", key_alias="used once").json()["keys"]
    assert [key["last_used_at"] for key in listed] == [shown]
