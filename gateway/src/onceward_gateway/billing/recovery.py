"""Recovery after a node died: bills its calls by their known usage, and releases the rest of their reservations.

A call of an offline model with a key is not billed: it resumes from its log when it is requested again, and is billed
then. A call of a pool with paid attempts is billed, and does not resume. A call that had sent nothing costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ..core import error_codes
from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..core.errors import ApiError, encoded
from ..core.money import credits_for
from ..core.principal import Principal
from ..core.usage import (
    added,
    tokens_of,
)
from ..db import (
    Batch,
    Database,
    Row,
)
from ..db.statements import insert_unless_there
from ..identity.directory import Directory
from . import sql
from .call_accounts import Account
from .credit_journal import debited
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
from .usage_rollups import Dimensions, RollupWriter, dimensions_of

__all__ = ["Recovery", "TextsOfEvents"]

# Returns the texts that the stored events of a stream add to its answer.
TextsOfEvents = Callable[[bytes], Iterable[str]]


@dataclass(slots=True)
class _Remains:
    """The state of a call whose node died: the start of its attempt, its reservation, and the tokens it had written."""

    started_at: float | None = None
    reservation: Reservation = field(default_factory=lambda: Reservation(""))
    account: Account | None = None
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class _Charge:
    """The charge of a dead node's attempt: its call, its payer, its usage and its cost."""

    call: CallRecord
    account: Account
    caller: Principal
    provider: str
    started_at: float
    ended_at: float
    usage: Mapping[str, Any] | None
    cost: int | None

    @property
    def id(self) -> str:
        """Return the id of the usage record."""
        return f"{self.call.id}.{self.call.attempt}"

    @property
    def latency_ms(self) -> int:
        """Return the duration of the attempt, until it was found."""
        return round((self.ended_at - self.started_at) * 1000)

    @property
    def credits(self) -> int:
        """Return the price in thousandths of a credit; 0 without credits."""
        return credits_for(self.cost or 0, self.account.milli_per_usd) if self.account.account is not None else 0

    @property
    def sums(self) -> tuple[int, ...]:
        """Return what is added to the rollups."""
        counts = tokens_of(self.usage)
        tokens = (counts.prompt, counts.completion, counts.total)
        return (1, 0, self.cost or 0, self.credits, *tokens, self.latency_ms)

    @property
    def dimensions(self) -> Dimensions:
        """Return the values that reports group and filter by."""
        account = self.account
        return dimensions_of(
            self.caller,
            account.model,
            account.model_served or self.call.model,
            account.deployment,
            self.provider,
            band=account.band,
            account=account.account,
        )

    def row(self, node: str, group_id: int) -> tuple[Any, ...]:
        """Return the usage record as a row, in the order of the table's columns."""
        call, account, caller, counts = self.call, self.account, self.caller, tokens_of(self.usage)
        is_estimated = bool(self.usage and self.usage.get("estimated"))
        return (
            *(self.id, call.id, call.attempt, call.request_id, call.key, call.principal),
            *(caller.key_id, caller.key_alias, caller.user_id, caller.team_id, caller.organization_id),
            *(caller.customer, call.operation, account.model, account.model_served or call.model),
            *(account.deployment, self.provider, counts.prompt, counts.completion, counts.total, 0, 0, 0, 0),
            *(self.cost or 0, int(self.cost is not None), self.credits, account.band, account.account),
            *(int(is_estimated), 0, int(call.stream), "interrupted", None, None, None, self.started_at, self.ended_at),
            *(self.latency_ms, None, None),
            *(msgspec.json.encode(account.tags).decode() if account.tags else None, node),
            *(None, None, account.metadata, group_id),
        )


