"""The cut sweep's stride, on every transport; ``python conformance/cut_sweep.py --full`` cuts at every byte."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import onceward
from onceward.testing import FixedRandom, sse
from onceward.transports.asgi import ASGITransport, AsyncASGITransport

SCRIPT = Path(__file__).parents[4] / "conformance" / "cut_sweep.py"
EVENTS = 200
# A shorter stream is cut as often, at the same positions inside an event, and takes a third of the time to read.
FEW_EVENTS = 60


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("cut_sweep", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["cut_sweep"] = module
    spec.loader.exec_module(module)
    return module


cut_sweep: Any = load()


@pytest.mark.parametrize("library", cut_sweep.LIBRARIES)
@pytest.mark.parametrize("kind", cut_sweep.KINDS)
def test_a_cut_at_any_byte_is_healed_unseen(kind: Any, library: str) -> None:
    events = FEW_EVENTS if library.startswith("injected") else EVENTS
    target = cut_sweep.FakeTarget(events)
    try:
        outcome = cut_sweep.sweep(target, kind, library, events=events)
    finally:
        target.close()
    assert outcome.cuts > EVENTS
    assert outcome.failures == []


@pytest.fixture(scope="module")
def real() -> Iterator[Any]:
    target = cut_sweep.GatewayTarget(FEW_EVENTS)
    yield target
    target.close()


@pytest.mark.parametrize(("kind", "library"), [("sync", "httpx2"), ("async", "fast")])
def test_before_the_real_gateway_too(real: Any, kind: Any, library: str) -> None:
    outcome = cut_sweep.sweep(real, kind, library, events=FEW_EVENTS)
    assert outcome.cuts > EVENTS
    assert outcome.failures == []


class CutApplication:
    """Streams events with ids, and breaks off once before the chosen byte; remembers the keys it has seen."""

    def __init__(self) -> None:
        self.blocks = sse(
            [cut_sweep._chunk(number, finish="stop" if number == 19 else None) for number in range(20)],
            done="[DONE]",
            ids=lambda n: f"call_1:{n}",
        )
        self.cut: int | None = None
        self.keys: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError("no lifespan here")
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.keys.append(headers["idempotency-key"])
        last = headers.get("last-event-id", "call_1:0")
        rest = b"".join(self.blocks[int(last.rpartition(":")[2]) :])
        start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}
        await send(start)
        cut, self.cut = self.cut, None
        await send({"type": "http.response.body", "body": rest[:cut], "more_body": cut is not None})
        if cut is not None:
            raise ConnectionResetError


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_an_application_that_breaks_off_at_any_byte_is_healed_in_process(kind: str) -> None:
    app = CutApplication()
    ask: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}
    options: dict[str, Any] = {"base_url": "http://app", "api_key": "sk-x", "random": FixedRandom([0.0])}

    async def gathered(client: Any) -> list[Any]:
        return [event async for event in await client.chat.completions.create(**ask)]

    def once(runner: asyncio.Runner, client: Any) -> list[Any]:
        return runner.run(gathered(client)) if kind == "async" else list(client.chat.completions.create(**ask))

    transport: Any = (ASGITransport if kind == "sync" else AsyncASGITransport)(app)
    client: Any = (onceward.Onceward if kind == "sync" else onceward.AsyncOnceward)(transport=transport, **options)
    with asyncio.Runner() as runner:
        whole = [event.to_dict() for event in once(runner, client)]
        assert len(whole) == 20
        for at in range(len(b"".join(app.blocks))):
            app.cut = at
            app.keys.clear()
            assert [event.to_dict() for event in once(runner, client)] == whole, at
            assert len(set(app.keys)) == 1
            assert len(app.keys) <= 2
        if kind == "async":
            runner.run(transport.aclose())
        else:
            transport.close()


@pytest.mark.parametrize("events", [EVENTS, FEW_EVENTS])
def test_the_stride_covers_every_position_inside_an_event(events: int) -> None:
    for event in (150, 260, 700):
        size = 400 + events * event
        visited = {(at - 400) % event for at in cut_sweep.offsets(size, events, full=False) if 400 <= at < size - event}
        assert visited == set(range(event))
    assert list(cut_sweep.offsets(20, 2, full=True)) == list(range(21))
