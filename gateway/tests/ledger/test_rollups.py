"""Sums of usage by hour and day: exactly what the records add up to, whatever becomes of a call and its node."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.principal import Principal
from onceward_gateway.db import Batch

from ..databases import on_postgres
from .kit import Bench, has_sent, interrupted
from .rollup_sums import expected, kept

ONE = Principal("k1", key_id="k1", user_id="u1", team_id="t1", organization_id="o1")
OTHER = Principal("k2", key_id="k2", customer="shopper")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def test_the_sums_are_what_the_records_add_up_to(bench: Bench) -> None:
    for number in range(6):
        for caller, tags in ((ONE, ()), (ONE, ("red", "blue")), (OTHER, ("red",))):
            ticket = bench.enter(caller, tokens=100, model="mn"[number % 2])
            ticket.tags = tags
            bench.clock.now += 2.5
            assert bench.finish(ticket, 10 + number, status=("completed", "failed", "cancelled")[number % 3])
        bench.clock.now += 1500 + 20_000 * (number % 2)
    assert len(bench.rows("SELECT * FROM usage")) == 18
    assert kept(bench.rows) == expected(bench.rows)
    # Every record names its group.
    grouped = "SELECT COUNT(*) FROM usage JOIN usage_group AS g ON g.id = usage.group_id AND g.kind = 0"
    assert bench.rows(f"{grouped} AND g.model = usage.model AND g.key_id = usage.key_id") == [(18,)]


def test_calls_that_end_together_are_all_in_the_sums(bench: Bench) -> None:
    tickets = [bench.enter(caller, tokens=100) for caller in (ONE, OTHER) for _ in range(20)]
    assert bench.all(bench.node.finish(ticket, 10) for ticket in tickets) == [True] * 40
    assert kept(bench.rows) == expected(bench.rows)
    assert sum(sums[0] for place, sums in kept(bench.rows).items() if place[:1] == (0,) and place[2] == 24) == 40


def test_a_call_that_another_node_billed_is_not_in_the_sums_twice(bench: Bench) -> None:
    tickets = [bench.enter(dataclasses.replace(ONE, key_id=f"k{number}"), tokens=100) for number in range(3)]
    bench.written()
    for ticket in tickets:
        has_sent(ticket, 7)
    bench.act(bench.ledger.upkeep.renew())
    # Its node is taken for dead, and its calls are billed; then it comes back, and ends them.
    assert bench.act(bench.ledger.billing.interrupted([interrupted(ticket) for ticket in tickets[:2]])) == 2
    assert [bench.finish(ticket, 9) for ticket in tickets] == [False, False, True]
    # A key of which all that was written was refused is in the sums once it is billed.
    assert bench.finish(bench.enter(dataclasses.replace(ONE, key_id="k0"), tokens=100), 9)
    assert kept(bench.rows) == expected(bench.rows)
    assert len(bench.rows("SELECT * FROM usage")) == 4


def test_a_bill_that_is_composed_again_has_its_group(bench: Bench) -> None:
    ticket = bench.enter(ONE, tokens=100)
    call: Any = ticket.call
    call.record.status, call.record.finished_at = "completed", bench.clock.now
    refused = Batch()
    bill = bench.ledger.billing.bill(call, refused)
    assert bill is not None
    bench.ledger.billing.apply(call, bill)
    # Nothing of it is written, and it is tried again with less.
    bench.ledger.billing.revert(call)
    assert bench.finish(ticket, 5)
    assert kept(bench.rows) == expected(bench.rows)


def test_a_bill_that_is_given_up_does_not_take_the_group_of_other_calls_along(bench: Bench) -> None:
    given_up, other = (bench.enter(OTHER, tokens=100) for _ in range(2))
    for ticket in (given_up, other):
        ticket.tags = ("red",)
    call: Any = given_up.call
    call.record.status, call.record.finished_at = "completed", bench.clock.now
    # The first bill of its groups is never written, and the second was composed before that was known.
    bill = bench.ledger.billing.bill(call, Batch())
    assert bill is not None
    bench.ledger.billing.apply(call, bill)
    assert bench.finish(other, 5)
    bench.ledger.billing.revert(call)
    bench.ledger.billing.end(call)
    assert len(bench.rows("SELECT * FROM usage")) == 1
    assert kept(bench.rows) == expected(bench.rows)


def test_the_row_of_a_group_is_added_until_it_is_durable(bench: Bench) -> None:
    def groups() -> int:
        call: Any = bench.enter(OTHER, tokens=100).call
        call.record.status, call.record.finished_at = "completed", bench.clock.now
        batch = Batch()
        bill = bench.ledger.billing.bill(call, batch)
        assert bill is not None
        bench.ledger.billing.end(call)
        added = [name for name, _, _ in batch.shared if name[0] == "usage_group"]
        assert len(added) == len(bill.new_groups)
        return len(added)

    assert (groups(), groups()) == (2, 2)
    assert bench.finish(bench.enter(OTHER, tokens=100), 5)
    assert groups() == 0


@pytest.mark.parametrize("written", [True, False])
def test_a_withheld_answer_counts_as_failed_once(bench: Bench, written: bool) -> None:
    ticket = bench.enter(OTHER, tokens=100)
    ticket.tags = ("red",)
    assert bench.finish(ticket, 5, status="completed" if written else "failed")
    for _ in range(2):
        batch = Batch()
        bench.ledger.billing.withhold(ticket.call, ApiError(503, "Away.", code="storage_unavailable"), batch)
        bench.act(bench.db.write_batch(batch))
    assert kept(bench.rows) == expected(bench.rows)
    failed = {sums[1] for sums in kept(bench.rows).values()}
    assert failed == {1}


@pytest.mark.cluster
@pytest.mark.skipif(not on_postgres(), reason="Nodes share a database on PostgreSQL only.")
def test_nodes_that_settle_at_once_add_to_the_same_sums(tmp_path: Path) -> None:
    bench = Bench(tmp_path, nodes=3)
    try:
        callers = [dataclasses.replace(OTHER, key_id=f"k{number}") for number in range(7)]
        for _ in range(4):
            tickets = []
            for number in range(63):
                node = bench.nodes[number % 3]
                ticket = bench.act(node.enter(callers[number % 7], tokens=100))
                ticket.tags = ("red", "blue")[: number % 3]
                tickets.append((node, ticket))
            ended = bench.all(node.finish(ticket, 10) for node, ticket in tickets)
            assert ended == [True] * 63
        assert kept(bench.rows) == expected(bench.rows)
    finally:
        bench.close()
