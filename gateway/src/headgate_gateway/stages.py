"""The stages around a call to a model: guardrails before, the response cache, guardrails after.

They run inside the call's producer, behind its record: what a guardrail refuses is recorded like any other failure, and
nothing waits between the look-up of an idempotency key and the beginning of its call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from .cache.cache import Keeper, Plan
from .errors import ApiError
from .guardrails.registry import Guard, context_of, rewriters
from .guardrails.stage import GuardStage
from .http import Call, Route
from .once.sink import Producer, Sink

__all__ = ["staged"]

Make = Callable[[Sink], Producer]


def staged(call: Call, route: Route, make: Make) -> Make:
    """`make` with the stages that this call passes; the very same where it passes none."""
    assert route.kind is not None
    guards = call.gateway.guardrails.of(call)
    plan = call.gateway.cache.plan(call, route.kind, (guard.name for guard in guards))
    if not guards and plan is None:
        return make

    def outer(run: Sink) -> Producer:
        async def produce(out: Sink) -> None:
            if guards:
                out.marks["x-headgate-guardrails"] = ",".join(guard.name for guard in guards)
                await _before(call, guards)
            if plan is None or out.catching_up:
                await _guarded(call, guards, make, out)
            else:
                await _cached(call, plan, guards, make, out)

        return produce

    return outer


async def _before(call: Call, guards: Sequence[Guard]) -> None:
    """Let the guardrails look at the request, and put what they made of it in its place."""
    if not call.raw:
        return
    context, data = context_of(call), call.data
    for guard in guards:
        if guard.before:
            data = await guard.guardrail.before(data, context)
    if data != call.data:
        call.data, call.raw = data, msgspec.json.encode(data)


async def _cached(call: Call, plan: Plan, guards: Sequence[Guard], make: Make, out: Sink) -> None:
    cache = call.gateway.cache
    key = cache.key(call, plan)
    entry = await cache.find(key, plan)
    if entry is not None:
        await cache.replay(entry, key, out)
        return
    cache.miss(key, plan, out)
    if not plan.controls.keep:
        await _guarded(call, guards, make, out)
        return
    keeper = Keeper(out, cache.settings.most_entry_bytes)
    await _guarded(call, guards, make, keeper)
    await cache.keep(key, plan, keeper)


async def _guarded(call: Call, guards: Sequence[Guard], make: Make, out: Sink) -> None:
    context = context_of(call)
    if not rewriters(guards, context):
        await make(out)(out)
        return
    stage = GuardStage(out, lambda: rewriters(guards, context))
    try:
        await make(stage)(stage)
    except ApiError:
        await stage.flush()
        raise
    await stage.flush()
