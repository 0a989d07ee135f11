"""The gateway in this process: calls from inside, a disk that fails, hostile keys and names."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onceward_gateway.api.authentication import Authenticator
from onceward_gateway.config.load import Settings
from onceward_gateway.core.clock import SystemClock
from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.restrictions import RouteCatalog
from onceward_gateway.db import Batch, StorageError
from onceward_gateway.entry.app import App, create_app
from onceward_gateway.http.request import Route
from onceward_gateway.identity.directory import master_keys

from .databases import database_in, settings_for
from .identity import directory_over

CHAT = "/v1/chat/completions"
HELLO = {"model": "onceward/echo", "messages": [{"role": "user", "content": "Hello!"}]}


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    made = create_app(settings_for(tmp_path, offline=True))
    await made.start()
    yield made
    await made.gateway.stop()


async def inside(app: App, body: dict[str, Any], **headers: str) -> tuple[int, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await app.dispatch("POST", CHAT, body=json.dumps(body).encode(), principal="me", headers=named)
    return answer.status, json.loads(answer.body)


async def test_a_call_from_inside_is_a_call(app: App) -> None:
    status, answer = await inside(app, HELLO, idempotency_key="k")
    assert status == 200
    assert (await inside(app, HELLO, idempotency_key="k"))[1] == answer
    listed = await app.gateway.calls.store.listed("me", limit=5, after=None, key="k")
    assert listed is not None
    assert [record.attempts for record in listed[0]] == [2]
    assert (await inside(app, HELLO | {"temperature": 9}))[0] == 400


async def test_no_stream_from_inside(app: App) -> None:
    with pytest.raises(ApiError, match="without `stream`"):
        await inside(app, HELLO | {"stream": True})
    async with asyncio.timeout(5):
        for run in list(app.gateway.calls.running.values()):
            await run.finished()
    assert not app.gateway.calls.running


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_that_cannot_be_recorded_is_withheld(
    app: App, stream: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def full(batch: Batch) -> None:
        raise StorageError("no space")

    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as client:
        with monkeypatch.context() as broken:
            broken.setattr(app.gateway.db, "write_batch", full)
            answer = await client.post(CHAT, json=HELLO | {"stream": stream})
        assert "storage_failed" in answer.text
        assert "data: [DONE]" not in answer.text
        assert stream or answer.status_code == 500
        assert "no space" not in answer.text
        assert "no space" in caplog.text
        assert (await client.post(CHAT, json=HELLO | {"stream": stream})).status_code == 200


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", ["a\r\nX-Evil: 1", "\x01", "modèle", "模型", "x" * 512])
async def test_a_name_does_not_break_out_of_its_header(gateway: str, stream: bool, name: str) -> None:
    async with httpx2.AsyncClient() as client:
        answer = await client.post(gateway + CHAT, json=HELLO | {"model": name, "stream": stream})
    assert answer.status_code == 200
    assert "x-evil" not in answer.headers


KEYS = frozenset({hashlib.sha256(b"sk-the-one-and-only").digest()})


@pytest.fixture
async def gate(tmp_path: Path) -> AsyncIterator[Authenticator]:
    db = database_in(tmp_path)
    await db.open()
    masters = master_keys(KEYS)
    directory = directory_over(db, SystemClock(), str, masters=masters.values())
    yield Authenticator(Settings(auth_mode="required", key_hashes=KEYS), directory, masters, RouteCatalog(tuple))
    await db.close()


ROUTE = Route("GET", "/v1/models", "list")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.sampled_from(["' OR '1'='1", "sk-the-one-and-onl", "sk-the-one-and-only\x00", "\udcff", ""]))
async def test_no_hostile_key_gets_in(gate: Authenticator, key: str) -> None:
    for headers in ({"authorization": f"Bearer {key}"}, {"authorization": key}, {"x-api-key": key}, {"api-key": key}):
        with pytest.raises(ApiError) as refused:
            await gate.admit(ROUTE, headers)
        assert refused.value.status == 401
        assert len(key) < 10 or key not in refused.value.message


async def test_the_key_gets_in(gate: Authenticator) -> None:
    assert (await gate.admit(ROUTE, {"authorization": "Bearer sk-the-one-and-only"})).id.startswith("key_")
