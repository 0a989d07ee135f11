"""The platform at two nodes: what one refuses the other refuses, and no race between them loses or doubles anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ..conftest import RedisServer
from ..databases import on_postgres, rows_of
from .kit import MASTER, Caller, Server

pytestmark = [pytest.mark.cluster, pytest.mark.skipif(not on_postgres(), reason="SQLite has one node")]

# A second, and what a busy machine takes for the rest.
_SOON = 4.0


class Pair:
    """Two nodes, and who runs them, at each."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.servers = [
            Server(folder, name=name, ONCEWARD_GATEWAY_API_KEYS=MASTER, **environ) for name in ("first", "second")
        ]
        self.callers: list[Caller] = []
        self.a, self.b = (self.caller(MASTER, at=at) for at in (0, 1))

    def caller(self, key: str, at: int) -> Caller:
        caller = Caller(self.servers[at].url, key)
        self.callers.append(caller)
        return caller

    def both(self, key: str) -> tuple[Caller, Caller]:
        return self.caller(key, 0), self.caller(key, 1)

    def key(self, **fields: Any) -> tuple[str, Caller, Caller]:
        """A key that is in use at both nodes: its id, and who calls with it."""
        made = self.a.made("/key/generate", **fields)
        callers = self.both(made["key"])
        for caller in callers:
            assert caller.chat().status_code == 200
        return (made["key_id"], *callers)

    def stop(self) -> None:
        for caller in self.callers:
            caller.close()
        for server in self.servers:
            server.stop()


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two nodes with nothing between them but the database."""
    made = Pair(tmp_path_factory.mktemp("pair"))
    yield made
    made.stop()


def meets(caller: Caller, code: str, seconds: float = _SOON) -> bool:
    """Return whether calls are refused by this error within the time; until then they succeed."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = caller.chat()
        if answer.status_code != 200:
            assert answer.json()["error"]["code"] == code, answer.text
            return True
    return False


