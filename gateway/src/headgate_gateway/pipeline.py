"""The way of a call to a model: the key, the target, the run, and the answer that the client gets."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .emission import Answer, ModelContext
from .errors import ApiError, envelope
from .http import Call, Headers, Reply, Response, Route, header_value
from .ledger.ledger import Ticket
from .once.calls import Joined, Presented, Replayed, Rerun, check_key
from .once.deliver import LiveStream, Presence, StoredStream, faulty_reply
from .once.run import Listener, Run, frame
from .once.sink import Producer, Sink
from .once.store import CallRecord
from .producers import offline_answer, offline_chunks, source_of
from .routing.router import Pool
from .stages import staged
from .targets import OfflineTarget, Target, resolve

if TYPE_CHECKING:
    from .gateway import Gateway

__all__ = ["HeadedStream", "ModelEndpoint", "fingerprint"]

_STREAMED = ("chat", "completions")
_ECHO = "headgate/echo"


class ModelEndpoint:
    """The endpoint of one route that calls a model."""

    def __init__(self, route: Route) -> None:
        assert route.kind is not None
        self._route = route
        self._kind = route.kind

    async def __call__(self, call: Call) -> Reply:
        gateway = call.gateway
        stream = self._kind in _STREAMED and call.data.get("stream") is True
        presented = _presented(call, stream)
        entry = gateway.calls.enter(presented)
        gateway.telemetry.entered(call, entry)
        if isinstance(entry, Replayed):
            return self._replay(gateway, entry)
        if isinstance(entry, Joined):
            return await self._deliver(call, entry.run, entry.after, replayed=True, first=False)
        mocked = self._kind in _STREAMED and call.data.get("mock_response") is not None
        target = self._target(call, _ECHO if mocked else call.caller.aliases.get(call.model, call.model))
        name = call.model if mocked and call.model else target.name
        if not call.model:
            call.caller.require_model(name)
        asked = name if mocked or not call.model else call.caller.aliases.get(call.model, call.model)
        ticket = gateway.ledger.enter(call, self._kind, asked, _candidates(gateway, target))
        try:
            run = self._begin(call, presented, entry, target, name, ticket)
        except BaseException:
            gateway.ledger.abandon(ticket)
            raise
        first = run.record.attempts == 1 and not entry.resumed
        return await self._deliver(call, run, entry.after, replayed=entry.resumed, first=first)

    def _target(self, call: Call, name: str) -> Target | Pool:
        pool = call.gateway.routing.pool(call, name, self._kind)
        return pool or resolve(call.gateway, name, self._kind, call.headers)

    def _begin(
        self, call: Call, presented: Presented, entry: Rerun, target: Target | Pool, name: str, ticket: Ticket
    ) -> Run:
        gateway = call.gateway
        make = staged(call, self._route, self._producer(call, target, presented.stream, name))
        run = gateway.calls.begin(
            presented,
            entry,
            model=name,
            provider=target.provider,
            price_name=target.price_name if isinstance(target, OfflineTarget) else target.model,
        )
        gateway.ledger.begun(ticket, run)
        call.record = run.record
        try:
            produce = make(run)
        except ApiError as error:
            produce = _failing(error)
        run.start(produce)
        # Behind the start: a call that ends within this tick is then written once, with its end.
        gateway.calls.save(run.record)
        return run

    def _producer(self, call: Call, target: Target | Pool, stream: bool, name: str) -> Callable[[Sink], Producer]:
        if isinstance(target, Pool):
            return lambda run: call.gateway.routing.producer(
                target, lambda one, sink: self._producer(call, one, stream, one.name)(sink)
            )
        make = self._made(call, target, stream, name)
        return call.gateway.telemetry.watched(make, call, target, self._kind)

    def _made(self, call: Call, target: Target, stream: bool, name: str) -> Callable[[Sink], Producer]:
        if not isinstance(target, OfflineTarget):
            return lambda run: call.gateway.providers.producer(target, call, self._route, stream=stream)
        local = self._route.local

        def make(run: Sink) -> Producer:
            context = _context(call, run.record, name)
            if local is not None:
                return offline_answer(local, target.model, call, context)
            source = source_of(target.model, self._kind)(call.data, context)
            return offline_chunks(source, call.data, self._kind, call.gateway.clock, stream=stream)

        return make

    # -- delivery

    async def _deliver(self, call: Call, run: Run, after: int, *, replayed: bool, first: bool) -> Reply:
        listener = Listener(after if run.record.stream else 0, takes_faults=first)
        run.join(listener)
        presence = Presence(call.receive, listener)
        delivered = False
        try:
            if run.record.stream:
                await self._opened(call.gateway, run, listener)
                if run.error is not None and not run.total:
                    raise run.error
                delivered = True
                live = LiveStream(run, listener, presence, call.scope, call.gateway.settings.limits.ping_seconds)
                headers = (*_stream_headers(run.record, replayed=replayed), *run.marks.items())
                return HeadedStream(live, headers)
            return await self._whole(call, run, listener, replayed=replayed)
        except ApiError as error:
            error.call_id = run.record.id
            raise
        finally:
            if not delivered:
                presence.close()
                run.leave(listener)

    async def _opened(self, gateway: Gateway, run: Run, listener: Listener) -> None:
        """Wait for the first event, so that an early failure keeps its status; not longer than a ping's time."""
        patience = gateway.loop.call_later(gateway.settings.limits.ping_seconds, listener.wake)
        try:
            if not run.total and not run.done and not run.faults:
                await listener.wait()
        finally:
            patience.cancel()

    async def _whole(self, call: Call, run: Run, listener: Listener, *, replayed: bool) -> Reply:
        while not (run.done or listener.gone or (run.faults and listener.takes_faults)):
            await listener.wait()
        if listener.gone:
            return Response(499)
        if listener.takes_faults:
            if run.faults:
                return faulty_reply(run.faults.pop(0)[1], call.scope, call.receive)
            if run.fault is not None:
                return faulty_reply(run.fault.fault, call.scope, call.receive)
        if run.error is not None:
            raise run.error
        answer = run.answer or Answer(b"")
        if run.marks:
            answer = replace(answer, headers=(*answer.headers, *run.marks.items()))
        return _answered(answer, run.record, replayed=replayed)

    def _replay(self, gateway: Gateway, entry: Replayed) -> Reply:
        record = entry.record
        if record.stream:
            return self._replay_stream(gateway, record, entry.after)
        if record.status != "completed":
            raise _again(_lost(record) if record.status == "interrupted" else record.failure(), record)
        answer = gateway.calls.store.answer(record.id)
        if answer is None:
            raise _lost(record)
        return _answered(answer, record, replayed=True)

    def _replay_stream(self, gateway: Gateway, record: CallRecord, after: int) -> Reply:
        blocks = gateway.calls.blocks(record, after)
        if record.status != "interrupted":
            if not blocks and record.error is not None and after == 0:
                raise _again(record.failure(), record)
            return HeadedStream(StoredStream(blocks, after), _stream_headers(record, replayed=True))
        error = _lost(record)
        if not blocks and after == 0:
            raise _again(error, record)
        last = max(blocks[-1].last if blocks else 0, after)
        tail = frame(record.id, last + 1, envelope(error, record.request_id), "error")
        return HeadedStream(StoredStream(blocks, after, tail), _stream_headers(record, replayed=True))


