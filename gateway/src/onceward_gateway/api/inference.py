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
    LiveStream,
    Presence,
    StoredStream,
    faulty_reply,
)
from ..calls.event_stream import (
    Feed,
    Listener,
    frame,
)
from ..calls.idempotency import (
    Claim,
    Joined,
    Presented,
    Replayed,
    Rerun,
    presented_by,
)
from ..calls.middleware import CallMiddleware
from ..calls.registry import Calls
from ..calls.remote import lost
from ..calls.revocation import Revocation
from ..calls.running import Run
from ..core.answer import Answer, ModelContext
from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..core.errors import (
    ApiError,
    envelope,
    invalid,
)
from ..core.response_writer import Producer, Sink
from ..http.request import (
    Call,
    Headers,
    Reply,
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

__all__ = ["HeadedStream", "InferenceServices", "ModelEndpoint"]

_STREAMED = ("chat", "completions")
_ECHO = "onceward/echo"
_MOST_MODELS = 32


class UpstreamClient(Protocol):
    """Calls providers."""

    def producer(self, target: ProviderTarget, call: Call, route: Route, *, stream: bool) -> Producer:
        """Return the handler that sends a call to a provider and relays its answer."""
        ...


@dataclass(frozen=True, slots=True)
class InferenceServices:
    """The collaborators of the operations that call a model.

    `providers` returns the client of the providers, which is imported when it is first needed.
    """

    calls: Calls
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


class ModelEndpoint:
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

    async def __call__(self, call: Call) -> Reply:
        presented = await presented_by(call, stream=self._kind in _STREAMED and call.data.get("stream") is True)
        found = await self._found(call, presented)
        if isinstance(found, Replayed):
            self._telemetry.repeated(call, "replayed", found.record)
            return await self._replay(found)
        if found.replayed:
            # What was taken up again by this very request is its own call by now.
            self._telemetry.repeated(call, "joined" if call.record is None else "resumed", found.feed.record)
        return await self._deliver(call, presented, found)

    async def _found(self, call: Call, presented: Presented) -> Replayed | Found:
        """Where the call is to be had: it is made, joined, or has ended."""
        claims = self._calls.claims
        hopeful = claims.is_likely_new(presented)
        while True:
            entry = Rerun() if hopeful else await self._calls.enter(presented)
            if isinstance(entry, Replayed):
                return entry
            if isinstance(entry, Joined):
                return Found(entry.feed, entry.after, replayed=True, first=False)
            try:
                place = await self._place(call)
            except ApiError:
                if not hopeful:
                    raise
                # What was answered before is answered again, whether its model is still there or not.
                hopeful = False
                continue
            claim = await claims.claim(presented, entry, model=place.name, provider=place.target.provider)
            if claim is not None:
                return await self._begun(call, claim, place)
            hopeful = False

    async def _place(self, call: Call) -> Place:
        """Where the model of a call is to be had."""
        mocked = self._kind in _STREAMED and call.data.get("mock_response") is not None
        asked = call.caller.aliases.get(call.model, call.model)
        target = await self._selector.resolve(call, _ECHO if mocked else asked, self._kind)
        name = call.model if mocked and call.model else target.name
        if not call.model:
            call.caller.require_model(name)
        return Place(target, name, name if mocked or not call.model else asked)

    async def _begun(self, call: Call, claim: Claim, place: Place) -> Found:
        """Make the call, which is this request's to make."""
        target = place.target
        try:
            ticket = await self._ledger.enter(
                call, self._kind, place.asked, self._candidates(call, target), claim.record.id
            )
        except BaseException:
            await self._calls.claims.release(claim)
            raise
        try:
            run = self._begin(call, claim, place, ticket)
        except BaseException:
            await self._ledger.abandon(ticket)
            await self._calls.claims.release(claim)
            raise
        resumed = claim.entry.resumed
        return Found(run, claim.entry.after, replayed=resumed, first=run.record.attempts == 1 and not resumed)

    def _begin(self, call: Call, claim: Claim, place: Place, ticket: Ticket) -> Run:
        target = place.target
        make = self._services.middleware.around(
            call, self._route, self._producer(call, target, claim.record.stream, place.name)
        )
        price_name = target.price_name if isinstance(target, OfflineTarget) else target.model
        run = self._calls.begin(claim, price_name=price_name)
        # From here on the run has what was reserved for it, and whatever fails ends by its settlement.
        run.ticket = ticket
        try:
            self._ledger.begun(ticket, run)
            call.record = run.record
            produce = make(run)
        except Exception as error:  # noqa: BLE001 - it is raised, and told of, by the run
            produce = _failing(error)
        run.start(produce)
        # Behind the start: a call that ends within this tick is then written once, with its end.
        self._calls.record_soon(run)
        if call.caller.expires_at is not None:
            self._services.revocation.watch(call.caller.expires_at)
        return run

    def _producer(
        self, call: Call, target: Target | DeploymentPool, stream: bool, name: str
    ) -> Callable[[Sink], Producer]:
        if isinstance(target, DeploymentPool):
            return lambda run: self._services.dispatcher.producer(
                target, lambda one, sink: self._producer(call, one, stream, one.name)(sink)
            )
        make = self._telemetry.observe_attempts(self._made(call, target, stream, name), call, target, self._kind)
        return make if isinstance(target, OfflineTarget) else lambda run: self._recorded(make(run))

    def _made(self, call: Call, target: Target, stream: bool, name: str) -> Callable[[Sink], Producer]:
        if not isinstance(target, OfflineTarget):
            return lambda run: self._services.providers().producer(target, call, self._route, stream=stream)
        local = self._route.local

        def make(run: Sink) -> Producer:
            context = self._context(call, run.record, name, target.model.id)
            if local is not None:
                return offline_answer(local, target.model, call, context)
            source = emissions_of(target.model, self._kind)(call.data, context)
            return offline_chunks(source, call, self._kind, self._services.clock, stream=stream)

        return make

    def _candidates(self, call: Call, target: Target | DeploymentPool) -> list[Candidate]:
        """Provider and price name of whatever may serve the call, the models included that its request lets in."""
        found = self._served_by(target)
        others = dict.fromkeys(named.model for named in call.others)
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

    def _context(self, call: Call, record: CallRecord, name: str, model: str) -> ModelContext:
        return ModelContext(
            call_id=record.id,
            created=int(record.created_at),
            model=name,
            attempt=record.attempts if record.key is not None else self._services.offline.attempt(call, model),
            key=record.key,
            request_id=record.request_id,
            principal=record.principal,
        )

    def _recorded(self, produce: Producer) -> Producer:
        """`produce` once it is on record that the call runs: what a provider is paid for is never forgotten."""

        async def recorded(sink: Sink) -> None:
            await self._calls.recorded(sink.record.id)
            await produce(sink)

        return recorded

    # -- delivery

    async def _deliver(self, call: Call, presented: Presented, found: Found) -> Reply:
        feed = found.feed
        listener = Listener(found.after if presented.stream else 0, takes_faults=found.first)
        feed.join(listener)
        presence = Presence(call.receive, listener, call.scope)
        delivered = False
        try:
            if presented.stream:
                feed = await self._opened(call, presented, feed, listener)
                if feed.error is not None and not feed.total:
                    raise feed.error
                delivered = True
                live = LiveStream(
                    feed,
                    listener,
                    presence,
                    call.scope,
                    self._services.ping_seconds,
                    lambda source: self._moved(call, presented, source, listener),
                )
                headers = (*_stream_headers(feed.record, replayed=found.replayed), *feed.marks.items())
                return HeadedStream(live, headers)
            while not feed.done:
                await self._ended(feed, listener)
                if listener.gone or feed.faults or not feed.moved:
                    break
                feed = await self._moved(call, presented, feed, listener)
            return self._whole(call, feed, listener, replayed=found.replayed)
        except ApiError as error:
            error.call_id = feed.record.id
            raise
        finally:
            if not delivered:
                presence.close()
                feed.leave(listener)

    async def _opened(self, call: Call, presented: Presented, feed: Feed, listener: Listener) -> Feed:
        """Wait for the first event, so that an early failure keeps its status; not longer than a ping's time."""
        patience = asyncio.get_running_loop().call_later(self._services.ping_seconds, listener.wake)
        try:
            if not (feed.total or feed.over or feed.faults):
                await listener.wait()
            if feed.moved and not feed.total:
                feed = await self._moved(call, presented, feed, listener)
        finally:
            patience.cancel()
        return feed

    async def _moved(self, call: Call, presented: Presented, feed: Feed, listener: Listener) -> Feed:
        """Where a call goes on that has left this feed; the listener goes with it."""
        feed.leave(listener)
        if presented.stream:
            presented = replace(presented, last_event_id=f"{feed.record.id}:{listener.position}")
        found = await self._found(call, presented)
        feed = await self._calls.read(found.record) if isinstance(found, Replayed) else found.feed
        feed.join(listener)
        return feed

    async def _ended(self, feed: Feed, listener: Listener) -> None:
        while not (feed.over or listener.gone or (feed.faults and listener.takes_faults)):
            await listener.wait()

    def _whole(self, call: Call, feed: Feed, listener: Listener, *, replayed: bool) -> Reply:
        if listener.gone:
            return Response(499)
        if listener.takes_faults:
            if feed.faults:
                return faulty_reply(feed.faults.pop(0)[1], call.scope, call.receive)
            if feed.fault is not None:
                return faulty_reply(feed.fault.fault, call.scope, call.receive)
        if feed.error is not None:
            raise feed.error
        answer = feed.answer or Answer(b"")
        if feed.marks:
            answer = replace(answer, headers=(*answer.headers, *feed.marks.items()))
        return _answered(answer, feed.record, replayed=replayed)

    async def _replay(self, entry: Replayed) -> Reply:
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

    feed: Feed
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


def _failing(error: Exception) -> Producer:
    async def produce(run: Sink) -> None:
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
