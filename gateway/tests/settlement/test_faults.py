"""A call ends, whatever fails while it is settled: record, reservation, parallel place, access log, client."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from onceward_gateway.db import Batch, StorageError

from ..routing.kit import Bench, answer

MASTER = {"Authorization": "Bearer sk-master-0123456789abcdef"}
# Functions that are called while a call is admitted, made and settled, as paths from the gateway.
STEPS = [
    "calls.keys.record",
    "calls.store.put_record",
    "idempotency.store.put_answer",
    "calls.store.put_events",
    "calls.log.end",
    "calls.log.ended",
    "calls.keys.ended",
    "calls.settlement._on_ended",
    "ledger.upkeep.write_fresh",
    "ledger.billing.account",
    "prices.cost",
    "ledger.billing.bill",
    "ledger.billing.apply",
    "ledger.billing.end",
    "ledger.billing._served_at",
    "ledger.admission.begun",
    "ledger._leases.forget",
    "ledger._leases.watch",
    "ledger._reservations.settle",
    "ledger._reservations.book",
    "db.write_batch",
    "db.enqueue",
    "telemetry._metrics.ended",
    "telemetry._metrics.attempted",
    "telemetry._metrics.answered",
]
# Without these nothing can be billed, or nothing let go: they may fail once.
BILLING = {
    "calls.store.put_record",
    "db.write_batch",
    "ledger.billing.bill",
    "ledger.billing.apply",
    "ledger._reservations.settle",
}
RELEASE = {"calls.keys.ended", "ledger.billing.end"}


def config(bench: Bench, folder: Path) -> str:
    return f"""
