"""A call of a few tokens to one deployment, past records and bills: does it answer?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from ..core.answer import (
    Answer,
    DeliveryFault,
    Fault,
)
from ..core.call_record import CallRecord
from ..core.errors import ApiError
from ..http.request import (
    BodyKind,
    Call,
    Route,
)
from ..routing.deployments import Deployment
from ..routing.targets import OfflineTarget

__all__ = ["probe"]

_PATIENCE = 30.0
_BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "chat": ("/v1/chat/completions", {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}),
    "completions": ("/v1/completions", {"prompt": "Hi", "max_tokens": 1}),
    "embeddings": ("/v1/embeddings", {"input": "Hi"}),
    "moderation": ("/v1/moderations", {"input": "Hi"}),
}


class _Nowhere:
    """A sink that keeps the answer and tells nobody."""

    def __init__(self, record: CallRecord) -> None:
        self.record = record
        self.usage: dict[str, Any] | None = None
        self.answer: Answer | None = None
        self.price_name = ""
        self.marks: dict[str, str] = {}
        self.deployment: str | None = None
        self.cached = False
        self.wasted: list[tuple[str, str, Mapping[str, Any]]] = []
        self.catching_up = self.left = False

    async def emit(self, data: bytes, event: str | None = None) -> None:
        """Nobody listens."""

    def deliver_fault(self, fault: Fault) -> None:
        raise DeliveryFault(fault)


async def probe(call: Call, one: Deployment) -> None:
    """Return when the deployment answered; raise its error, or 504 when it took too long."""
    gateway, kind = call.gateway, one.kind or "chat"
    found = _BODIES.get(kind)
    if found is None:
        raise ApiError(
            400, f"A model for {kind} is not asked: it would cost more than a few tokens.", code="not_probed"
        )
    path, body = found
    data = {**body, "model": one.model}
    record = CallRecord(
        id=gateway.new_id("call_"),
        principal=call.principal,
        operation="health.models",
        model=one.group,
        provider=one.provider,
        status="in_progress",
        stream=False,
        key=None,
        attempts=1,
        request_id=call.request_id,
        created_at=gateway.clock.time(),
    )
    inner = replace(call, data=data, raw=msgspec.json.encode(data), model=one.group, fields=[], files=[])
    target = gateway.routing.target(one, alone=True)
    sink = _Nowhere(record)
    route = Route("POST", path, "health.models", body=BodyKind.JSON, kind=kind)
    try:
        async with asyncio.timeout(_PATIENCE):
            if isinstance(target, OfflineTarget):
                await _offline(target, inner, sink, kind)
            else:
                await gateway.providers.producer(target, inner, route, stream=False)(sink)
    except TimeoutError:
        raise ApiError(504, f"It did not answer within {_PATIENCE:.0f} s.", code="provider_timeout") from None
    except DeliveryFault as fault:
        raise ApiError(502, f"Its answer was broken off: {fault}.", code="provider_failed") from None


async def _offline(target: OfflineTarget, call: Call, sink: _Nowhere, kind: str) -> None:
    from ..core.answer import ModelContext
    from ..http.producers import (
        embed,
        offline_answer,
        offline_chunks,
        source_of,
    )

    record = sink.record
    context = ModelContext(
        record.id, int(record.created_at), target.name, 1, None, record.request_id, record.principal, call.gateway.clock
    )
    if kind == "embeddings":
        await offline_answer(embed, target.model, call, context)(sink)
    elif kind in ("chat", "completions"):
        source = source_of(target.model, kind)(call.data, context)
        await offline_chunks(source, call, kind, call.gateway.clock, stream=False)(sink)
