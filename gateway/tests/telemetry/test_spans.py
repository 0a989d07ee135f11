"""Spans and GenAI metrics, as a real OpenTelemetry Collector gets them."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from .collector import Collector, build
from .kit import CHAT, Launch, asked, key_of, until
from .test_metrics import answer, deployments, events

pytestmark = pytest.mark.slow

INTERNAL, SERVER, CLIENT = 1, 2, 3
ERROR = 2
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = {"traceparent": f"00-{TRACE}-{SPAN}-01", "tracestate": "vendor=abc", "baggage": "customer=secret-name"}
MASTER = "sk-master-of-the-spans-0123456789"


@pytest.fixture(scope="module")
def binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("collector"))


@pytest.fixture
async def collector(binary: Path, tmp_path: Path) -> AsyncIterator[Collector]:
    running = Collector(binary, tmp_path)
    await until(running.ready, "the collector listens")
    yield running
    running.stop()


async def test_spans_continue_the_trace_of_the_caller_to_the_provider(
    launch: Launch, upstream: Any, collector: Collector
) -> None:
    gateway = launch(config=deployments(one=upstream.url), **collector.environ)
    upstream.json(answer())
    body = asked("fast", temperature=0.5, max_tokens=64, top_p=1, seed=7, n=1, user="u")
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        done = await client.post(CHAT, json=body, headers=PARENT | {"X-Request-Id": "req-of-the-test"})
    spans = await collector.got(2)
    server, tried = spans["POST /v1/chat/completions"], spans["chat up-model"]
    assert (server.trace, server.parent, server.kind) == (TRACE, SPAN, SERVER)
    assert (tried.trace, tried.parent, tried.kind) == (TRACE, server.id, CLIENT)
    assert server.seconds >= tried.seconds > 0
    call_id = done.headers["x-onceward-call-id"]
    assert server.attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/chat/completions",
        "http.response.status_code": 200,
        "url.path": "/v1/chat/completions",
        "url.scheme": "http",
        "onceward.request_id": "req-of-the-test",
        "onceward.operation": "chat_completions_create",
        "onceward.caller": "anonymous",
        "onceward.call_id": call_id,
    }
    host, port = upstream.url.removeprefix("http://").split(":")
    assert tried.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "one",
        "gen_ai.request.model": "up-model",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.top_p": 1,
        "gen_ai.request.max_tokens": 64,
        "gen_ai.request.seed": 7,
        "gen_ai.output.type": "text",
        "gen_ai.response.id": "chatcmpl-up",
        "gen_ai.response.model": "up-model-2",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 10,
        "gen_ai.usage.cache_read.input_tokens": 40,
        "gen_ai.usage.reasoning.output_tokens": 5,
        "server.address": host,
        "server.port": int(port),
        "onceward.call_id": call_id,
        "onceward.deployment": "one-eu",
    }
    assert server.resource["service.name"] == "onceward-gateway"
    assert server.resource["service.instance.id"].startswith("node_")
    sent = {name.lower(): value for name, value in upstream.requests[0]["headers"].items()}
    assert sent["traceparent"] == f"00-{TRACE}-{tried.id}-01"
    assert sent["tracestate"] == "vendor=abc"
    assert "baggage" not in sent, "what callers note for their own services is not the provider's"
    for private in ("Hello!", "secret-name", "sk-of-the-provider"):
        assert private not in collector.text


async def test_a_stream_tells_when_it_began_and_why_it_ended(
    launch: Launch, upstream: Any, collector: Collector
) -> None:
    gateway = launch(config=deployments(one=upstream.url), **collector.environ)
    upstream.events(*events())
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        await client.post(CHAT, json=asked("fast", stream=True))
    tried = (await collector.got(2))["chat up-model"]
    told = tried.attributes
    assert told["gen_ai.request.stream"] is True
    assert told["gen_ai.response.finish_reasons"] == ["stop"]
    assert (told["gen_ai.response.id"], told["gen_ai.response.model"]) == ("c", "up-model-2")
    assert (told["gen_ai.usage.input_tokens"], told["gen_ai.usage.output_tokens"]) == (7, 2)
    assert 0 < told["gen_ai.response.time_to_first_chunk"] <= tried.seconds
    assert tried.status != ERROR


async def test_each_try_is_a_span_and_failures_are_typed(launch: Launch, upstream: Any, collector: Collector) -> None:
    fallbacks = 'fallbacks = { fast = ["onceward/echo"] }'
    config = deployments(fallbacks, first=upstream.url, second=upstream.url)
    gateway = launch(config=config, **collector.environ)
    upstream.json({"error": {"message": "Hello! is not allowed"}}, status=500)
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        await client.post(CHAT, json=asked("fast"))
        await client.post(CHAT, json=asked("onceward/fault-break", stream=True))

    async def there() -> Any:
        return len(collector.spans) >= 6

    await until(there, "six spans")
    server, *_ = [span for span in collector.spans if span.kind == SERVER and span.status != ERROR]
    tries = [span for span in collector.spans if span.parent == server.id]
    assert [(span.kind, span.status, span.attributes.get("error.type")) for span in tries] == [
        (CLIENT, ERROR, "502"),
        (CLIENT, ERROR, "502"),
        (INTERNAL, 0, None),
    ]
    assert [span.attributes["onceward.deployment"] for span in tries] == ["first-eu", "second-eu", "onceward/echo"]
    assert tries[2].attributes["gen_ai.provider.name"] == "onceward"
    # The status of the stream was 200 by the time that it broke.
    (broken,) = [span for span in collector.spans if span.kind == SERVER and span.status == ERROR]
    assert broken.attributes["http.response.status_code"] == 200
    assert broken.attributes["error.type"] == "500"
    assert "Hello!" not in collector.text


async def test_contents_are_recorded_only_where_that_is_asked_for(
    launch: Launch, upstream: Any, collector: Collector
) -> None:
    config = "[telemetry]\ncapture_content = true\nservice_name = 'mine'\n" + deployments(one=upstream.url)
    gateway = launch(config=config, **collector.environ)
    secret = "sk-" + "somebodys0key" * 3
    messages = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": [{"type": "text", "text": f"Keep {secret}"}]},
        {"role": "tool", "tool_call_id": "t1", "content": "22 degrees"},
    ]
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        upstream.json(answer())
        await client.post(CHAT, json=asked("fast") | {"messages": messages})
        await collector.got(2)
        upstream.events(*events())
        await client.post(CHAT, json=asked("fast", stream=True))

    async def there() -> Any:
        return len(collector.spans) >= 4

    await until(there, "four spans")
    whole, streamed = [span for span in collector.spans if span.kind == CLIENT]
    assert json.loads(whole.attributes["gen_ai.input.messages"]) == [
        {"role": "system", "parts": [{"type": "text", "content": "Be kind."}]},
        {"role": "user", "parts": [{"type": "text", "content": "Keep sk-...REDACTED"}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "t1", "response": "22 degrees"}]},
    ]
    said = [{"role": "assistant", "parts": [{"type": "text", "content": "Hi."}], "finish_reason": "stop"}]
    assert json.loads(whole.attributes["gen_ai.output.messages"]) == said
    said[0]["parts"] = [{"type": "text", "content": "ab"}]
    assert json.loads(streamed.attributes["gen_ai.output.messages"]) == said
    assert whole.resource["service.name"] == "mine"
    assert secret not in collector.text


async def test_content_that_a_guardrail_may_mask_is_not_recorded(
    launch: Launch, upstream: Any, collector: Collector
) -> None:
    config = deployments(one=upstream.url) + (
        "\n[telemetry]\ncapture_content = true\n"
        '[guardrails.words]\noptions = { words = ["Voldemort"], action = "mask" }\n'
    )
    gateway = launch(config=config, **collector.environ)
    named = answer()
    named["choices"][0]["message"]["content"] = "He is Voldemort."
    upstream.json(named)
    messages = [{"role": "user", "content": "Who is Voldemort?"}]
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        assert (await client.post(CHAT, json=asked("fast") | {"messages": messages})).status_code == 200
    await collector.got(2)
    assert "gen_ai.input.messages" in collector.text
    assert "Voldemort" not in collector.text


async def test_a_replay_is_no_second_call(launch: Launch, collector: Collector) -> None:
    gateway = launch("--offline", **collector.environ)
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        for _ in range(2):
            await client.post(CHAT, json=asked(), headers={"Idempotency-Key": "once"})

    async def there() -> Any:
        return len(collector.spans) >= 3

    await until(there, "three spans")
    servers = [span for span in collector.spans if span.kind == SERVER]
    assert [span.attributes.get("onceward.repeated") for span in servers] == [None, "replayed"]
    assert servers[0].attributes["onceward.call_id"] == servers[1].attributes["onceward.call_id"]
    assert [span.kind for span in collector.spans if span not in servers] == [INTERNAL]


async def test_strangers_decide_nothing_about_traces_where_they_are_not_trusted(
    launch: Launch, collector: Collector
) -> None:
    config = f'[telemetry]\nendpoint = "{collector.url}"\ntrust_parent = false\n'
    gateway = launch("--offline", config=config, OTEL_BSP_SCHEDULE_DELAY="50")
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        await client.post(CHAT, json=asked(), headers=PARENT)
    server = (await collector.got(2))["POST /v1/chat/completions"]
    assert server.trace != TRACE
    assert server.parent == ""
    assert server.links == (TRACE,)


async def test_the_metrics_of_the_conventions(launch: Launch, upstream: Any, collector: Collector) -> None:
    config = "[telemetry]\nsample_ratio = 0.0\n" + deployments(one=upstream.url)
    gateway = launch(config=config, **collector.environ)
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        upstream.json(answer())
        await client.post(CHAT, json=asked("fast"))
        upstream.events(*events())
        await client.post(CHAT, json=asked("fast", stream=True))
        upstream.json({"error": {"message": "no"}}, status=503)
        await client.post(CHAT, json=asked("fast"))

    async def there() -> Any:
        return len(collector.points("gen_ai.client.operation.duration")) == 2

    await until(there, "both series of the duration")
    host, port = upstream.url.removeprefix("http://").split(":")
    where = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "one", "gen_ai.request.model": "up-model"}
    where |= {"server.address": host, "server.port": int(port)}
    durations = {
        labels.get("error.type"): (labels, point)
        for labels, point in collector.points("gen_ai.client.operation.duration")
    }
    labels, point = durations[None]
    assert labels == where
    assert (point["count"], point["unit"]) == ("2", "s")
    assert point["explicitBounds"][:3] == [0.01, 0.02, 0.04]
    assert durations["502"][0] == where | {"error.type": "502"}
    tokens = {labels["gen_ai.token.type"]: point for labels, point in collector.points("gen_ai.client.token.usage")}
    assert {kind: point["sum"] for kind, point in tokens.items()} == {"input": 107, "output": 12}
    assert tokens["input"]["explicitBounds"][:3] == [1, 4, 16]
    ((labels, point),) = collector.points("gen_ai.client.operation.time_to_first_chunk")
    assert (labels, point["count"]) == (where, "1")
    assert collector.spans == [], "none is sampled, and the metrics are whole all the same"


async def test_nothing_is_lost_when_the_gateway_stops(launch: Launch, collector: Collector) -> None:
    gateway = launch("--offline", **collector.environ | {"OTEL_BSP_SCHEDULE_DELAY": "60000"})
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        for _ in range(5):
            await client.post(CHAT, json=asked())
    assert collector.spans == []
    gateway.terminate()
    assert gateway.wait() == 0
    names = sorted(span.name for span in collector.spans)
    assert names == ["POST /v1/chat/completions"] * 5 + ["chat onceward/echo"] * 5


async def test_a_collector_that_is_away_costs_no_call(launch: Launch) -> None:
    gateway = launch("--offline", OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", OTEL_BSP_SCHEDULE_DELAY="20")
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        for _ in range(20):
            assert (await client.post(CHAT, json=asked())).status_code == 200
    began = time.monotonic()
    gateway.terminate()
    assert gateway.wait() == 0
    assert time.monotonic() - began < 15


async def test_no_key_reaches_the_collector(launch: Launch, collector: Collector) -> None:
    config = "[telemetry]\ncapture_content = true\n"
    gateway = launch("--offline", config=config, ONCEWARD_GATEWAY_API_KEYS=MASTER, **collector.environ)
    async with httpx2.AsyncClient(base_url=gateway.url) as client:
        made = (await client.post("/key/generate", json={}, headers=key_of(MASTER))).json()
        headers = {"X-Provider-Key-OpenAI": "sk-of-the-caller-0123456789"} | key_of(made["key"])
        assert (await client.post(CHAT, json=asked(), headers=headers)).status_code == 200
        await client.post("/key/info", json={}, headers=key_of(MASTER))
        await client.get("/key/info", params={"key": made["key"]}, headers=key_of(MASTER))

    async def there() -> Any:
        return any(span.name == "GET /key/info" for span in collector.spans)

    await until(there, "the last span")
    for secret in (MASTER, made["key"], "sk-of-the-caller"):
        assert secret not in collector.text
