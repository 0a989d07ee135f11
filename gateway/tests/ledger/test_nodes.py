"""Several nodes on one PostgreSQL: whatever they do at the same time, and whoever dies, money is spent once."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from onceward_gateway.billing.estimate import Candidate
from onceward_gateway.billing.ticket import Ticket
from onceward_gateway.billing.token_count import count_text
from onceward_gateway.calls.repository import CallStore
from onceward_gateway.config.billing import (
    Band,
    CreditSettings,
    LedgerSettings,
    Tier,
)
from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.principal import Bound, Principal
from onceward_gateway.db import Batch

from .kit import NANO_A_TOKEN, Bench, Node, has_sent, interrupted

pytestmark = pytest.mark.cluster

NODES = 3


def bound(scope: Any, id: str, tokens: int, **more: Any) -> Bound:
    return Bound(scope, id, f"{scope} {id!r}", max_budget=tokens * NANO_A_TOKEN, **more)


ONE = Principal("k1", key_id="k1", team_id="t", bounds=(bound("key", "k1", 500),))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("ONCEWARD_TEST_DATABASE", "postgresql")
    made = Bench(tmp_path, nodes=NODES)
    yield made
    made.close()


def tickets_of(outcomes: list[Any]) -> list[Ticket]:
    """Those that were let in; whoever was not was refused for its budget."""
    for outcome in outcomes:
        assert isinstance(outcome, Ticket) or (isinstance(outcome, ApiError) and outcome.status == 402), outcome
    return [outcome for outcome in outcomes if isinstance(outcome, Ticket)]


def deadlocks(bench: Bench) -> int:
    ((count,),) = bench.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(count)


def windows(bench: Bench) -> dict[str, tuple[int, int]]:
    rows = bench.rows("SELECT id, spent, held FROM budget_window ORDER BY id, start_at")
    return {id: (spent // NANO_A_TOKEN, held // NANO_A_TOKEN) for id, spent, held in rows}


def test_three_hundred_at_once_against_a_budget_for_ten(bench: Bench) -> None:
    # 10 tokens of the prompt and 40 of the answer, of 500.
    entered = tickets_of(bench.all(node.enter(ONE, tokens=40) for node in bench.nodes for _ in range(100)))
    assert len(entered) == 10
    assert {ticket.node for ticket in entered} <= {node.id for node in bench.nodes}
    assert windows(bench) == {"k1": (0, 500)}
    ended = bench.all(node.finish(ticket, 30) for node in bench.nodes for ticket in entered if ticket.node == node.id)
    assert ended == [True] * 10
    assert windows(bench) == {"k1": (300, 0)}
    assert bench.rows("SELECT COUNT(*) FROM hold") == [(0,)]
    # The excess reservation can be spent, at every node.
    again = tickets_of(bench.all(node.enter(ONE, tokens=40) for node in bench.nodes for _ in range(10)))
    assert len(again) == 4


def test_calls_of_many_budgets_never_wait_for_each_other_in_a_circle(bench: Bench) -> None:
    keys = [
        Principal(
            f"k{n}",
            key_id=f"k{n}",
            user_id=f"u{n % 3}",
            team_id=f"t{n % 4}",
            organization_id="o",
            bounds=(
                bound("key", f"k{n}", 40_000),
                bound("organization", "o", 200_000, budget_duration="30d"),
                bound("team", f"t{n % 4}", 90_000),
                bound("user", f"u{n % 3}", 90_000),
            ),
        )
        for n in range(12)
    ]
    before = deadlocks(bench)

    async def work(node: Node, number: int) -> int:
        spent = 0
        for turn in range(12):
            who = keys[(number * 5 + turn * 7) % len(keys)]
            ticket = await node.enter(who, tokens=20)
            if turn % 5 == 4:
                await node.ledger.admission.abandon(ticket)
                continue
            assert await node.finish(ticket, 10 + turn)
            spent += 10 + turn
        return spent

    outcomes = bench.all(work(node, number) for number in range(10) for node in bench.nodes)
    spent = sum(one for one in outcomes if isinstance(one, int))
    assert not [one for one in outcomes if isinstance(one, BaseException)]
    assert deadlocks(bench) == before
    standing = windows(bench)
    assert standing["o"] == (spent, 0)
    for letter in "ktu":
        assert sum(one[0] for id, one in standing.items() if id[0] == letter and id != "o") == spent
    assert all(held == 0 for _, held in standing.values())
    for scope in ("key", "team", "user", "organization"):
        total = bench.rows("SELECT CAST(SUM(spent) AS BIGINT) FROM spend_total WHERE scope = ?", (scope,))
        assert total == [(spent * NANO_A_TOKEN,)]


def test_a_window_that_nodes_open_at_once_counts_what_was_spent_once(bench: Bench) -> None:
    free = replace(ONE, bounds=())
    for node in bench.nodes:
        bench.act(node.finish(bench.act(node.enter(free, tokens=50)), 50))
    entered = tickets_of(bench.all(node.enter(ONE, tokens=40) for node in bench.nodes for _ in range(5)))
    assert windows(bench) == {"k1": (150, 350)}
    assert len(entered) == 7


def test_a_budget_made_while_calls_run_elsewhere_counts_them(bench: Bench) -> None:
    here, there, _ = bench.nodes
    running = bench.act(there.enter(replace(ONE, bounds=()), tokens=100))
    bench.written()
    bench.act(here.finish(bench.act(here.enter(ONE, tokens=40)), 20))
    bench.clock.now += 100
    bench.act(here.ledger.upkeep.sweep())
    assert windows(bench) == {"k1": (20, 0)}
    bench.act(there.finish(running, 100))
    bench.act(here.ledger.upkeep.sweep())
    assert windows(bench) == {"k1": (120, 0)}


def test_a_reset_on_another_node_applies_here(bench: Bench) -> None:
    here, there, _ = bench.nodes
    bench.act(here.finish(bench.act(here.enter(ONE, tokens=480)), 480))
    with pytest.raises(ApiError):
        bench.act(here.enter(ONE, tokens=40))
    bench.act(there.ledger.rollups.reset("key", "k1", 100 * NANO_A_TOKEN))
    bench.act(here.finish(bench.act(here.enter(ONE, tokens=40)), 40))
    assert bench.act(there.ledger.rollups.spent("key", "k1")) == 140 * NANO_A_TOKEN
    assert windows(bench) == {"k1": (140, 0)}


def test_a_window_that_is_gone_is_opened_again(bench: Bench) -> None:
    here, there, _ = bench.nodes
    bench.act(here.finish(bench.act(here.enter(ONE, tokens=40)), 40))
    bench.act(there.db.write("DELETE FROM budget_window"))
    bench.act(here.finish(bench.act(here.enter(ONE, tokens=40)), 30))
    assert windows(bench) == {"k1": (70, 0)}


def test_credits_of_a_period_are_granted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONCEWARD_TEST_DATABASE", "postgresql")
    tier = Tier("free", None, None, 1000, "1mo", ("basic",), None, None, None)
    band = Band("basic", None, None, ("*",), 1_000_000)
    credits = CreditSettings("free", MappingProxyType({"free": tier}), MappingProxyType({"basic": band}))
    bench = Bench(tmp_path, LedgerSettings(credits=credits), nodes=NODES)
    caller = Principal("k1", key_id="k1", organization_id="o")
    entered = tickets_of(bench.all(node.enter(caller, tokens=100) for node in bench.nodes for _ in range(8)))
    # 110 tokens are 110 thousandths of a credit, of one.
    assert len(entered) == 9
    assert bench.rows("SELECT kind, amount_milli FROM credit_entry") == [("grant", 1000)]
    bench.clock.now += 40 * 86400
    bench.all(node.enter(caller, tokens=100) for node in bench.nodes)
    assert bench.rows("SELECT COUNT(*) FROM credit_entry") == [(2,)]
    bench.close()


# -- a node dies


def test_reservations_of_a_dead_node_are_released_once(bench: Bench) -> None:
    gone, here, there = bench.nodes
    bench.act(gone.enter(ONE, tokens=200))
    bench.act(here.enter(ONE, tokens=100))
    bench.all([here.ledger.upkeep.on_dead(gone.id), there.ledger.upkeep.on_dead(gone.id)])
    assert windows(bench) == {"k1": (0, 110)}
    assert bench.rows("SELECT holder FROM hold") == [(here.id,)]


def test_a_call_of_a_dead_node_is_booked_once_with_its_prompt(bench: Bench) -> None:
    gone, here, there = bench.nodes
    caller = replace(ONE, customer="c", tags=("a",))
    ticket = bench.act(gone.enter(caller, tokens=200, prompt=400))
    assert ticket.call is not None
    ticket.call.record.provider, ticket.call.price_name = "p", "m"
    has_sent(ticket, 7)
    bench.act(gone.ledger.upkeep.sweep())
    record = interrupted(ticket, provider="deployments")
    bench.all([here.ledger.billing.interrupted([record]), there.ledger.billing.interrupted([record])])
    rows = bench.rows("SELECT call_id, status, prompt_tokens, completion_tokens, customer, provider, tags FROM usage")
    assert rows == [(ticket.call_id, "interrupted", 100, 7, "c", "p", '["a"]')]
    assert windows(bench) == {"k1": (107, 0)}
    # It was not dead after all: what it has to say comes too late.
    assert not bench.act(gone.finish(ticket, 150))
    assert windows(bench) == {"k1": (107, 0)}
    assert bench.rows("SELECT spent FROM spend_total WHERE scope = 'key'") == [(107 * NANO_A_TOKEN,)]
    assert bench.rows("SELECT COUNT(*) FROM hold") == [(0,)]


def test_the_logged_text_of_a_dead_node_is_counted_by_the_tokenizer(bench: Bench) -> None:
    gone, here, _ = bench.nodes
    ticket = bench.act(gone.enter(ONE, tokens=300))
    pieces = ["word " * 100, "more " * 50, "end."]
    frames = [
        b"id: %s:%d\ndata: " % (ticket.call_id.encode(), at)
        + json.dumps({"choices": [{"index": 0, "delta": {"content": piece}}]}).encode()
        + b"\n\n"
        for at, piece in enumerate(pieces, 1)
    ]
    batch = Batch()
    # Two blocks overlap: a node that was taken for dead went on.
    CallStore.put_events(batch, (ticket.call_id, 1, 2, b"".join(frames[:2])))
    CallStore.put_events(batch, (ticket.call_id, 2, 3, b"".join(frames[1:])))
    bench.act(bench.db.write_batch(batch))
    bench.act(gone.ledger.upkeep.sweep())
    bench.act(here.ledger.billing.interrupted([interrupted(ticket, provider="p")]))
    assert bench.rows("SELECT completion_tokens, estimated FROM usage") == [(count_text("".join(pieces)), 1)]


def test_an_attempt_of_a_dead_node_is_booked_in_the_window_in_which_it_reserved(bench: Bench) -> None:
    first, second = bench.nodes[:2]
    caller = Principal("k1", key_id="k1", bounds=(bound("key", "k1", 500, budget_duration="10s"),))
    asked_at = bench.clock.now
    # It was asked for in one window, and taken up again in a later one, by a node that dies too.
    bench.clock.now += 25.0
    ticket = bench.act(first.enter(caller, tokens=100))
    has_sent(ticket, 40)
    bench.written()
    bench.clock.now += 25.0
    assert bench.act(second.ledger.billing.interrupted([interrupted(ticket, created_at=asked_at)])) == 1
    ((started, cost),) = bench.rows("SELECT started_at, cost_nano FROM usage")
    assert started == ticket.started_at
    opened = bench.rows("SELECT start_at, end_at, spent, held FROM budget_window WHERE scope = 'key'")
    assert [(spent, held) for start, end, spent, held in opened if start <= started < end] == [(cost, 0)]
    assert sum(spent for _, _, spent, _ in opened) == cost > 0


def test_a_call_that_had_sent_nothing_is_charged_nothing(bench: Bench) -> None:
    gone, here, _ = bench.nodes
    ticket = bench.act(gone.enter(ONE, tokens=200))
    bench.act(here.ledger.billing.interrupted([interrupted(ticket)]))
    assert bench.rows("SELECT status, cost_nano FROM usage") == [("interrupted", 0)]
    assert windows(bench) == {"k1": (0, 0)}


def test_the_reservation_of_a_resumed_call_is_released_once(bench: Bench) -> None:
    gone, here, _ = bench.nodes
    ticket = bench.act(gone.enter(ONE, tokens=200))
    other = bench.act(here.enter(ONE, tokens=100))
    bench.act(here.ledger.billing.interrupted([interrupted(ticket, provider="offline", key="again")]))
    assert windows(bench) == {"k1": (0, 110)}
    assert bench.rows("SELECT COUNT(*) FROM usage") == [(0,)]
    # The node that was taken for dead ends it first: that is paid, and gives nothing back that is not its own.
    assert bench.act(gone.finish(ticket, 60))
    assert windows(bench) == {"k1": (60, 110)}
    bench.act(here.finish(other, 90))
    assert windows(bench) == {"k1": (150, 0)}


def test_a_node_that_lives_keeps_what_it_holds_whatever_its_lease_says(bench: Bench) -> None:
    here, there, _ = bench.nodes
    bench.act(here.db.write("INSERT INTO node (id, started_at, seen_at) VALUES (?, 0, 0)", (here.id,)))
    ticket = bench.act(here.enter(ONE, tokens=200))
    bench.clock.now += 2 * bench.settings.lease_seconds
    assert bench.act(there.ledger.upkeep.sweep()) == 0
    assert bench.act(here.ledger.upkeep.sweep()) == 0
    assert windows(bench) == {"k1": (0, 210)}
    bench.act(here.finish(ticket, 200))
    assert windows(bench) == {"k1": (200, 0)}


def test_the_reservation_of_a_call_that_never_began_is_released(bench: Bench) -> None:
    here = bench.node
    bench.act(here.db.write("INSERT INTO node (id, started_at, seen_at) VALUES (?, 0, 0)", (here.id,)))
    call: Any = SimpleNamespace(caller=ONE, data={"max_tokens": 200}, raw=b"x" * 30, files=[], header=lambda name: None)
    bench.act(here.ledger.admission.enter(call, "chat", "m", [Candidate("p", "m")]))
    assert windows(bench) == {"k1": (0, 210)}
    bench.clock.now += 120
    bench.act(here.ledger.upkeep.sweep())
    assert windows(bench) == {"k1": (0, 0)}
    assert bench.rows("SELECT COUNT(*) FROM hold") == [(0,)]


def test_a_call_cancelled_during_admission_reserves_nothing(bench: Bench) -> None:
    here, there, _ = bench.nodes
    bench.act(here.finish(bench.act(here.enter(ONE, tokens=10)), 10))

    async def left() -> None:
        async with there.db.transaction():
            await there.db.query("SELECT 1 FROM budget_window FOR UPDATE")
            asking = asyncio.create_task(here.enter(ONE, tokens=200))
            await waits_for_a_lock(there)
            asking.cancel()
            await asyncio.wait([asking])
        await here.ledger.upkeep.given_back()

    bench.act(left())
    assert windows(bench) == {"k1": (10, 0)}
    assert bench.rows("SELECT COUNT(*) FROM hold") == [(0,)]


async def waits_for_a_lock(node: Node) -> None:
    deadline = time.monotonic() + 10
    while not await node.db.query("SELECT 1 FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"):
        assert time.monotonic() < deadline, "nobody waits"
        await asyncio.sleep(0.01)