class Recovery:
    """Bills the calls of dead nodes."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        prices: PriceBook,
        directory: Directory,
        reservations: Reservations,
        texts_of_events: TextsOfEvents,
    ) -> None:
        self._rollup_writer = RollupWriter()
        self._db = db
        self._clock = clock
        self._prices = prices
        self._directory = directory
        self._reservations = reservations
        self._texts_of_events = texts_of_events

    async def book(self, calls: Iterable[CallRecord]) -> int:
        """Write the usage records of interrupted calls, release their reservations, and return the number of records.

        Everything is part of the open transaction, which marks the calls as interrupted.
        """
        booked = 0
        async with self._db.transaction():
            batch = Batch()
            for call in sorted(calls, key=lambda call: call.id):
                remains = await self._take_over(call)
                goes_on = call.goes_on and not (remains.account and remains.account.wasted)
                if goes_on or not await self._charge(call, remains, batch):
                    _add(batch, self._reservations.release_batch(remains.reservation.taken))
                else:
                    booked += 1
            if batch:
                await self._db.write_batch(batch)
        return booked

    async def _take_over(self, call: CallRecord) -> _Remains:
        """Delete the stored reservation of a call, and return its amounts and the tokens sent."""
        remains = _Remains()
        for id, _, amounts, counted, stored_account, started_at in await self._db.query(sql.HOLDS_OF_CALL, (call.id,)):
            if await self._db.write(sql.DROP_HOLD, (id,)):
                remains.reservation.taken += msgspec.json.decode(amounts, type=list[Taken])
                remains.tokens = max(remains.tokens, int(counted))
                if stored_account is not None:
                    remains.account = msgspec.json.decode(stored_account, type=Account)
                # An attempt is billed in the window of its reservation, and its usage record has the same start.
                remains.started_at = max(remains.started_at or 0.0, float(started_at))
        if remains.account is None:
            row = await self._db.one(sql.ACCOUNT_OF_CALL, (call.id,))
            if row is not None and row[0] is not None:
                remains.account = msgspec.json.decode(row[0], type=Account)
                remains.started_at = remains.started_at or remains.account.started_at
        remains.tokens = max(remains.tokens, await self._logged(call.id))
        return remains

    async def _logged(self, call_id: str) -> int:
        """Return the tokens of the text in a call's event log; one per event if the events have no text."""
        written, last = TextCounter(), 0
        for first, end, data in await self._db.query(sql.EVENTS_OF, (call_id,)):
            # Blocks overlap where a node that was declared dead kept writing beside the one that took its call over.
            frames = bytes(data).split(b"\n\n")[max(0, last + 1 - first) :]
            last = max(last, end)
            for text in self._texts_of_events(b"\n\n".join(frames)):
                written.add(text)
        return written.tokens or last

    async def _charge(self, call: CallRecord, remains: _Remains, batch: Batch) -> bool:
        """Write the usage record of a call, and add it to the sums; return False if the call had ended."""
        charge = await self._charge_of(call, remains)
        account, dimensions = charge.account, charge.dimensions
        row = charge.row(self._reservations.node, self._rollup_writer.group(dimensions))
        insert, values = sql.ADD_USAGE.statement(row)
        if not await self._db.write(insert_unless_there(insert), values):
            return False
        self._rollup_writer.add(
            batch,
            dimensions,
            charge.started_at,
            charge.sums,
            customer=charge.caller.customer,
            tags=account.tags,
            now=charge.ended_at,
        )
        await self._update_record(charge)
        await self._settle(charge, remains.reservation, batch)
        return True

    async def _charge_of(self, call: CallRecord, remains: _Remains) -> _Charge:
        """Return the charge of a call for the tokens that it had written."""
        account = remains.account
        if account is None:
            caller = await self._caller(call.principal)
            account = Account(call.principal, call.model, charged=charged_of(caller))
        else:
            caller = account.caller
        provider = account.provider or call.provider
        usage, cost = self._used(account, provider, account.price_name or call.model, remains.tokens)
        return _Charge(
            call,
            account,
            caller,
            provider,
            started_at=call.created_at if remains.started_at is None else remains.started_at,
            ended_at=self._clock.time(),
            usage=usage,
            cost=cost,
        )

    async def _update_record(self, charge: _Charge) -> None:
        """Add the usage and the cost of an attempt to the record of its call, which is not resumed any more."""
        call, usage, cost = charge.call, charge.usage, charge.cost
        if usage is not None:
            # The call record has the usage and cost of all its attempts, including this one.
            whole = encoded(added(call.usage, usage)).decode()
            spent = call.cost_nano if cost is None else (call.cost_nano or 0) + cost
            await self._db.write(sql.BOOK_CALL, (whole, spent, call.id, call.attempt))
        if call.goes_on:
            # It is billed, so it must not be resumed from its log.
            error = _ended(call)
            body = encoded(error.body(call.request_id)).decode()
            await self._db.write(sql.END_CALL, (error.status, body, call.id, call.attempt))

    async def _settle(self, charge: _Charge, reservation: Reservation, batch: Batch) -> None:
        """Charge the windows and owners of a call, and release its reservation."""
        account, cost, credits = charge.account, charge.cost or 0, charge.credits
        owners, started = owners_of(charge.caller), charge.started_at
        changes = self._reservations.settle(reservation, cost, credits, charge.provider, batch)
        booked = (*owners, *account.charged, ("model", account.model), ("provider", charge.provider))
        if cost:
            windows = await self._reservations.stored_windows(booked, started)
            changes += self._reservations.book(windows, account.model, reservation.windows, cost, batch)
        self._reservations.apply(changes)
        if account.account is not None and credits:
            period, tier = account.period_start, account.tier
            debited(batch, account.account, period, tier, charge.id, amount=credits, started_at=started)
        add_sums(batch, charge.id, cost, account.model, owners, account.charged, tags=account.tags)

    def _used(
        self, account: Account, provider: str, price_name: str, tokens: int
    ) -> tuple[Mapping[str, Any] | None, int | None]:
        """Return the usage and cost of an attempt that had written `tokens`, and of the failed ones before it."""
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
        """Release the reservations in these rows, each exactly once across all nodes, and return their number."""
        freed = 0
        async with self._db.transaction():
            taken: list[Taken] = []
            for id, _, amounts, *_ in rows:
                if await self._db.write(sql.DROP_HOLD, (id,)):
                    freed += 1
                    taken += msgspec.json.decode(amounts, type=list[Taken])
            if taken:
                await self._db.write_batch(self._reservations.release_batch(taken))
        return freed


def _ended(call: CallRecord) -> ApiError:
    return ApiError(
        500,
        f"The gateway stopped while the call {call.id!r} ran. Its usage until then was billed. "
        "To make the call again, send it with a new key.",
        code=error_codes.CALL_INTERRUPTED,
        provider_asked=True,
    )


def _add(batch: Batch, other: Batch) -> None:
    batch.statements += other.statements
    batch.shared += other.shared
    batch.increments += other.increments