def works(caller: Caller, seconds: float = _SOON) -> bool:
    """Return whether calls succeed within the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if caller.chat().status_code == 200:
            return True
    return False


def at_once(*asked: Callable[[], httpx2.Response]) -> list[httpx2.Response]:
    """The answers of requests that are sent at the same time."""
    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(lambda ask: ask(), asked))


# -- what is refused here is refused there


def test_a_key_that_is_blocked_at_one_node_is_refused_at_the_other_within_a_second(pair: Pair) -> None:
    id, here, there = pair.key(key_alias="blocked over nodes")
    pair.a.made("/key/block", key_id=id)
    assert here.chat().json()["error"]["code"] == "key_blocked"
    assert meets(there, "key_blocked")
    pair.b.made("/key/unblock", key_id=id)
    assert there.chat().status_code == 200
    assert works(here)


def test_all_that_ends_a_key_ends_it_everywhere(pair: Pair) -> None:
    team = pair.a.made("/team/new", team_alias="over nodes")["team_id"]
    user = pair.a.made("/user/new", auto_create_key=False)["user_id"]
    replaced, _, at_b = pair.key()
    new = pair.a.made(f"/key/{replaced}/regenerate")["key"]
    assert pair.caller(new, 1).chat().status_code == 200
    assert meets(at_b, "key_replaced")
    deleted, _, at_b = pair.key(team_id=team)
    pair.a.made("/key/delete", keys=[deleted])
    assert meets(at_b, "key_deleted")
    _, _, at_b = pair.key(team_id=team)
    pair.a.made("/team/block", team_id=team)
    assert meets(at_b, "team_blocked")
    pair.a.made("/team/unblock", team_id=team)
    assert works(at_b)
    pair.a.made("/team/delete", team_ids=[team])
    assert meets(at_b, "key_deleted")
    _, _, at_b = pair.key(user_id=user)
    pair.a.made("/user/update", user_id=user, blocked=True)
    assert meets(at_b, "user_blocked")


def test_limits_of_a_key_apply_on_all_nodes(pair: Pair) -> None:
    parent, _, at_b = pair.key(models=["onceward/*"])
    pair.a.made("/key/update", key_id=parent, models=["onceward/embed"])
    assert meets(at_b, "key_model_access_denied")
    customer = {"user": "blocked-over-nodes"}
    assert pair.b.chat(**customer).status_code == 200
    pair.a.made("/customer/block", user_ids=[customer["user"]])
    deadline = time.monotonic() + _SOON
    while pair.b.chat(**customer).status_code == 200:
        assert time.monotonic() < deadline


def test_a_retry_at_another_node_gets_the_same_secret(pair: Pair) -> None:
    headers = {"Idempotency-Key": "one-key-over-two-nodes"}
    body = {"key_alias": "made once over nodes"}
    first = pair.a.post("/key/generate", body, headers=headers).json()
    again = pair.b.post("/key/generate", body, headers=headers)
    assert again.json() == first
    assert again.headers["x-onceward-replayed"] == "true"
    assert pair.b.get("/key/list", key_alias="made once over nodes").json()["total_count"] == 1
    # Another key has no access, and the stored value is not the secret.
    other = pair.b.made("/user/new", user_role="proxy_admin")["key"]
    assert pair.caller(other, 0).post("/key/generate", body, headers=headers).status_code == 409
    kept = rows_of(pair.servers[0].data, "SELECT * FROM platform_secret")
    assert kept
    assert first["key"] not in repr(kept)
    assert first["key"].encode() not in b"".join(bytes(cell) for row in kept for cell in row if isinstance(cell, bytes))


def test_the_same_request_at_both_nodes_makes_one_key(pair: Pair) -> None:
    for n in range(5):
        headers, body = {"Idempotency-Key": f"both-nodes-at-once-{n}"}, {"key_alias": f"at once {n}"}
        answers = at_once(
            *(partial(node.post, "/key/generate", body, headers=headers) for node in (pair.a, pair.b) * 2)
        )
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["key"] for answer in answers}) == 1
        assert pair.a.get("/key/list", key_alias=f"at once {n}").json()["total_count"] == 1


# -- with Redis


@pytest.fixture
def told(tmp_path: Path, redis_server: RedisServer) -> Iterator[Pair]:
    """Two nodes that tell each other, and would not ask for a minute."""
    (tmp_path / "onceward.toml").write_text("[cluster]\ncache_ttl_seconds = 60\n")
    made = Pair(tmp_path, ONCEWARD_GATEWAY_REDIS_URL=redis_server.url)
    yield made
    made.stop()


def test_with_redis_changes_apply_on_the_other_node_at_once(told: Pair) -> None:
    for _ in range(5):
        id, _, there = told.key()
        told.a.made("/key/block", key_id=id)
        assert meets(there, "key_blocked")


def test_blocked_keys_stay_blocked_when_redis_dies(told: Pair, redis_server: RedisServer) -> None:
    first, _, first_there = told.key()
    second, _, second_there = told.key()
    third, _, third_there = told.key()
    redis_server.kill()
    told.a.made("/key/block", key_id=first)
    assert meets(first_there, "key_blocked", 10)
    # Changes during the outage are known when Redis is back, and later changes are published again.
    told.a.made("/key/block", key_id=second)
    redis_server.start()
    assert meets(second_there, "key_blocked", 10)
    deadline = time.monotonic() + 20
    while any("redis" in told.caller(MASTER, at).client.get("/readyz").text for at in (0, 1)):
        assert time.monotonic() < deadline
    told.a.made("/key/block", key_id=third)
    assert meets(third_there, "key_blocked", 10)


# -- races


def test_no_change_is_lost(pair: Pair) -> None:
    team = pair.a.made("/team/new", models=["onceward/echo"])["team_id"]
    names = [f"onceward/model-{n}" for n in range(24)]
    answers = at_once(
        *(
            partial((pair.a, pair.b)[n % 2].post, "/team/model/add", {"team_id": team, "models": [name]})
            for n, name in enumerate(names)
        )
    )
    assert {answer.status_code for answer in answers} == {200}
    models = pair.a.get("/team/info", team_id=team).json()["team_info"]["models"]
    assert sorted(models) == sorted(["onceward/echo", *names])
    fields = {"max_budget": 7, "rpm_limit": 5, "tpm_limit": 4, "blocked": True, "team_alias": "new name"}
    at_once(
        *(
            partial((pair.a, pair.b)[n % 2].post, "/team/update", {"team_id": team, name: value})
            for n, (name, value) in enumerate(fields.items())
        )
    )
    shown = pair.b.get("/team/info", team_id=team).json()["team_info"]
    assert {name: shown[name] for name in fields} == fields


def test_a_name_is_given_once(pair: Pair) -> None:
    team = pair.a.made("/team/new")["team_id"]
    for path, body, code in (
        ("/key/generate", {"team_id": team, "key_alias": "one of a kind"}, "key_alias_taken"),
        ("/customer/new", {"user_id": "one of a kind"}, "customer_exists"),
        ("/team/new", {"team_id": "one-of-a-kind"}, "team_exists"),
        ("/user/new", {"user_email": "one@example.com", "auto_create_key": False}, "user_email_taken"),
        ("/budget/new", {"budget_id": "one-of-a-kind"}, "budget_exists"),
        ("/organization/new", {"organization_id": "one-of-a-kind", "organization_alias": "o"}, "organization_exists"),
        ("/key/generate", {"key": "sk-" + "q" * 43}, "key_exists"),
    ):
        answers = at_once(*(partial(node.post, path, body) for node in (pair.a, pair.b) * 4))
        won = [answer for answer in answers if answer.status_code == 200]
        assert len(won) == 1, path
        assert {answer.json()["error"]["code"] for answer in answers if answer not in won} == {code}


def test_concurrent_additions_create_one_membership(pair: Pair) -> None:
    team = pair.a.made("/team/new")["team_id"]
    user = pair.a.made("/user/new", auto_create_key=False)["user_id"]
    body = {"team_id": team, "member": {"role": "user", "user_id": user}}
    answers = at_once(*(partial(node.post, "/team/member_add", body) for node in (pair.a, pair.b) * 4))
    assert {answer.status_code for answer in answers} == {200}
    new = {"team_id": team, "member": {"role": "user", "user_email": "new-in-team@example.com"}}
    answers = at_once(*(partial(node.post, "/team/member_add", new) for node in (pair.a, pair.b) * 4))
    assert {answer.status_code for answer in answers} == {200}
    members = pair.b.get("/team/info", team_id=team).json()["team_info"]["members_with_roles"]
    assert sorted(member["user_email"] or "" for member in members) == ["", "new-in-team@example.com"]


def test_an_organization_keeps_an_admin(pair: Pair) -> None:
    """Two admins take each other's place at the same moment: one of them stays."""
    for n in range(6):
        organization = pair.a.made("/organization/new", organization_alias=f"two admins {n}")["organization_id"]
        home = {"organization_id": organization}
        admins = [pair.a.made("/user/new", user_role="org_admin", **home) for _ in range(2)]
        bodies = [home | {"user_id": admin["user_id"], "role": "internal_user"} for admin in reversed(admins)]
        callers = [pair.caller(admin["key"], at) for at, admin in enumerate(admins)]
        answers = at_once(
            *(
                partial(caller.request, "PATCH", "/organization/member_update", body)
                for caller, body in zip(callers, bodies, strict=True)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 403], [answer.text for answer in answers]
        members = pair.b.get("/organization/info", **home).json()["members"]
        assert [member["user_role"] for member in members].count("org_admin") == 1
        last = next(member["user_id"] for member in members if member["user_role"] == "org_admin")
        left = callers[[admin["user_id"] for admin in admins].index(last)]
        for method, path, more in (
            ("PATCH", "/organization/member_update", {"role": "internal_user"}),
            ("POST", "/organization/member_delete", {}),
        ):
            answer = left.request(method, path, home | {"user_id": last} | more)
            assert answer.json()["error"]["code"] == "last_admin"
        # A caller above the organization may leave it without one.
        body = home | {"user_id": last, "role": "internal_user"}
        assert pair.a.request("PATCH", "/organization/member_update", body).status_code == 200


def test_a_derived_key_never_has_more_models_than_its_parent(pair: Pair) -> None:
    """A child that is created while its parent is restricted cannot call more than its parent, in either order."""
    user = pair.a.made("/user/new", auto_create_key=False)["user_id"]
    for _ in range(8):
        id, _, parent = pair.key(user_id=user, models=["onceward/echo", "onceward/embed"])
        made, changed = at_once(
            partial(parent.post, "/key/generate", {"models": ["onceward/echo"]}),
            partial(pair.a.post, "/key/update", {"key_id": id, "models": ["onceward/embed"]}),
        )
        assert changed.status_code == 200
        if made.status_code == 200:
            assert meets(pair.caller(made.json()["key"], 1), "key_model_access_denied")
        else:
            assert made.json()["error"]["code"] == "exceeds_parent"


def test_derived_keys_are_deleted_with_their_parent(pair: Pair) -> None:
    user = pair.a.made("/user/new", auto_create_key=False)["user_id"]
    for n in range(8):
        id, _, parent = pair.key(user_id=user)
        made, deleted = at_once(
            partial(parent.post, "/key/generate", {}),
            partial((pair.a, pair.b)[n % 2].post, "/key/delete", {"key_id": id}),
        )
        assert deleted.status_code == 200
        if made.status_code == 200:
            assert meets(pair.caller(made.json()["key"], 0), "key_deleted")
            assert pair.a.get("/key/info", key=made.json()["key_id"]).status_code == 404
        else:
            assert made.status_code == 401


def test_keys_of_a_deleted_team_are_deleted(pair: Pair) -> None:
    for n in range(8):
        team = pair.a.made("/team/new")["team_id"]
        made, deleted = at_once(
            partial(pair.a.post, "/key/generate", {"team_id": team}),
            partial(pair.b.post, "/team/delete", {"team_ids": [team]}),
        )
        assert deleted.status_code == 200
        assert made.status_code in (200, 404)
        assert pair.a.get("/key/list", team_id=team).json()["total_count"] == 0, n


def test_a_stream_ends_at_the_node_where_it_runs(pair: Pair) -> None:
    """Nobody else calls at that node, and nothing notifies it: it checks by itself."""
    id, _, there = pair.key(key_alias="streams over nodes")
    body = {
        "model": "onceward/echo",
        "messages": [{"role": "user", "content": "word " * 200}],
        "stream": True,
        "provider_specific_params": {"fault": {"kind": "drip", "seconds": 0.3}},
    }
    with there.client.stream("POST", "/v1/chat/completions", json=body, timeout=10) as answer:
        lines = answer.iter_lines()
        assert any(line.startswith("data:") for line in lines)
        pair.a.made("/key/block", key_id=id)
        said = [line for line in lines if line.startswith("data:")]
    assert len(said) < 100
    assert '"code":"key_blocked"' in said[-1]
