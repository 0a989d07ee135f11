"""A pool becomes an answer: its deployments are tried, one after the other, until one answers.

What is known to be of no use is passed over: a deployment that rests after failures, whose own limits are reached, or
whose budget (or its provider's) is spent. Nothing is tried after the first content went out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..core.answer import DeliveryFault
from ..core.errors import ApiError
from ..core.response_writer import Producer, Sink
from ..ratelimit.limiter import Pass
from .attempt import Attempt
from .circuit_breaker import DeploymentState
from .deployments import Deployment
from .pool import AUTO, Pool
from .retry import (
    PassedOver,
    Tried,
    judge,
    none_left,
    out_of_time,
    too_slow,
)
from .strategies import Option, choose
from .targets import Target

if TYPE_CHECKING:
    from ..entry.services import Gateway
    from .router import Router

__all__ = ["Make", "serve"]

Make = Callable[[Target, Sink], Producer]


async def serve(router: Router, pool: Pool, make: Make, run: Sink) -> None:
    """Answer a call from a pool; `make` gives the producer of one target. Raises what is to be told of all of them."""
    await _Journey(router, pool, make, run).go()


@dataclass(slots=True)
class _Journey:
    """One call's way through a pool."""

    router: Router
    pool: Pool
    make: Make
    run: Sink
    tried: list[Tried] = field(default_factory=list)
    passed: dict[str, PassedOver] = field(default_factory=dict)
    until: float | None = None

    @property
    def gateway(self) -> Gateway:
        return self.router.gateway

    @property
    def now(self) -> float:
        return self.gateway.clock.monotonic()

    async def go(self) -> None:
        most = self.router.settings.total_timeout_seconds
        self.until = self.now + most if most else None
        if self.run.catching_up:
            # Its log is of an offline model, and halves of different answers are not put together.
            others = [one for one in self.pool.members if one.provider != "offline"]
            self.passed |= {one.id: PassedOver(one, "not_tried", 0.0) for one in others}
        await self._pass_over_spent()
        for name, stage in self.pool.stages:
            if await self._stage(name, [one for one in stage if one.id not in self.passed]):
                return
        for one in self.pool.members:
            if not any(attempt.deployment is one for attempt in self.tried) and one.id not in self.passed:
                wait = self.router.rests(one.id)
                final = wait > 0 and self.router.state(one).final
                self.passed[one.id] = PassedOver(one, "resting" if wait > 0 else "not_tried", wait, final=final)
        raise none_left(self.pool.name, self.tried, list(self.passed.values()))

    async def _stage(self, name: str, left: list[Deployment]) -> bool:
        """Whether one of a stage answered."""
        tries = 0
        # Of `auto` every model is a stage of its own, and the retries are those of the call.
        while left and (len(self.tried) if self.pool.name == AUTO else tries) <= self.router.settings.retries:
            one = self._next(name, left)
            if one is None:
                break
            left.remove(one)
            try:
                entered = await self.gateway.ledger.pace.enter(one.bounds, "", self.pool.needs.input_tokens)
            except ApiError as limited:
                code = "limited" if limited.status == 429 else limited.code or "limits_unavailable"
                self.passed[one.id] = PassedOver(one, code, limited.retry_after or 0.0, limited.message)
                continue
            if self.run.left and self.tried:
                if entered is not None:
                    entered.withdraw()
                raise self.tried[-1].error
            if self.run.wasted and not await self._can_pay(one, entered):
                continue
            tries += 1
            error = await self._try(one, entered)
            if error is None:
                return True
            self.tried.append(Tried(one, error))
        return False

    async def _can_pay(self, one: Deployment, entered: Pass | None) -> bool:
        """Hold what the tries so far cost beside what one more may; pass over a deployment where that is too much."""
        try:
            run = self.gateway.calls.running[self.run.record.id]
            spent = await self.gateway.ledger.hold_wasted(run, one.provider)
        except BaseException:
            if entered is not None:
                entered.withdraw()
            raise
        if spent is None:
            return True
        if entered is not None:
            entered.withdraw()
        why = f"the budget of the {spent} has too little left to pay for another try"
        self.passed[one.id] = PassedOver(one, "budget_spent", 0.0, why, final=True)
        return False

    async def _pass_over_spent(self) -> None:
        """Keep away from what has spent its budget."""
        ledger = self.gateway.ledger
        for one in self.pool.members:
            if one.budget is not None and not await ledger.has_left("deployment", one.budget):
                self.passed[one.id] = PassedOver(one, "budget_spent", 0.0, "its `max_budget` is spent", final=True)
            elif not self.pool.alone and not ledger.open_to(one.provider, self.run.record.id):
                # Where there is but one provider to go to, its budget was asked when the call was let in.
                why = f"the budget of the provider {one.provider!r} is spent"
                self.passed[one.id] = PassedOver(one, "budget_spent", 0.0, why, final=True)

    def _next(self, name: str, left: Sequence[Deployment]) -> Deployment | None:
        """The one to go to now; None where all of them rest."""
        router, now = self.router, self.now
        strategy = router.settings.strategies.get(name, router.settings.strategy)
        free: list[tuple[int, Deployment, DeploymentState]] = []
        for position, one in enumerate(left):
            state = router.state(one)
            if self.pool.alone or not state.resting(now):
                free.append((position, one, state))
        first = min((one.order for _, one, _ in free), default=0)
        options = [
            Option(
                position,
                one.weight,
                state.in_flight,
                state.expected(now),
                router.cost(one, self.pool.needs) if strategy == "cost" else None,
            )
            for position, one, state in free
            if one.order == first
        ]
        return left[choose(strategy, options, router.random)] if options else None

    async def _try(self, one: Deployment, entered: Pass | None) -> ApiError | None:
        """Try one deployment: None if it answered, its error if another may be tried; raises what ends the call."""
        router, run, pool = self.router, self.run, self.pool
        state, started = router.state(one), self.now
        took: float | None = None
        run.record.model, run.record.provider = one.group, one.provider
        run.price_name, run.deployment = router.price_name(one), one.id
        state.begin()
        patience, own = self._patience(one)
        told, moves_on = False, False
        attempt: Attempt | None = None
        try:
            async with asyncio.timeout(patience) as limit:

                def committed() -> None:
                    nonlocal took
                    took = self.now - started
                    run.marks["x-onceward-deployment"] = one.id
                    limit.reschedule(None)

                attempt = Attempt(run, committed)
                try:
                    await self.make(router.target(one, alone=pool.alone), attempt)(attempt)
                    await attempt.finish()
                except DeliveryFault:
                    await attempt.commit()
                    raise
            if state.succeed(took, self.now):
                router.recovered(one)
            told = True
            return None
        except (ApiError, TimeoutError) as failure:
            if isinstance(failure, TimeoutError) and not own:
                raise out_of_time(pool.name, router.settings.total_timeout_seconds, self.tried, one) from None
            error = too_slow(one, patience or 0.0) if isinstance(failure, TimeoutError) else failure
            if run.record.asked:
                error.provider_asked = True
            verdict = judge(error)
            if verdict.counts and not (verdict.at_once and one.is_callers_key):
                # A caller whose own key is refused keeps nobody else away.
                told = True
                # What was paid is not to be asked again; the next request may be.
                final = verdict.moves_on and not error.retryable
                router.failed(one, error, at_once=verdict.at_once, final=final)
            moves_on = took is None and not pool.alone and verdict.moves_on and not run.left
            if not moves_on:
                raise error from None
            return error
        finally:
            if attempt is not None:
                attempt.lost(last=not moves_on)
            state.end()
            if not told:
                state.give_up()
            if entered is not None:
                entered.settle(_tokens(run))

    def _patience(self, one: Deployment) -> tuple[float | None, bool]:
        """Seconds until the first content (of a whole answer: all of it), and whether they are the deployment's own."""
        own = (one.stream_timeout or one.timeout) if self.run.record.stream else one.timeout
        left = None if self.until is None else max(0.0, self.until - self.now)
        if left is None or (own is not None and own <= left):
            return own, True
        return left, False


def _tokens(run: Sink) -> int:
    usage = run.usage or (run.answer.usage if run.answer is not None else None) or {}
    return int(usage.get("total_tokens") or 0)
