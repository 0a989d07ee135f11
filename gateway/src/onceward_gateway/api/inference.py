"""The way of a call to a model: the key, the target, the run, and the answer that the client gets."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..billing.estimate import Candidate, most_output
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
    check_key,
)
from ..calls.middleware import staged
from ..calls.remote import lost
from ..calls.running import Run
from ..core.answer import Answer, ModelContext
from ..core.call_record import CallRecord
from ..core.errors import (
    ApiError,
    envelope,
    invalid,
)
from ..core.response_writer import Producer, Sink
from ..core.threads import LARGE_BODY
from ..http.producers import (
    offline_answer,
    offline_chunks,
    source_of,
)
from ..http.request import (
    Call,
    Headers,
    Reply,
    Response,
    Route,
    header_value,
)
from ..routing.model_catalog import known_of
from ..routing.pool import DeploymentPool
from ..routing.targets import OfflineTarget, Target

if TYPE_CHECKING:
    from ..entry.services import Gateway

__all__ = ["HeadedStream", "ModelEndpoint", "fingerprint"]

_STREAMED = ("chat", "completions")
_ECHO = "onceward/echo"
_MOST_MODELS = 32


class ModelEndpoint:
    """The endpoint of one route that calls a model."""

    def __init__(self, route: Route) -> None:
        assert route.kind is not None
        self._route = route
        self._kind = route.kind

    async def __call__(self, call: Call) -> Reply:
        presented = await _presented(call, self._kind in _STREAMED and call.data.get("stream") is True)
        found = await self._found(call, presented)
        if isinstance(found, Replayed):
            call.gateway.telemetry.repeated(call, "replayed", found.record)
            return await self._replay(call.gateway, found)
        if found.replayed:
            # What was taken up again by this very request is its own call by now.
            call.gateway.telemetry.repeated(call, "joined" if call.record is None else "resumed", found.feed.record)
        return await self._deliver(call, presented, found)

    async def _found(self, call: Call, presented: Presented) -> Replayed | Found:
        """Where the call is to be had: it is made, joined, or has ended."""
        gateway = call.gateway
        claims = gateway.calls.claims
        hopeful = claims.is_likely_new(presented)
        while True:
            entry = Rerun() if hopeful else await gateway.calls.enter(presented)
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
        target = await call.gateway.selector.resolve(call, _ECHO if mocked else asked, self._kind)
        name = call.model if mocked and call.model else target.name
        if not call.model:
            call.caller.require_model(name)
        return Place(target, name, name if mocked or not call.model else asked)

    async def _begun(self, call: Call, claim: Claim, place: Place) -> Found:
        """Make the call, which is this request's to make."""
        gateway, target = call.gateway, place.target
        try:
            ticket = await gateway.ledger.enter(
                call, self._kind, place.asked, _candidates(call, target), claim.record.id
            )
        except BaseException:
            await gateway.calls.claims.release(claim)
            raise
        try:
            run = self._begin(call, claim, place, ticket)
        except BaseException:
            await gateway.ledger.abandon(ticket)
            await gateway.calls.claims.release(claim)
            raise
        resumed = claim.entry.resumed
        return Found(run, claim.entry.after, replayed=resumed, first=run.record.attempts == 1 and not resumed)

    def _begin(self, call: Call, claim: Claim, place: Place, ticket: Ticket) -> Run:
        gateway, target = call.gateway, place.target
        make = staged(call, self._route, self._producer(call, target, claim.record.stream, place.name))
        price_name = target.price_name if isinstance(target, OfflineTarget) else target.model
        run = gateway.calls.begin(claim, price_name=price_name)
        # From here on the run has what was reserved for it, and whatever fails ends by its settlement.
        run.ticket = ticket
        try:
            gateway.ledger.begun(ticket, run)
            call.record = run.record
            produce = make(run)
        except Exception as error:  # noqa: BLE001 - it is raised, and told of, by the run
            produce = _failing(error)
        run.start(produce)
        # Behind the start: a call that ends within this tick is then written once, with its end.
        gateway.calls.record_soon(run)
        if call.caller.expires_at is not None:
            gateway.revocation.watch(call.caller.expires_at)
        return run

    def _producer(
        self, call: Call, target: Target | DeploymentPool, stream: bool, name: str
    ) -> Callable[[Sink], Producer]:
        if isinstance(target, DeploymentPool):
            return lambda run: call.gateway.dispatcher.producer(
                target, lambda one, sink: self._producer(call, one, stream, one.name)(sink)
            )
        make = call.gateway.telemetry.watched(self._made(call, target, stream, name), call, target, self._kind)
        return make if isinstance(target, OfflineTarget) else lambda run: _recorded(call, make(run))

    def _made(self, call: Call, target: Target, stream: bool, name: str) -> Callable[[Sink], Producer]:
        if not isinstance(target, OfflineTarget):
            return lambda run: call.gateway.providers.producer(target, call, self._route, stream=stream)
        local = self._route.local

        def make(run: Sink) -> Producer:
            context = _context(call, run.record, name, target.model.id)
            if local is not None:
                return offline_answer(local, target.model, call, context)
            source = source_of(target.model, self._kind)(call.data, context)
            return offline_chunks(source, call, self._kind, call.gateway.clock, stream=stream)

        return make

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
                    call.gateway.settings.limits.ping_seconds,
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
        patience = call.gateway.loop.call_later(call.gateway.settings.limits.ping_seconds, listener.wake)
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
        feed = await call.gateway.calls.read(found.record) if isinstance(found, Replayed) else found.feed
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

    async def _replay(self, gateway: Gateway, entry: Replayed) -> Reply:
        record = entry.record
        if record.stream:
            return await self._replay_stream(gateway, record, entry.after)
        if record.status != "completed":
            raise _again(lost(record.id) if record.status == "interrupted" else record.failure(), record)
        answer = await gateway.calls.store.answer(record.id)
        if answer is None:
            error = lost(record.id)
            error.call_id = record.id
            raise error
        return _answered(answer, record, replayed=True)

    async def _replay_stream(self, gateway: Gateway, record: CallRecord, after: int) -> Reply:
        blocks = await gateway.calls.store.events(record.id, after)
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


