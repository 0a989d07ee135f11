"""Reservations: in any order of calls and crashes, no caller spends more than its limit."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from onceward_gateway.billing.estimate import Candidate
from onceward_gateway.billing.ticket import Ticket
from onceward_gateway.config.billing import FixedBudget, LedgerSettings
from onceward_gateway.core.errors import ApiError
from onceward_gateway.core.principal import Bound, ModelBudget, Principal, in_order
from onceward_gateway.core.records import Key

from ..databases import on_postgres
from .kit import NANO_A_TOKEN, Bench, Node, has_sent, interrupted, ticket_node

TEAM = Bound("team", "t", "team 't'", max_budget=900 * NANO_A_TOKEN, budget_duration="30s")
SHARED = Bound("budget", "b", "budget 'b'", max_budget=2000 * NANO_A_TOKEN, soft_budget=100)
ONE = Bound("key", "k1", "key 'k1'", max_budget=500 * NANO_A_TOKEN)
TWO = Bound("key", "k2", "key 'k2'", budget_duration="1mo", max_budget=700 * NANO_A_TOKEN)
CALLERS = (
    Principal("k1", key_id="k1", team_id="t", bounds=(SHARED, ONE, TEAM)),
    Principal("k2", key_id="k2", user_id="u", team_id="t", organization_id="o", bounds=(SHARED, TWO, TEAM)),
    Principal("k3", key_id="k3", user_id="u", customer="c"),
)


@cache
def folder() -> Path:
    made = Path(tempfile.mkdtemp(prefix="onceward-ledger-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


class Spending(RuleBasedStateMachine):
    """Calls begin, end, fail, are never begun; time passes; nodes die, and what they say afterwards comes too late."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench(folder(), nodes=3 if on_postgres() else 1)
        self.bench.clear()
        self.open: list[tuple[Ticket, int]] = []
        self.late: list[Ticket] = []
        self.overruns = 0
        self.waited = 0.0

    @initialize()
    def start(self) -> None:
        self.bench.act(self.bench.node.recover())

    @rule(who=st.sampled_from(CALLERS), tokens=st.integers(1, 400), model=st.sampled_from("mn"), at=st.integers(0, 2))
    def begin(self, who: Principal, tokens: int, model: str, at: int) -> None:
        node = self.bench.nodes[at % len(self.bench.nodes)]
        try:
            self.open.append((self.bench.act(node.enter(who, tokens=tokens, model=model)), 10 + tokens))
        except ApiError as refusal:
            if refusal.status != 402:
                raise

    @precondition(lambda self: self.open)
    @rule(data=st.data(), status=st.sampled_from(["completed", "failed", "cancelled"]))
    def end(self, data: st.DataObject, status: str) -> None:
        ticket, most = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
        used = data.draw(st.integers(0, most))
        self.bench.finish(ticket, used, status=status)
        self.bench.finish(ticket, used)

    @precondition(lambda self: self.open and not self.overruns)
    @rule(more=st.integers(1, 300))
    def run_over(self, more: int) -> None:
        ticket, most = self.open.pop()
        self.overruns += more
        self.bench.finish(ticket, most + more)

    @precondition(lambda self: self.open)
    @rule()
    def never_begin(self) -> None:
        ticket, _ = self.open.pop(0)
        self.bench.act(ticket_node(self.bench, ticket).ledger.admission.abandon(ticket))

    @rule(seconds=st.sampled_from([1.0, 20.0, 31.0, 86400.0 * 40]))
    def wait(self, seconds: float) -> None:
        # No call runs for as long as windows are kept.
        if self.waited + seconds < 80 * 86400.0:
            self.waited += seconds
            self.bench.clock.now += seconds

    @rule(at=st.integers(0, 2))
    def sweep(self, at: int) -> None:
        # Nobody's lease is over: all that live renew it.
        for node in self.bench.nodes:
            self.bench.act(node.ledger.upkeep.renew())
        self.bench.act(self.bench.nodes[at % len(self.bench.nodes)].ledger.upkeep.sweep())

    @precondition(lambda self: not self.bench.db.shared)
    @rule()
    def start_again(self) -> None:
        self.bench.restart()
        self.open.clear()

    @precondition(lambda self: self.bench.db.shared)
    @rule(at=st.integers(0, 2), sent=st.integers(0, 400))
    def die(self, at: int, sent: int) -> None:
        """Both others find it at the same time."""
        gone = self.bench.nodes[at]
        theirs = [(ticket, most) for ticket, most in self.open if ticket.node == gone.id]
        for ticket, most in theirs:
            # Seven tokens are counted for its prompt.
            has_sent(ticket, max(0, min(sent, most - 10)))
        self.bench.act(gone.ledger.upkeep.renew())
        others = [node for node in self.bench.nodes if node is not gone]
        records = [interrupted(ticket) for ticket, _ in theirs]
        self.bench.all([node.ledger.billing.interrupted(records) for node in others])
        self.bench.all([node.ledger.upkeep.on_dead(gone.id) for node in others])
        self.open = [one for one in self.open if one not in theirs]
        self.late += [ticket for ticket, _ in theirs]

    @precondition(lambda self: self.late)
    @rule(used=st.integers(0, 400))
    def end_late(self, used: int) -> None:
        assert not self.bench.finish(self.late.pop(), used)

    @invariant()
    def never_overdrawn(self) -> None:
        limits = {(str(b.scope), b.id): b.max_budget or 0 for b in (TEAM, SHARED, ONE, TWO)}
        for (scope, id, _, _), (spent, held) in self.bench.standings().items():
            assert held >= 0
            assert spent + held <= limits[scope, id] + self.overruns * NANO_A_TOKEN

    @invariant()
    def what_is_held_is_held_for_calls_that_run(self) -> None:
        self.bench.written()
        wanted: Counter[tuple[Any, ...]] = Counter()
        for ticket, _ in self.open:
            for *window, amount in ticket.reservation.taken if ticket.reservation is not None else ():
                wanted[tuple(window)] += amount
        held = {window: held for window, (_, held) in self.bench.standings().items() if held}
        assert held == {window: amount for window, amount in wanted.items() if amount}
        assert self.bench.rows("SELECT COUNT(*) FROM hold") == [(len(self.open),)]

    @invariant()
    def records_are_the_sums(self) -> None:
        bench, sums = self.bench, self.bench.ledger.rollups
        for scope, column in (
            ("key", "key_id"),
            ("user", "user_id"),
            ("team", "team_id"),
            ("organization", "organization_id"),
        ):
            for id, spent in bench.rows(
                f"SELECT {column}, SUM(cost_nano) FROM usage WHERE {column} IS NOT NULL GROUP BY 1"
            ):
                assert bench.act(sums.spent(scope, id)) == spent
        for scope, id, model, start, end, spent in bench.rows(
            "SELECT scope, id, model, start_at, end_at, spent FROM budget_window"
        ):
            assert spent == bench.act(sums.usage.summed((scope, id, model), start, end))

    def teardown(self) -> None:
        self.bench.close()


