"""A ledger on its own, with a clock to turn, and calls that are nothing but what the ledger sees of them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any, TypeVar

from onceward_gateway.billing.estimate import Candidate
from onceward_gateway.billing.ledger import Ledger
from onceward_gateway.billing.prices import PriceBook
from onceward_gateway.billing.ticket import Ticket
from onceward_gateway.calls.repository import CallStore
from onceward_gateway.config.billing import LedgerSettings
from onceward_gateway.config.load import Price
from onceward_gateway.core.call_record import CallRecord
from onceward_gateway.core.principal import Principal
from onceward_gateway.db import (
    AlreadyDone,
    Batch,
    Database,
)
from onceward_gateway.providers.chunks import texts_of_events
from onceward_gateway.ratelimit.limiter import RateLimiter

from ..databases import database_in
from ..identity import directory_over

T = TypeVar("T")
PRICE = Price(input=1_000_000, output=1_000_000)
NANO_A_TOKEN = 1000


class Clock:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


class Node:
    """One gateway's ledger. Several of them on one database are the nodes of a cluster."""

    def __init__(self, bench: Bench, db: Database) -> None:
        self.bench = bench
        self.db = db
        self.id = bench.new_id("node_")
        self.directory = directory_over(db, bench.clock, bench.new_id)
        self.ledger = Ledger(
            db,
            bench.clock,
            bench.settings,
            bench.prices,
            self.directory,
            limiter=RateLimiter(bench.clock),
            node=self.id,
            served_at=lambda call: None,
            texts_of_events=texts_of_events,
        )
        self.calls = CallStore(db)

    async def enter(
        self,
        caller: Principal,
        *,
        tokens: int | None,
        model: str = "m",
        prompt: int = 30,
        via: tuple[Candidate, ...] = (),
    ) -> Ticket:
        """A call whose estimate is a token for three bytes of the prompt, and `tokens`."""
        data = {} if tokens is None else {"max_tokens": tokens}
        request: Any = SimpleNamespace(caller=caller, data=data, raw=b"x" * prompt, files=[], header=lambda name: None)
        call_id = self.bench.new_id("call_")
        ticket = await self.ledger.admission.enter(request, "chat", model, via or [Candidate("p", model)], call_id)
        call: Any = SimpleNamespace(
            record=self.record(ticket, call_id),
            ticket=None,
            marks={},
            price_name=model,
            deployment=None,
            cached=False,
            first_at=None,
            tokens_produced=0,
            wasted=[],
        )
        self.ledger.admission.begun(ticket, call)
        return ticket

    def record(self, ticket: Ticket, call_id: str) -> CallRecord:
        return CallRecord(
            id=call_id,
            principal=ticket.caller.id,
            operation="chat",
            model=ticket.model,
            provider="p",
            status="in_progress",
            stream=False,
            key=None,
            attempts=1,
            request_id="req",
            created_at=self.bench.clock.time(),
            node=self.id,
        )

    async def finish(self, ticket: Ticket, used: int, *, status: Any = "completed") -> bool:
        """The call has used this many tokens in all; False where another node has booked it."""
        call = ticket.call
        assert call is not None
        record = call.record
        usage = {"prompt_tokens": 0, "completion_tokens": used, "total_tokens": used}
        record.usage, record.status, record.finished_at = usage, status, self.bench.clock.time()
        record.cost_nano = self.bench.prices.cost("p", ticket.model, usage)
        batch = Batch()
        bill = self.ledger.billing.bill(call, batch)
        if bill is not None:
            self.ledger.billing.apply(call, bill)
        try:
            if batch:
                await self.db.write_batch(batch)
            if bill is not None:
                self.ledger.billing.confirm(bill)
        except AlreadyDone:
            self.ledger.billing.revert(call)
            return False
        finally:
            self.ledger.billing.end(call)
        return True

    async def recover(self) -> int:
        """Start the ledger as a gateway does."""
        return await self.ledger.upkeep.recover()


