"""A process is killed and another one starts on its database: what its calls had sent is booked on every budget."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from onceward_gateway.billing import sql
from onceward_gateway.billing.ticket import Ticket
from onceward_gateway.calls.event_log import EventLog
from onceward_gateway.cluster.bus import LocalBus
from onceward_gateway.core.principal import Bound, Principal
from onceward_gateway.db import Batch, StorageUnavailable

from ..databases import on_postgres
from .kit import NANO_A_TOKEN, Bench, has_sent, interrupted

KEY = Bound("key", "k1", "key 'k1'", max_budget=500 * NANO_A_TOKEN, budget_duration="10s")
CALLER = Principal("k1", key_id="k1", customer="c")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def windows(bench: Bench) -> list[tuple[str, int, int]]:
    found = bench.rows("SELECT scope, spent, held FROM budget_window ORDER BY scope, start_at")
    return [(scope, spent, held) for scope, spent, held in found]


def logged(bench: Bench, ticket: Ticket, text: str) -> None:
    """Have the log write one event of a call, as it does with the events of a moment."""
    call: Any = ticket.call
    frame = {"choices": [{"index": 0, "delta": {"content": text}}]}
    call.frames = [b"id: %s:1\ndata: %s\n\n" % (call.record.id.encode(), json.dumps(frame).encode())]
    call.saved = 0

    async def write() -> None:
        log = EventLog(bench.db, LocalBus(), lambda: True, bench.ledger.billing.keep)
        log.add(call)
        log.flush()

    bench.act(write())


def test_the_events_of_a_call_are_written_with_its_account(bench: Bench) -> None:
    ticket = bench.enter(replace(CALLER, bounds=(KEY,)), tokens=100)
    ticket.tags = ("cut",)
    logged(bench, ticket, "word")
    bench.replace_process()
    assert bench.act(bench.ledger.billing.interrupted([interrupted(ticket)])) == 1
    bench.act(bench.node.recover())
    ((customer, prompt, tokens, cost),) = bench.rows(
        "SELECT customer, prompt_tokens, completion_tokens, cost_nano FROM usage"
    )
    assert (customer, prompt > 0, tokens) == ("c", True, 1)
    assert windows(bench) == [("key", cost, 0)]
    assert bench.rows("SELECT tag FROM usage_tag") == [("cut",)]


@pytest.mark.parametrize("later", [0.0, 25.0])
def test_a_window_that_the_dead_process_opened_counts_what_its_calls_used(bench: Bench, later: float) -> None:
    # The first call holds nothing of the budget, which came while it ran.
    ticket = bench.enter(CALLER, tokens=100)
    bench.written()
    bench.finish(bench.enter(replace(CALLER, bounds=(KEY,)), tokens=10), 5)
    has_sent(ticket, 40)
    bench.act(bench.ledger.upkeep.renew())
    bench.replace_process()
    bench.clock.now += later
    assert bench.act(bench.ledger.billing.interrupted([interrupted(ticket)])) == 1
    ((total,),) = bench.rows("SELECT SUM(cost_nano) FROM usage")
    assert total > 40 * NANO_A_TOKEN
    assert windows(bench) == [("key", int(total), 0)]


@pytest.mark.parametrize("provider", ["offline", "p"])
def test_tries_that_were_paid_are_booked_with_what_the_last_one_sent(bench: Bench, provider: str) -> None:
    ticket = bench.enter(replace(CALLER, bounds=(KEY,)), tokens=100)
    call: Any = ticket.call
    record = replace(call.record, provider=provider, key="again", stream=True)
    call.record = replace(record, wasted=True)
    call.wasted = [("p", "m", {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30})]
    batch = Batch()
    bench.node.calls.put_record(batch, record)
    bench.act(bench.db.write_batch(batch))
    bench.act(bench.ledger.admission.hold_wasted(call, provider))
    logged(bench, ticket, "word")
    bench.replace_process()
    # The stored record does not know of these tries.
    assert bench.act(bench.ledger.billing.interrupted([replace(record, status="interrupted")])) == 1
    bench.act(bench.node.recover())
    ((tokens, cost, estimated),) = bench.rows("SELECT completion_tokens, cost_nano, estimated FROM usage")
    assert (tokens, cost >= 30 * NANO_A_TOKEN, estimated) == (21, True, 1)
    assert windows(bench) == [("key", cost, 0)]
    ((spent, error),) = bench.rows("SELECT cost_nano, error FROM call")
    assert spent == cost
    # It must not go on from its log, where it would be paid once more.
    assert (error is not None and "call_interrupted" in error) == (provider == "offline")


@pytest.mark.cluster
@pytest.mark.skipif(not on_postgres(), reason="Only where nodes share the database a hold has a row of its own.")
def test_a_paid_attempt_is_reserved_once_if_its_commit_is_unconfirmed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = bench.enter(replace(CALLER, bounds=(KEY,)), tokens=100)
    call: Any = ticket.call
    call.wasted = [("p", "m", {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30})]
    write, transaction = bench.db.write, bench.db.transaction
    lost: list[str] = []

    async def noting(statement: str, *values: Any) -> int:
        if statement == sql.ENLARGE_HOLD:
            lost.append(statement)
        return await write(statement, *values)

    @asynccontextmanager
    async def unanswered() -> AsyncIterator[None]:
        async with transaction():
            yield
        if lost:
            lost.clear()
            raise StorageUnavailable("The connection was lost.")

    monkeypatch.setattr(bench.db, "write", noting)
    monkeypatch.setattr(bench.db, "transaction", unanswered)
    assert bench.act(bench.ledger.admission.hold_wasted(call, "p")) is None
    bench.finish(ticket, 5)
    ((_, cost, held),) = windows(bench)
    assert (cost > 0, held) == (True, 0)
