"""Dispatch: the deployments of a pool are tried, one after the other, until one answers.

A deployment that cannot help is skipped: its circuit is open after failures, its own rate limits are reached, or its
budget (or its provider's) is spent. Nothing is tried after the first content was sent.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..config.billing import FixedBudget
from ..core import error_codes
from ..core.answer import DeliveryFault
from ..core.clock import Clock
from ..core.errors import ApiError
from ..core.headers import X_ONCEWARD_DEPLOYMENT
from ..core.response_writer import ModelHandler, ResponseWriter
from ..ratelimit.limiter import Permit, RateLimiter
from .attempt import Attempt
from .catalog import DeploymentCatalog
from .circuit_breaker import CircuitBreakers, DeploymentState
from .deployments import Deployment
from .errors import (
    FailedAttempt,
    SkippedDeployment,
    attempt_timed_out,
    call_timed_out,
    deployments_exhausted,
)
from .pool import AUTO, DeploymentPool
from .retry import (
    RetryPolicy,
    attempt_timeout,
    classify,
)
from .strategies import Option, choose
from .targets import Target, TargetResolver

__all__ = ["AttemptBudgets", "Dispatcher", "FallbackChain", "HoldWasted", "MakeProducer"]

MakeProducer = Callable[[Target, ResponseWriter], ModelHandler]
# Holds the cost of the failed attempts of a call (its id), beside the cost of one more at a provider. Returns the name
# of the budget that has too little left for that, or None.
HoldWasted = Callable[[str, str], Awaitable[str | None]]


class AttemptBudgets(Protocol):
    """The budgets that decide whether a deployment may be tried."""

    async def has_left(self, scope: str, budget: FixedBudget) -> bool:
        """Return whether a budget has anything left in its window."""
        ...

    def open_to(self, provider: str, call_id: str = "") -> bool:
        """Return whether the budget of a provider has enough left for a call."""
        ...


class Dispatcher:
    """Runs calls over pools of deployments."""

    def __init__(
        self,
        catalog: DeploymentCatalog,
        breakers: CircuitBreakers,
        targets: TargetResolver,
        policy: RetryPolicy,
        clock: Clock,
        *,
        limiter: RateLimiter,
        budgets: AttemptBudgets,
        hold_wasted: HoldWasted,
    ) -> None:
        self.catalog = catalog
        self.breakers = breakers
        self.targets = targets
        self.policy = policy
        self.clock = clock
        self.limiter = limiter
        self.budgets = budgets
        self.hold_wasted = hold_wasted
        self.random = random.Random()

    def producer(self, pool: DeploymentPool, make: MakeProducer) -> ModelHandler:
        """Return a handler that tries the deployments of a pool; `make` returns the handler of one target."""

        async def produce(writer: ResponseWriter) -> None:
            await FallbackChain(self, pool, make, writer).run_attempts()

        return produce


@dataclass(slots=True)
class FallbackChain:
    """The attempts of one call."""

    dispatcher: Dispatcher
    pool: DeploymentPool
    make: MakeProducer
    writer: ResponseWriter
    tried: list[FailedAttempt] = field(default_factory=list)
    skipped: dict[str, SkippedDeployment] = field(default_factory=dict)
    deadline: float | None = None

    @property
    def _now(self) -> float:
        return self.dispatcher.clock.monotonic()

    async def run_attempts(self) -> None:
        """Answer the call; raise one error for all deployments where none of them answers."""
        self.deadline = self.dispatcher.policy.deadline(self._now)
        if self.writer.catching_up:
            # The log to catch up with is of an offline model; halves of different answers never go together.
            others = [one for one in self.pool.members if one.provider != "offline"]
            self.skipped |= {one.id: SkippedDeployment(one, "not_tried", 0.0) for one in others}
        await self._skip_exhausted()
        for name, stage in self.pool.stages:
            if await self._run_stage(name, [one for one in stage if one.id not in self.skipped]):
                return
        self._skip_remaining()
        raise deployments_exhausted(self.pool.name, self.tried, list(self.skipped.values()))

    async def _skip_exhausted(self) -> None:
        """Skip the deployments whose budget is spent."""
        budgets = self.dispatcher.budgets
        for one in self.pool.members:
            if one.budget is not None and not await budgets.has_left("deployment", one.budget):
                self._skip(one, "budget_spent", reason="its `max_budget` is spent", permanent=True)
            elif not self.pool.is_single and not budgets.open_to(one.provider, self.writer.record.id):
                # For a single deployment, the provider's budget was checked when the call was admitted.
                reason = f"the budget of the provider {one.provider!r} is spent"
                self._skip(one, "budget_spent", reason=reason, permanent=True)

    def _skip_remaining(self) -> None:
        """Note the deployments that were neither tried nor skipped."""
        breakers = self.dispatcher.breakers
        for one in self.pool.members:
            if not any(attempt.deployment is one for attempt in self.tried) and one.id not in self.skipped:
                wait = breakers.seconds_open(one.id)
                permanent = wait > 0 and breakers.state(one.id).permanent
                self._skip(one, "cooldown" if wait > 0 else "not_tried", wait, permanent=permanent)

    def _skip(
        self, one: Deployment, code: str, wait: float = 0.0, reason: str = "", *, permanent: bool = False
    ) -> None:
        self.skipped[one.id] = SkippedDeployment(one, code, wait, reason, permanent=permanent)

    async def _run_stage(self, name: str, left: list[Deployment]) -> bool:
        """Try the deployments of one stage, and return whether one of them answered."""
        attempts = 0
        # Each model of `auto` is a stage of its own, so the retries are counted for the whole call.
        while left and self.dispatcher.policy.allows_attempt(len(self.tried) if self.pool.name == AUTO else attempts):
            one = self._next(name, left)
            if one is None:
                break
            left.remove(one)
            try:
                entered = await self.dispatcher.limiter.enter(one.bounds, "", self.pool.requirements.input_tokens)
            except ApiError as limited:
                code = error_codes.LIMITED if limited.status == 429 else limited.code or "limits_unavailable"
                self._skip(one, code, limited.retry_after or 0.0, limited.message)
                continue
            if self.writer.left and self.tried:
                if entered is not None:
                    entered.withdraw()
                raise self.tried[-1].error
            if self.writer.wasted and not await self._can_pay(one, entered):
                continue
            attempts += 1
            error = await self._attempt(one, entered)
            if error is None:
                return True
            self.tried.append(FailedAttempt(one, error))
        return False

    async def _can_pay(self, one: Deployment, entered: Permit | None) -> bool:
        """Hold the cost of the failed attempts and of one more; skip a deployment where that is too much."""
        try:
            exhausted = await self.dispatcher.hold_wasted(self.writer.record.id, one.provider)
        except BaseException:
            if entered is not None:
                entered.withdraw()
            raise
        if exhausted is None:
            return True
        if entered is not None:
            entered.withdraw()
        reason = f"the budget of the {exhausted} has too little left to pay for another try"
        self._skip(one, "budget_spent", reason=reason, permanent=True)
        return False

    def _next(self, name: str, left: Sequence[Deployment]) -> Deployment | None:
        """Choose the deployment to try now; None where the circuits of all are open."""
        dispatcher, now = self.dispatcher, self._now
        settings = dispatcher.catalog.settings
        strategy = settings.strategies.get(name, settings.strategy)
        free: list[tuple[int, Deployment, DeploymentState]] = []
        for position, one in enumerate(left):
            state = dispatcher.breakers.state(one.id)
            if self.pool.is_single or not state.is_open(now):
                free.append((position, one, state))
        first = min((one.order for _, one, _ in free), default=0)
        options = [
            Option(
                position,
                one.weight,
                state.in_flight,
                state.expected_latency(now),
                dispatcher.catalog.expected_cost(one, self.pool.requirements) if strategy == "cost" else None,
            )
            for position, one, state in free
            if one.order == first
        ]
        return left[choose(strategy, options, dispatcher.random)] if options else None

    async def _attempt(self, one: Deployment, entered: Permit | None) -> ApiError | None:
        """Try one deployment.

        Return None if it answered, or its error if another one may be tried; raise an error that ends the call.
        """
        dispatcher, writer = self.dispatcher, self.writer
        state = dispatcher.breakers.state(one.id)
        writer.record.model, writer.record.provider = one.group, one.provider
        writer.price_name, writer.deployment = dispatcher.catalog.price_name(one), one.id
        remaining = None if self.deadline is None else max(0.0, self.deadline - self._now)
        timeout, own = attempt_timeout(one, stream=writer.record.stream, remaining=remaining)
        attempt = _TimedAttempt(self, one, timeout)
        state.begin()
        counted, moves_on = False, False
        try:
            await attempt.run()
            dispatcher.breakers.succeeded(one.id, attempt.latency)
            counted = True
            return None
        except (ApiError, TimeoutError) as failure:
            error = self._error(one, failure, timeout if own else None)
            counted = self._count(one, error)
            moves_on = (
                attempt.latency is None and not self.pool.is_single and classify(error).moves_on and not writer.left
            )
            if not moves_on:
                raise error from None
            return error
        finally:
            attempt.close(last=not moves_on)
            state.end()
            if not counted:
                state.abandon_trial()
            if entered is not None:
                entered.settle(_tokens(writer))

    def _error(self, one: Deployment, failure: ApiError | TimeoutError, timeout: float | None) -> ApiError:
        """Return the error of a failed attempt; raise where the deadline of the call is over (`timeout` is None)."""
        if not isinstance(failure, TimeoutError):
            error = failure
        elif timeout is None:
            seconds = self.dispatcher.policy.total_timeout_seconds
            raise call_timed_out(self.pool.name, seconds, self.tried, one) from None
        else:
            error = attempt_timed_out(one, timeout)
        if self.writer.record.asked:
            error.provider_asked = True
        return error

    def _count(self, one: Deployment, error: ApiError) -> bool:
        """Count a failure against a deployment, and return whether it counts."""
        verdict = classify(error)
        if not verdict.counts or (verdict.at_once and one.is_callers_key):
            # A caller whose own key is rejected keeps nobody else away.
            return False
        # The same request must not buy a second time what was billed; the next request may.
        permanent = verdict.moves_on and not error.retryable
        self.dispatcher.breakers.failed(
            one.id, error.message, at_once=verdict.at_once, retry_after=error.retry_after, permanent=permanent
        )
        return True


class _TimedAttempt:
    """One attempt within its time limit, which ends with the first content."""

    __slots__ = ("_attempt", "_chain", "_limit", "_one", "_started", "latency")

    def __init__(self, chain: FallbackChain, one: Deployment, timeout: float | None) -> None:
        self._chain = chain
        self._one = one
        self._limit = asyncio.timeout(timeout)
        self._attempt = Attempt(chain.writer, self._committed)
        self._started = chain.dispatcher.clock.monotonic()
        # Seconds until the first content, once there is some.
        self.latency: float | None = None

    def _committed(self) -> None:
        self.latency = self._chain.dispatcher.clock.monotonic() - self._started
        self._chain.writer.marks[X_ONCEWARD_DEPLOYMENT] = self._one.id
        self._limit.reschedule(None)

    async def run(self) -> None:
        """Have the deployment answer."""
        chain, attempt = self._chain, self._attempt
        async with self._limit:
            try:
                target = chain.dispatcher.targets.of_deployment(self._one, sole=chain.pool.is_single)
                await chain.make(target, attempt)(attempt)
                await attempt.finish()
            except DeliveryFault:
                await attempt.commit()
                raise

    def close(self, *, last: bool) -> None:
        """Keep the usage of an attempt that failed."""
        self._attempt.lost(last=last)


def _tokens(writer: ResponseWriter) -> int:
    usage = writer.usage or (writer.answer.usage if writer.answer is not None else None) or {}
    return int(usage.get("total_tokens") or 0)
