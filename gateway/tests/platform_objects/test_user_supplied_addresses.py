"""Addresses that users give, at every place where one can be given: nobody is asked there who must not be asked."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ..conftest import Upstream
from .contract_requests import DOCUMENT, METHODS, followed
from .kit import MASTER, Server

_NAMED = re.compile(r"url|uri$|base$|endpoint|webhook|host|callback|proxy")


class Online(Server):
    """A gateway that may reach the world."""

    flags = ()


class Trap:
    """Something on this machine that nobody may reach through the gateway."""

    def __init__(self) -> None:
        self.visits = 0
        self.port = 0

    async def visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    def addresses(self) -> list[str]:
        ways = ("127.0.0.1", "localhost", "[::1]", "0x7f000001", "2130706433", "127.1", "0", "[::ffff:127.0.0.1]")
        named = ("localhost.", "LOCALHOST", "user:secret@127.0.0.1", "127.0.0.1.nip.io", "[::127.0.0.1]")
        return [f"http://{host}:{self.port}/v1" for host in (*ways, *named)]


@pytest.fixture
async def trap() -> AsyncIterator[Trap]:
    found = Trap()
    server = await asyncio.start_server(found.visited, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    yield found
    server.close()
    await server.wait_closed()


@pytest.fixture
async def client(tmp_path: Path, upstream: Upstream) -> AsyncIterator[httpx2.AsyncClient]:
    upstream.json({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": []})
    provider = f'[outbound]\nallow = ["127.0.0.2/32"]\n[providers.up]\nbase_url = "{upstream.url}/v1"\nretries = 0\n'
    (tmp_path / "onceward.toml").write_text(provider + '[models]\n"outside" = "up/m"\n')
    secret = {"ONCEWARD_GATEWAY_SECRET_KEY": "a key to encrypt credentials of the tests with"}
    server = await asyncio.to_thread(lambda: Online(tmp_path, ONCEWARD_GATEWAY_API_KEYS=MASTER, **secret))
    found = httpx2.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {MASTER}"}, timeout=20)
    yield found
    await found.aclose()
    server.stop()


def places() -> set[str]:
    """The members of all requests that may be meant for an address."""
    found, seen = set[str](), set[int]()

    def walk(schema: Any) -> None:
        schema = followed(schema) if isinstance(schema, dict) else schema
        if isinstance(schema, list):
            for one in schema:
                walk(one)
        elif isinstance(schema, dict) and id(schema) not in seen:
            seen.add(id(schema))
            properties = schema.get("properties", {})
            found.update(name for name in properties if _NAMED.search(name))
            for inner in (
                *properties.values(),
                *(schema[w] for w in ("items", "anyOf", "oneOf", "allOf") if w in schema),
            ):
                walk(inner)

    for item in DOCUMENT["paths"].values():
        for method in METHODS:
            for content in item.get(method, {}).get("requestBody", {}).get("content", {}).values():
                walk(content.get("schema", {}))
    return found


def test_all_members_with_an_address_are_covered() -> None:
    assert places() == {"api_base", "audio_url", "document_url", "endpoint", "image_url", "url", "video_url"}


async def test_user_supplied_addresses_never_reach_private_networks(client: httpx2.AsyncClient, trap: Trap) -> None:
    wicked = ["file:///etc/passwd", "gopher://127.0.0.1:1/x", "http://169.254.169.254/latest", "//127.0.0.1/x"]
    for n, url in enumerate((*trap.addresses(), *wicked)):
        params = {"model": "openai/m", "api_base": url, "api_key": "sk-nobody"}
        made = await client.post("/model/new", json={"model_name": f"trap-{n}", "litellm_params": params})
        assert made.status_code == 400, (url, made.text)
        assert made.json()["error"]["param"] == "litellm_params.api_base"
        values = {"api_base": url, "api_key": "sk-nobody"}
        kept = await client.post(
            "/credentials", json={"credential_name": f"trap-{n}", "credential_info": {}, "credential_values": values}
        )
        assert kept.status_code == 400, (url, kept.text)
        for image in (
            {"type": "image_url", "image_url": {"url": url}},
            {"type": "image_url", "image_url": url},
            {"type": "image", "source": {"type": "url", "url": url}},
            {"type": "audio_url", "audio_url": {"url": url}},
            {"type": "video_url", "video_url": {"url": url}},
            {"type": "document_url", "document_url": url},
        ):
            for model in ("outside", "onceward/echo"):
                body = {"model": model, "messages": [{"role": "user", "content": [image]}]}
                await client.post("/v1/chat/completions", json=body)
                transform = {"call_type": "completion", "request_body": body}
                await client.post("/utils/transform_request", json=transform)
        checked = [{"type": "image_url", "image_url": {"url": url}}]
        await client.post("/v1/moderations", json={"model": "onceward/moderation", "input": checked})
    assert trap.visits == 0


async def test_an_allowed_deployment_cannot_be_changed_to_a_private_address(
    client: httpx2.AsyncClient, trap: Trap
) -> None:
    params = {"model": "openai/m", "api_base": "http://127.0.0.2:1/v1", "api_key": "sk-nobody"}
    made = await client.post("/model/new", json={"model_name": "moved", "litellm_params": params})
    assert made.status_code == 200, made.text
    values = {"api_base": "http://127.0.0.2:1/v1", "api_key": "sk-nobody"}
    credential = {"credential_name": "moved", "credential_info": {}, "credential_values": values}
    assert (await client.post("/credentials", json=credential)).status_code == 200
    for url in trap.addresses():
        body = {"model_id": made.json()["model_info"]["id"], "litellm_params": {"api_base": url}}
        assert (await client.post("/model/update", json=body)).status_code == 400, url
        change = {"credential_values": {"api_base": url}}
        assert (await client.patch("/credentials/moved", json=change)).status_code == 400, url
    assert trap.visits == 0


@pytest.mark.parametrize(
    "path",
    ["/key/generate", "/v1/files", "/v1/batches", "http://127.0.0.1:1/x", "/v1/chat/completions/../../key/list", "//x"],
)
async def test_a_batch_asks_models_and_nothing_else(client: httpx2.AsyncClient, trap: Trap, path: str) -> None:
    """The address of a line is a path of the gateway's own: one that calls a model."""
    line = {"custom_id": "a", "method": "POST", "url": path, "body": {"key_alias": "made by a batch"}}
    files = {"file": ("lines.jsonl", json.dumps(line).encode())}
    file = (await client.post("/v1/files", data={"purpose": "batch"}, files=files)).json()["id"]
    body = {"input_file_id": file, "endpoint": path, "completion_window": "24h"}
    assert (await client.post("/v1/batches", json=body)).status_code == 400
    made = (await client.post("/v1/batches", json=body | {"endpoint": "/v1/chat/completions"})).json()
    async with asyncio.timeout(20):
        while made.get("status") not in (None, "failed", "completed"):
            made = (await client.get(f"/v1/batches/{made['id']}")).json()
    assert made.get("status") != "completed" or made["request_counts"]["completed"] == 0
    assert (await client.get("/key/list", params={"key_alias": "made by a batch"})).json()["total_count"] == 0
    assert trap.visits == 0


async def test_an_inline_image_is_accepted(client: httpx2.AsyncClient, trap: Trap) -> None:
    data = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 64).decode()
    content = [{"type": "image_url", "image_url": {"url": data}}]
    answer = await client.post(
        "/v1/chat/completions", json={"model": "onceward/echo", "messages": [{"role": "user", "content": content}]}
    )
    assert answer.status_code in (200, 400)
    assert trap.visits == 0