Spending.TestCase.settings = hypothesis_settings(
    max_examples=20 if on_postgres() else 60, stateful_step_count=40, deadline=None
)
TestSpending = Spending.TestCase


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def test_all_lines_or_none(bench: Bench) -> None:
    with pytest.raises(ApiError) as refusal:
        bench.enter(CALLERS[0], tokens=600)
    assert refusal.value.code == "budget_exceeded"
    assert "key 'k1'" in refusal.value.message
    assert {held for _, held in bench.standings().values()} == {0}


def test_a_budget_made_while_a_call_runs_counts_it(bench: Bench) -> None:
    free = replace(CALLERS[0], bounds=())
    running = bench.enter(free, tokens=100)
    bench.finish(bench.enter(free, tokens=100), 100)
    bench.finish(bench.enter(CALLERS[0], tokens=100), 50)
    bench.finish(running, 100)
    rows = bench.rows("SELECT spent FROM budget_window WHERE scope = 'key'")
    assert rows == [(250 * NANO_A_TOKEN,)]


def test_a_temporary_increase_ends(bench: Bench) -> None:
    until = bench.clock.now + 60
    raised = replace(ONE, temp_increase=500 * NANO_A_TOKEN, temp_until=until)
    caller = replace(CALLERS[0], bounds=(raised,))
    bench.finish(bench.enter(caller, tokens=600), 600)
    bench.clock.now = until
    with pytest.raises(ApiError):
        bench.enter(caller, tokens=1)