class Bench:
    """A database and the nodes on it. Every act is over when all it wrote is durable."""

    def __init__(self, folder: Path, settings: LedgerSettings | None = None, nodes: int = 1) -> None:
        self.folder = folder
        self.loop = asyncio.new_event_loop()
        self.clock = Clock()
        self.settings = settings or LedgerSettings()
        self.ids = itertools.count()
        self.prices = PriceBook(MappingProxyType({"m": PRICE, "n": PRICE}), self.clock)
        self.nodes = [self._node() for _ in range(nodes)]

    def _node(self) -> Node:
        db = database_in(self.folder)
        self.loop.run_until_complete(db.open())
        return Node(self, db)

    @property
    def node(self) -> Node:
        return self.nodes[0]

    @property
    def db(self) -> Database:
        return self.node.db

    @property
    def ledger(self) -> Ledger:
        return self.node.ledger

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self.ids):026d}"

    def act(self, what: Coroutine[Any, Any, T]) -> T:
        async def tick() -> T:
            try:
                return await what
            finally:
                for node in self.nodes:
                    await node.ledger.upkeep.given_back()
                    await node.db.flush()

        return self.loop.run_until_complete(tick())

    def all(self, acts: Iterable[Coroutine[Any, Any, T]]) -> list[T | BaseException]:
        """Do all at once."""

        async def together() -> list[T | BaseException]:
            return list(await asyncio.gather(*acts, return_exceptions=True))

        return self.act(together())

    def rows(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        return self.act(self.db.query(statement, parameters))

    def standings(self) -> dict[tuple[str, str, str, float], tuple[int, int]]:
        """Return the spend and reservations of each window. A process alone with its database reserves in memory."""
        columns = "scope, id, model, start_at, spent, held"
        found = {tuple(row[:4]): (row[4], row[5]) for row in self.rows(f"SELECT {columns} FROM budget_window")}
        if self.db.shared:
            return found
        known = self.ledger._reservations._balances
        assert all(held == 0 for _, held in found.values())
        assert all(known[window].spent == found[window][0] for window in known if window in found)
        return {window: (spent, known[window].held if window in known else 0) for window, (spent, _) in found.items()}

    def enter(self, caller: Principal, *, tokens: int | None, **more: Any) -> Ticket:
        return self.act(self.node.enter(caller, tokens=tokens, **more))

    def finish(self, ticket: Ticket, used: int, *, status: str = "completed") -> bool:
        return self.act(ticket_node(self, ticket).finish(ticket, used, status=status))

    def written(self) -> None:
        """A moment has passed: the calls that run have their rows."""

        async def passed() -> None:
            for node in self.nodes:
                node.ledger.upkeep.write_fresh()

        self.act(passed())

    def clear(self) -> None:
        """Have nothing in the tables."""
        for table in (
            "usage",
            "usage_charge",
            "usage_tag",
            "usage_rollup",
            "spend_total",
            "budget_window",
            "hold",
            "call",
        ):
            self.act(self.db.write(f"DELETE FROM {table}"))

    def restart(self) -> int:
        """The process is gone and another one starts on the same database."""
        dead = self.replace_process()
        freed = self.act(self.node.recover())
        if self.db.shared:
            self.act(self.ledger.upkeep.on_dead(dead.id))
        return freed

    def replace_process(self) -> Node:
        """The process is gone, and another one has its database; returns the dead one."""
        dead = self.nodes.pop(0)
        self.loop.run_until_complete(dead.ledger.upkeep.stop())
        self.nodes.insert(0, Node(self, dead.db))
        return dead

    def close(self) -> None:
        for node in self.nodes:
            self.loop.run_until_complete(node.ledger.upkeep.stop())
            self.loop.run_until_complete(node.db.close())
        self.loop.close()


def ticket_node(bench: Bench, ticket: Ticket) -> Node:
    """The node that a call was made at, though it be taken for dead."""
    return next((node for node in bench.nodes if node.id == ticket.node), bench.node)


def interrupted(ticket: Ticket, **changes: Any) -> CallRecord:
    """A call as whoever marks it interrupted gives it to the ledger."""
    assert ticket.call is not None
    return replace(ticket.call.record, status="interrupted", **changes)


def has_sent(ticket: Ticket, tokens: int) -> None:
    """So many tokens of a call's answer went out."""
    call: Any = ticket.call
    call.tokens_produced = tokens
