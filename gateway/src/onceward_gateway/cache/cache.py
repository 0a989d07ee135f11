"""Look up, keep, replay. An answer is kept when its call has ended well, as the client got it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from ..core.answer import Answer, Fault
from ..core.response_writer import Filter, Sink
from ..http.request import Call
from .controls import Controls, controls_of
from .entries import (
    Entry,
    decode,
    encode,
)
from .stores import (
    MemoryStore,
    SqlStore,
    Store,
)

if TYPE_CHECKING:
    from ..entry.services import Gateway

__all__ = ["Cache", "Keeper", "Plan"]

KINDS = ("chat", "completions", "embeddings")
# They say nothing of the answer.
_LEFT_OUT = ("cache", "guardrails", "metadata", "tags", "model", "virtual_model_id", "store")
_OWN_KEY = "x-provider-key-"
_MARK, _MARK_KEY = "x-onceward-cache", "x-onceward-cache-key"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done for one call."""

    controls: Controls
    scope: str
    guards: str
    kind: str


class Cache:
    """The response cache of a gateway; without a store it plans nothing."""

    def __init__(self, gateway: Gateway) -> None:
        settings = gateway.settings.cache
        self._clock = gateway.clock
        self._routing = gateway.routing
        self.settings = settings
        self.store: Store | None = None
        if settings.kind == "memory":
            self.store = MemoryStore(settings.most_bytes)
        elif settings.kind in ("database", "sqlite"):
            self.store = SqlStore(gateway.db, settings.most_bytes)
        elif settings.kind == "redis":
            from .redis_store import RedisStore

            assert gateway.redis is not None
            self.store = RedisStore(gateway.redis, settings.most_bytes)

    def plan(self, call: Call, kind: str, guards: Iterable[str]) -> Plan | None:
        """What the cache does for this call; None where it has nothing to do with it."""
        if self.store is None or kind not in KINDS or not call.raw:
            return None
        controls = controls_of(call.header("cache-control"), call.data.get("cache"))
        call.caller.require_cache_controls(controls.named)
        if self.settings.opt_in and not controls.asked:
            return None
        if any(name.startswith(_OWN_KEY) for name in call.headers):
            # What the caller pays a provider for itself is nobody else's answer.
            return None
        return Plan(controls, self.scope(call), ",".join(guards), kind)

    def scope(self, call: Call) -> str:
        """Who shares the answers of this caller."""
        caller = call.caller
        if self.settings.scope == "global":
            return "*"
        if self.settings.scope == "organization" and caller.organization_id is not None:
            return f"organization:{caller.organization_id}"
        return f"caller:{call.principal}"

    def key(self, call: Call, plan: Plan) -> str:
        """What makes two calls the same: who may share, what was asked, and what the answer passes on its way."""
        body = {name: value for name, value in call.data.items() if name not in _LEFT_OUT}
        region, tags = call.header("x-onceward-region"), call.header("x-onceward-tags")
        betas = [call.header("openai-beta"), call.header("anthropic-beta")]
        model = call.caller.aliases.get(call.model, call.model)
        parts: list[Any] = [plan.kind, plan.scope, plan.controls.namespace, plan.guards, model, region, tags]
        parts += [betas, call.data.get("tags"), self._routing.audience(call, model)]
        return hashlib.sha256(msgspec.json.encode([parts, body], order="sorted")).hexdigest()

    async def find(self, key: str, plan: Plan) -> Entry | None:
        """The answer kept under a key, if the call may have it."""
        if self.store is None or not plan.controls.look:
            return None
        now = self._clock.time()
        body = await self.store.find(key, now)
        if body is None:
            return None
        entry = decode(body)
        age = plan.controls.most_age
        return None if age is not None and now - entry.created_at > age else entry

    async def replay(self, entry: Entry, key: str, run: Sink) -> None:
        """Answer a call with what was kept; it costs nothing."""
        run.cached = True
        run.usage = entry.usage
        run.record.model, run.record.provider = entry.model, entry.provider
        run.marks[_MARK], run.marks[_MARK_KEY] = "hit", key
        if entry.events is None:
            run.answer = Answer(entry.body or b"", entry.content_type, usage=entry.usage)
            return
        for data, event in entry.events:
            await run.emit(data, event)

    def miss(self, key: str, plan: Plan, run: Sink) -> None:
        """Say that the model is asked."""
        run.marks[_MARK] = "miss" if plan.controls.look else "bypass"
        if plan.controls.keep:
            run.marks[_MARK_KEY] = key

    async def keep(self, key: str, plan: Plan, keeper: Keeper) -> None:
        """Keep what a call answered."""
        entry = keeper.entry(self._clock.time())
        if self.store is None or entry is None:
            return
        ttl = self.settings.ttl_seconds if plan.controls.ttl is None else plan.controls.ttl
        body = encode(entry)
        if ttl > 0 and len(body) <= self.settings.most_entry_bytes:
            await self.store.put(key, plan.scope, body, entry.created_at, entry.created_at + ttl)


class Keeper(Filter):
    """A sink that keeps a copy of what goes through it, up to `most_bytes`."""

    def __init__(self, inner: Sink, most_bytes: int) -> None:
        super().__init__(inner)
        self._left = most_bytes
        self._events: list[tuple[bytes, str | None]] | None = []

    async def emit(self, data: bytes, event: str | None = None) -> None:
        if self._events is not None:
            self._left -= len(data)
            if self._left < 0:
                self._events = None
            else:
                self._events.append((data, event))
        await self._inner.emit(data, event)

    def deliver_fault(self, fault: Fault) -> None:
        self._events = None
        self._inner.deliver_fault(fault)

    def entry(self, now: float) -> Entry | None:
        """The answer, or None if it is not to be kept: too long, faulty, or no success."""
        record, answer = self.record, self.answer
        usage: Any = self.usage if answer is None else (answer.usage or self.usage)
        usage = None if usage is None else dict(usage)
        if self._events is None:
            return None
        if answer is not None and not record.stream:
            if answer.status != 200:
                return None
            return Entry(now, record.model, record.provider, usage, answer.body, answer.content_type)
        if record.stream and self._events:
            return Entry(now, record.model, record.provider, usage, events=self._events)
        return None