def _candidates(call: Call, target: Target | DeploymentPool) -> list[Candidate]:
    """Provider and price name of whatever may serve the call, the models included that its request lets in."""
    found = _served_by(call.gateway, target)
    others = dict.fromkeys(named.model for named in call.others)
    if len(others) > _MOST_MODELS:
        raise invalid(
            f"The request lists {len(others)} models to choose among; the most is {_MOST_MODELS}. List fewer.",
            param="models",
            code="too_long",
        )
    for provider in dict.fromkeys(one.provider for one in found if others and one.provider != "offline"):
        names = (name.removeprefix(provider + "/") for name in others)
        found += [Candidate(provider, name, known_of(name).max_output_tokens) for name in names]
    return found


def _served_by(gateway: Gateway, target: Target | DeploymentPool) -> list[Candidate]:
    if isinstance(target, DeploymentPool):
        return gateway.selector.candidates(target)
    if isinstance(target, OfflineTarget):
        return [Candidate(target.provider, target.price_name)]
    most = most_output(target.upstream, known_of(target.model).max_output_tokens)
    return [Candidate(target.provider, target.model, most)]


async def _presented(call: Call, stream: bool) -> Presented:
    key = check_key(call.header("idempotency-key"))
    print_ = await fingerprint(call) if key is not None else b""
    return Presented(
        principal=call.principal,
        operation=call.operation,
        stream=stream,
        key=key,
        fingerprint=print_,
        last_event_id=call.header("last-event-id"),
        request_id=call.request_id,
        body_bytes=len(call.raw),
    )


async def fingerprint(call: Call) -> bytes:
    """Return the digest of a request: operation, path, query, scope and body; a form counts by its parts."""
    if call.files or len(call.raw) > LARGE_BODY:
        # Not in the threads that compute: hashing lets the event loop go on, and files are waited for.
        return await asyncio.to_thread(_fingerprint, call)
    return _fingerprint(call)


def _fingerprint(call: Call) -> bytes:
    digest = hashlib.sha256(repr((call.operation, sorted(call.params.items()), sorted(call.query.items()))).encode())
    if call.caller.acting_for != (None, None):
        # Another scope is another request: it is paid for by somebody else.
        digest.update(repr(call.caller.acting_for).encode())
    digest.update(call.raw)
    if not call.raw:
        digest.update(repr(sorted(call.data.items(), key=lambda item: item[0])).encode("utf-8", "surrogatepass"))
    for upload in call.files:
        parts = (upload.name, upload.filename, upload.content_type, upload.size)
        digest.update(repr(parts).encode("utf-8", "surrogatepass"))
        upload.file.seek(0)
        while piece := upload.file.read(1 << 20):
            digest.update(piece)
        upload.file.seek(0)
    return digest.digest()


def _context(call: Call, record: CallRecord, name: str, model: str) -> ModelContext:
    return ModelContext(
        call_id=record.id,
        created=int(record.created_at),
        model=name,
        attempt=record.attempts if record.key is not None else call.gateway.offline.turn(call, model),
        key=record.key,
        request_id=record.request_id,
        principal=record.principal,
        gateway=call.gateway,
    )


def _recorded(call: Call, produce: Producer) -> Producer:
    """`produce` once it is on record that the call runs: what a provider is paid for is never forgotten."""

    async def recorded(sink: Sink) -> None:
        await call.gateway.calls.recorded(sink.record.id)
        await produce(sink)

    return recorded


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
