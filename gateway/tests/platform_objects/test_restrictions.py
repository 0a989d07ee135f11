"""`allowed_ips` and `allowed_routes`: what a key may be used for, and from where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .kit import CONFIG, MASTER, Caller, Server, World, upload

HELLO = {"model": "onceward/echo", "messages": [{"role": "user", "content": "Hello!"}]}


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """The master of a gateway behind a proxy on this machine."""
    folder = tmp_path_factory.mktemp("proxied")
    (folder / "onceward.toml").write_text('[server]\ntrusted_proxies = ["127.0.0.1/32"]\n' + CONFIG)
    server = Server(folder, ONCEWARD_GATEWAY_API_KEYS=MASTER)
    master = Caller(server.url, MASTER)
    yield master
    master.close()
    server.stop()


@pytest.fixture
def using(world: World) -> Iterator[list[Caller]]:
    made: list[Caller] = []
    yield made
    for caller in made:
        caller.close()


def key(master: Caller, using: list[Caller], **body: Any) -> Caller:
    made = master.made("/key/generate", **body)
    caller = Caller(master.url, made["key"], made["key_id"])
    using.append(caller)
    return caller


@pytest.mark.parametrize(
    ("allowed", "client", "status"),
    [
        (["203.0.113.7"], "203.0.113.7", 200),
        (["203.0.113.0/24", "2001:db8::/32"], "203.0.113.200", 200),
        (["203.0.113.0/24", "2001:db8::/32"], "2001:db8::9", 200),
        (["::ffff:203.0.113.7"], "203.0.113.7", 200),
        (["::ffff:203.0.113.0/120"], "203.0.113.99", 200),
        (["203.0.113.0/24"], "::ffff:203.0.113.7", 200),
        (["203.0.113.7"], "203.0.113.8", 403),
        (["203.0.113.7"], "2001:db8::9", 403),
        (["0.0.0.0/0"], "2001:db8::9", 403),
        (["::/0"], "203.0.113.7", 403),
        # The client's own entry precedes the one of the proxy.
        (["203.0.113.7"], "203.0.113.7, 198.51.100.1", 403),
        ([], "203.0.113.7", 403),
        (None, "203.0.113.7", 200),
    ],
)
def test_a_key_is_used_from_its_addresses(
    proxied: Caller, using: list[Caller], allowed: Any, client: str, status: int
) -> None:
    caller = key(proxied, using, allowed_ips=allowed)
    headers = {"X-Forwarded-For": client}
    for path, body in (("/v1/chat/completions", HELLO), ("/key/info", None), ("/v1/models", None)):
        answer = caller.client.request("GET" if body is None else "POST", path, json=body, headers=headers)
        assert answer.status_code == status, (path, answer.text)
        if status == 403:
            assert answer.json()["error"]["code"] == "ip_not_allowed"


def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(world: World, using: list[Caller]) -> None:
    caller = key(world.master, using, allowed_ips=["203.0.113.7"])
    answer = caller.post("/v1/chat/completions", HELLO, headers={"X-Forwarded-For": "203.0.113.7"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ip_not_allowed")
    assert "'127.0.0.1'" in answer.json()["error"]["message"]
    world.master.made("/key/update", key_id=caller.id, allowed_ips=["127.0.0.1", "::1"])
    assert caller.chat().status_code == 200


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("10.0.0.1/33", "10.0.0.1/33"),
        ("10.0.0.5/8", "did you mean '10.0.0.0/8'?"),
        ("fe80::1%eth0", "zone"),
        ("example.com", "not an IP address"),
        ("10.0.0", "not an IP address"),
        ("10.0.0.1-10.0.0.9", "not an IP address"),
        ("٣.0.0.1", "not an IP address"),
    ],
)
def test_invalid_addresses_are_refused(world: World, entry: str, says: str) -> None:
    error = world.master.refused("/key/generate", 400, allowed_ips=["127.0.0.1", entry])
    assert error["param"] == "allowed_ips"
    assert "`allowed_ips[1]`" in error["message"]
    assert says in error["message"]


def test_addresses_are_normalized(world: World, using: list[Caller]) -> None:
    caller = key(world.master, using, allowed_ips=["::FFFF:10.0.0.0/104", "2001:DB8:0::1", "10.0.0.0/255.0.0.0"])
    shown = world.master.get("/key/info", key=caller.id).json()["info"]
    assert shown["allowed_ips"] == ["10.0.0.0/8", "2001:db8::1"]
    assert shown["allowed_routes"] is None


ROUTES = (
    ("POST", "/v1/chat/completions", HELLO),
    ("POST", "/chat/completions", HELLO),
    ("POST", "/openai/deployments/onceward%2Fecho/chat/completions", {"messages": HELLO["messages"]}),
    ("POST", "/v1/embeddings", {"model": "onceward/embed", "input": "Hello!"}),
    ("GET", "/v1/models", None),
    ("GET", "/key/info", None),
    ("POST", "/key/block", {"key_id": "key_none"}),
)


@pytest.mark.parametrize(
    ("allowed", "opened"),
    [
        (["/v1/chat/completions"], {0, 1, 2}),
        (["/chat/completions/"], {0, 1, 2}),
        (["/openai/deployments/{anything}/chat/completions"], {0, 1, 2}),
        (["/v1/embeddings", "info_routes"], {3, 5}),
        (["llm_api_routes"], {0, 1, 2, 3, 4}),
        (["management_routes"], {5, 6}),
        (["/v1/*"], {0, 1, 2, 3, 4}),
        (["*"], {0, 1, 2, 3, 4, 5, 6}),
        ([], set()),
        (None, {0, 1, 2, 3, 4, 5, 6}),
    ],
)
def test_a_key_calls_its_routes_by_all_of_their_paths(
    world: World, using: list[Caller], allowed: Any, opened: set[int]
) -> None:
    caller = key(world.master, using, allowed_routes=allowed)
    for number, (method, path, body) in enumerate(ROUTES):
        answer = caller.client.request(method, path, json=body)
        refused = answer.status_code == 403 and answer.json()["error"]["code"] == "route_not_allowed"
        assert refused is (number not in opened), (path, answer.text)


@pytest.mark.parametrize("name", ["/v1/chat/completion", "llm_routes", "chat", "/v2/*", "/v1/files/abc"])
def test_a_name_of_no_route_is_refused_when_it_is_written(world: World, name: str) -> None:
    error = world.master.refused("/key/generate", 400, allowed_routes=["info_routes", name])
    assert (error["code"], error["param"]) == ("unknown_route", "allowed_routes")
    assert f"`allowed_routes[1]` is {name!r}" in error["message"]


def test_a_batch_cannot_use_other_routes(world: World, using: list[Caller]) -> None:
    """Neither when it is made, nor for its lines when the key was restricted meanwhile."""
    caller = key(world.master, using, allowed_routes=["/v1/files", "/v1/batches*", "/v1/embeddings"])
    line = {"custom_id": "one", "method": "POST", "url": "/v1/chat/completions", "body": HELLO}
    wanted = {
        "input_file_id": upload(caller, "batch", [line]),
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
    }
    answer = caller.post("/v1/batches", wanted)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "route_not_allowed")


def test_a_child_is_never_more_than_its_parent(world: World, using: list[Caller]) -> None:
    member = world.a.callers["member"].id
    ips, routes = ["127.0.0.0/8"], ["/v1/chat/completions", "management_routes"]
    parent = key(world.a.callers["member"], using, allowed_ips=ips, allowed_routes=routes)
    child = parent.made("/key/generate")
    assert (child["allowed_ips"], child["allowed_routes"]) == (ips, routes)
    narrow = parent.made("/key/generate", allowed_ips=["127.0.0.1"], allowed_routes=["/chat/completions", "/key/info"])
    assert narrow["allowed_ips"] == ["127.0.0.1"]
    for more in ({"allowed_ips": ["0.0.0.0/0"]}, {"allowed_ips": ["::1"]}, {"allowed_routes": ["/v1/embeddings"]}):
        error = parent.refused("/key/generate", 403, **more)
        assert (error["code"], error["param"]) == ("exceeds_parent", next(iter(more)))
    for freed in ({"allowed_ips": None}, {"allowed_routes": None}, {"allowed_routes": ["*"]}):
        assert parent.refused("/key/update", 403, key_id=parent.id, **freed)["code"] == "exceeds_parent"
    # Permissions that its parent loses later are lost, too.
    world.master.made("/key/update", key_id=parent.id, allowed_routes=["management_routes"])
    inherited = Caller(world.url, child["key"])
    using.append(inherited)
    assert inherited.chat().json()["error"]["code"] == "route_not_allowed"
    assert member is not None


def test_a_restricted_key_of_an_admin_makes_no_key_without_restrictions(world: World, using: list[Caller]) -> None:
    user = world.master.made("/user/new", user_role="proxy_admin", auto_create_key=False)
    admin = key(world.master, using, user_id=user["user_id"], allowed_routes=["/key/generate", "/user/new"])
    made = admin.made("/key/generate", team_id=world.a.ids["team_id"])
    assert made["allowed_routes"] == ["/key/generate", "/user/new"]
    assert admin.refused("/key/generate", 403, allowed_routes=["*"])["code"] == "exceeds_parent"
    second = admin.made("/user/new", user_role="internal_user", auto_create_key=True)
    late = Caller(world.url, second["key"])
    using.append(late)
    assert late.chat().json()["error"]["code"] == "route_not_allowed"


def test_wrong_types_are_refused(world: World) -> None:
    for body in ({"allowed_ips": "127.0.0.1"}, {"allowed_ips": [7]}, {"allowed_routes": {"a": 1}}):
        assert world.master.refused("/key/generate", 400, **body)["param"].startswith(next(iter(body)))


def test_the_prefix_of_the_sdk_is_that_of_the_gateway() -> None:
    from onceward_gateway.config.brand_headers import PREFIX

    brand = Path(__file__).parents[3] / "contract" / "sdk.yaml"
    assert f"header_prefix: {PREFIX}\n" in brand.read_text(), json.dumps(PREFIX)
