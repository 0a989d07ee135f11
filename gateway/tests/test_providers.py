"""Calls that a provider answers: what goes to it, what comes back untouched, and what its failures become."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from aiohttp import web

from .cluster.kit import until
from .databases import rows_of

Launch = Callable[..., Any]
CHAT = "/v1/chat/completions"
HELLO = [{"role": "user", "content": "Hello!"}]
ANSWER = {
    "id": "chatcmpl-up",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12},
    "field_of_the_future": {"kept": True},
}


def chunk(content: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": {} if content is None else {"content": content}, "finish_reason": None}
    body = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(body | more).encode() + b"\n\n"


LAST = chunk(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}])
USAGE = chunk(choices=[], usage={"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12})
DONE = b"data: [DONE]\n\n"


@pytest.fixture
def url(launch: Launch, upstream: Any) -> str:
    config = f"""
[providers.openai]
base_url = "{upstream.url}/v1"
api_key = "sk-operators"
[providers.local]
base_url = "{upstream.url}"
[models]
"gpt-4o" = "openai/gpt-4o-2024-08-06"
[prices."openai/gpt-4o-2024-08-06"]
input_per_million = 2.5
output_per_million = 10
"""
    started: str = launch(config=config, ONCEWARD_GATEWAY_PING_INTERVAL_SECONDS="2").url
    return started


@pytest.fixture
async def http(url: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=url, timeout=30) as client:
        yield client


async def test_an_answer_passes_through(http: httpx2.AsyncClient, upstream: Any) -> None:
    upstream.json(ANSWER)
    raw = b'{"model": "gpt-4o", "temperature": 1.0, "messages":[{"role":"user","content":"\\u00e9"}], "x": 1e2}'
    answer = await http.post(CHAT, content=raw)
    assert answer.json() == ANSWER
    assert answer.headers["x-cost-usd"] == "0.000045"
    (sent,) = upstream.requests
    assert sent["path"] == "/v1/chat/completions"
    assert sent["headers"]["Authorization"] == "Bearer sk-operators"
    assert json.loads(sent["body"])["model"] == "gpt-4o-2024-08-06"
    assert b'"temperature":1.0' in sent["body"]
    assert b'"x":1e2' in sent["body"]
    assert b"\\u00e9" in sent["body"]


async def test_a_body_that_needs_no_change_is_not_touched(http: httpx2.AsyncClient, upstream: Any) -> None:
    upstream.json(ANSWER)
    raw = b'{ "messages" : [ {"role":"user","content":"x"} ],  "model" : "gpt-4o" }'
    await http.post(CHAT, content=raw)
    await http.post(CHAT, content=raw.replace(b"gpt-4o", b"local/m"))
    assert json.loads(upstream.requests[0]["body"])["model"] == "gpt-4o-2024-08-06"
    assert upstream.requests[1]["path"] == "/chat/completions"
    assert "Authorization" not in upstream.requests[1]["headers"]


async def test_fields_of_the_gateway_stay_here(http: httpx2.AsyncClient, upstream: Any) -> None:
    upstream.json(ANSWER)
    own = {"tags": ["a"], "provider_specific_params": {"top_k": 4, "b": 1}, "extra_body": {"b": 2}}
    await http.post(CHAT, json={"model": "gpt-4o", "messages": HELLO, "metadata": {"a": "b"}, **own})
    sent = json.loads(upstream.requests[0]["body"])
    assert sent == {
        "model": "gpt-4o-2024-08-06",
        "messages": HELLO,
        "metadata": {"a": "b"},
        "top_k": 4,
        "b": 2,
    }


async def test_events_pass_through_and_usage_is_hidden(http: httpx2.AsyncClient, upstream: Any) -> None:
    events = [b": comment\n\n", chunk("Hel", odd={"kept": [1, 2]}), chunk("lo"), LAST]
    upstream.events(*events, USAGE, DONE)
    answer = await http.post(CHAT, json={"model": "gpt-4o", "messages": HELLO, "stream": True})
    call = answer.headers["x-onceward-call-id"]
    wanted = b"".join(b"id: %s:%d\n" % (call.encode(), n) + event for n, event in enumerate([*events[1:], DONE], 1))
    assert answer.content == wanted
    assert json.loads(upstream.requests[0]["body"])["stream_options"] == {"include_usage": True}
    record = (await http.get(f"/v1/calls/{call}")).json()
    assert record["usage"]["total_tokens"] == 12
    assert record["cost_usd"] == 0.000045


async def test_usage_is_shown_when_asked_for(http: httpx2.AsyncClient, upstream: Any) -> None:
    upstream.events(chunk("Hi"), LAST, USAGE, DONE)
    body = {"model": "gpt-4o", "messages": HELLO, "stream": True, "stream_options": {"include_usage": True}}
    assert b'"total_tokens"' in (await http.post(CHAT, json=body)).content


async def test_events_are_not_held_back(http: httpx2.AsyncClient, upstream: Any) -> None:
    may_go_on = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(chunk("first"))
        await may_go_on.wait()
        await response.write(LAST + DONE)
        return response

    upstream.answer = answer
    body = {"model": "gpt-4o", "messages": HELLO, "stream": True}
    async with http.stream("POST", CHAT, json=body) as response:
        seen = ""
        async for piece in response.aiter_text():
            seen += piece
            if "first" in seen and ": ping" in seen:
                may_go_on.set()
    assert seen.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize("ends", ["\n\n", "\r\n\r\n", "\r\r"])
async def test_every_line_end(http: httpx2.AsyncClient, upstream: Any, ends: str) -> None:
    stream = (chunk("a") + LAST + DONE).decode().replace("\n\n", ends).encode()
    upstream.events(*(stream[at : at + 1] for at in range(len(stream))))
    answer = await http.post(CHAT, json={"model": "gpt-4o", "messages": HELLO, "stream": True})
    assert answer.text.count("data: ") == 3
    assert answer.text.endswith("data: [DONE]\n\n")


async def test_a_cut_upstream_is_an_error_event(http: httpx2.AsyncClient, upstream: Any) -> None:
    upstream.events(chunk("Hel"), chunk("lo"))
    answer = await http.post(
        CHAT, json={"model": "gpt-4o", "messages": HELLO, "stream": True}, headers={"Idempotency-Key": "cut"}
    )
    last = answer.text.strip().rpartition("\n\n")[2]
    error = json.loads(last.split("data: ")[1])["error"]
    assert "event: error" in last
    assert error["code"] == "provider_stream_cut"
    assert error["type"] == "provider_error"
    assert "data: [DONE]" not in answer.text
    record = (await http.get(f"/v1/calls/{answer.headers['x-onceward-call-id']}")).json()
    assert record["status"] == "failed"
    # "Hel" and "lo" are one token: what was written is counted, and not its events.
    assert record["usage"]["completion_tokens"] == 1
    assert record["estimated"] is True
    last_id = last.split("\n")[0].removeprefix("id: ").rpartition(":")
    rest = await http.post(
        CHAT,
        json={"model": "gpt-4o", "messages": HELLO, "stream": True},
        headers={"Idempotency-Key": "cut", "Last-Event-ID": f"{last_id[0]}:1"},
    )
    assert answer.text.endswith(rest.text)
    assert len(upstream.requests) == 1


async def test_an_error_inside_the_stream(http: httpx2.AsyncClient, upstream: Any) -> None:
    upstream.events(chunk("Hel"), b'data: {"error": {"message": "out of memory", "type": "server_error"}}\n\n')
    answer = await http.post(CHAT, json={"model": "gpt-4o", "messages": HELLO, "stream": True})
    error = json.loads(answer.text.split("event: error\ndata: ")[1])["error"]
    assert "out of memory" in error["message"]
    assert error["provider_error"]["body"]["type"] == "server_error"


FLAGGED = {"error": {"code": 403, "message": "flagged", "metadata": {"reasons": ["violence"], "flagged_input": "x"}}}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("status", "body", "wanted", "kind"),
    [
        (500, {"error": {"message": "boom", "type": "server_error"}}, 502, "provider_error"),
        (503, "<html>", 502, "provider_error"),
        (400, {"error": {"message": "too long", "code": "context_length_exceeded"}}, 400, "invalid_request_error"),
        (404, {"error": {"message": "no such model"}}, 404, "not_found_error"),
        (429, {"error": {"message": "slow down", "type": "rate_limit"}}, 429, "rate_limit_error"),
        (401, {"error": {"message": "bad key", "code": "invalid_api_key"}}, 502, "provider_error"),
        (402, {"error": {"message": "no credits"}}, 502, "provider_error"),
        (403, {"error": {"message": "not in your region"}}, 502, "provider_error"),
        (403, FLAGGED, 400, "invalid_request_error"),
        (403, [FLAGGED], 400, "invalid_request_error"),
        (403, {"error": {"message": "no", "code": "moderation_blocked"}}, 400, "invalid_request_error"),
        (429, {"error": {"message": "Request too large for m", "type": "tokens"}}, 413, "invalid_request_error"),
        (410, {"error": {"message": "this model was retired"}}, 502, "provider_error"),
        (429, {"error": {"message": "pay first", "code": "insufficient_quota"}}, 429, "rate_limit_error"),
        (529, {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}, 529, "overloaded_error"),
        (302, "", 502, "provider_error"),
    ],
)
async def test_failures_are_mapped(
    http: httpx2.AsyncClient, upstream: Any, status: int, body: Any, wanted: int, kind: str, stream: bool
) -> None:
    upstream.json(body, status, {"Retry-After": "7", "Location": "http://127.0.0.1:1/"})
    answer = await http.post(CHAT, json={"model": "gpt-4o", "messages": HELLO, "stream": stream})
    assert answer.status_code == wanted
    error = answer.json()["error"]
    assert error["type"] == kind
    assert error["provider_error"]["status"] == status
    assert error["provider_error"]["body"] == body
    assert len(upstream.requests) == 1
    told = body["error"].get("code") if isinstance(body, dict) else None
    passes = status in (500, 503, 529) or (wanted == 429 and told != "insufficient_quota")
    assert error["retryable"] is passes
    if not passes and wanted in (429, 502):
        # Clients that do not know `retryable` retry these statuses unless a header prevents it.
        assert answer.headers["x-should-retry"] == "false"
    if status == 429 and passes:
        assert answer.headers["retry-after"] == "7"
    if wanted == 413:
        assert error["code"] == "request_too_large"
    elif status == 403 and wanted == 400:
        assert error["code"] == "content_filter"
    elif told:
        assert error["code"] == ("provider_failed" if status == 401 else told)


@pytest.mark.parametrize("body", ["<html>login</html>", "", "[1]"])
async def test_success_that_is_no_answer(http: httpx2.AsyncClient, upstream: Any, body: str) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(text=body, content_type="text/html")

    upstream.answer = answer
    for stream in (False, True):
        failed = await http.post(CHAT, json={"model": "gpt-4o", "messages": HELLO, "stream": stream})
        assert failed.status_code == 502
        assert failed.json()["error"]["code"] == "provider_bad_answer"


async def test_nobody_there(launch: Launch) -> None:
    url = launch(config='[providers.gone]\nbase_url = "http://127.0.0.1:9/v1"\nretries = 1\n').url
    failed = httpx2.post(url + CHAT, json={"model": "gone/m", "messages": HELLO})
    assert failed.status_code == 502
    assert failed.json()["error"]["code"] == "provider_unreachable"


async def test_the_callers_own_key(launch: Launch, upstream: Any) -> None:
    url = launch(config=f'[providers.openai]\nbase_url = "{upstream.url}/v1"\napi_key = "sk-operators"\n').url
    upstream.json(ANSWER)
    own = {"X-Provider-Key-OpenAI": "sk-callers-own-secret"}
    async with httpx2.AsyncClient(base_url=url) as client:
        answer = await client.post(CHAT, json={"model": "openai/gpt-4o", "messages": HELLO}, headers=own)
        assert answer.status_code == 200
        assert upstream.requests[0]["headers"]["Authorization"] == "Bearer sk-callers-own-secret"
        assert "X-Provider-Key-OpenAI" not in upstream.requests[0]["headers"]
        for status, code in ((402, "provider_credits_exhausted"), (401, "provider_key_rejected")):
            upstream.json({"error": {"message": "Incorrect API key"}}, status)
            refused = await client.post(CHAT, json={"model": "openai/gpt-4o", "messages": HELLO}, headers=own)
            assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
        upstream.json({"error": {"message": "Incorrect API key", "code": 401}})
        inside = await client.post(CHAT, json={"model": "openai/gpt-4o", "messages": HELLO}, headers=own)
        assert (inside.status_code, inside.json()["error"]["type"]) == (401, "authentication_error")
        records = (await client.get("/v1/calls")).text
        assert "sk-callers-own-secret" not in refused.text + records


async def test_a_missing_key_is_named(launch: Launch) -> None:
    url = launch(config='[providers.openai]\nbase_url = "https://api.openai.com/v1"\n').url
    failed = httpx2.post(url + CHAT, json={"model": "openai/gpt-4o", "messages": HELLO})
    assert failed.status_code == 401
    assert failed.json()["error"]["code"] == "provider_key_missing"
    assert failed.json()["error"]["param"] == "X-Provider-Key-OpenAI"


async def test_a_client_that_leaves_stops_the_provider(http: httpx2.AsyncClient, upstream: Any) -> None:
    stopped = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            while True:
                await response.write(chunk("more"))
                await asyncio.sleep(0.02)
        finally:
            stopped.set()

    upstream.answer = answer
    body = {"model": "gpt-4o", "messages": HELLO, "stream": True}
    async with http.stream("POST", CHAT, json=body) as response:
        async for _ in response.aiter_text():
            break
    await asyncio.wait_for(stopped.wait(), 5)


async def test_a_slow_client_slows_its_provider(launch: Launch, upstream: Any) -> None:
    url = launch(config=f'[providers.p]\nbase_url = "{upstream.url}"\n[limits]\nmax_lag_events = 8\n').url
    written, most = 0, 4_000
    enough = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal written
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        # Far more than the sockets on the way may hold.
        while written < most and not enough.is_set():
            await response.write(chunk("x" * 100_000))
            written += 1
        await response.write(LAST + DONE)
        return response

    upstream.answer = answer
    async with httpx2.AsyncClient(timeout=30) as client:
        body = {"model": "p/m", "messages": HELLO, "stream": True}
        async with client.stream("POST", url + CHAT, json=body, headers={"Idempotency-Key": "slow"}) as response:
            pieces = response.aiter_bytes()
            size = len(await anext(pieces))
            before = -1
            while before != written:
                before = written
                await asyncio.sleep(0.3)
            assert written < most
            enough.set()
            async for piece in pieces:
                size += len(piece)
    assert size > written * 100_000


async def test_the_official_client_through_the_gateway(url: str, upstream: Any) -> None:
    upstream.events(chunk("Hel"), chunk("lo"), LAST, USAGE, DONE)
    async with openai.AsyncOpenAI(base_url=url + "/v1", api_key="x", max_retries=0) as client:
        stream = await client.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True)  # type: ignore[call-overload]
        text = [part.choices[0].delta.content async for part in stream]
    assert text == ["Hel", "lo", None]


async def test_embeddings_and_uploads_pass_through(http: httpx2.AsyncClient, upstream: Any) -> None:
    upstream.json({"object": "list", "data": [], "model": "m", "usage": {"prompt_tokens": 3, "total_tokens": 3}})
    answer = await http.post("/v1/embeddings", json={"model": "openai/text-embedding-3-small", "input": "x"})
    assert answer.headers["x-input-tokens"] == "3"
    assert json.loads(upstream.requests[0]["body"]) == {"model": "text-embedding-3-small", "input": "x"}


@pytest.mark.parametrize("stream", [False, True])
async def test_a_kill_forgets_no_call_that_reached_its_provider(
    launch: Launch, upstream: Any, tmp_path: Path, stream: bool
) -> None:
    reached = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        # Asked of the database while the request is on its way: nobody asks a provider before that is on record.
        found.extend(rows_of(tmp_path / "data", "SELECT status, key FROM call"))
        reached.set()
        await asyncio.sleep(60)
        return web.Response()

    upstream.answer, found = answer, list[Any]()
    cluster = "[cluster]\nheartbeat_seconds = 0.2\nlease_seconds = 1.0\n"
    config = f'[providers.up]\nprotocol = "openai"\nbase_url = "{upstream.url}"\napi_key = "sk-operators"\n{cluster}'
    server = await asyncio.to_thread(launch, config=config)
    async with httpx2.AsyncClient(base_url=server.url, timeout=30) as client:
        call = asyncio.create_task(client.post(CHAT, json={"model": "up/m", "messages": HELLO, "stream": stream}))
        async with asyncio.timeout(20):
            await reached.wait()
        await asyncio.to_thread(server.kill)
        with pytest.raises(httpx2.TransportError):
            await call
    assert found == [("in_progress", None)]
    await asyncio.to_thread(server.start)
    await until(lambda: rows_of(tmp_path / "data", "SELECT status FROM call") == [("interrupted",)], 20)
    assert rows_of(tmp_path / "data", "SELECT status, provider FROM usage") == [("interrupted", "up")]


@pytest.mark.parametrize(
    ("model", "status", "code", "says"),
    [
        ("openai/gpt-4o", 401, "provider_key_missing", ["'openai'", "`X-Provider-Key-OpenAI`", "`[providers.openai]`"]),
        ("groq/llama", 401, "provider_key_missing", ["`X-Provider-Key-Groq`"]),
        ("openrouter/a/b", 401, "provider_key_missing", ["`X-Provider-Key-OpenRouter`"]),
        ("oai-resp/gpt-4o", 401, "provider_key_missing", ["'openai'", "`X-Provider-Key-OpenAI`"]),
        ("gpt-4o", 404, "model_not_found", ["'openai'", "`X-Provider-Key-OpenAI`"]),
        ("claude-sonnet-4-5", 404, "model_not_found", ["'anthropic'", "`X-Provider-Key-Anthropic`"]),
        ("mine", 404, "model_not_found", ["`GET /v1/models`"]),
        ("opnai/gpt-4o", 404, "model_not_found", ["Did you mean 'openai'?"]),
        ("loca/gpt-4o", 404, "model_not_found", ["Did you mean 'local'?"]),
        ("zzz/gpt-4o", 404, "model_not_found", ["no provider 'zzz'", "anthropic", "local"]),
        ("onceward/ecko", 404, "model_not_found", ["`GET /v1/models`"]),
    ],
)
async def test_a_name_that_nothing_answers_says_what_would(
    launch: Launch, model: str, status: int, code: str, says: list[str]
) -> None:
    url = launch(config='[providers.local]\nbase_url = "http://127.0.0.1:9/v1"\n').url
    async with httpx2.AsyncClient() as client:
        answer = await client.post(url + CHAT, json={"model": model, "messages": [{"role": "user", "content": "Hi"}]})
    error = answer.json()["error"]
    assert (error["status"], error["code"]) == (status, code), error
    assert all(part in error["message"] for part in says), error["message"]


BROKEN = """
[providers.openai]
api_key_env = "TEST_KEY_THAT_IS_NOT_SET"
[providers.bad]
base_url = "ftp://inner.example"
[providers.up]
base_url = "{url}/v1"
[providers.local]
base_url = "{url}/v1"
api_key_env = "TEST_KEY_THAT_IS_NOT_SET"
[models]
"route" = "openai/gpt-x"
"astray" = "nowhere/x"
"steady" = "up/m"
[deployments.keyless]
model_name = "pool"
model = "openai/gpt-x"
[deployments.mixed-1]
model_name = "mixed"
model = "openai/gpt-x"
[deployments.mixed-2]
model_name = "mixed"
model = "up/m"
[deployments.lost]
model_name = "lost"
model = "bad/x"
[routing.fallbacks]
"route" = ["steady"]
"steady" = ["astray", "bad/x", "openai/x"]
[prices."up/m"]
input_per_million = "cheap"
"""


async def test_a_provider_that_is_not_set_up_stops_only_its_own_models(launch: Launch, upstream: Any) -> None:
    upstream.json(ANSWER)
    url = launch(config=BROKEN.format(url=upstream.url)).url
    async with httpx2.AsyncClient(base_url=url, timeout=30) as client:
        ready = (await client.get("/readyz")).json()
        told = " ".join(ready["issues"])
        for part in (
            "'TEST_KEY_THAT_IS_NOT_SET'",
            "`providers.bad.base_url`",
            "`models.astray`",
            "`deployments.lost.model`",
        ):
            assert part in told
        assert "`prices.up/m.input_per_million`" in told
        assert "inner.example" not in told

        async def asked(model: str, **headers: str) -> httpx2.Response:
            return await client.post(CHAT, json={"model": model, "messages": HELLO}, headers=headers)

        for model in ("openai/gpt-x", "local/x", "pool"):
            error = (await asked(model)).json()["error"]
            assert (error["status"], error["code"]) == (401, "provider_key_missing"), error
            assert "'TEST_KEY_THAT_IS_NOT_SET'" in error["message"]
            assert error["param"] in ("X-Provider-Key-OpenAI", "X-Provider-Key-Local")
            assert f"`{error['param']}`" in error["message"]
        for model in ("bad/x", "astray", "lost"):
            error = (await asked(model)).json()["error"]
            assert (error["status"], error["code"], error["retryable"]) == (404, "model_misconfigured", False), error
            assert "inner.example" not in error["message"]
        for model in ("steady", "mixed", "route", "up/m", "onceward/echo"):
            assert (await asked(model)).status_code == 200, model
        brought = {"X-Provider-Key-Local": "sk-of-the-caller"}
        assert (await asked("local/x", **brought)).status_code == 200
        assert upstream.requests[-1]["headers"]["Authorization"] == "Bearer sk-of-the-caller"


def test_offline_needs_no_provider(launch: Launch) -> None:
    url = launch("--offline", config=BROKEN.format(url="http://127.0.0.1:9")).url
    assert httpx2.get(url + "/readyz").json()["issues"] == []
    for model in ("openai/gpt-x", "bad/x", "route", "pool", "lost"):
        assert httpx2.post(url + CHAT, json={"model": model, "messages": HELLO}).status_code == 200, model