def test_a_lease_that_is_over_is_given_back(bench: Bench) -> None:
    bench.enter(CALLERS[0], tokens=100)
    bench.written()
    other = Node(bench, bench.db)
    bench.clock.now += bench.settings.lease_seconds + 1
    assert bench.act(other.ledger.upkeep.sweep()) == 1
    bench.nodes = [other]
    assert {held for _, held in bench.standings().values()} == {0}


def test_a_living_process_keeps_its_reservations(bench: Bench) -> None:
    ticket = bench.enter(CALLERS[0], tokens=100)
    for _ in range(5):
        bench.clock.now += bench.ledger.upkeep.sweep_seconds
        assert bench.act(bench.ledger.upkeep.sweep()) == 0
    bench.finish(ticket, 100)
    assert bench.rows("SELECT spent FROM budget_window WHERE scope = 'key'") == [(100 * NANO_A_TOKEN,)]


def test_a_soft_budget_warns_and_refuses_nothing(bench: Bench) -> None:
    caller = replace(CALLERS[0], bounds=(replace(ONE, max_budget=None, soft_budget=50 * NANO_A_TOKEN),))
    first = bench.enter(caller, tokens=100)
    assert not first.headers
    bench.finish(first, 100)
    second = bench.enter(caller, tokens=100)
    assert "soft budget" in dict(second.headers)["x-onceward-budget-warning"]


def test_a_caller_with_a_budget_cannot_use_a_model_without_a_price(bench: Bench) -> None:
    with pytest.raises(ApiError) as refusal:
        bench.enter(CALLERS[0], tokens=1, model="nobody-knows-it")
    assert refusal.value.code == "price_unknown"


def test_spending_that_is_set_back_starts_again(bench: Bench) -> None:
    bench.finish(bench.enter(CALLERS[0], tokens=480), 480)
    bench.clock.now += 31
    with pytest.raises(ApiError):
        bench.enter(CALLERS[0], tokens=100)
    bench.act(bench.ledger.rollups.reset("key", "k1", 0))
    bench.finish(bench.enter(CALLERS[0], tokens=100), 60)
    assert bench.act(bench.ledger.rollups.spent("key", "k1")) == 60 * NANO_A_TOKEN
    assert bench.act(bench.ledger.rollups.in_window(ONE, bench.clock.now)) == 60 * NANO_A_TOKEN
    assert bench.rows("SELECT SUM(cost_nano) FROM usage") == [(540 * NANO_A_TOKEN,)]


