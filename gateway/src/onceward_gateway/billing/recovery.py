"""After a node died: its calls are booked by what is known that they used; the rest of what they held is free.

A call of an offline model whose key is known is left out: it goes on from its log when it is asked for, and is paid
then. One of a pool that has paid tries behind it is booked, and does not go on. A call that had sent nothing is charged
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..core.errors import ApiError, encoded
from ..core.money import credits_for
from ..core.principal import Principal
from ..core.usage import (
    added,
    hour_of,
    tokens_of,
)
from ..db import (
    Batch,
    Database,
    Row,
)
from ..identity.directory import Directory
from . import sql
from .call_accounts import Account
from .credits import debited
from .prices import PriceBook
from .reservations import (
    Reservation,
    Reservations,
    Taken,
)
from .token_count import TextCounter
from .usage_records import (
    add_sums,
    charged_of,
    owners_of,
)

__all__ = ["Recovery", "TextsOfEvents"]

# Returns the texts that the stored events of a stream add to its answer.
TextsOfEvents = Callable[[bytes], Iterable[str]]


@dataclass(slots=True)
class _Left:
    """Remains of a call whose node died: when its attempt started, what it held, and how much it had written."""

    started_at: float | None = None
    hold: Reservation = field(default_factory=lambda: Reservation(""))
    account: Account | None = None
    tokens: int = 0


class Recovery:
    """Books what dead nodes left."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        prices: PriceBook,
        directory: Directory,
        holds: Reservations,
        texts_of_events: TextsOfEvents,
    ) -> None:
        self._db = db
        self._clock = clock
        self._prices = prices
        self._directory = directory
        self._holds = holds
        self._texts_of_events = texts_of_events

    async def book(self, calls: Iterable[CallRecord]) -> int:
        """Write the records of calls that nobody runs any more; gives how many. What they held is given back.

        All of it is one transaction, a part of the one that is open: whoever marks the calls books them.
        """
        booked = 0
        async with self._db.transaction():
            batch = Batch()
            for call in sorted(calls, key=lambda call: call.id):
                left = await self._taken_over(call)
                goes_on = call.goes_on and not (left.account and left.account.wasted)
                if goes_on or not await self._book(call, left, batch):
                    _add(batch, self._holds.returned(left.hold.taken))
                else:
                    booked += 1
            if batch:
                await self._db.write_batch(batch)
        return booked

    async def _taken_over(self, call: CallRecord) -> _Left:
        """What a call held and had sent; its row is gone with that, and nobody else gives it back."""
        left = _Left()
        for id, _, lines, counted, kept, started_at in await self._db.query(sql.HOLDS_OF_CALL, (call.id,)):
            if await self._db.write(sql.DROP_HOLD, (id,)):
                left.hold.taken += msgspec.json.decode(lines, type=list[Taken])
                left.tokens = max(left.tokens, int(counted))
                if kept is not None:
                    left.account = msgspec.json.decode(kept, type=Account)
                # An attempt is billed in the window in which it reserved, which its record names too.
                left.started_at = max(left.started_at or 0.0, float(started_at))
        left.tokens = max(left.tokens, await self._logged(call.id))
        return left

    async def _logged(self, call_id: str) -> int:
        """Tokens of the text in a call's event log; one an event where the events say no text."""
        written, last = TextCounter(), 0
        for first, end, data in await self._db.query(sql.EVENTS_OF, (call_id,)):
            # Blocks overlap where a node that was taken for dead went on beside the one that took its call over.
            frames = bytes(data).split(b"\n\n")[max(0, last + 1 - first) :]
            last = max(last, end)
            for text in self._texts_of_events(b"\n\n".join(frames)):
                written.add(text)
        return written.tokens or last

    async def _book(self, call: CallRecord, left: _Left, batch: Batch) -> bool:
        """Write a call's record, and into `batch` what it is added to; False where it had ended after all."""
        account, hold, tokens = left.account, left.hold, left.tokens
        started = call.created_at if left.started_at is None else left.started_at
        if account is None:
            caller = await self._caller(call.principal)
            account = Account(call.principal, call.model, charged=charged_of(caller))
        else:
            caller = account.caller
        provider = account.provider or call.provider
        usage, cost = self._used(account, provider, account.price_name or call.model, tokens)
        counts = tokens_of(usage)
        credits = credits_for(cost or 0, account.milli_per_usd) if account.account is not None else 0
        is_estimated = bool(usage and usage.get("estimated"))
        now = self._clock.time()
        usage_id = f"{call.id}.{call.attempt}"
        row = (
            *(usage_id, call.id, call.attempt, call.request_id, call.key, call.principal),
            *(caller.key_id, caller.key_alias, caller.user_id, caller.team_id, caller.organization_id),
            *(caller.customer, call.operation, account.model, account.model_served or call.model),
            *(account.deployment, provider, counts.prompt, counts.completion, counts.total, 0, 0, 0, 0),
            *(cost or 0, int(cost is not None), credits, account.band, account.account, int(is_estimated), 0),
            *(int(call.stream), "interrupted", None, None, None, started, now),
            *(round((now - started) * 1000), None, hour_of(started)),
            *(msgspec.json.encode(account.tags).decode() if account.tags else None, self._holds.node),
            *(None, None, account.metadata),
        )
        if not await self._db.write(f"{sql.ADD_USAGE} ON CONFLICT (id) DO NOTHING", row):
            return False
        if usage is not None:
            # The record of the call says what all its attempts used and cost, this one included.
            whole = encoded(added(call.usage, usage)).decode()
            spent = call.cost_nano if cost is None else (call.cost_nano or 0) + cost
            await self._db.write(sql.BOOK_CALL, (whole, spent, call.id, call.attempt))
        if call.goes_on:
            # It is booked, so that nobody takes it up again from its log.
            error = _ended(call)
            body = encoded(error.body(call.request_id)).decode()
            await self._db.write(sql.END_CALL, (error.status, body, call.id, call.attempt))
        owners = owners_of(caller)
        changes = self._holds.settle(hold, cost or 0, credits, provider, batch)
        booked = (*owners, *account.charged, ("model", account.model), ("provider", provider))
        changes += await self._holds.book_late(booked, account.model, hold.windows, started, cost or 0, batch)
        self._holds.apply(changes)
        if account.account is not None and credits:
            debited(batch, account.account, account.period_start, account.tier, usage_id, credits, now)
        add_sums(batch, usage_id, cost or 0, account.model, owners, account.charged, account.tags)
        return True

    def _used(
        self, account: Account, provider: str, price_name: str, tokens: int
    ) -> tuple[Mapping[str, Any] | None, int | None]:
        """The usage of an attempt that had written so many tokens, with its paid tries, and what all of it cost."""
        usage: Mapping[str, Any] | None = None
        cost: int | None = 0
        if tokens:
            prompt = account.prompt_tokens
            counts = {"prompt_tokens": prompt, "completion_tokens": tokens, "total_tokens": prompt + tokens}
            usage, cost = {**counts, "estimated": True}, self._prices.cost(provider, price_name, counts)
        for wasted in account.wasted:
            usage, more = added(usage, wasted[2]), self._prices.cost(*wasted)
            cost = cost if more is None else (cost or 0) + more
        return usage, cost

    async def _caller(self, owner: str) -> Principal:
        try:
            return await self._directory.principal(owner)
        except ApiError:
            record = await self._directory.records.keys.any(owner)
            if record is None:
                return Principal(owner)
            return Principal(
                owner,
                key_id=record.id,
                key_alias=record.alias,
                user_id=record.user_id,
                team_id=record.team_id,
                organization_id=record.organization_id,
            )

    async def give_back(self, rows: Iterable[Row]) -> int:
        """Give back what these rows of holds hold, each once, whoever else does the same; gives how many were there."""
        freed = 0
        async with self._db.transaction():
            taken: list[Taken] = []
            for id, _, lines, *_ in rows:
                if await self._db.write(sql.DROP_HOLD, (id,)):
                    freed += 1
                    taken += msgspec.json.decode(lines, type=list[Taken])
            if taken:
                await self._db.write_batch(self._holds.returned(taken))
        return freed


def _ended(call: CallRecord) -> ApiError:
    return ApiError(
        500,
        f"The gateway stopped while the call {call.id!r} ran. What it had used is booked. "
        "To make the call again, send it with a new key.",
        code="call_interrupted",
        provider_asked=True,
    )


def _add(batch: Batch, other: Batch) -> None:
    batch.statements += other.statements
    batch.shared += other.shared
