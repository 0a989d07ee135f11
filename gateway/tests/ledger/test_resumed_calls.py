"""A call that goes on after an interruption: its record is the sum of all its attempts, as they were booked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from onceward_gateway.calls.idempotent_calls import IdempotentCalls
from onceward_gateway.core.call_record import CallRecord
from onceward_gateway.db import Batch
from onceward_gateway.idempotency.engine import Claim, IdempotencyKeys
from onceward_gateway.idempotency.request import IdempotentRequest

from .kit import Bench

USAGE = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("resumed", [True, False])
def test_the_attempts_before_it_stay_in_its_record(bench: Bench, resumed: bool) -> None:
    # The first attempt failed after 30 tokens, the second one was interrupted, and nothing was booked of it.
    before = CallRecord(
        *(
            "call_1",
            "me",
            "chat",
            "m",
            "offline",
            "interrupted" if resumed else "failed",
            True,
            "k",
            2,
            "req",
            bench.clock.now,
        ),
        usage=USAGE,
        cost_nano=300,
        attempt=2,
    )
    batch = Batch()
    bench.node.calls.put_record(batch, before)
    bench.act(bench.db.write_batch(batch))
    nodes: Any = SimpleNamespace(id="here")
    keys = IdempotencyKeys(bench.db, bench.clock, 3600)
    put = Batch()
    presented = IdempotentRequest("me", "chat", "k", b"", stream=True, request_id="req", body_bytes=10)
    keys.store.put(put, ("me", "k", "chat", b"", "call_1", bench.clock.now + 60))
    bench.act(bench.db.write_batch(put))
    unused: Any = None
    calls = IdempotentCalls(
        bench.db, keys, nodes, bench.new_id, bench.node.calls, running={}, follow=unused, interrupt=unused
    )
    claim = bench.act(calls.enter(presented, look_up=True))
    assert isinstance(claim, Claim)
    call = bench.act(calls.new_call(presented, claim, model="m", provider="offline"))
    assert call is not None
    assert call.resumed is resumed
    assert (call.record.attempt, call.record.cost_nano) == (2 if resumed else 3, None)
    done = replace(call.record, status="completed", usage=USAGE, cost_nano=500)
    assert (done.total_cost_nano, done.tokens["total_tokens"]) == (800, 60)
