"""Secrets of every kind, a provider that repeats all it was sent, and everything that the gateway says and writes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiohttp import web

from ..conftest import Upstream
from .kit import Caller, Server, dump

# None of them has the shape of a virtual key: nothing but knowing them helps.
OPERATOR = "canary-of-the-operator-0123456789"
HEADER = "canary-in-a-header-0123456789"
DEPLOYMENT = "canary-of-a-deployment-0123456789"
CREDENTIAL = "canary-of-a-credential-0123456789"
BROUGHT = "canary-brought-along-0123456789"
MASTER = "canary-of-who-runs-it-0123456789"
ENCRYPTING = "canary-that-encrypts-others-0123456789-0123456789"
VIRTUAL = "sk-canary-of-a-user-0123456789-0123456789-0123"
SECRETS = (OPERATOR, HEADER, DEPLOYMENT, CREDENTIAL, BROUGHT, MASTER, ENCRYPTING, VIRTUAL)

CONFIG = """
[providers.up]
base_url = "{url}/v1"
api_key = "{operator}"
headers = {{ "X-Extra" = "{header}" }}
retries = 0
[providers.openai]
base_url = "{url}/v1"
retries = 0
[models]
"operators" = "up/model"
"brought" = "openai/model"
[access_log]
to = "stderr"
[outbound]
allow = ["127.0.0.0/8"]
"""


def repeated(request: web.Request) -> str:
    """All that a provider was sent."""
    return json.dumps(dict(request.headers)) + str(request.url)


async def _error(request: web.Request, status: int) -> web.StreamResponse:
    said = repeated(request)
    error = {"message": f"Wrong: {said}", "code": said, "param": said, "type": said, "more": [{said: said}]}
    return web.json_response({"error": error, said: said}, status=status, headers={"X-Said": "nothing"})


async def _text(request: web.Request) -> web.StreamResponse:
    return web.Response(text=repeated(request), status=500)


async def _no_answer(request: web.Request) -> web.StreamResponse:
    return web.Response(text=repeated(request), content_type="text/html")


async def _error_with_success(request: web.Request) -> web.StreamResponse:
    return web.json_response({"error": {"message": repeated(request)}})


async def _error_in_stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    delta = {"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}
    for event in (
        {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [delta]},
        {"error": {"message": repeated(request), "code": repeated(request)}},
    ):
        await response.write(b"data: " + json.dumps(event).encode() + b"\n\n")
    return response


async def _hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


def _status(status: int) -> Callable[[web.Request], Any]:
    return lambda request: _error(request, status)


ANSWERS: dict[str, Callable[[web.Request], Any]] = {
    **{str(status): _status(status) for status in (400, 401, 403, 404, 429, 500, 529)},
    "text": _text,
    "no answer": _no_answer,
    "an error with success": _error_with_success,
    "an error in the stream": _error_in_stream,
    "hangs up": _hang_up,
}


class Online(Server):
    """A gateway that reaches providers."""

    flags = ()


class Told:
    """A gateway in front of the provider, and all that it said."""

    def __init__(self, server: Server, upstream: Upstream) -> None:
        self.server, self.upstream = server, upstream
        self.heard: list[tuple[str, str]] = []
        self.client = httpx2.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {MASTER}"}, timeout=20)

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        answer = await self.client.request(method, path, json=body, headers=headers)
        self.heard.append((f"{method} {path}", answer.text + str(answer.headers)))
        return answer

    async def made(self, path: str, **body: Any) -> Any:
        answer = await self.ask("POST", path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def told(tmp_path: Path, upstream: Upstream) -> AsyncIterator[Told]:
    (tmp_path / "onceward.toml").write_text(CONFIG.format(url=upstream.url, operator=OPERATOR, header=HEADER))
    environ = {"ONCEWARD_GATEWAY_API_KEYS": MASTER, "ONCEWARD_GATEWAY_SECRET_KEY": ENCRYPTING}
    server = await asyncio.to_thread(lambda: Online(tmp_path, **environ))
    found = Told(server, upstream)
    try:
        yield found
    finally:
        await found.client.aclose()
        server.stop()


async def test_secrets_in_provider_errors_are_masked(told: Told) -> None:
    await told.made(
        "/credentials", credential_name="named", credential_info={}, credential_values={"api_key": CREDENTIAL}
    )
    base = f"{told.upstream.url}/v1"
    for name, more in (
        ("deployed", {"api_key": DEPLOYMENT}),
        ("with-credential", {"credential_name": "named"}),
    ):
        await told.made(
            "/model/new", model_name=name, litellm_params={"model": "openai/model", "api_base": base, **more}
        )
    assert (await told.client.post("/key/generate", json={"key": VIRTUAL})).status_code == 200
    sent: set[str] = set()
    for what, answer in ANSWERS.items():
        told.upstream.answer = answer
        for model in ("operators", "brought", "deployed", "with-credential"):
            for stream in (False, True):
                body = {"model": model, "messages": [{"role": "user", "content": "Hi"}], "stream": stream}
                key = {"Idempotency-Key": f"canary-{what}-{model}-{stream}".replace(" ", "-")}
                got = await told.ask("POST", "/v1/chat/completions", body, **{"X-Provider-Key-OpenAI": BROUGHT}, **key)
                assert got.status_code >= 400 or "error" in got.text, (what, model)
                await told.ask("POST", "/v1/chat/completions", body, **{"X-Provider-Key-OpenAI": BROUGHT}, **key)
        got_by_it = str([request["headers"] for request in told.upstream.requests])
        sent |= {secret for secret in SECRETS if secret in got_by_it}
    assert sent == {OPERATOR, HEADER, DEPLOYMENT, CREDENTIAL, BROUGHT}
    transform = {"call_type": "completion", "request_body": {"model": "operators", "messages": []}}
    await told.ask("POST", "/utils/transform_request", transform)
    for path in (
        *("/model/info", "/model_group/info", "/credentials", "/credentials/named", "/health/models", "/spend/logs"),
        *("/v1/calls", "/provider/budgets", "/guardrails/list", "/cache/ping", "/health", "/readyz", "/metrics"),
        f"/nothing/{MASTER}?api_key={MASTER}",
        f"/key/info?key={VIRTUAL}",
        f"/spend/logs?api_key={VIRTUAL}",
    ):
        await told.ask("GET", path)
    assert len(told.heard) > 150
    files = [file for file in told.server.data.rglob("*") if file.is_file()]
    written = [("log", told.server.log.read_text()), ("database", "\n".join(dump(told.server.data)))]
    written += [(str(file), file.read_bytes().decode("latin-1")) for file in files]
    for secret in SECRETS:
        for place, text in (*told.heard, *written):
            around = text[max(0, text.find(secret) - 300) :][:600]
            assert secret not in text.replace(f"/nothing/{MASTER}", ""), (place, around)


async def test_a_gateway_that_cannot_start_says_nothing_of_its_secrets(tmp_path: Path) -> None:
    for config, environ in (
        (f'[providers.up]\nbase_url = "http://x"\napi_key = "{OPERATOR}"\nnothing = 1\n', {}),
        ("", {"ONCEWARD_GATEWAY_DATABASE_URL": f"postgresql://u:{OPERATOR}@127.0.0.1:1/x?connect_timeout=2"}),
        ("", {"ONCEWARD_GATEWAY_DATABASE_URL": f"nonsense://u:{OPERATOR}@127.0.0.1/x"}),
        ("", {"ONCEWARD_GATEWAY_REDIS_URL": f"nonsense://u:{OPERATOR}@127.0.0.1/x"}),
        ("", {"ONCEWARD_GATEWAY_API_KEYS": "short"}),
    ):
        (tmp_path / "onceward.toml").write_text(config + "[storage]\nwrite_timeout_seconds = 1\n")
        with pytest.raises(AssertionError) as caught:
            await asyncio.to_thread(lambda environ=environ: Server(tmp_path, **environ))  # type: ignore[misc]
        said = str(caught.value)
        assert len(said) > 40
        assert OPERATOR not in said
        (tmp_path / "gateway.log").unlink()


class OnlineServer(Server):
    """A gateway that would ask its providers."""

    flags = ()


async def test_a_provider_that_cannot_be_used_says_nothing_of_its_secrets(tmp_path: Path) -> None:
    (tmp_path / "onceward.toml").write_text(f'[providers.up]\nbase_url = "nonsense"\napi_key = "{OPERATOR}"\n')
    server = await asyncio.to_thread(lambda: OnlineServer(tmp_path))
    try:
        async with httpx2.AsyncClient(base_url=server.url) as client:
            ready = (await client.get("/readyz")).text
            asked = {"model": "up/m", "messages": [{"role": "user", "content": "hi"}]}
            refused = (await client.post("/v1/chat/completions", json=asked)).text
    finally:
        await asyncio.to_thread(server.stop)
    log = (tmp_path / "gateway.log").read_text()
    assert "base_url" in ready
    assert "base_url" in log
    assert OPERATOR not in ready + refused + log


def test_keys_that_begin_alike_are_not_taken_for_each_other(tmp_path: Path) -> None:
    """The hash of the whole key is looked up, and compared in constant time."""
    server = Server(tmp_path, ONCEWARD_GATEWAY_API_KEYS=MASTER)
    master = Caller(server.url, MASTER)
    keys = ["sk-" + "k" * 42 + end for end in "abc"]
    try:
        for key in keys[:2]:
            master.made("/key/generate", key=key, key_alias=f"ends in {key[-1]}")
        shown = []
        for key in keys:
            caller = Caller(server.url, key)
            shown.append(caller.get("/key/info").json().get("info", {}).get("key_alias"))
            caller.close()
        assert shown == ["ends in a", "ends in b", None]
    finally:
        master.close()
        server.stop()
