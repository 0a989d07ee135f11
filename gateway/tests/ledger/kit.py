"""A ledger on its own, with a clock to turn, and calls that are nothing but what the ledger sees of them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any, Literal, TypeVar

from headgate_gateway.config import Price
from headgate_gateway.ledger.ledger import Ledger, Ticket
from headgate_gateway.ledger.settings import LedgerSettings
from headgate_gateway.ledger.sql import MIGRATIONS
from headgate_gateway.once.sql import MIGRATIONS as ONCE
from headgate_gateway.platform import MIGRATIONS as PLATFORM
from headgate_gateway.platform import Platform, Principal
from headgate_gateway.prices import PriceBook
from headgate_gateway.storage import Database

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


class Bench:
    """A database and a ledger on it. Every act is a tick of its own, committed at its end."""

    def __init__(self, path: Path | Literal[":memory:"] = ":memory:", settings: LedgerSettings | None = None) -> None:
        self.loop = asyncio.new_event_loop()
        self.clock = Clock()
        self.settings = settings or LedgerSettings()
        self.ids = itertools.count()
        self.db = Database(path)
        self.db.migrate((*ONCE, *PLATFORM, *MIGRATIONS))
        self.prices = PriceBook(MappingProxyType({"m": PRICE, "n": PRICE}), self.clock)
        self.ledger = self.made()

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self.ids):026d}"

    def made(self) -> Ledger:
        self.platform = Platform(self.db, self.clock, self.new_id)
        return Ledger(self.db, self.clock, self.settings, self.prices, self.platform, self.new_id)

    def act(self, what: Callable[[], T]) -> T:
        async def tick() -> T:
            try:
                return what()
            finally:
                await self.db.committed()

        return self.loop.run_until_complete(tick())

    def enter(self, caller: Principal, *, tokens: int, model: str = "m", prompt: int = 30) -> Ticket:
        """A call whose estimate is a token for three bytes of the prompt, and `tokens`."""
        call: Any = SimpleNamespace(caller=caller, data={"max_tokens": tokens}, raw=b"x" * prompt, files=[])
        return self.act(lambda: self._entered(call, model))

    def _entered(self, call: Any, model: str) -> Ticket:
        ticket = self.ledger.enter(call, "chat", model, [("p", model)])
        record = SimpleNamespace(id=self.new_id("call_"), attempts=1)
        self.ledger.begun(ticket, SimpleNamespace(record=record, ticket=None, marks={}))  # type: ignore[arg-type]  # what is read of a run
        return ticket

    def finish(self, ticket: Ticket, used: int, *, status: str = "completed") -> None:
        """The call has used this many tokens in all."""
        usage = {"prompt_tokens": 0, "completion_tokens": used, "total_tokens": used}
        record = SimpleNamespace(
            id=ticket.call_id,
            attempts=ticket.attempt,
            request_id="req",
            key=None,
            principal=ticket.caller.id,
            operation="chat",
            model=ticket.model,
            provider="p",
            status=status,
            stream=False,
            usage=usage,
            cost_nano=self.prices.cost("p", ticket.model, usage),
            error=None,
            error_status=None,
            finished_at=self.clock.time(),
        )
        run: Any = SimpleNamespace(
            record=record, ticket=ticket, price_name=ticket.model, deployment=None, cached=False, first_at=None
        )
        self.act(lambda: self.ledger.settle(run))

    def restart(self) -> int:
        """The process is gone and another one starts on the same database."""
        self.db._before_commit.clear()
        self.ledger = self.made()
        return self.act(self.ledger.recover)

    def close(self) -> None:
        self.db.close()
        self.loop.close()
