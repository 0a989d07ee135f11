"""Deployments and credentials that are changed at one node, as another node sees them."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import AsyncExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ..cluster.gateways import CHAT, MASTER, Gateways, asked, eventually
from ..conftest import GatewayProcess, RedisServer
from ..databases import url_for
from ..jobs.kit import wait_for
from .kit import Bench, answer

pytestmark = pytest.mark.cluster

# Nobody dies here: however slow the machine is, no node is taken for dead.
CONFIG = """
[auth]
api_keys = ["sk-master-0123456789abcdef"]
[outbound]
allow = ["127.0.0.1"]
"""


class Upstream(ThreadingHTTPServer):
    """A provider that says which key it was called with."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        said = self.headers["authorization"].removeprefix("Bearer ")
        body = json.dumps(answer(said)).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests are quiet."""


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["alone", "told"])
def nodes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gateways]:
    """Two nodes: without Redis, and with one that they tell each other by."""
    redis = None
    if request.param == "told":
        server: RedisServer = request.getfixturevalue("shared_redis")
        redis = server.url
    made = Gateways(tmp_path, redis=redis)
    made._config = CONFIG
    made._environ["ONCEWARD_GATEWAY_SECRET_KEY"] = "s" * 40
    made.started(2)
    yield made
    made.stop()


def post(node: GatewayProcess, path: str, body: Any) -> Any:
    reply = httpx2.post(node.url + path, json=body, headers=MASTER)
    assert reply.status_code == 200, reply.text
    return reply.json()


def said(node: GatewayProcess) -> str:
    """Return the response of the model `m` there, or the code of its error."""
    reply = httpx2.post(node.url + CHAT, json=asked(model="m"), headers=MASTER).json()
    return str(reply["error"]["code"] if "error" in reply else reply["choices"][0]["message"]["content"])


def until(node: GatewayProcess, expected: str) -> None:
    wait_for(lambda: said(node), lambda found: found == expected, 10)


def test_a_deployment_is_known_changed_and_gone_at_the_other_node(nodes: Gateways, upstream: Upstream) -> None:
    first, second = nodes.nodes
    assert said(second) == "model_not_found"
    params = {"model": "openai/m", "api_base": upstream.url, "api_key": "sk-one"}
    made = post(first, "/model/new", {"model_name": "m", "litellm_params": params})
    assert said(first) == "sk-one", "who made it has it at once"
    until(second, "sk-one")
    id = made["model_info"]["id"]
    post(second, "/model/update", {"model_id": id, "litellm_params": {"api_key": "sk-two"}})
    assert said(second) == "sk-two"
    until(first, "sk-two")
    post(first, "/model/delete", {"id": id})
    assert said(first) == "model_not_found"
    until(second, "model_not_found")


def test_a_credential_that_is_changed_is_sent_by_the_other_node(nodes: Gateways, upstream: Upstream) -> None:
    first, second = nodes.nodes
    values = {"api_base": upstream.url, "api_key": "sk-old"}
    post(first, "/credentials", {"credential_name": "eu", "credential_info": {}, "credential_values": values})
    post(second, "/model/new", {"model_name": "m", "litellm_params": {"model": "openai/m", "credential_name": "eu"}})
    until(first, "sk-old")
    reply = httpx2.patch(
        first.url + "/credentials/eu", json={"credential_values": {"api_key": "sk-new"}}, headers=MASTER
    )
    assert reply.status_code == 200
    until(second, "sk-new")


def test_a_node_that_starts_later_knows_what_there_is(nodes: Gateways, upstream: Upstream) -> None:
    params = {"model": "openai/m", "api_base": upstream.url, "api_key": "sk-kept"}
    post(nodes.nodes[0], "/model/new", {"model_name": "m", "litellm_params": params})
    assert said(nodes.add()) == "sk-kept"


async def test_notifications_arrive_without_polling(tmp_path: Path, shared_redis: RedisServer) -> None:
    environ = {
        "ONCEWARD_GATEWAY_DATABASE_URL": url_for(tmp_path, "postgresql").reveal(),
        "ONCEWARD_GATEWAY_REDIS_URL": shared_redis.url,
    }
    # Nothing is polled for an hour: only notifications arrive.
    text = f'[cluster]\ncache_ttl_seconds = 3600\n[storage]\nredis_prefix = "test:{uuid.uuid4().hex}:"\n'
    async with AsyncExitStack() as stack:
        benches = []
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            benches.append(Bench(tmp_path / name, stack))
            await benches[-1].start(text, environ)
        first, second = benches
        await eventually(lambda: first.gateway.bus.connected and second.gateway.bus.connected)
        body = {"model_name": "m", "litellm_params": {"model": "onceward/echo"}, "model_info": {"id": "one"}}
        assert (await first.http.post("/model/new", json=body)).status_code == 200
        await eventually(lambda: second.gateway.catalog.deployment("one"), 10)
        assert (await second.http.post("/model/delete", json={"id": "one"})).status_code == 200
        await eventually(lambda: first.gateway.catalog.deployment("one") is None, 10)


async def test_the_limits_of_a_deployment_are_counted_over_all_nodes(tmp_path: Path, shared_redis: RedisServer) -> None:
    environ = {"ONCEWARD_GATEWAY_REDIS_URL": shared_redis.url}
    text = f'[storage]\nredis_prefix = "test:{uuid.uuid4().hex}:"\n'
    text += '[deployments.few]\nmodel_name = "m"\nmodel = "onceward/echo"\nrpm = 3\norder = 1\n'
    text += '[deployments.many]\nmodel_name = "m"\nmodel = "onceward/echo"\norder = 2\n'
    async with AsyncExitStack() as stack:
        benches = [Bench(tmp_path / name, stack) for name in ("first", "second")]
        for bench in benches:
            bench._folder.mkdir()
            await bench.start(text, environ)
        served = [(await benches[at % 2].chat()).headers["x-onceward-deployment"] for at in range(8)]
    assert served == ["few"] * 3 + ["many"] * 5
