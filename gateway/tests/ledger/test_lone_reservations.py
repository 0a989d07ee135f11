"""A call that begins alone on its node reserves in one statement, beside the calls of other nodes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from onceward_gateway.billing.ticket import Ticket
from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.principal import Bound, Principal

from .kit import NANO_A_TOKEN, Bench, Node

pytestmark = pytest.mark.cluster
NODES, CALLS, TOKENS = 3, 40, 40
# An estimate of 10 tokens for the prompt, and the tokens of the answer.
RESERVED = (10 + TOKENS) * NANO_A_TOKEN
FITTING = NODES * CALLS // 2
TEAM = Bound("team", "t", "team 't'", max_budget=FITTING * RESERVED)
KEY = Bound("key", "k", "key 'k'", max_budget=1_000_000 * NANO_A_TOKEN)
CALLER = Principal("k", key_id="k", team_id="t", bounds=(KEY, TEAM))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("ONCEWARD_TEST_DATABASE", "postgresql")
    made = Bench(tmp_path, nodes=NODES)
    made.clear()
    yield made
    made.close()


async def call_one_by_one(node: Node) -> list[Ticket | None]:
    """Begin the calls of a node, one after the other; None for one that is refused."""
    tickets: list[Ticket | None] = []
    for _ in range(CALLS):
        try:
            tickets.append(await node.enter(CALLER, tokens=TOKENS))
        except ApiError as refusal:
            if refusal.status != 402:
                raise
            tickets.append(None)
    return tickets


def test_nodes_share_a_budget_exactly(bench: Bench) -> None:
    found = [ticket for tickets in bench.all(map(call_one_by_one, bench.nodes)) for ticket in tickets]  # type: ignore[union-attr]
    begun = [ticket for ticket in found if ticket is not None]
    assert (len(found), len(begun)) == (NODES * CALLS, FITTING)
    assert bench.standings() == {
        ("key", "k", "", 0.0): (0, FITTING * RESERVED),
        ("team", "t", "", 0.0): (0, FITTING * RESERVED),
    }
    ids = [ticket.reservation.id for ticket in begun if ticket.reservation is not None]
    assert sorted(id for (id,) in bench.rows("SELECT id FROM hold")) == sorted(ids)
    for ticket in begun:
        assert bench.finish(ticket, TOKENS)
    spent = FITTING * TOKENS * NANO_A_TOKEN
    assert bench.standings() == {("key", "k", "", 0.0): (spent, 0), ("team", "t", "", 0.0): (spent, 0)}
    assert bench.rows("SELECT id FROM hold") == []
