"""The team and the organization that a request names: theirs are the models, budgets and bills, or it is an error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from onceward_gateway.config.brand_headers import DEFAULT_PREFIXES

from .kit import Caller, Server, World

HELLO = {"model": "onceward/echo", "messages": [{"role": "user", "content": "Hello!"}]}


@pytest.fixture(scope="module")
def groups(world: World) -> dict[str, str]:
    """Organizations and a team with names that are easily mixed up."""
    master = world.master
    first = master.made("/organization/new", organization_alias="Bücher", models=["onceward/echo"])
    # The alias of one is the id of another.
    other = master.made("/organization/new", organization_alias=first["organization_id"], max_budget=0)
    broke = master.made("/organization/new", organization_alias="broke", max_budget=0)
    for _ in range(2):
        master.made("/organization/new", organization_alias="twins")
    team = master.made("/team/new", team_alias="search", organization_id=first["organization_id"], tags=["scoped"])
    return {
        "first": first["organization_id"],
        "other": other["organization_id"],
        "broke": broke["organization_id"],
        "team": team["team_id"],
    }


def ask(caller: Caller, body: Any = HELLO, **headers: str) -> httpx2.Response:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return caller.client.post("/v1/chat/completions", json=body, headers=named)


def code(answer: httpx2.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()["error"]["code"]


def test_an_organization_is_found_by_id_and_by_alias(world: World, groups: dict[str, str]) -> None:
    for name in (groups["first"], "Bücher"):
        assert ask(world.master, X_Onceward_Organization=name).status_code == 200, name
        far = ask(world.master, {**HELLO, "model": "onceward/embed"}, X_Onceward_Organization=name)
        assert code(far) == (403, "organization_model_access_denied")
    for name in ("broke", groups["broke"]):
        assert ask(world.master, X_Onceward_Organization=name).status_code == 402
    # An id goes before an alias: the organization that took this id as its alias is not meant.
    assert ask(world.master, X_Onceward_Organization=groups["first"]).status_code == 200
    assert code(ask(world.master, X_Onceward_Organization="twins")) == (409, "ambiguous")


@pytest.mark.parametrize("kind", ["organization", "team"])
@pytest.mark.parametrize("name", ["nobody", "BROKE", "", "org_00000000000000000000000000", "x" * 300, "ü"])
def test_one_that_there_is_not_is_an_error(world: World, groups: dict[str, str], kind: str, name: str) -> None:
    answer = ask(world.master, **{f"X_Onceward_{kind}": name})
    assert code(answer) == (404, f"{kind}_not_found")
    assert answer.json()["error"]["param"] == f"X-Onceward-{kind.capitalize()}"


def test_a_team_brings_its_organization_and_pays(world: World, groups: dict[str, str]) -> None:
    answer = ask(world.master, X_Onceward_Team="search")
    assert answer.status_code == 200
    row = world.master.get("/spend/logs", call_id=answer.headers["x-onceward-call-id"]).json()["data"][0]
    assert (row["team_id"], row["organization_id"]) == (groups["team"], groups["first"])
    assert "scoped" in row["request_tags"]
    both = ask(world.master, X_Onceward_Team="search", X_Onceward_Organization="broke")
    assert code(both) == (400, "team_not_in_organization")
    far = ask(world.master, {**HELLO, "model": "onceward/embed"}, X_Onceward_Team="search")
    assert code(far) == (403, "organization_model_access_denied")


def test_a_blocked_team_cannot_be_named_in_a_header(world: World, groups: dict[str, str]) -> None:
    world.master.made("/team/block", team_id=groups["team"])
    try:
        assert code(ask(world.master, X_Onceward_Team="search")) == (403, "team_blocked")
    finally:
        world.master.made("/team/unblock", team_id=groups["team"])
    assert ask(world.master, X_Onceward_Team="search").status_code == 200


def test_a_new_meaning_of_an_alias_holds_at_once(world: World, groups: dict[str, str]) -> None:
    world.master.made("/organization/new", organization_alias="moving", organization_id="org_moving_one")
    assert ask(world.master, X_Onceward_Organization="moving").status_code == 200
    world.master.made("/organization/new", organization_alias="any", organization_id="moving", max_budget=0)
    assert ask(world.master, X_Onceward_Organization="moving").status_code == 402


@pytest.mark.parametrize("prefix", DEFAULT_PREFIXES)
def test_every_accepted_prefix_counts(world: World, groups: dict[str, str], prefix: str) -> None:
    for spelled in (prefix, prefix.lower(), prefix.upper()):
        assert ask(world.master, **{f"{spelled}-Organization": "broke"}).status_code == 402
        assert code(ask(world.master, **{f"{spelled}-Team": "nobody"})) == (404, "team_not_found")
        assert code(ask(world.master, **{f"{spelled}-API-Version": "99"})) == (400, "unsupported_version")
        assert ask(world.master, **{f"{spelled}-API-Version": "1"}).status_code == 200


def test_older_names_count_too(world: World, groups: dict[str, str]) -> None:
    assert ask(world.master, **{"X-Org-ID": "broke"}).status_code == 402
    assert code(ask(world.master, **{"X-VAI-Version": "2"})) == (400, "unsupported_version")


def test_two_that_disagree_are_refused(world: World, groups: dict[str, str]) -> None:
    url, auth = "/v1/chat/completions", ("Authorization", f"Bearer {world.master.key}")
    pairs = [
        [("X-Onceward-Organization", "Acme"), ("X-Hanzo-Organization", "broke")],
        [("x-iam-team", "search"), ("X-ONCEWARD-TEAM", "other")],
        [("X-Onceward-Organization", "Acme"), ("X-Onceward-Organization", "broke")],
        [("X-VAI-Version", "1"), ("X-Onceward-API-Version", "2025-01-01")],
        [("Authorization", "Bearer sk-another")],
        [("Idempotency-Key", "first"), ("Idempotency-Key", "second")],
    ]
    for pair in pairs:
        answer = world.master.client.post(url, json=HELLO, headers=[auth, *pair])
        assert code(answer) == (400, "conflicting_headers"), pair
    same = [("X-Onceward-Organization", "broke"), ("X-Hanzo-Organization", "broke")]
    assert world.master.client.post(url, json=HELLO, headers=[auth, *same]).status_code == 402


def test_a_key_works_for_what_it_belongs_to_alone(world: World, groups: dict[str, str]) -> None:
    member = world.a.callers["member"]
    for name in (world.a.organization_id, world.a.ids["organization_alias"]):
        assert ask(member, X_Onceward_Organization=name).status_code == 200
    for name in (world.a.ids["team_id"], world.a.ids["team_alias"]):
        assert ask(member, X_Hanzo_Team=name).status_code == 200
    assert code(ask(member, X_Onceward_Organization=groups["broke"])) == (403, "organization_access_denied")
    assert code(ask(member, X_Onceward_Team=groups["team"])) == (403, "team_access_denied")
    # An alias of others reads like one that nobody has.
    for name in ("broke", "nobody"):
        assert code(ask(member, X_Onceward_Organization=name)) == (404, "organization_not_found")
    for name in ("search", "nobody"):
        assert code(ask(member, X_Onceward_Team=name)) == (404, "team_not_found")


def test_a_batch_is_for_whom_it_was_made(world: World, groups: dict[str, str]) -> None:
    from .kit import _ended, upload

    line = {"custom_id": "one", "method": "POST", "url": "/v1/chat/completions", "body": HELLO}
    file = upload(world.master, "batch", [line])
    scoped = Caller(world.url, world.master.key)
    scoped.client.headers["X-Onceward-Team"] = "search"
    wanted = {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    done = _ended(scoped, "/v1/batches", wanted)
    assert "acting_for" not in done
    assert done["request_counts"]["completed"] == 1
    rows = world.master.get("/spend/logs", team_id=groups["team"], limit=1).json()["data"]
    assert rows[0]["idempotency_key"] == f"{done['id']}:1"
    scoped.close()


@pytest.fixture(scope="module")
def keyless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    server = Server(tmp_path_factory.mktemp("keyless"), ONCEWARD_GATEWAY_AUTH_MODE="disabled")
    caller = Caller(server.url, "")
    del caller.client.headers["Authorization"]
    yield caller
    caller.close()
    server.stop()


def test_where_no_key_is_asked_for_a_scope_holds_too(keyless: Caller) -> None:
    keyless.made("/organization/new", organization_alias="acme", models=["onceward/echo"])
    keyless.made("/organization/new", organization_alias="broke", max_budget=0)
    assert ask(keyless, X_Onceward_Organization="acme").status_code == 200
    far = ask(keyless, {**HELLO, "model": "onceward/embed"}, X_Onceward_Organization="acme")
    assert code(far) == (403, "organization_model_access_denied")
    assert ask(keyless, X_Onceward_Organization="broke").status_code == 402
    assert code(ask(keyless, X_Onceward_Organization="nobody")) == (404, "organization_not_found")
    listed = keyless.client.get("/v1/models", headers={"X-Onceward-Organization": "acme"}).json()["data"]
    assert [one["id"] for one in listed] == ["onceward/echo"]


@pytest.mark.parametrize("prefix", ["X-Onceward", "X-Hanzo", "X-IAM", "X-VAI"])
@pytest.mark.parametrize("name", ["Org", "Org-Id", "Organization-Id", "Organisation", "Organization-Alias"])
def test_every_name_of_an_organization_counts(world: World, groups: dict[str, str], prefix: str, name: str) -> None:
    assert code(listed(world, {f"{prefix}-{name}": "nobody"})) == (404, "organization_not_found")
    assert listed(world, {f"{prefix}-{name}": groups["first"]}).status_code == 200


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("X-Onceward-Team-Id", (404, "team_not_found")),
        ("X-VAI-Team-Alias", (404, "team_not_found")),
        ("X-Onceward-User-Id", (400, "unsupported_scope")),
        ("X-IAM-User", (400, "unsupported_scope")),
        ("X-Hanzo-Customer", (400, "unsupported_scope")),
        ("X-Onceward-Project-Id", (400, "unsupported_scope")),
        ("X-Org-Id", (404, "organization_not_found")),
        ("X-Onceward-Organization", (404, "organization_not_found")),
    ],
)
def test_a_scope_that_was_asked_for_holds_or_is_an_error(world: World, header: str, expected: tuple[int, str]) -> None:
    assert code(listed(world, {header: "nobody"})) == expected


def listed(world: World, headers: dict[str, str]) -> httpx2.Response:
    return world.master.client.get("/v1/models", headers=headers)
