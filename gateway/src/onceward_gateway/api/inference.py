"""The way of a call to a model: the key, the target, the run, and the answer that the client gets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ..billing.estimate import Candidate, most_output
from ..billing.ledger import Ledger
from ..billing.ticket import Ticket
from ..calls.delivery import (
    DisconnectWatcher,
    LiveStream,
    StoredStream,
    faulty_reply,
)
from ..calls.event_stream import (
    EventStream,
    Subscriber,
    frame,
)
from ..calls.idempotency import (
    Attached,
    Claim,
    IdempotentRequest,
    Replay,
    Start,
    presented_by,
)
from ..calls.middleware import CallMiddleware
from ..calls.registry import CallRegistry
from ..calls.remote import lost
from ..calls.revocation import Revocation
from ..calls.running import RunningCall
from ..core.answer import Answer, ModelContext
from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..core.errors import (
    ApiError,
    envelope,
    invalid,
)
from ..core.response_writer import ModelHandler, ResponseWriter
from ..http.request import (
    Headers,
    Reply,
    Request,
    Response,
    Route,
    header_value,
)
from ..offline.handler import emissions_of, offline_answer, offline_chunks
from ..offline.registry import OfflineModels
from ..routing.dispatch import Dispatcher
from ..routing.model_catalog import model_info
from ..routing.pool import DeploymentPool
from ..routing.selection import DeploymentSelector
from ..routing.targets import OfflineTarget, ProviderTarget, Target
from ..telemetry.telemetry import Telemetry

__all__ = ["HeadedStream", "InferenceServices", "InferenceEndpoint"]

_STREAMED = ("chat", "completions")
_ECHO = "onceward/echo"
_MOST_MODELS = 32


class UpstreamClient(Protocol):
    """Calls providers."""

    def producer(self, target: ProviderTarget, request: Request, route: Route, *, stream: bool) -> ModelHandler:
        """Return the handler that sends a call to a provider and relays its answer."""
        ...


@dataclass(frozen=True, slots=True)
class InferenceServices:
    """The collaborators of the operations that call a model.

    `providers` returns the client of the providers, which is imported when it is first needed.
    """

    calls: CallRegistry
    ledger: Ledger
    selector: DeploymentSelector
    dispatcher: Dispatcher
    offline: OfflineModels
    telemetry: Telemetry
    middleware: CallMiddleware
    revocation: Revocation
    clock: Clock
    ping_seconds: float
    providers: Callable[[], UpstreamClient]


class InferenceEndpoint:
    """The endpoint of one route that calls a model."""

    def __init__(self, route: Route, services: InferenceServices) -> None:
        assert route.kind is not None
        self._services = services
        self._calls = services.calls
        self._ledger = services.ledger
        self._selector = services.selector
        self._telemetry = services.telemetry
        self._route = route
        self._kind = route.kind

    async def __call__(self, request: Request) -> Reply:
        presented = await presented_by(request, stream=self._kind in _STREAMED and request.data.get("stream") is True)
        found = await self._found(request, presented)
        if isinstance(found, Replay):
            self._telemetry.repeated(request, "replayed", found.record)
            return await self._replay(found)
        if found.replayed:
            # What was taken up again by this very request is its own call by now.
            self._telemetry.repeated(request, "joined" if request.record is None else "resumed", found.feed.record)
        return await self._deliver(request, presented, found)

    async def _found(self, request: Request, presented: IdempotentRequest) -> Replay | Found:
        """Where the call is to be had: it is made, joined, or has ended."""
        claims = self._calls.claims
        hopeful = claims.is_likely_new(presented)
        while True:
            entry = Start() if hopeful else await self._calls.enter(presented)
            if isinstance(entry, Replay):
                return entry
            if isinstance(entry, Attached):
                return Found(entry.feed, entry.after, replayed=True, first=False)
            try:
                place = await self._place(request)
            except ApiError:
                if not hopeful:
                    raise
                # What was answered before is answered again, whether its model is still there or not.
                hopeful = False
                continue
            claim = await claims.claim(presented, entry, model=place.name, provider=place.target.provider)
            if claim is not None:
                return await self._begun(request, claim, place)
            hopeful = False

    async def _place(self, request: Request) -> Place:
        """Where the model of a call is to be had."""
        mocked = self._kind in _STREAMED and request.data.get("mock_response") is not None
        asked = request.caller.aliases.get(request.model, request.model)
        target = await self._selector.resolve(request, _ECHO if mocked else asked, self._kind)
        name = request.model if mocked and request.model else target.name
        if not request.model:
            request.caller.require_model(name)
        return Place(target, name, name if mocked or not request.model else asked)

    async def _begun(self, request: Request, claim: Claim, place: Place) -> Found:
        """Make the call, which is this request's to make."""
        target = place.target
        try:
            ticket = await self._ledger.enter(
                request, self._kind, place.asked, self._candidates(request, target), claim.record.id
            )
        except BaseException:
            await self._calls.claims.release(claim)
            raise
        try:
            run = self._begin(request, claim, place, ticket)
        except BaseException:
            await self._ledger.abandon(ticket)
            await self._calls.claims.release(claim)
            raise
        resumed = claim.entry.resumed
        return Found(run, claim.entry.after, replayed=resumed, first=run.record.attempts == 1 and not resumed)

    def _begin(self, request: Request, claim: Claim, place: Place, ticket: Ticket) -> RunningCall:
        target = place.target
        make = self._services.middleware.around(
            request, self._route, self._producer(request, target, claim.record.stream, place.name)
        )
        price_name = target.price_name if isinstance(target, OfflineTarget) else target.model
        run = self._calls.begin(claim, price_name=price_name)
        # From here on the run has what was reserved for it, and whatever fails ends by its settlement.
        run.ticket = ticket
        try:
            self._ledger.begun(ticket, run)
            request.record = run.record
            produce = make(run)
        except Exception as error:  # noqa: BLE001 - it is raised, and told of, by the run
            produce = _failing(error)
        run.start(produce)
        # Behind the start: a call that ends within this tick is then written once, with its end.
        self._calls.record_soon(run)
        if request.caller.expires_at is not None:
            self._services.revocation.watch(request.caller.expires_at)
        return run

    def _producer(
        self, request: Request, target: Target | DeploymentPool, stream: bool, name: str
    ) -> Callable[[ResponseWriter], ModelHandler]:
        if isinstance(target, DeploymentPool):
            return lambda run: self._services.dispatcher.producer(
                target, lambda one, sink: self._producer(request, one, stream, one.name)(sink)
            )
        make = self._telemetry.observe_attempts(self._made(request, target, stream, name), request, target, self._kind)
        return make if isinstance(target, OfflineTarget) else lambda run: self._recorded(make(run))

    def _made(
        self, request: Request, target: Target, stream: bool, name: str
    ) -> Callable[[ResponseWriter], ModelHandler]:
        if not isinstance(target, OfflineTarget):
            return lambda run: self._services.providers().producer(target, request, self._route, stream=stream)
        local = self._route.local

        def make(run: ResponseWriter) -> ModelHandler:
            context = self._context(request, run.record, name, target.model.id)
            if local is not None:
                return offline_answer(local, target.model, request, context)
            source = emissions_of(target.model, self._kind)(request.data, context)
            return offline_chunks(source, request, self._kind, self._services.clock, stream=stream)

        return make

    def _candidates(self, request: Request, target: Target | DeploymentPool) -> list[Candidate]:
        """Provider and price name of whatever may serve the call, the models included that its request lets in."""
        found = self._served_by(target)
        others = dict.fromkeys(named.model for named in request.others)
        if len(others) > _MOST_MODELS:
            raise invalid(
                f"The request lists {len(others)} models to choose among; the most is {_MOST_MODELS}. List fewer.",
                param="models",
                code="too_long",
            )
        for provider in dict.fromkeys(one.provider for one in found if others and one.provider != "offline"):
            names = (name.removeprefix(provider + "/") for name in others)
            found += [Candidate(provider, name, model_info(name).max_output_tokens) for name in names]
        return found

    def _served_by(self, target: Target | DeploymentPool) -> list[Candidate]:
        if isinstance(target, DeploymentPool):
            return self._selector.candidates(target)
        if isinstance(target, OfflineTarget):
            return [Candidate(target.provider, target.price_name)]
        most = most_output(target.upstream, model_info(target.model).max_output_tokens)
        return [Candidate(target.provider, target.model, most)]

    def _context(self, request: Request, record: CallRecord, name: str, model: str) -> ModelContext:
        return ModelContext(
            call_id=record.id,
            created=int(record.created_at),
            model=name,
            attempt=record.attempts if record.key is not None else self._services.offline.attempt(request, model),
            key=record.key,
            request_id=record.request_id,
            principal=record.principal,
        )

    def _recorded(self, produce: ModelHandler) -> ModelHandler:
        """`produce` once it is on record that the call runs: what a provider is paid for is never forgotten."""

        async def recorded(sink: ResponseWriter) -> None:
            await self._calls.recorded(sink.record.id)
            await produce(sink)

        return recorded

    # -- delivery

    async def _deliver(self, request: Request, presented: IdempotentRequest, found: Found) -> Reply:
        feed = found.feed
        listener = Subscriber(found.after if presented.stream else 0, takes_faults=found.first)
        feed.join(listener)
        presence = DisconnectWatcher(request.receive, listener, request.scope)
        delivered = False
        try:
            if presented.stream:
                feed = await self._opened(request, presented, feed, listener)
                if feed.error is not None and not feed.total:
                    raise feed.error
                delivered = True
                live = LiveStream(
                    feed,
                    listener,
                    presence,
                    request.scope,
                    self._services.ping_seconds,
                    lambda source: self._moved(request, presented, source, listener),
                )
                headers = (*_stream_headers(feed.record, replayed=found.replayed), *feed.marks.items())
                return HeadedStream(live, headers)
            while not feed.done:
                await self._ended(feed, listener)
                if listener.gone or feed.faults or not feed.moved:
                    break
                feed = await self._moved(request, presented, feed, listener)
            return self._whole(request, feed, listener, replayed=found.replayed)
        except ApiError as error:
            error.call_id = feed.record.id
            raise
        finally:
            if not delivered:
                presence.close()
                feed.leave(listener)

    async def _opened(
        self, request: Request, presented: IdempotentRequest, feed: EventStream, listener: Subscriber
    ) -> EventStream:
        """Wait for the first event, so that an early failure keeps its status; not longer than a ping's time."""
        patience = asyncio.get_running_loop().call_later(self._services.ping_seconds, listener.wake)
        try:
            if not (feed.total or feed.over or feed.faults):
                await listener.wait()
            if feed.moved and not feed.total:
                feed = await self._moved(request, presented, feed, listener)
        finally:
            patience.cancel()
        return feed

    async def _moved(
        self, request: Request, presented: IdempotentRequest, feed: EventStream, listener: Subscriber
    ) -> EventStream:
        """Where a call goes on that has left this feed; the listener goes with it."""
        feed.leave(listener)
        if presented.stream:
            presented = replace(presented, last_event_id=f"{feed.record.id}:{listener.position}")
        found = await self._found(request, presented)
        feed = await self._calls.read(found.record) if isinstance(found, Replay) else found.feed
        feed.join(listener)
        return feed

    async def _ended(self, feed: EventStream, listener: Subscriber) -> None:
        while not (feed.over or listener.gone or (feed.faults and listener.takes_faults)):
            await listener.wait()

    def _whole(self, request: Request, feed: EventStream, listener: Subscriber, *, replayed: bool) -> Reply:
        if listener.gone:
            return Response(499)
        if listener.takes_faults:
            if feed.faults:
                return faulty_reply(feed.faults.pop(0)[1], request.scope, request.receive)
            if feed.fault is not None:
                return faulty_reply(feed.fault.fault, request.scope, request.receive)
        if feed.error is not None:
            raise feed.error
        answer = feed.answer or Answer(b"")
        if feed.marks:
            answer = replace(answer, headers=(*answer.headers, *feed.marks.items()))
        return _answered(answer, feed.record, replayed=replayed)

    async def _replay(self, entry: Replay) -> Reply:
        record = entry.record
        if record.stream:
            return await self._replay_stream(record, entry.after)
        if record.status != "completed":
            raise _again(lost(record.id) if record.status == "interrupted" else record.failure(), record)
        answer = await self._calls.store.answer(record.id)
        if answer is None:
            error = lost(record.id)
            error.call_id = record.id
            raise error
        return _answered(answer, record, replayed=True)

    async def _replay_stream(self, record: CallRecord, after: int) -> Reply:
        blocks = await self._calls.store.events(record.id, after)
        if record.status != "interrupted":
            if not blocks and record.error is not None and after == 0:
                raise _again(record.failure(), record)
            return HeadedStream(StoredStream(blocks, after), _stream_headers(record, replayed=True))
        error = lost(record.id)
        if not blocks and after == 0:
            raise _again(error, record)
        last = max(blocks[-1].last if blocks else 0, after)
        tail = frame(record.id, last, envelope(error, record.request_id), "error")
        return HeadedStream(StoredStream(blocks, after, tail), _stream_headers(record, replayed=True))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call goes, the name that it is answered under, and the one that it was asked for by."""

    target: Target | DeploymentPool
    name: str
    asked: str


@dataclass(frozen=True, slots=True)
class Found:
    """Where a call is read from, and from behind which event."""

    feed: EventStream
    after: int
    replayed: bool
    first: bool


class HeadedStream:
    """A streamed reply with headers of its own."""

    __slots__ = ("_headers", "_streamer")

    def __init__(self, streamer: LiveStream | StoredStream, headers: Headers) -> None:
        self._streamer = streamer
        self._headers = [(name.encode("latin-1"), header_value(value)) for name, value in headers]

    def send(self, send: Any, headers: list[tuple[bytes, bytes]]) -> Coroutine[Any, Any, None]:
        return self._streamer.send(send, self._headers + headers)

    def close(self) -> None:
        self._streamer.close()


def _failing(error: Exception) -> ModelHandler:
    async def produce(run: ResponseWriter) -> None:
        raise error

    return produce


def _again(error: ApiError, record: CallRecord) -> ApiError:
    """An error that ended a call, as it is told a second time: the same key will not make it better."""
    error.call_id = record.id
    error.headers = (("x-should-retry", "false"), ("x-onceward-replayed", "true"))
    return error


def _stream_headers(record: CallRecord, *, replayed: bool) -> Headers:
    headers = (("x-onceward-call-id", record.id), ("x-model", record.model))
    return (*headers, ("x-onceward-replayed", "true")) if replayed else headers


def _answered(answer: Answer, record: CallRecord, *, replayed: bool) -> Response:
    headers: list[tuple[str, str]] = [("x-onceward-call-id", record.id), ("x-model", record.model)]
    if record.total_usage is not None:
        tokens = record.tokens
        headers += [
            ("x-input-tokens", str(tokens["prompt_tokens"])),
            ("x-output-tokens", str(tokens["completion_tokens"])),
            ("x-total-tokens", str(tokens["total_tokens"])),
        ]
    cost = record.total_cost_nano
    if cost is not None:
        headers.append(("x-cost-usd", _decimal(cost)))
    if replayed:
        headers.append(("x-onceward-replayed", "true"))
    return Response(answer.status, answer.body, answer.content_type, (*headers, *answer.headers))


def _decimal(nano: int) -> str:
    whole, rest = divmod(nano, 1_000_000_000)
    return f"{whole}.{rest:09d}".rstrip("0").rstrip(".")