class HeadedStream:
    """A streamed reply with headers of its own."""

    def __init__(self, streamer: LiveStream | StoredStream, headers: Headers) -> None:
        self._streamer = streamer
        self._headers = [(name.encode("latin-1"), header_value(value)) for name, value in headers]

    async def send(self, send: Any, headers: list[tuple[bytes, bytes]]) -> None:
        await self._streamer.send(send, self._headers + headers)

    def close(self) -> None:
        self._streamer.close()


def _candidates(gateway: Gateway, target: Target | Pool) -> list[tuple[str, str]]:
    """Provider and price name of whatever may serve the call."""
    if isinstance(target, Pool):
        return gateway.routing.estimate(target)
    return [(target.provider, target.price_name if isinstance(target, OfflineTarget) else target.model)]


def _presented(call: Call, stream: bool) -> Presented:
    key = check_key(call.header("idempotency-key"))
    return Presented(
        principal=call.principal,
        operation=call.operation,
        stream=stream,
        key=key,
        fingerprint=fingerprint(call) if key is not None else b"",
        last_event_id=call.header("last-event-id"),
        request_id=call.request_id,
        body_bytes=len(call.raw),
    )


def fingerprint(call: Call) -> bytes:
    """What makes two requests the same: operation, path, query and body; a form counts by its parts."""
    digest = hashlib.sha256(repr((call.operation, sorted(call.params.items()), sorted(call.query.items()))).encode())
    digest.update(call.raw)
    if not call.raw:
        digest.update(repr(sorted(call.data.items(), key=lambda item: item[0])).encode())
    for upload in call.files:
        digest.update(repr((upload.name, upload.filename, upload.content_type, upload.size)).encode())
        upload.file.seek(0)
        while piece := upload.file.read(1 << 20):
            digest.update(piece)
        upload.file.seek(0)
    return digest.digest()


def _context(call: Call, record: CallRecord, name: str) -> ModelContext:
    return ModelContext(
        call_id=record.id,
        created=int(record.created_at),
        model=name,
        attempt=record.attempts,
        key=record.key,
        request_id=record.request_id,
        principal=record.principal,
        gateway=call.gateway,
    )


def _failing(error: ApiError) -> Producer:
    async def produce(run: Sink) -> None:
        raise error

    return produce


def _lost(record: CallRecord) -> ApiError:
    return ApiError(
        500,
        f"The gateway stopped while the call {record.id!r} ran, and how it ended is not known. "
        "What was received stands; to make the call again, send it with a new key.",
        code="call_interrupted",
    )


def _again(error: ApiError, record: CallRecord) -> ApiError:
    """An error that ended a call, as it is told a second time: the same key will not make it better."""
    error.call_id = record.id
    error.headers = (("x-should-retry", "false"), ("x-headgate-replayed", "true"))
    return error


def _stream_headers(record: CallRecord, *, replayed: bool) -> Headers:
    headers = (("x-headgate-call-id", record.id), ("x-model", record.model))
    return (*headers, ("x-headgate-replayed", "true")) if replayed else headers


def _answered(answer: Answer, record: CallRecord, *, replayed: bool) -> Response:
    headers: list[tuple[str, str]] = [("x-headgate-call-id", record.id), ("x-model", record.model)]
    if record.usage is not None:
        tokens = record.tokens
        headers += [
            ("x-input-tokens", str(tokens["prompt_tokens"])),
            ("x-output-tokens", str(tokens["completion_tokens"])),
            ("x-total-tokens", str(tokens["total_tokens"])),
        ]
    if record.cost_nano is not None:
        headers.append(("x-cost-usd", _decimal(record.cost_nano)))
    if replayed:
        headers.append(("x-headgate-replayed", "true"))
    return Response(answer.status, answer.body, answer.content_type, (*headers, *answer.headers))


def _decimal(nano: int) -> str:
    whole, rest = divmod(nano, 1_000_000_000)
    return f"{whole}.{rest:09d}".rstrip("0").rstrip(".")
