"""Deployments of one name: who serves, who rests, what is walked around, and what never is."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from .kit import DONE, ROLE, Bench, answer, chunk, events_of, text_of, words


def config(bench: Bench, *more: str, weights: str = "abc", strategy: str = "weight", **extra: Any) -> str:
    lines = ["[routing]", f'strategy = "{strategy}"', *more]
    for name, provider in bench.providers.items():
        lines += [f"[providers.{name}]", f'base_url = "{provider.url}/v1"']
    for name in weights:
        lines += [f"[deployments.{name}]", 'model_name = "m"', f'model = "{name}/model-{name}"']
        lines += [f"{key} = {value!r}" for key, value in extra.get(name, {}).items()]
    return "\n".join(lines)


async def test_a_failing_deployment_is_avoided(bench: Bench) -> None:
    await bench.start(config(bench))
    bench.providers["a"].fails(500)
    bench.providers["b"].fails(503)
    for stream in (False, True):
        for _ in range(4):
            reply = await bench.chat(stream=stream)
            assert reply.status_code == 200, reply.text
            assert text_of(reply) == "from c"
            assert reply.headers["x-onceward-deployment"] == "c"
            assert reply.headers["x-model"] == "m"
    assert bench.providers["c"].seen[0]["model"] == "model-c"


async def test_weights_are_kept(bench: Bench) -> None:
    await bench.start(config(bench, a={"weight": 6.0}, b={"weight": 3.0}, c={"weight": 1.0}))
    bench.gateway.dispatcher.random.seed(7)
    served = Counter([(await bench.chat()).headers["x-onceward-deployment"] for _ in range(400)])
    assert 205 <= served["a"] <= 275
    assert 90 <= served["b"] <= 150
    assert 20 <= served["c"] <= 65


async def test_weight_nothing_serves_nothing(bench: Bench) -> None:
    await bench.start(config(bench, weights="ab", a={"weight": 0.0}))
    assert {(await bench.chat()).headers["x-onceward-deployment"] for _ in range(30)} == {"b"}


async def test_a_circuit_breaker_opens_after_failures_and_closes(bench: Bench) -> None:
    await bench.start(config(bench, "allowed_fails = 2", "cooldown_seconds = 30", weights="ab", b={"weight": 0.000001}))
    a = bench.providers["a"]
    a.fails(500)
    for _ in range(5):
        assert (await bench.chat()).headers["x-onceward-deployment"] == "b"
    assert len(a.seen) == 2
    bench.clock.turned += 31
    await bench.chat()
    assert len(a.seen) == 3, "after the time one call tries it"
    await bench.chat()
    assert len(a.seen) == 3, "it failed again and rests for longer"
    bench.clock.turned += 31
    await bench.chat()
    assert len(a.seen) == 3
    bench.clock.turned += 31
    a.well()
    assert (await bench.chat()).headers["x-onceward-deployment"] == "a"
    assert (await bench.chat()).headers["x-onceward-deployment"] == "a"


async def test_a_half_open_circuit_breaker_admits_one_call(bench: Bench) -> None:
    await bench.start(config(bench, "allowed_fails = 1", "cooldown_seconds = 10", weights="ab", b={"weight": 0.000001}))
    a = bench.providers["a"]
    a.fails(500)
    await bench.chat()
    bench.clock.turned += 11
    a.well()
    a.gate = asyncio.Event()
    first = asyncio.create_task(bench.chat())
    await a.saw(2)
    assert {(await bench.chat()).headers["x-onceward-deployment"] for _ in range(5)} == {"b"}
    a.gate.set()
    assert (await first).headers["x-onceward-deployment"] == "a"


async def test_retry_after_sets_the_cooldown(bench: Bench) -> None:
    await bench.start(config(bench, weights="ab", b={"weight": 0.000001}))
    a = bench.providers["a"]
    a.fails(429, {"Retry-After": "77"})
    await bench.chat()
    await bench.chat()
    assert len(a.seen) == 1
    bench.clock.turned += 70
    await bench.chat()
    assert len(a.seen) == 1
    bench.clock.turned += 8
    await bench.chat()
    assert len(a.seen) == 2


async def test_least_busy(bench: Bench) -> None:
    await bench.start(config(bench, strategy="least_busy"))
    for provider in bench.providers.values():
        provider.gate = asyncio.Event()
    calls = [asyncio.create_task(bench.chat()) for _ in range(9)]
    for provider in bench.providers.values():
        await provider.saw(3)
    for provider in bench.providers.values():
        assert provider.gate is not None
        provider.gate.set()
    await asyncio.gather(*calls)


async def test_cost(bench: Bench) -> None:
    price = {"a": 5.0, "b": 0.5, "c": 2.0}
    extra: dict[str, Any] = {n: {"input_per_million": p, "output_per_million": p} for n, p in price.items()}
    await bench.start(config(bench, strategy="cost", **extra))
    reply = await bench.chat()
    assert reply.headers["x-onceward-deployment"] == "b"
    assert reply.headers["x-cost-usd"] == "0.000006", "12 tokens at the deployment's own price"
    bench.providers["b"].fails(500)
    assert (await bench.chat()).headers["x-onceward-deployment"] == "c"


async def test_latency(bench: Bench) -> None:
    await bench.start(config(bench, strategy="latency"))
    slow = bench.providers["a"]

    async def late(request: Any, body: Any) -> Any:
        bench.clock.turned += 3
        return await slow._well(request, body)

    slow.act = late
    served = Counter([(await bench.chat()).headers["x-onceward-deployment"] for _ in range(30)])
    assert served["a"] == 1, "it is tried once and known then"
    bench.clock.turned += 7200
    assert "a" in {(await bench.chat()).headers["x-onceward-deployment"] for _ in range(30)}, "what was long ago fades"


async def test_the_errors_of_all_attempts_are_listed(bench: Bench) -> None:
    await bench.start(config(bench))
    bench.providers["a"].fails(500)
    bench.providers["b"].fails(401)
    bench.providers["c"].says(ROLE, b'data: {"error": {"message": "out of memory"}}\n\n')
    reply = await bench.chat(stream=True)
    error = reply.json()["error"]
    assert reply.status_code == 502
    assert error["code"] == "all_deployments_failed"
    assert error["retryable"] is True
    for words_of in ("a is down", "b is down", "out of memory"):
        assert words_of in error["message"]
    assert {attempt["deployment"] for attempt in error["attempts"]} == {"a", "b", "c"}


async def test_all_limited_is_429_with_the_shortest_wait(bench: Bench) -> None:
    await bench.start(config(bench, weights="ab"))
    bench.providers["a"].fails(429, {"Retry-After": "20"})
    bench.providers["b"].fails(429, {"Retry-After": "5"})
    reply = await bench.chat()
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "5")
    again = await bench.chat()
    assert again.status_code == 503
    assert again.json()["error"]["code"] == "no_deployment_available"
    assert 1 <= int(again.headers["retry-after"]) <= 5
    assert len(bench.providers["a"].seen) == 1


async def test_refused_keys_use_fallbacks_and_are_not_retryable(bench: Bench) -> None:
    await bench.start(config(bench, weights="ab", b={"weight": 0.000001}))
    bench.providers["a"].fails(402, message="no credits are left")
    assert text_of(await bench.chat()) == "from b"
    bench.providers["b"].fails(401, message="bad key")
    for code, status in (("all_deployments_failed", 502), ("no_deployment_available", 503)):
        reply = await bench.chat()
        error = reply.json()["error"]
        assert (reply.status_code, error["code"], error["retryable"]) == (status, code, False)
        assert reply.headers["x-should-retry"] == "false"
        assert "retry-after" not in reply.headers


async def test_a_failure_beside_a_refused_key_is_retryable(bench: Bench) -> None:
    await bench.start(config(bench, weights="ab", b={"weight": 0.000001}))
    bench.providers["a"].fails(401)
    bench.providers["b"].fails(500)
    error = (await bench.chat()).json()["error"]
    assert (error["status"], error["retryable"]) == (502, True)


async def test_an_error_of_all_deployments_keeps_its_status(bench: Bench) -> None:
    await bench.start(config(bench, weights="ab"))
    for name in "ab":
        bench.providers[name].fails(400, code="context_length_exceeded")
    reply = await bench.chat()
    error = reply.json()["error"]
    assert (reply.status_code, error["code"], error["retryable"]) == (400, "context_length_exceeded", False)
    assert len(error["attempts"]) == 2


FLAGGED = {"code": 403, "metadata": {"reasons": ["violence"]}}
TOO_LARGE = {"message": "Request too large for m on tokens per min (TPM): Limit 10, Requested 20"}


@pytest.mark.parametrize(("status", "said", "wanted"), [(403, FLAGGED, 400), (429, TOO_LARGE, 413)])
async def test_an_invalid_request_opens_no_circuit_breaker(
    bench: Bench, status: int, said: dict[str, Any], wanted: int
) -> None:
    await bench.start(config(bench, "allowed_fails = 1", weights="ab"))
    for name in "ab":
        bench.providers[name].fails(status, **said)
    for _ in range(4):
        reply = await bench.chat()
        assert (reply.status_code, reply.json()["error"]["retryable"]) == (wanted, False)
    for name in "ab":
        bench.providers[name].well()
    assert text_of(await bench.chat()).startswith("from ")


async def test_a_bad_key_of_a_caller_does_not_affect_others(bench: Bench) -> None:
    fallbacks = '[routing.fallbacks]\n"a/model-a" = ["b/model-b"]'
    await bench.start(config(bench, fallbacks, weights="ab"))
    bench.providers["a"].fails(401)
    bench.providers["b"].fails(401)
    own = {"X-Provider-Key-a": "sk-own", "X-Provider-Key-b": "sk-own"}
    refused = await bench.chat(model="a/model-a", headers=own)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "provider_key_rejected")
    bench.providers["a"].says(chunk({"content": "from a"}, "stop"), DONE)
    assert text_of(await bench.chat(model="a/model-a", stream=True)) == "from a"


async def test_the_callers_own_fault_is_not_tried_elsewhere(bench: Bench) -> None:
    await bench.start(config(bench))
    for provider in bench.providers.values():
        provider.fails(400, message="temperature is too high")
    reply = await bench.chat()
    assert reply.status_code == 400
    assert "temperature is too high" in reply.json()["error"]["message"]
    assert sum(len(provider.seen) for provider in bench.providers.values()) == 1


async def test_a_single_deployment_keeps_its_error_and_never_opens_the_breaker(bench: Bench) -> None:
    await bench.start(config(bench, weights="a"))
    bench.providers["a"].fails(500)
    for _ in range(6):
        reply = await bench.chat()
        assert (reply.status_code, reply.json()["error"]["code"]) == (502, "provider_failed")
    assert len(bench.providers["a"].seen) == 6


async def test_nothing_is_tried_after_content(bench: Bench) -> None:
    await bench.start(config(bench, weights="ab", b={"weight": 0.000001}))
    bench.providers["a"].says(ROLE, chunk({"content": "Half of "}))
    reply = await bench.chat(stream=True)
    assert text_of(reply) == "Half of "
    assert events_of(reply)[-1]["error"]["code"] == "provider_stream_cut"
    assert "data: [DONE]" not in reply.text
    assert not bench.providers["b"].seen


@pytest.mark.parametrize(
    "event",
    [
        chunk({"content": "x"}),
        chunk({"reasoning_content": "x"}),
        chunk({"refusal": "x"}),
        chunk({"tool_calls": [{"index": 0, "id": "call_1", "function": {"name": "f", "arguments": ""}}]}),
        chunk(finish="length"),
    ],
)
async def test_content_ends_the_fallbacks(bench: Bench, event: bytes) -> None:
    await bench.start(config(bench, weights="ab", b={"weight": 0.000001}))
    bench.providers["a"].says(ROLE, event, b'data: {"error": {"message": "boom"}}\n\n')
    reply = await bench.chat(stream=True)
    assert events_of(reply)[-1]["error"]["code"] == "provider_stream_failed"
    assert not bench.providers["b"].seen


async def test_a_stream_cut_before_content_falls_back_silently(bench: Bench) -> None:
    await bench.start(config(bench, weights="ab", b={"weight": 0.000001}))
    bench.providers["a"].says(ROLE, chunk({}), chunk(choices=[]))
    reply = await bench.chat(stream=True)
    assert text_of(reply) == "from b"
    assert reply.headers["x-onceward-deployment"] == "b"
    assert sum(b"assistant" in event.encode() for event in reply.text.split("\n\n")) == 1
    assert reply.text.count("id: call_") == len(words("from ", "b")) - 1, "usage was not asked for"


async def test_fallback_models(bench: Bench) -> None:
    text = config(bench, '[routing.fallbacks]\n"m" = ["other", "onceward/echo"]', weights="ab")
    text += '\n[deployments.c]\nmodel_name = "other"\nmodel = "c/model-c"\n'
    await bench.start(text)
    bench.providers["a"].fails(500)
    bench.providers["b"].fails(500)
    reply = await bench.chat()
    assert text_of(reply) == "from c"
    assert (reply.headers["x-onceward-deployment"], reply.headers["x-model"]) == ("c", "other")
    bench.providers["c"].fails(500)
    reply = await bench.chat(stream=True)
    assert reply.headers["x-model"] == "onceward/echo"
    record = (await bench.http.get("/v1/calls")).json()["data"][0]
    assert (record["model"], record["status"]) == ("onceward/echo", "completed")


async def test_a_context_that_is_too_long_falls_back_and_opens_no_breaker(bench: Bench) -> None:
    await bench.start(config(bench, "allowed_fails = 1", weights="ab", b={"weight": 0.000001}))
    bench.providers["a"].fails(400, code="context_length_exceeded")
    for _ in range(3):
        assert (await bench.chat()).headers["x-onceward-deployment"] == "b"
    assert len(bench.providers["a"].seen) == 3


async def test_regions_and_tags(bench: Bench) -> None:
    await bench.start(config(bench, a={"region": "eu"}, b={"region": "us"}, c={"region": "us", "tags": ["batch"]}))
    for _ in range(10):
        assert (await bench.chat(headers={"x-onceward-region": "eu"})).headers["x-onceward-deployment"] == "a"
        assert (await bench.chat(headers={"x-onceward-tags": "x, batch"})).headers["x-onceward-deployment"] == "c"
        assert (await bench.chat(tags=["batch"])).headers["x-onceward-deployment"] == "c"
        assert (await bench.chat(tags=["unknown"])).headers["x-onceward-deployment"] in "ab"
    nowhere = await bench.chat(headers={"x-onceward-region": "mars"})
    assert (nowhere.status_code, nowhere.json()["error"]["code"]) == (400, "no_deployment_in_region")


async def test_auto_takes_the_cheapest_that_can(bench: Bench) -> None:
    text = config(bench, weights="")
    for name, price, able in (
        ("a", 0.1, "max_input_tokens = 1000"),
        ("b", 1.0, "tools = true\nmax_input_tokens = 4000"),
        ("c", 9.0, "tools = true\nvision = true\nstructured_output = true"),
    ):
        text += f'\n[deployments.{name}]\nmodel_name = "m-{name}"\nmodel = "{name}/x"\n'
        text += f"input_per_million = {price}\n{able}\n"
    await bench.start(text)
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 40000}}
    schema = {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}}
    for expected, more in (
        ("a", {}),
        ("b", {"tools": [tool]}),
        ("c", {"messages": [{"role": "user", "content": [picture]}]}),
        ("c", {"response_format": schema}),
        ("b", {"messages": [{"role": "user", "content": "word " * 2000}]}),
        ("c", {"messages": [{"role": "user", "content": "word " * 6000}]}),
    ):
        reply = await bench.chat("auto", **more)
        assert reply.headers["x-onceward-deployment"] == expected
        assert reply.headers["x-model"] == f"m-{expected}"
    bench.providers["a"].fails(500)
    assert (await bench.chat("auto")).headers["x-model"] == "m-b"
    reply = await bench.chat("auto", modalities=["audio"])
    assert reply.json()["error"]["code"] == "no_capable_model"


async def test_auto_tries_no_more_than_a_call_may(bench: Bench) -> None:
    text = config(bench, "retries = 1", weights="")
    for number in range(6):
        text += f'\n[deployments.d{number}]\nmodel_name = "m{number}"\nmodel = "a/x"\n'
    await bench.start(text)
    bench.providers["a"].fails(500)
    assert (await bench.chat("auto")).status_code == 502
    assert len(bench.providers["a"].seen) == 2


async def test_requests_a_minute_of_a_deployment(bench: Bench) -> None:
    await bench.start(config(bench, weights="ab", a={"rpm": 3}, b={"weight": 0.000001}))
    served = [(await bench.chat()).headers["x-onceward-deployment"] for _ in range(5)]
    assert served == ["a", "a", "a", "b", "b"]
    bench.clock.turned += 61
    assert (await bench.chat()).headers["x-onceward-deployment"] == "a"


async def test_a_disconnected_client_is_not_a_failure_of_the_deployment(bench: Bench) -> None:
    await bench.start(config(bench, "allowed_fails = 1", weights="ab", b={"weight": 0.000001}))
    a = bench.providers["a"]
    a.gate = asyncio.Event()
    call = asyncio.create_task(bench.chat())
    await a.saw(1)
    (run,) = bench.gateway.calls.running.values()
    await bench.gateway.calls.cancellation.cancel("anonymous", run.record.id)
    await call
    state = bench.gateway.breakers.states["a"]
    assert (state.in_flight, state.failed, state.open_until) == (0, 0, None)


async def test_the_same_key_is_served_once_whatever_fails(bench: Bench) -> None:
    await bench.start(config(bench, weights="ab", b={"weight": 0.000001}))
    bench.providers["a"].fails(500)
    first = await bench.chat(headers={"Idempotency-Key": "k"})
    again = await bench.chat(headers={"Idempotency-Key": "k"})
    assert first.json() == again.json() == answer("from b")
    assert again.headers["x-onceward-replayed"] == "true"
    assert len(bench.providers["b"].seen) == 1
