"""The cost of an open stream: no task to watch its client, small events, and no garbage when it ends."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from onceward_gateway.calls.event_log import EventLog
from onceward_gateway.calls.running import RunningCall
from onceward_gateway.config.load import Settings
from onceward_gateway.db import Batch
from onceward_gateway.entry.app import App, create_app
from onceward_gateway.entry.garbage_collection import collect_when_quiet
from onceward_gateway.entry.protocol import HttpProtocol

Connect = Callable[..., Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    """A gateway in this process."""
    made = create_app(replace(Settings(), offline=True, data_dir=tmp_path))
    await made.start()
    yield made
    await made.gateway.stop()


@pytest.fixture
async def connect(app: App) -> AsyncIterator[Connect]:
    """Begins a paced stream; its answer is read up to the first event."""
    asgi: Any = app
    config = uvicorn.Config(asgi, log_config=None, proxy_headers=False)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: HttpProtocol(config, ServerState(), {}, loop), "127.0.0.1", 0)

    async def begin(pace: float = 0.0) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        body = (
            b'{"model":"onceward/echo","stream":true,"messages":[{"role":"user","content":"Say: one two"}],'
            b'"provider_specific_params":{"pace":%f}}' % pace
        )
        head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        writer.write(head + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await reader.readuntil(b"data: ")
        return reader, writer

    yield begin
    server.close()
    await server.wait_closed()


async def test_a_stream_has_two_tasks_and_no_further_one_for_its_client(app: App, connect: Connect) -> None:
    before = asyncio.all_tasks()
    streams = [await connect(10.0) for _ in range(3)]
    tasks = asyncio.all_tasks() - before
    # The request's and the call's.
    assert len(tasks) == 6, tasks
    assert len(app.gateway.calls.running) == 3
    for _, writer in streams:
        writer.close()


async def test_a_client_that_leaves_ends_its_call(app: App, connect: Connect) -> None:
    _, writer = await connect(10.0)
    (call,) = app.gateway.calls.running.values()
    writer.close()
    async with asyncio.timeout(5):
        await call.finished()
    assert call.record.status == "cancelled"


async def test_nothing_is_left_of_a_stream_that_ended(app: App, connect: Connect) -> None:
    """Garbage in cycles would wait for a full collection, which is postponed while many streams are open."""
    gc.collect()
    gc.disable()
    try:
        before = asyncio.all_tasks()
        for _ in range(3):
            reader, writer = await connect()
            assert b"data: [DONE]" in await reader.read()
            writer.close()
        if ending := asyncio.all_tasks() - before:
            await asyncio.wait(ending, timeout=5)
        del ending
        assert not app.gateway.calls.running
        # The ledger has the calls of the last moment on its list of those to be written.
        app.gateway.ledger.upkeep.write_fresh()
        left = [one for one in gc.get_objects() if isinstance(one, RunningCall)]
        assert not left
    finally:
        gc.enable()


async def test_young_objects_are_collected_a_few_at_a_time() -> None:
    """A collection of the middle generation looks at all that came since the one before: it is a stall."""
    before = gc.get_threshold()
    task = asyncio.create_task(collect_when_quiet(lambda: 0))
    try:
        await asyncio.sleep(0)
        young, middle, old = gc.get_threshold()
        assert young * (middle + 2) <= 20_000
        assert old >= 1_000_000
    finally:
        task.cancel()
        gc.set_threshold(*before)
        gc.unfreeze()


async def test_a_connection_that_is_gone_calls_back_once() -> None:
    """The application says whom to call, and takes it back; a pipelined request has its own."""
    called: list[str] = []
    said = asyncio.Event()

    def gone() -> None:
        called.append("gone")
        said.set()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        on_gone = scope["extensions"]["onceward.on_gone"]
        on_gone(lambda: called.append("taken back"))
        on_gone(None)
        on_gone(gone)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        await said.wait()
        # A reader after the end receives the ASGI message for it.
        assert "onceward.on_gone" not in scope["extensions"]
        assert (await receive())["type"] in ("http.request", "http.disconnect")

    config = uvicorn.Config(application, log_config=None, proxy_headers=False)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: HttpProtocol(config, ServerState(), {}, loop), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b"x")
    writer.close()
    async with asyncio.timeout(5):
        await said.wait()
    assert called == ["gone"]
    server.close()
    await server.wait_closed()


async def test_the_events_of_many_calls_are_written_in_turns() -> None:
    """Thousands of streams with keys say something within the same twentieth of a second."""
    batches: list[Batch] = []
    db: Any = SimpleNamespace(enqueue=batches.append)
    bus: Any = SimpleNamespace(connected=False)
    log = EventLog(db, bus, lambda: True, lambda call, batch: None)
    runs = [
        SimpleNamespace(record=SimpleNamespace(id=f"call_{at}"), frames=[b"x"], saved=0, total=1, told=0)
        for at in range(450)
    ]
    for call in runs:
        _add(log, call)
    async with asyncio.timeout(5):
        while sum(len(batch.statements) for batch in batches) < len(runs):  # noqa: ASYNC110 - the log has no event
            await asyncio.sleep(0)
    assert [len(batch.statements) for batch in batches] == [200, 200, 50]
    assert all(call.saved == 1 for call in runs)
    _add(log, runs[-1])
    runs[-1].frames.append(b"y")
    log.flush()
    assert runs[-1].saved == 2


def _add(log: EventLog, call: Any) -> None:
    log.add(call)
