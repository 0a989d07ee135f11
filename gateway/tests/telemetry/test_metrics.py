"""Metrics: the deployment of a call, its end, its usage, and bounded labels."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

import httpx2
import pytest

from ..conftest import GatewayProcess
from ..databases import on_postgres
from .kit import CHAT, Launch, Read, asked, key_of, read, until

MASTER = "sk-master-of-the-metrics-0123456789"


def deployments(*more: str, **urls: str) -> str:
    """A provider and a deployment of the name `fast` at each, tried in the order given."""
    lines = ["[routing]", "allowed_fails = 2", *more]
    for order, (id, url) in enumerate(urls.items(), 1):
        lines += [f"[providers.{id}]", f'base_url = "{url}/v1"', 'api_key = "sk-of-the-provider-000000"']
        lines += [f"[deployments.{id}-eu]", 'model_name = "fast"', f'model = "{id}/up-model"', f"order = {order}"]
        lines += ["input_per_million = 1.0", "output_per_million = 2.0", "cached_input_per_million = 0.5"]
    return "\n".join(lines)


def answer() -> dict[str, Any]:
    return {
        "id": "chatcmpl-up",
        "object": "chat.completion",
        "created": 1,
        "model": "up-model-2",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi."}, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": 100,
            "completion_tokens": 10,
            "total_tokens": 110,
            "prompt_tokens_details": {"cached_tokens": 40},
            "completion_tokens_details": {"reasoning_tokens": 5},
        },
    }


def events() -> list[bytes]:
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "up-model-2"}
    deltas = [({"role": "assistant", "content": "a"}, None), ({"content": "b"}, None), ({}, "stop")]
    chunks = [head | {"choices": [{"index": 0, "delta": d, "finish_reason": f}]} for d, f in deltas]
    chunks.append(head | {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}})
    return [b"data: " + json.dumps(one).encode() + b"\n\n" for one in chunks] + [b"data: [DONE]\n\n"]


async def test_a_call_is_counted_where_it_was_served(launch: Launch, upstream: Any) -> None:
    gateway = launch(config=deployments(one=upstream.url))
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        upstream.json(answer())
        assert (await client.post(CHAT, json=asked("fast"))).status_code == 200
        upstream.events(*events())
        assert (await client.post(CHAT, json=asked("fast", stream=True))).status_code == 200
    seen = await read(gateway.url)
    where = {"model": "fast", "deployment": "one-eu", "provider": "one"}
    call = {**where, "operation": "chat_completions_create", "status": "completed", "cached": "false"}
    assert seen.sum("onceward_calls_total", **call, stream="false") == 1
    assert seen.sum("onceward_calls_total", **call, stream="true") == 1
    tokens = {kind: seen.sum("onceward_tokens_total", **where, kind=kind) for kind in ("input", "output")}
    assert tokens == {"input": 107, "output": 12}
    assert seen.sum("onceward_tokens_total", **where, kind="cached_input") == 40
    assert seen.sum("onceward_tokens_total", **where, kind="reasoning") == 5
    assert seen.sum("onceward_cost_usd_total", **where) == pytest.approx((67 + 40 / 2 + 12 * 2) / 1e6)
    assert seen.sum("onceward_requests_total", operation="chat_completions_create", status="200") == 2
    assert seen.sum("onceward_request_duration_seconds_count", operation="chat_completions_create") == 2
    assert seen.sum("onceward_call_duration_seconds_count", model="fast") == 2
    assert seen.sum("onceward_time_to_first_event_seconds_count", model="fast") == 1
    assert seen.sum("onceward_stream_events_total", **where) == 3
    assert seen.sum("onceward_upstream_attempts_total", **where, outcome="ok") == 2
    assert seen.sum("onceward_upstream_attempt_duration_seconds_count", **where) == 2
    assert seen.sum("onceward_settlement_duration_seconds_count") == 2
    assert seen.sum("onceward_build_info") == 1
    assert seen.sum("onceward_state", state="ready") == 1
    assert seen.sum("process_resident_memory_bytes") > 1 << 24
    assert seen.sum("onceward_requests_in_flight") == 1, "the scrape itself"
    assert "sk-of-the-provider" not in seen.text


async def test_failures_retries_fallbacks_and_the_breaker(launch: Launch, upstream: Any) -> None:
    fallbacks = 'fallbacks = { fast = ["onceward/echo"] }'
    gateway = launch(config=deployments(fallbacks, first=upstream.url, second=upstream.url))
    upstream.json({"error": {"message": "no"}}, status=500)
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        for _ in range(2):
            done = await client.post(CHAT, json=asked("fast"))
            assert done.headers["x-model"] == "onceward/echo"
    seen = await read(gateway.url)
    assert seen.sum("onceward_upstream_attempts_total", deployment="first-eu", outcome="502") == 2
    assert seen.sum("onceward_upstream_attempts_total", deployment="second-eu", outcome="502") == 2
    assert seen.sum("onceward_retries_total", kind="retry", model="fast") == 2
    assert seen.sum("onceward_retries_total", kind="fallback", model="fast", to="onceward/echo") == 2
    assert seen.sum("onceward_deployment_circuit_open", deployment="first-eu", model="fast") == 1
    assert 0 < seen.sum("onceward_deployment_cooldown_seconds", deployment="first-eu") <= 60
    assert seen.sum("onceward_deployment_consecutive_failures", deployment="first-eu") == 2
    assert seen.sum("onceward_calls_total", model="onceward/echo", status="completed") == 2


async def test_running_calls_are_counted(launch: Launch, upstream: Any) -> None:
    gateway = launch(config=deployments(one=upstream.url))
    going = asyncio.Event()

    async def slowly(request: Any) -> Any:
        from aiohttp import web

        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        first, *rest = events()
        await response.write(first)
        await going.wait()
        for event in rest:
            await response.write(event)
        return response

    upstream.answer = slowly
    headers = {"Idempotency-Key": "one-of-two"}
    async with (
        httpx2.AsyncClient(base_url=gateway.url) as client,
        client.stream("POST", CHAT, json=asked("fast", stream=True), headers=headers) as first,
        client.stream("POST", CHAT, json=asked("fast", stream=True), headers=headers) as second,
    ):
        lines = first.aiter_lines()
        assert (await anext(lines)).startswith("id: ")
        during = await read(gateway.url)
        assert during.sum("onceward_calls_in_flight") == 1
        assert during.sum("onceward_stream_clients") == 2
        assert during.sum("onceward_deployment_calls_in_flight", deployment="one-eu") == 1
        assert during.sum("onceward_idempotent_requests_total", kind="attached") == 1
        going.set()
        assert [line async for line in lines][-2] == "data: [DONE]"
        await second.aread()
        await client.post(CHAT, json=asked("fast", stream=True), headers=headers)
    after = await read(gateway.url)
    assert after.sum("onceward_calls_in_flight") == after.sum("onceward_stream_clients") == 0
    assert after.sum("onceward_idempotent_requests_total", kind="replayed") == 1
    assert after.sum("onceward_calls_total") == 1, "attached and replayed: it was one call"


async def test_names_that_clients_choose_create_no_series(launch: Launch) -> None:
    gateway = launch("--offline")
    async with httpx2.AsyncClient(base_url=gateway.url) as client:

        async def strange(at: int) -> None:
            word = f"stranger{at}"
            await client.post(CHAT, json=asked(word), headers={"X-Request-Id": word, "User-Agent": word})
            await client.get(f"/v1/models/{word}", headers=key_of(f"sk-{word}"))
            await client.request(word.upper(), f"/{word}/{word}")
            await client.post(CHAT, json=asked(f"onceward/fault-error:status=503&x={word}"))
            await client.post(CHAT, content=word)

        for at in range(3):
            await strange(at)
        before = await read(gateway.url)
        for at in range(3, 60):
            await strange(at)
    after = await read(gateway.url)
    assert after.sum("onceward_calls_total", model="onceward/echo") >= 60
    assert "stranger" not in after.text.lower()
    # The series that scrapes add: the operation of reading the metrics.
    scrape = [own for own in after.labels("onceward_requests_total") if own["operation"] == "metrics.read"]
    added = {(name, *sorted(own.items())) for name, own, _ in after.series if own.get("operation") != "metrics.read"}
    had = {(name, *sorted(own.items())) for name, own, _ in before.series}
    assert len(scrape) == 1
    assert added <= had


async def test_a_name_counts_by_itself_once_a_provider_answered_to_it(launch: Launch, upstream: Any) -> None:
    gateway = launch(
        config=f'[providers.mine]\nbase_url = "{upstream.url}/v1"\napi_key = "sk-mine-00000000000000"\n'
        '[models]\n"*" = "mine/*"\n'
    )
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        upstream.json({"error": {"message": "unknown"}}, status=404)
        for at in range(5):
            await client.post(CHAT, json=asked(f"unheard-{at}"))
        upstream.json(answer())
        for at in range(210):
            await client.post(CHAT, json=asked(f"known-{at}"))
    seen = await read(gateway.url)
    assert "unheard" not in seen.text
    assert seen.sum("onceward_calls_total", model="other", status="failed") == 5
    assert seen.sum("onceward_calls_total", model="known-0", status="completed") == 1
    assert seen.sum("onceward_calls_total", model="other", status="completed") == 10, "200 names, and no more"
    assert len({own["model"] for own in seen.labels("onceward_calls_total")}) == 201


@pytest.fixture
def guarded(launch: Launch) -> Any:
    return launch(ONCEWARD_GATEWAY_API_KEYS=MASTER)


async def test_rejections_are_counted_by_kind_and_scope(guarded: Any) -> None:
    async with httpx2.AsyncClient(base_url=guarded.url) as client:

        async def key(**limits: Any) -> dict[str, str]:
            made = await client.post("/key/generate", json=limits, headers=key_of(MASTER))
            return key_of(made.json()["key"])

        paced, poor, narrow = await key(rpm_limit=1), await key(max_budget=0.0), await key(models=["onceward/embed"])
        for headers, statuses in ((paced, [200, 429]), (poor, [402]), (narrow, [403])):
            for status in statuses:
                assert (await client.post(CHAT, json=asked(), headers=headers)).status_code == status
        assert (await client.post(CHAT, json=asked(), headers=key_of("sk-nobody-knows-this-one"))).status_code == 401
    seen = await read(guarded.url, MASTER)
    assert seen.sum("onceward_rejections_total", kind="requests", scope="key") == 1
    assert seen.sum("onceward_rejections_total", kind="budget", scope="key") == 1
    assert seen.sum("onceward_rejections_total", kind="model", scope="key") == 1
    statuses = {own["status"] for own in seen.labels("onceward_requests_total")}
    assert {"200", "401", "402", "403", "429"} <= statuses
    assert "sk-" not in seen.text


# -- who reads


async def _status(url: str, headers: dict[str, str] | None = None) -> int:
    async with httpx2.AsyncClient() as client:
        status: int = (await client.get(url + "/metrics", headers=headers or {})).status_code
        return status


async def test_where_keys_are_asked_for_only_an_admin_reads(guarded: Any) -> None:
    async with httpx2.AsyncClient(base_url=guarded.url) as client:
        made = await client.post("/key/generate", json={}, headers=key_of(MASTER))
    assert await _status(guarded.url) == 401
    assert await _status(guarded.url, key_of("sk-nobody-knows-this-one")) == 401
    assert await _status(guarded.url, key_of(made.json()["key"])) == 403
    assert await _status(guarded.url, key_of(MASTER)) == 200


async def test_a_scraper_may_have_a_token_that_opens_nothing_else(launch: Launch) -> None:
    token = "scrape-0123456789abcdef"
    gateway = launch(config='[metrics]\ntoken_env = "SCRAPE"\n', ONCEWARD_GATEWAY_API_KEYS=MASTER, SCRAPE=token)
    assert await _status(gateway.url) == 401
    assert await _status(gateway.url, key_of(token + "0")) == 401
    assert await _status(gateway.url, key_of(token)) == 200
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        assert (await client.get("/v1/models", headers=key_of(token))).status_code == 401


async def test_public_metrics_are_for_everybody(launch: Launch) -> None:
    gateway = launch(config="[metrics]\npublic = true\n", ONCEWARD_GATEWAY_API_KEYS=MASTER)
    assert await _status(gateway.url) == 200
    assert await _status(gateway.url, key_of("sk-nobody-knows-this-one")) == 200


async def test_without_metrics_the_path_is_not_found(launch: Launch) -> None:
    gateway = launch(config="[metrics]\nenabled = false\n")
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        assert (await client.post(CHAT, json=asked())).status_code == 200
        answer = await client.get("/metrics")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "path_not_found"


async def test_a_page_of_another_site_reads_nothing(launch: Launch) -> None:
    gateway = launch()
    assert await _status(gateway.url) == 200
    assert await _status(gateway.url, {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}) == 403


async def test_a_port_of_their_own(launch: Launch) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    gateway = launch(config=f'[metrics]\nlisten = "127.0.0.1:{port}"\ntoken = "scrape-0123456789abcdef"\n')
    own = f"http://127.0.0.1:{port}"
    assert await _status(gateway.url) == 404
    assert await _status(own) == 401
    assert await _status(own, key_of("scrape-0123456789abcdef")) == 200
    async with httpx2.AsyncClient() as client:
        assert (await client.get(own + "/v1/models")).status_code == 404
        assert (await client.post(own + "/metrics")).status_code == 405
        assert (await client.head(own + "/metrics", headers=key_of("scrape-0123456789abcdef"))).content == b""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /metrics HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.1 431 "), "a head of that size is rejected"
    writer.close()
    assert (await read_from(own)).sum("onceward_build_info") == 1


async def read_from(url: str) -> Read:
    return await read(url, "scrape-0123456789abcdef")


# -- several processes


async def test_workers_answer_as_one(launch: Launch, tmp_path: Any) -> None:
    group = {"ONCEWARD_GATEWAY_WORKERS_FOLDER": str(tmp_path)}
    # Each with records of its own: what they share is the folder alone.
    workers = [
        launch("--offline", "--data-dir", str(tmp_path / f"data{slot}"), ONCEWARD_GATEWAY_WORKER=str(slot), **group)
        for slot in range(3)
    ]
    async with httpx2.AsyncClient() as client:
        for worker, count in zip(workers, (1, 2, 3), strict=True):
            for _ in range(count):
                assert (await client.post(worker.url + CHAT, json=asked())).status_code == 200
    for worker in workers:
        seen = await read(worker.url)
        assert [seen.sum("onceward_calls_total", worker=str(slot)) for slot in range(3)] == [1, 2, 3]
        assert seen.sum("onceward_worker_up") == 3
        assert len(seen.labels("process_resident_memory_bytes")) == 3
        assert seen.text.count("# TYPE onceward_calls_total") == 1, "one family, whoever counted"

    workers[2].kill()

    async def missed() -> Read | None:
        seen = await read(workers[0].url)
        return seen if seen.sum("onceward_worker_up", worker="2") == 0 else None

    seen: Read = await until(missed, "the worker that was killed is missed")
    assert [seen.sum("onceward_calls_total", worker=str(slot)) for slot in range(3)] == [1, 2, 0]
    successor = launch("--offline", "--data-dir", str(tmp_path / "data2"), ONCEWARD_GATEWAY_WORKER="2", **group)
    seen = await read(workers[0].url)
    assert seen.sum("onceward_worker_up", worker="2") == 1
    assert (await read(successor.url)).sum("onceward_calls_total", worker="1") == 2


async def _killed_at(gateway: GatewayProcess, answer: httpx2.Response, event: str) -> None:
    """Read a stream whose gateway is killed when an event has come."""
    async for line in answer.aiter_lines():
        if line.startswith("id: ") and line.endswith(event):
            gateway.kill()


async def test_a_call_resumed_after_a_kill_is_counted(launch: Launch) -> None:
    body, headers = asked(stream=True, provider_specific_params={"pace": 0.02}), {"Idempotency-Key": "through-it"}
    gateway = launch("--offline")
    async with (
        httpx2.AsyncClient(base_url=gateway.url) as client,
        client.stream("POST", CHAT, json=body, headers=headers) as answer,
    ):
        with pytest.raises(httpx2.HTTPError):
            await _killed_at(gateway, answer, ":5")
    gateway = launch("--offline")
    async with httpx2.AsyncClient(base_url=gateway.url, timeout=30) as client:
        again = await client.post(CHAT, json=body, headers=headers)
    assert again.text.rstrip().endswith("data: [DONE]")
    seen = await read(gateway.url)
    # Where others may share the database, a node that died lives until its lease is over: its call is joined first.
    assert seen.sum("onceward_idempotent_requests_total", kind="attached" if on_postgres() else "resumed") == 1
    assert seen.sum("onceward_idempotent_requests_total") == 1
    assert seen.sum("onceward_calls_total", status="completed") == 1


async def test_web_pages_cannot_read_the_metrics_port(launch: Launch) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    launch(config=f'[metrics]\nlisten = "127.0.0.1:{port}"\n')
    own = f"http://127.0.0.1:{port}"
    assert await _status(own) == 200
    assert await _status(own, {"Host": f"localhost:{port}"}) == 200
    assert await _status(own, {"Host": "rebound.example"}) == 403
    assert await _status(own, {"Origin": "https://evil.example"}) == 403
