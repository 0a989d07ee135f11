"""Revocation: a caller that loses its permission has no running calls."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest

from .kit import Caller, World

_SOON = 6.0
# It says two hundred words in a minute, unless it is ended.
SLOW = {
    "model": "onceward/echo",
    "messages": [{"role": "user", "content": "one two three four five six seven eight nine ten " * 20}],
    "stream": True,
    "provider_specific_params": {"fault": {"kind": "drip", "seconds": 0.3}},
}


@contextmanager
def streaming(caller: Caller, body: Any = SLOW, **headers: str) -> Iterator[tuple[httpx2.Response, Iterator[str]]]:
    """A stream whose first event was read."""
    with caller.client.stream("POST", "/v1/chat/completions", json=body, headers=headers, timeout=_SOON) as answer:
        lines = answer.iter_lines()
        assert answer.status_code == 200, answer.read()
        for line in lines:
            if line.startswith("data:"):
                break
        yield answer, lines


def ends_with(world: World, answer: httpx2.Response, lines: Iterator[str], code: str) -> None:
    """The stream ends with an error event, and is billed for what it used."""
    said = [line for line in lines if line.startswith("data:")]
    assert len(said) < 100
    last = said[-1]
    error = json.loads(last.removeprefix("data:")).get("error")
    assert error["code"] == code, error
    deadline = time.monotonic() + _SOON
    while time.monotonic() < deadline:
        rows = world.master.get("/spend/logs", call_id=answer.headers["x-onceward-call-id"]).json()["data"]
        if rows:
            assert rows[0]["completion_tokens"] > 0
            assert rows[0]["spend"] > 0
            assert rows[0]["estimated"] is True
            assert rows[0]["error"]["code"] == code
            return
        time.sleep(0.05)
    raise AssertionError("the call has no record")


Act = Callable[[Caller, dict[str, str]], Any]
ACTS: dict[str, tuple[Act, str]] = {
    "block the key": (lambda m, at: m.made("/key/block", key_id=at["key"]), "key_blocked"),
    "block it by an update": (lambda m, at: m.made("/key/update", key_id=at["key"], blocked=True), "key_blocked"),
    "delete the key": (lambda m, at: m.made("/key/delete", keys=[at["key"]]), "key_deleted"),
    "replace its secret": (lambda m, at: m.made(f"/key/{at['key']}/regenerate"), "key_replaced"),
    "block the parent": (lambda m, at: m.made("/key/block", key_id=at["parent"]), "key_blocked"),
    "block the team": (lambda m, at: m.made("/team/block", team_id=at["team"]), "team_blocked"),
    "delete the team": (lambda m, at: m.made("/team/delete", team_ids=[at["team"]]), "key_deleted"),
    "block the user": (lambda m, at: m.made("/user/update", user_id=at["user"], blocked=True), "user_blocked"),
    "block the organization": (
        lambda m, at: m.request("PATCH", "/organization/update", {"organization_id": at["org"], "blocked": True}),
        "organization_blocked",
    ),
    "block the customer": (lambda m, at: m.made("/customer/block", user_ids=["revoked-customer"]), "customer_blocked"),
}


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("keyed", [False, True])
def test_a_running_stream_ends_with_the_right_to_it(world: World, name: str, keyed: bool) -> None:
    master = world.master
    org = master.made("/organization/new", organization_alias=f"revoked {name}")["organization_id"]
    team = master.made("/team/new", team_alias=f"revoked {name}", organization_id=org)["team_id"]
    user = master.made("/user/new", auto_create_key=False, organization_id=org)["user_id"]
    master.made("/team/member_add", team_id=team, member={"role": "user", "user_id": user})
    parent = master.made("/key/generate", team_id=team, user_id=user)
    maker = Caller(world.url, parent["key"])
    made = maker.made("/key/generate") if name == "block the parent" else parent
    caller = Caller(world.url, made["key"])
    at = {"key": made["key_id"], "parent": parent["key_id"], "team": team, "user": user, "org": org}
    act, code = ACTS[name]
    customer = name == "block the customer"
    if customer:
        master.client.headers["X-Onceward-Organization"] = org
    headers = {"Idempotency-Key": f"revoked-{name}-{time.time_ns()}".replace(" ", "-")} if keyed else {}
    try:
        with streaming(caller, {**SLOW, "user": "revoked-customer"} if customer else SLOW, **headers) as (
            answer,
            lines,
        ):
            act(master, at)
            if customer:
                del master.client.headers["X-Onceward-Organization"]
            ends_with(world, answer, lines, code)
    finally:
        master.client.headers.pop("X-Onceward-Organization", None)
        maker.close()
        caller.close()


def test_a_running_stream_ends_with_the_life_of_its_key(world: World) -> None:
    made = world.master.made("/key/generate", duration="2s")
    caller = Caller(world.url, made["key"])
    with streaming(caller) as (answer, lines):
        ends_with(world, answer, lines, "key_expired")
    caller.close()


@pytest.mark.parametrize(
    ("change", "code"),
    [({"duration": "1s"}, "key_expired"), ({"models": ["onceward/embed"]}, "key_model_access_denied")],
)
def test_a_running_stream_ends_with_what_its_key_lost(world: World, change: dict[str, Any], code: str) -> None:
    made = world.master.made("/key/generate")
    caller = Caller(world.url, made["key"])
    with streaming(caller) as (answer, lines):
        world.master.made("/key/update", key_id=made["key_id"], **change)
        ends_with(world, answer, lines, code)
    caller.close()


def test_a_running_stream_ends_with_the_models_of_its_team(world: World) -> None:
    team = world.master.made("/team/new", team_alias="narrowed")["team_id"]
    made = world.master.made("/key/generate", team_id=team, aliases={"slow": "onceward/echo"})
    caller = Caller(world.url, made["key"])
    with streaming(caller, {**SLOW, "model": "slow"}) as (answer, lines):
        world.master.made("/team/update", team_id=team, models=["onceward/e*"])
        world.master.made("/team/update", team_id=team, models=["onceward/embed"])
        ends_with(world, answer, lines, "team_model_access_denied")
    caller.close()


@pytest.mark.parametrize("scope", ["team", "organization", "team of an organization"])
def test_a_stream_of_a_master_key_ends_with_the_models_of_its_scope(world: World, scope: str) -> None:
    org = world.master.made("/organization/new", organization_alias=f"narrowed {scope}")["organization_id"]
    team = world.master.made("/team/new", team_alias=f"scoped {scope}", organization_id=org)["team_id"]
    kind = scope.partition(" ")[0]
    headers = {f"X-Onceward-{kind.capitalize()}": team if kind == "team" else org}
    with streaming(world.master, **headers) as (answer, lines):
        if scope == "team":
            world.master.made("/team/update", team_id=team, models=["onceward/embed"])
        else:
            change = {"organization_id": org, "models": ["onceward/embed"]}
            assert world.master.request("PATCH", "/organization/update", change).status_code == 200
        code = "team" if scope == "team" else "organization"
        ends_with(world, answer, lines, f"{code}_model_access_denied")


def test_a_stream_ends_when_its_user_leaves_the_team_that_it_works_for(world: World) -> None:
    team = world.master.made("/team/new", team_alias="left")["team_id"]
    user = world.master.made("/user/new", auto_create_key=False)["user_id"]
    world.master.made("/team/member_add", team_id=team, member={"role": "user", "user_id": user})
    caller = Caller(world.url, world.master.made("/key/generate", user_id=user)["key"])
    with streaming(caller, **{"X-Onceward-Team": team}) as (answer, lines):
        world.master.made("/team/member_delete", team_id=team, user_id=user)
        ends_with(world, answer, lines, "team_access_denied")
    caller.close()


def test_a_running_stream_lives_as_long_as_its_key_now_does(world: World) -> None:
    made = world.master.made("/key/generate", duration="2s")
    caller = Caller(world.url, made["key"])
    body = {
        **SLOW,
        "messages": [{"role": "user", "content": "one two three four five six"}],
        "provider_specific_params": {"fault": {"kind": "drip", "seconds": 0.4}},
    }
    with streaming(caller, body) as (_, lines):
        began = time.monotonic()
        world.master.made("/key/update", key_id=made["key_id"], duration="1h")
        left = [line for line in lines if line.startswith("data:")]
    assert not any("error" in line for line in left)
    assert time.monotonic() - began > 2
    caller.close()


def test_a_running_stream_ends_when_the_end_of_its_key_is_brought_forward(world: World) -> None:
    made = world.master.made("/key/generate", duration="1h")
    caller = Caller(world.url, made["key"])
    with streaming(caller) as (answer, lines):
        world.master.made("/key/update", key=made["key"], duration="1s")
        ends_with(world, answer, lines, "key_expired")
    caller.close()


def test_a_master_key_works_no_further_for_a_team_that_is_blocked(world: World) -> None:
    team = world.master.made("/team/new", team_alias="revoked scope")["team_id"]
    with streaming(world.master, **{"X-Onceward-Team": team}) as (answer, lines):
        world.master.made("/team/block", team_id=team)
        ends_with(world, answer, lines, "team_blocked")


def test_calls_of_other_keys_continue(world: World) -> None:
    team = world.master.made("/team/new", team_alias="not revoked")["team_id"]
    made = [world.master.made("/key/generate", team_id=team) for _ in range(2)]
    other = Caller(world.url, made[1]["key"])
    body = {
        **SLOW,
        "messages": [{"role": "user", "content": "Hello!"}],
        "provider_specific_params": {"fault": {"kind": "drip", "seconds": 0.1}},
    }
    with streaming(other, body) as (_, lines):
        world.master.made("/key/block", key_id=made[0]["key_id"])
        world.master.made("/team/update", team_id=team, max_budget=7)
        world.master.made(f"/key/{made[0]['key_id']}/regenerate")
        left = [line for line in lines if line.startswith("data:")]
    assert not any("error" in line for line in left)
    other.close()
