"""Health checks of deployments: a call of a few tokens, without a record and without a bill."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from ..core import error_codes
from ..core.answer import (
    Answer,
    DeliveryFault,
    Fault,
    ModelContext,
)
from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..core.errors import ApiError
from ..http.request import (
    BodyKind,
    Request,
    Route,
)
from ..offline.handler import (
    Embeddings,
    emissions_of,
    offline_answer,
    offline_chunks,
)
from ..routing.circuit_breaker import CircuitBreakers
from ..routing.deployments import Deployment
from ..routing.targets import OfflineTarget, TargetResolver

if TYPE_CHECKING:
    from ..providers.client import ProviderClient

__all__ = ["CheckResult", "DeploymentChecks"]

_TIMEOUT_SECONDS = 30.0
_REUSE_SECONDS = 30.0
_BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "chat": ("/v1/chat/completions", {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}),
    "completions": ("/v1/completions", {"prompt": "Hi", "max_tokens": 1}),
    "embeddings": ("/v1/embeddings", {"input": "Hi"}),
    "moderation": ("/v1/moderations", {"input": "Hi"}),
}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a health check; `error` is None where the deployment answered."""

    checked_at: float
    latency_ms: float
    error: str | None


class DeploymentChecks:
    """Checks deployments, and remembers each result for a moment. `providers` returns the client of the providers."""

    def __init__(
        self,
        targets: TargetResolver,
        breakers: CircuitBreakers,
        providers: Callable[[], ProviderClient],
        clock: Clock,
        new_id: Callable[[str], str],
    ) -> None:
        self._targets = targets
        self._breakers = breakers
        self._providers = providers
        self._clock = clock
        self._new_id = new_id
        self._results: dict[str, CheckResult] = {}

    def forget_all_but(self, ids: set[str]) -> None:
        """Forget the results of deployments that do not exist any more."""
        for id in self._results.keys() - ids:
            del self._results[id]

    async def check(self, request: Request, one: Deployment) -> CheckResult:
        """Return whether a deployment answers.

        Administrators get a new check. For all others a recent result is used: a check costs money and is not billed.
        """
        now, result = self._clock.monotonic(), self._results.get(one.id)
        if request.caller.admin or result is None or now - result.checked_at >= _REUSE_SECONDS:
            result = self._results[one.id] = await self._check(request, one, now)
        return result

    async def _check(self, request: Request, one: Deployment, started: float) -> CheckResult:
        error = None
        try:
            await self._ask(request, one)
        except ApiError as failure:
            error = self._breakers.state(one.id).last_error = failure.message
        else:
            # A deployment that answers gets calls again at once.
            self._breakers.state(one.id).succeed(None, self._clock.monotonic())
        return CheckResult(started, round((self._clock.monotonic() - started) * 1000, 3), error)

    async def _ask(self, request: Request, one: Deployment) -> None:
        """Return when the deployment answered; raise its error, or 504 when it took too long."""
        kind = one.kind or "chat"
        found = _BODIES.get(kind)
        if found is None:
            raise ApiError(
                400,
                f"A model for {kind} is not checked: it would cost more than a few tokens.",
                code=error_codes.NOT_PROBED,
            )
        path, body = found
        data = {**body, "model": one.model}
        inner = replace(request, data=data, raw=msgspec.json.encode(data), model=one.group, fields=[], files=[])
        target = self._targets.of_deployment(one, sole=True)
        writer = _Discard(self._record(request, one))
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                if isinstance(target, OfflineTarget):
                    await self._ask_offline(target, inner, writer, kind)
                else:
                    route = Route("POST", path, "health.models", body=BodyKind.JSON, kind=kind)
                    await self._providers().producer(target, inner, route, stream=False)(writer)
        except TimeoutError:
            message = f"It did not answer within {_TIMEOUT_SECONDS:.0f} s."
            raise ApiError(504, message, code=error_codes.PROVIDER_TIMEOUT) from None
        except DeliveryFault as fault:
            raise ApiError(502, f"Its answer was interrupted: {fault}.", code=error_codes.PROVIDER_FAILED) from None

    def _record(self, request: Request, one: Deployment) -> CallRecord:
        return CallRecord(
            id=self._new_id("call_"),
            principal=request.principal,
            operation="health.models",
            model=one.group,
            provider=one.provider,
            status="in_progress",
            stream=False,
            key=None,
            attempts=1,
            request_id=request.request_id,
            created_at=self._clock.time(),
        )

    async def _ask_offline(self, target: OfflineTarget, request: Request, writer: _Discard, kind: str) -> None:
        record = writer.record
        context = ModelContext(
            record.id,
            int(record.created_at),
            target.name,
            1,
            None,
            record.request_id,
            record.principal,
        )
        if kind == "embeddings":
            await offline_answer(Embeddings(self._clock).create, target.model, request, context)(writer)
        elif kind in ("chat", "completions"):
            source = emissions_of(target.model, kind)(request.data, context)
            await offline_chunks(source, request, kind, self._clock, stream=False)(writer)


class _Discard:
    """A response writer without a client."""

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
        self.takes_batches = True

    def write(self, events: list[bytes]) -> bool:
        """Discard events."""
        return True

    async def drain(self) -> None:
        """Return at once: nobody reads."""

    async def emit(self, data: bytes, event: str | None = None) -> None:
        """Discard an event."""

    def deliver_fault(self, fault: Fault) -> None:
        raise DeliveryFault(fault)
