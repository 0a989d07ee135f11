"""The response cache: answers of completed calls, as the client received them, replayed to equal requests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ..config.cache import CacheSettings
from ..core.answer import Answer, Fault
from ..core.clock import Clock
from ..core.headers import X_ONCEWARD_CACHE, X_ONCEWARD_CACHE_KEY, X_ONCEWARD_REGION, X_ONCEWARD_TAGS
from ..core.response_writer import ResponseWriter, WriterMiddleware
from ..http.request import Request
from .controls import CacheControls, controls_of
from .entries import (
    CachedAnswer,
    decode,
    encode,
)
from .stores import CacheStore

__all__ = ["CacheDecision", "CacheRecorder", "ResponseCache"]

KINDS = ("chat", "completions", "embeddings")
# Members of a request that do not influence the answer.
_IGNORED = ("cache", "guardrails", "metadata", "tags", "model", "virtual_model_id", "store")
_OWN_KEY = "x-provider-key-"
_MARK, _MARK_KEY = X_ONCEWARD_CACHE, X_ONCEWARD_CACHE_KEY


@dataclass(frozen=True, slots=True)
class CacheDecision:
    """The part of the cache in one call."""

    controls: CacheControls
    scope: str
    guards: str
    kind: str


class ResponseCache:
    """The response cache of a gateway; without a store it does nothing.

    `audience` returns the properties of a caller that decide where a model name leads.
    """

    def __init__(
        self,
        settings: CacheSettings,
        store: CacheStore | None,
        clock: Clock,
        audience: Callable[[Request, str], tuple[str, ...]],
    ) -> None:
        self.settings = settings
        self.store = store
        self._clock = clock
        self._audience = audience

    def decide(self, request: Request, kind: str, guards: Sequence[str]) -> CacheDecision | None:
        """Return the part of the cache in a call; None where it has none."""
        if self.store is None or kind not in KINDS or not request.raw:
            return None
        controls = controls_of(request.header("cache-control"), request.data.get("cache"))
        request.caller.require_cache_controls(controls.named)
        if self.settings.opt_in and not controls.asked:
            return None
        if any(name.startswith(_OWN_KEY) for name in request.headers):
            # An answer that the caller paid with its own key belongs to nobody else.
            return None
        return CacheDecision(controls, self.scope(request), ",".join(guards), kind)

    def scope(self, request: Request) -> str:
        """Return the scope within which the answers of a caller are shared."""
        caller = request.caller
        if self.settings.scope == "global":
            return "*"
        if self.settings.scope == "organization" and caller.organization_id is not None:
            return f"organization:{caller.organization_id}"
        return f"caller:{request.principal}"

    def key(self, request: Request, decision: CacheDecision) -> str:
        """Return the cache key of a call: a digest of scope, request, and guardrails of the answer."""
        body = {name: value for name, value in request.data.items() if name not in _IGNORED}
        region, tags = request.header(X_ONCEWARD_REGION), request.header(X_ONCEWARD_TAGS)
        betas = [request.header("openai-beta"), request.header("anthropic-beta")]
        model = request.caller.aliases.get(request.model, request.model)
        parts: list[Any] = [
            decision.kind,
            decision.scope,
            decision.controls.namespace,
            decision.guards,
            model,
            region,
            tags,
        ]
        parts += [betas, request.data.get("tags"), self._audience(request, model)]
        return hashlib.sha256(msgspec.json.encode([parts, body], order="sorted")).hexdigest()

    async def find(self, key: str, decision: CacheDecision) -> CachedAnswer | None:
        """Return the answer stored under a key, if the call may have it."""
        if self.store is None or not decision.controls.look:
            return None
        now = self._clock.time()
        body = await self.store.find(key, now)
        if body is None:
            return None
        entry = decode(body)
        age = decision.controls.max_age
        return None if age is not None and now - entry.created_at > age else entry

    async def replay(self, entry: CachedAnswer, key: str, writer: ResponseWriter) -> None:
        """Answer a call with a stored answer; it costs nothing."""
        writer.cached = True
        writer.usage = entry.usage
        writer.record.model, writer.record.provider = entry.model, entry.provider
        writer.marks[_MARK], writer.marks[_MARK_KEY] = "hit", key
        if entry.events is None:
            writer.answer = Answer(entry.body or b"", entry.content_type, usage=entry.usage)
            return
        for data, event in entry.events:
            await writer.emit(data, event)

    def miss(self, key: str, decision: CacheDecision, writer: ResponseWriter) -> None:
        """Mark a call that the model has to answer."""
        writer.marks[_MARK] = "miss" if decision.controls.look else "bypass"
        if decision.controls.keep:
            writer.marks[_MARK_KEY] = key

    async def save(self, key: str, decision: CacheDecision, recorder: CacheRecorder) -> None:
        """Store the answer of a call."""
        entry = recorder.entry(self._clock.time())
        if self.store is None or entry is None:
            return
        ttl = self.settings.ttl_seconds if decision.controls.ttl is None else decision.controls.ttl
        body = encode(entry)
        if ttl > 0 and len(body) <= self.settings.max_entry_bytes:
            await self.store.put(key, decision.scope, body, entry.created_at, entry.created_at + ttl)


class CacheRecorder(WriterMiddleware):
    """Middleware that copies an answer, up to `max_bytes`."""

    def __init__(self, inner: ResponseWriter, max_bytes: int) -> None:
        super().__init__(inner)
        self._left = max_bytes
        self._events: list[tuple[bytes, str | None]] | None = []

    @property
    def takes_batches(self) -> bool:
        """Return what the call's own writer returns: events are copied in batches too."""
        return self._inner.takes_batches

    def write(self, events: list[bytes]) -> bool:
        """Copy events and hand them on."""
        for data in events:
            self._copy(data, None)
        return self._inner.write(events)

    async def emit(self, data: bytes, event: str | None = None) -> None:
        """Copy an event and hand it on."""
        self._copy(data, event)
        await self._inner.emit(data, event)

    def _copy(self, data: bytes, event: str | None) -> None:
        """Copy an event. Copying ends for good above `max_bytes`."""
        if self._events is not None:
            self._left -= len(data)
            if self._left < 0:
                self._events = None
            else:
                self._events.append((data, event))

    def deliver_fault(self, fault: Fault) -> None:
        """Drop the copy, since a simulated fault must not be replayed, and hand the fault on."""
        self._events = None
        self._inner.deliver_fault(fault)

    def entry(self, now: float) -> CachedAnswer | None:
        """Return the answer to store, or None for one that is too long, faulty or not a success."""
        record, answer = self.record, self.answer
        usage: Any = self.usage if answer is None else (answer.usage or self.usage)
        usage = None if usage is None else dict(usage)
        if self._events is None:
            return None
        if answer is not None and not record.stream:
            if answer.status != 200:
                return None
            return CachedAnswer(now, record.model, record.provider, usage, answer.body, answer.content_type)
        if record.stream and self._events:
            return CachedAnswer(now, record.model, record.provider, usage, events=self._events)
        return None
