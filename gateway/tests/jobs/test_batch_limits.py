"""Batches keep paid answers, leave room for other callers, and make their calls as they were asked to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest

from onceward.testing import QuirkyUpstream

from ..conftest import GatewayProcess, Upstream
from .kit import Launch, jsonl, wait_for
from .test_batches import finish, line, lines_of, start

MASTER = "sk-master-0123456789abcdef"
KEYED = f'[auth]\nmode = "required"\napi_keys = ["{MASTER}"]\n'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """A gateway that answers offline and asks for keys."""
    folder = tmp_path_factory.mktemp("keyed")
    (folder / "onceward.toml").write_text(KEYED)
    started = GatewayProcess(folder, "--offline").start()
    yield started
    started.stop()


def client_of(server: Any, key: str = MASTER) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.url + "/v1", api_key=key, max_retries=0)


def key_with(server: Any, **limits: Any) -> str:
    made = httpx2.post(server.url + "/key/generate", json=limits, headers={"Authorization": f"Bearer {MASTER}"})
    assert made.status_code == 200, made.text
    return str(made.json()["key"])


def test_an_answer_with_half_a_character_is_delivered(launch: Launch) -> None:
    with QuirkyUpstream() as upstream:
        config = f'[providers.up]\nbase_url = "{upstream.url}/v1"\napi_key = "sk-operators-own-key"\n'
        client = client_of(launch(config=config))
        done = finish(client, start(client, [line(1, model="up/lone-surrogate")]))
        assert done.error_file_id is None
        ((answer),) = lines_of(client, done.output_file_id)
        said = answer["response"]["body"]["choices"][0]["message"]["content"]
        assert "\ud800" <= said[-1] <= "\udfff"
        assert done.usage is not None
        assert done.usage.total_tokens == answer["response"]["body"]["usage"]["total_tokens"]


@pytest.mark.parametrize("pace", ["nan", "-inf", "1e-400", "soon"])
def test_a_pace_that_is_none_is_none(client: openai.OpenAI, pace: str) -> None:
    done = finish(client, start(client, [line(1)], metadata={"pace": pace}))
    assert done.status == "completed"


def test_errors_of_lines_are_short(client: openai.OpenAI) -> None:
    long = "x" * 100_000
    wrong = [{**line(1), "custom_id": long}] * 2 + [{**line(2), "url": long}, {**line(3), "method": [long]}]
    done = finish(client, start(client, wrong))
    assert done.errors is not None
    assert [fault.code for fault in done.errors.data or ()] == [
        "duplicate_custom_id",
        "mismatched_url",
        "invalid_method",
    ]
    assert all(len(fault.message or "") < 300 for fault in done.errors.data or ())


def test_a_batch_that_waits_for_a_rate_limit_can_be_cancelled(server: GatewayProcess) -> None:
    client = client_of(server, key_with(server, rpm_limit=2))
    batch = start(client, [line(at) for at in range(6)])
    counted = wait_for(
        lambda: client.batches.retrieve(batch.id).request_counts, lambda now: bool(now and now.completed)
    )
    assert counted is not None
    assert counted.failed == 0
    client.batches.cancel(batch.id)
    done = finish(client, batch)
    assert done.status == "cancelled"
    assert done.error_file_id is None


def test_a_rate_limit_of_zero_fails_the_line(server: GatewayProcess) -> None:
    client = client_of(server, key_with(server, rpm_limit=0))
    done = finish(client, start(client, [line(1)]))
    ((failed),) = lines_of(client, done.error_file_id)
    assert failed["response"]["body"]["error"]["code"] == "requests_per_minute_exceeded"


async def test_headers_hold_for_the_lines(upstream: Upstream, launch: Launch) -> None:
    """A region that was asked for is kept to, tags are recorded, and a key that would not be used is refused."""
    said = {"role": "assistant", "content": "Hello"}
    upstream.json({"id": "1", "choices": [{"index": 0, "message": said, "finish_reason": "stop"}]})
    config = f'[providers.up]\nbase_url = "{upstream.url}/v1"\napi_key = "sk-operators-own-key"\n' + "".join(
        f'[deployments.{region}]\nmodel_name = "m"\nmodel = "up/{region}"\nregion = "{region}"\n'
        for region in ("us", "eu")
    )
    url = launch(config=config).url
    found = await _run(url, {"x-onceward-region": "eu", "x-onceward-tags": "night", "openai-beta": "x=1"})
    assert found["status"] == "completed"
    assert {json.loads(one["body"])["model"] for one in upstream.requests} == {"eu"}
    assert {one["headers"].get("openai-beta") for one in upstream.requests} == {"x=1"}
    assert "line_headers" not in found
    refused = await _run(url, {"x-provider-key-up": "sk-of-the-caller"})
    assert (refused["error"]["code"], refused["error"]["param"]) == ("unsupported_header", "x-provider-key-up")


async def _run(url: str, headers: dict[str, str]) -> dict[str, Any]:
    """Run a batch of lines for the model `m`; return it, or the error that it was refused with."""
    async with httpx2.AsyncClient(base_url=url, timeout=30) as client:
        given = jsonl([line(at, model="m") for at in range(8)])
        file = (await client.post("/v1/files", data={"purpose": "batch"}, files={"file": ("a", given)})).json()
        wanted = {"input_file_id": file["id"], "endpoint": "/v1/chat/completions", "completion_window": "24h"}
        batch: dict[str, Any] = (await client.post("/v1/batches", json=wanted, headers=headers)).json()
        while batch.get("status") in ("validating", "in_progress", "finalizing"):
            batch = (await client.get(f"/v1/batches/{batch['id']}")).json()
        return batch


def test_batches_of_one_caller_do_not_block_others(server: GatewayProcess) -> None:
    greedy, other = (client_of(server, key_with(server)) for _ in range(2))
    file = greedy.files.create(file=("in.jsonl", jsonl([line(1), line(2)])), purpose="batch")
    slow: Any = {"endpoint": "/v1/chat/completions", "completion_window": "24h", "metadata": {"pace": "9"}}
    for _ in range(30):
        greedy.batches.create(input_file_id=file.id, **slow)
    assert finish(other, start(other, [line(1)])).status == "completed"
    running = [one for one in greedy.batches.list(limit=30).data if one.status == "in_progress"]
    assert len(running) <= 16