def spent_in(bench: Bench, scope: str) -> list[int]:
    rows = bench.rows("SELECT spent FROM budget_window WHERE scope = ? ORDER BY id, model", (scope,))
    return [spent // NANO_A_TOKEN for (spent,) in rows]


def test_a_pattern_counts_all_models_that_it_matches_from_before_it_was_set(bench: Bench) -> None:
    free = replace(CALLERS[0], bounds=())
    bench.finish(bench.enter(free, tokens=100, model="m"), 100)
    bench.finish(bench.enter(free, tokens=100, model="n"), 50)
    limit = MappingProxyType({"*": ModelBudget(400 * NANO_A_TOKEN), "m": ModelBudget(900 * NANO_A_TOKEN)})
    caller = replace(CALLERS[0], bounds=(Bound("key", "k1", "key 'k1'", model_max_budget=limit),))
    running = bench.enter(free, tokens=100, model="n")
    bench.finish(bench.enter(caller, tokens=100, model="m"), 20)
    assert spent_in(bench, "key") == [170, 120]
    # A call that ran when they were opened counts too.
    bench.finish(running, 80)
    assert spent_in(bench, "key") == [250, 120]
    with pytest.raises(ApiError) as refusal:
        bench.enter(caller, tokens=150, model="n")
    assert refusal.value.code == "budget_exceeded"
    assert "for the model '*'" in refusal.value.message


def test_a_member_counts_what_it_used_in_the_team_from_before(bench: Bench) -> None:
    free = Principal("k2", key_id="k2", user_id="u", team_id="t")
    elsewhere = Principal("k3", key_id="k3", user_id="u")
    bench.finish(bench.enter(free, tokens=100), 70)
    bench.finish(bench.enter(elsewhere, tokens=100), 90)
    seat = Bound("team_member", "t:u", "member 'u' of the team 't'", max_budget=1000 * NANO_A_TOKEN)
    bench.finish(bench.enter(replace(free, bounds=(seat,)), tokens=100), 10)
    assert spent_in(bench, "team_member") == [80]


def test_a_shared_budget_counts_from_before_it_limited_anything(bench: Bench) -> None:
    unlimited = in_order([Bound("budget", "b", "budget 'b'")])
    free = replace(CALLERS[0], bounds=unlimited)
    bench.finish(bench.enter(free, tokens=100), 70)
    bench.finish(bench.enter(replace(CALLERS[0], bounds=(SHARED,)), tokens=100), 10)
    assert spent_in(bench, "budget") == [80]


def test_a_key_counts_for_the_key_that_it_was_derived_from(bench: Bench) -> None:
    for id, parent in (("k1", None), ("k9", "k1")):
        bench.act(bench.node.directory.records.keys.put(Key(id=id, hash=id, name=id, parent_id=parent)))
    child = Principal("k9", key_id="k9", bounds=())
    bench.finish(bench.enter(child, tokens=100), 70)
    bench.finish(bench.enter(replace(child, bounds=(ONE,)), tokens=100), 10)
    assert spent_in(bench, "key") == [80]


def test_an_unbounded_answer_reserves_the_maximum_output_of_its_model(bench: Bench) -> None:
    caller = replace(CALLERS[0], bounds=(replace(ONE, max_budget=10**12),))
    for known, held in ((16_384, 16_384), (None, bench.settings.default_output_tokens)):
        ticket = bench.enter(caller, tokens=None, via=(Candidate("p", "m", known),))
        assert ticket.reservation is not None
        assert ticket.reservation.taken[0][-1] == (10 + held) * NANO_A_TOKEN
        bench.act(bench.ledger.admission.abandon(ticket))
    bounded = bench.enter(caller, tokens=5, via=(Candidate("p", "m", 16_384),))
    assert bounded.reservation is not None
    assert bounded.reservation.taken[0][-1] == 15 * NANO_A_TOKEN


PROVIDERS = MappingProxyType({name: FixedBudget(name, 100 * NANO_A_TOKEN, None, "1d") for name in ("here", "there")})
HERE, THERE, ELSEWHERE = (Candidate(name, "m") for name in ("here", "there", "elsewhere"))


def held_at(ticket: Ticket) -> list[str]:
    assert ticket.reservation is not None
    return [id for _, id, *_ in ticket.reservation.taken]


def test_a_provider_with_too_little_budget_is_avoided(tmp_path: Path) -> None:
    bench = Bench(tmp_path, LedgerSettings(providers=PROVIDERS))
    free = Principal("k1", key_id="k1")
    bench.enter(free, tokens=80, via=(HERE,))
    dear = bench.enter(free, tokens=80, via=(HERE, THERE))
    assert held_at(dear) == ["there"]
    assert not bench.ledger.admission.open_to("here", dear.call_id)
    assert bench.ledger.admission.open_to("there", dear.call_id)
    # One that costs little fits in, and nobody's dear call keeps others away.
    assert bench.ledger.admission.open_to("here", "call_of_another")
    assert held_at(bench.enter(free, tokens=1, prompt=3, via=(HERE, THERE))) == ["here", "there"]
    # One without a budget may serve too.
    assert held_at(bench.enter(free, tokens=80, via=(HERE, THERE, ELSEWHERE))) == []
    with pytest.raises(ApiError) as refusal:
        bench.enter(free, tokens=80, via=(HERE, THERE))
    assert (refusal.value.status, refusal.value.code) == (402, "budget_exceeded")
    # The total spend of all callers is hidden from this caller.
    assert not {"spend", "reserved", "max_budget"} & refusal.value.body("req").keys()
    bench.close()


def test_a_provider_with_nothing_left_is_closed_to_all_for_a_while(tmp_path: Path) -> None:
    bench = Bench(tmp_path, LedgerSettings(providers=PROVIDERS))
    free = Principal("k1", key_id="k1")
    all_of_it = bench.enter(free, tokens=90, via=(HERE,))
    assert held_at(bench.enter(free, tokens=10, via=(HERE, THERE))) == ["there"]
    assert not bench.ledger.admission.open_to("here")
    bench.finish(all_of_it, 0)
    bench.clock.now += 10
    assert bench.ledger.admission.open_to("here")
    assert held_at(bench.enter(free, tokens=10, via=(HERE, THERE))) == ["here", "there"]
    bench.close()