[auth]
mode = "required"
api_keys = ["sk-master-0123456789abcdef"]
[access_log]
to = "{folder / "access.log"}"
[metrics]
enabled = true
[prices."a/m"]
input_per_million = 1000.0
output_per_million = 2000.0
[providers.a]
base_url = "{bench.providers["a"].url}/v1"
api_key = "k"
"""


@pytest.fixture
async def ready(tmp_path: Path) -> AsyncIterator[tuple[Bench, dict[str, str]]]:
    async with AsyncExitStack() as stack:
        bench = Bench(tmp_path, stack)
        await bench.provider("a")
        await bench.start(config(bench, tmp_path))
        limits = {"max_budget": 5.0, "max_parallel_requests": 1, "tpm_limit": 10_000_000}
        made = await bench.http.post("/key/generate", json=limits, headers=MASTER)
        assert made.status_code == 200, made.text
        yield bench, {"Authorization": f"Bearer {made.json()['key']}"}


def break_step(monkeypatch: pytest.MonkeyPatch, gateway: Any, path: str, times: int, error: Exception) -> list[int]:
    """Have a step raise so many times."""
    owner = gateway
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    original, hits = getattr(owner, name), [0]

    def raising() -> None:
        hits[0] += 1
        if hits[0] <= times:
            raise error

    async def broken_later(*args: Any, **kwargs: Any) -> Any:
        raising()
        return await original(*args, **kwargs)

    def broken_now(*args: Any, **kwargs: Any) -> Any:
        raising()
        return original(*args, **kwargs)

    broken = broken_later if inspect.iscoroutinefunction(original) else broken_now
    target = type(owner) if hasattr(type(owner), "__slots__") and not hasattr(owner, "__dict__") else owner
    monkeypatch.setattr(target, name, broken)
    return hits


async def assert_ended(bench: Bench, key: dict[str, str], request_id: str, folder: Path) -> None:
    """Nothing of a call is left: neither in memory nor in the database, nor of its limits; its line is written."""
    gateway = bench.gateway
    async with asyncio.timeout(10):
        for call in list(gateway.calls.running.values()):
            await call.finished()
    assert not gateway.calls.running
    await gateway.ledger.upkeep.given_back()
    await gateway.db.flush()
    rows = await gateway.db.query("SELECT status FROM call")
    assert "in_progress" not in [status for (status,) in rows]
    assert await gateway.db.query("SELECT id FROM hold") == []
    assert not [one for one in gateway.ledger._reservations._balances.values() if one.held]
    assert await gateway.db.query("SELECT id FROM budget_window WHERE held <> 0") == []
    assert not gateway.ledger.limiter._running
    assert not gateway.idempotency._claims
    assert gateway.telemetry._access_log is not None
    gateway.telemetry._access_log.flush()
    lines = [json.loads(line) for line in (folder / "access.log").read_text().splitlines()]
    assert [line for line in lines if line["request_id"] == request_id]
    after = await bench.chat("a/m", headers=key)
    assert after.status_code == 200, after.text


@pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])
@pytest.mark.parametrize("times", [1, 99], ids=["once", "always"])
@pytest.mark.parametrize("path", STEPS)
async def test_a_call_ends_whatever_fails(
    ready: tuple[Bench, dict[str, str]], tmp_path: Path, path: str, times: int, stream: bool
) -> None:
    if path in RELEASE and times > 1:
        pytest.skip("what lets go of a call cannot itself be gone")
    bench, key = ready
    named = key | {"X-Request-Id": "req-1", "Idempotency-Key": "k-1"}
    error: Exception = StorageError("broken") if path.startswith("db.") else RuntimeError("broken")
    with pytest.MonkeyPatch.context() as broken:
        break_step(broken, bench.gateway, path, times, error)
        async with asyncio.timeout(10):
            told = await bench.chat("a/m", stream=stream, headers=named)
            assert told.status_code in (200, 500, 503)
            for call in list(bench.gateway.calls.running.values()):
                await call.finished()
    asked = bool(bench.providers["a"].seen)
    await assert_ended(bench, key, "req-1", tmp_path)
    if asked and not (path in BILLING | {"ledger._reservations.book"} and times > 1):
        # The call that was made is billed, once.
        rows = await bench.gateway.db.query(
            "SELECT usage.cost_nano FROM usage JOIN call ON call.id = usage.call_id WHERE call.key = 'k-1'"
        )
        assert len(rows) == 1
        assert rows[0][0] > 0


async def test_a_call_whose_first_record_was_given_up_is_recorded_when_it_ends(
    ready: tuple[Bench, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, key = ready
    calls, db = bench.gateway.calls.recorder, bench.gateway.db
    recorded, given_up = calls.recorded, asyncio.Event()

    def give_up(batch: Batch) -> None:
        given_up.set()

    async def later(call_id: str) -> None:
        # Behind the batch that nobody waits for.
        await given_up.wait()
        await recorded(call_id)

    with monkeypatch.context() as patch:
        patch.setattr(calls, "recorded", later)
        patch.setattr(db, "enqueue", give_up)
        assert (await bench.chat("a/m", headers=key)).status_code == 200
    assert given_up.is_set()
    assert await db.query("SELECT call.status, usage.status FROM usage LEFT JOIN call ON call.id = usage.call_id") == [
        ("completed", "completed")
    ]


ODD = [
    {"completion_tokens_details": "x"},
    {"prompt_tokens_details": [1]},
    {"prompt_tokens": "many", "completion_tokens": None},
    {"prompt_tokens": 1e400, "completion_tokens": 2.5},
    {"total_tokens": {"a": 1}},
    {"prompt_tokens": -5, "completion_tokens": 7},
]


@pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])
@pytest.mark.parametrize("usage", ODD, ids=[json.dumps(usage) for usage in ODD])
async def test_a_usage_of_an_odd_shape_ends_its_call(
    ready: tuple[Bench, dict[str, str]], tmp_path: Path, usage: dict[str, Any], stream: bool
) -> None:
    bench, key = ready
    whole = answer("Hi.")
    whole["usage"] |= usage

    async def odd(request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        text = json.dumps(whole)
        if not body.get("stream"):
            return web.Response(text=text, content_type="application/json")
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        choice = {"index": 0, "delta": {"content": "Hi."}, "finish_reason": "stop"}
        events = [chunk | {"choices": [choice]}, chunk | {"choices": [], "usage": whole["usage"]}]
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for event in events:
            await response.write(b"data: " + json.dumps(event).encode() + b"\n\n")
        await response.write(b"data: [DONE]\n\n")
        return response

    bench.providers["a"].act = odd
    told = await bench.chat("a/m", stream=stream, headers=key | {"X-Request-Id": "req-1", "Idempotency-Key": "k-1"})
    assert told.status_code in (200, 502)
    bench.providers["a"].well()
    await assert_ended(bench, key, "req-1", tmp_path)
    booked = await bench.gateway.db.query(
        "SELECT usage.status FROM usage JOIN call ON call.id = usage.call_id WHERE call.key = 'k-1'"
    )
    assert booked in ([("completed",)], [("failed",)])
