"""The endpoint of calls to models: idempotency key, target, reservation, call, and the response to the client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ..billing.admission import Admission
from ..billing.estimate import Candidate, most_output
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
from ..calls.idempotent_calls import NewCall
from ..calls.middleware import CallMiddleware
from ..calls.registry import CallRegistry
from ..calls.remote import lost
from ..calls.revocation import Revocation
from ..calls.running import RunningCall
from ..core import error_codes
from ..core.answer import Answer, ModelContext
from ..core.call_record import CallRecord
from ..core.clock import Clock
from ..core.errors import (
    ApiError,
    envelope,
    invalid,
)
from ..core.headers import (
    X_COST_USD,
    X_INPUT_TOKENS,
    X_MODEL,
    X_ONCEWARD_CALL_ID,
    X_ONCEWARD_REPLAYED,
    X_OUTPUT_TOKENS,
    X_SHOULD_RETRY,
    X_TOTAL_TOKENS,
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
from ..idempotency.engine import Attached, Replay
from ..idempotency.request import IdempotentRequest, identify_request
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
_MAX_MODELS = 32


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
    admission: Admission
    selector: DeploymentSelector
    dispatcher: Dispatcher
    offline: OfflineModels
    telemetry: Telemetry
    middleware: CallMiddleware
    revocation: Revocation
    clock: Clock
    ping_interval_seconds: float
    providers: Callable[[], UpstreamClient]


class InferenceEndpoint:
    """The endpoint of one route that calls a model."""

    def __init__(self, route: Route, services: InferenceServices) -> None:
        assert route.kind is not None
        self._services = services
        self._calls = services.calls
        self._admission = services.admission
        self._selector = services.selector
        self._telemetry = services.telemetry
        self._route = route
        self._kind = route.kind

    async def __call__(self, request: Request) -> Reply:
        """Run, attach to or replay the call that the request asks for, by its idempotency key."""
        idempotent = await identify_request(
            request, stream=self._kind in _STREAMED and request.data.get("stream") is True
        )
        source = await self._resolve(request, idempotent)
        if isinstance(source, Replay):
            self._telemetry.repeated(request, "replayed", source.ended)
            return await self._replay(source)
        if source.replayed:
            # A call that this request resumed has become the request's own call.
            self._telemetry.repeated(request, "attached" if request.record is None else "resumed", source.events.record)
        return await self._deliver(request, idempotent, source)

    async def _resolve(self, request: Request, idempotent: IdempotentRequest) -> Replay[CallRecord] | CallSource:
        """Return the source of the call's answer: a new call, a running one, or the record of one that has ended."""
        keys = self._calls.keys
        look_up = False
        while True:
            outcome = await keys.enter(idempotent, look_up=look_up)
            if isinstance(outcome, Replay):
                return outcome
            if isinstance(outcome, Attached):
                return CallSource(outcome.running, outcome.after, replayed=True, first=False)
            try:
                resolved = await self._resolve_target(request)
            except BaseException as error:
                keys.drop(outcome)
                if outcome is None or outcome.looked_up or not isinstance(error, ApiError):
                    raise
                # The key may belong to a call that has ended: it is replayed even if its model does not exist any more.
                look_up = True
                continue
            new = await keys.new_call(idempotent, outcome, model=resolved.name, provider=resolved.target.provider)
            if new is not None:
                return await self._start(request, new, resolved)
            look_up = True

    async def _resolve_target(self, request: Request) -> ResolvedTarget:
        """Return the target of a call, after the caller's aliases and access to the model were applied."""
        mocked = self._kind in _STREAMED and request.data.get("mock_response") is not None
        requested = request.caller.aliases.get(request.model, request.model)
        target = await self._selector.resolve(request, _ECHO if mocked else requested, self._kind)
        name = request.model if mocked and request.model else target.name
        if not request.model:
            request.caller.require_model(name)
        return ResolvedTarget(target, name, name if mocked or not request.model else requested)

    async def _start(self, request: Request, new: NewCall, resolved: ResolvedTarget) -> CallSource:
        """Start the call, or release it if that fails."""
        target = resolved.target
        try:
            ticket = await self._admission.enter(
                request, self._kind, resolved.requested_name, self._candidates(request, target), new.record.id
            )
        except BaseException:
            await self._calls.keys.release(new)
            raise
        try:
            call = self._start_call(request, new, resolved, ticket)
        except BaseException:
            await self._admission.abandon(ticket)
            await self._calls.keys.release(new)
            raise
        first = call.record.attempts == 1 and not new.resumed
        return CallSource(call, new.after, replayed=new.resumed, first=first)

    def _start_call(self, request: Request, new: NewCall, resolved: ResolvedTarget, ticket: Ticket) -> RunningCall:
        target = resolved.target
        make = self._services.middleware.around(
            request, self._route, self._producer(request, target, new.record.stream, resolved.name)
        )
        price_name = target.price_name if isinstance(target, OfflineTarget) else target.model
        call = self._calls.begin(new, price_name=price_name)
        # From here on the call owns the reservation, and settles it also where something below fails.
        call.ticket = ticket
        try:
            self._admission.begun(ticket, call)
            request.record = call.record
            produce = make(call)
        except Exception as error:  # noqa: BLE001 - the call raises and reports it
            produce = _failing_handler(error)
        call.start(produce)
        # After the start, so that a call that ends within this tick is written only once, with its end.
        self._calls.recorder.record_soon(call)
        if request.caller.expires_at is not None:
            self._services.revocation.watch(request.caller.expires_at)
        return call

    def _producer(
        self, request: Request, target: Target | DeploymentPool, stream: bool, name: str
    ) -> Callable[[ResponseWriter], ModelHandler]:
        if isinstance(target, DeploymentPool):
            return lambda writer: self._services.dispatcher.producer(
                target, lambda member, writer: self._producer(request, member, stream, member.name)(writer)
            )
        make = self._telemetry.observe_attempts(
            self._model_handler(request, target, stream, name), request, target, self._kind
        )
        return make if isinstance(target, OfflineTarget) else lambda writer: self._run_recorded(make(writer))

    def _model_handler(
        self, request: Request, target: Target, stream: bool, name: str
    ) -> Callable[[ResponseWriter], ModelHandler]:
        if not isinstance(target, OfflineTarget):
            return lambda writer: self._services.providers().producer(target, request, self._route, stream=stream)
        local = self._route.local

        def make(writer: ResponseWriter) -> ModelHandler:
            context = self._context(request, writer.record, name, target.model.id)
            if local is not None:
                return offline_answer(local, target.model, request, context)
            source = emissions_of(target.model, self._kind)(request.data, context)
            return offline_chunks(source, request, self._kind, self._services.clock, stream=stream)

        return make

    def _candidates(self, request: Request, target: Target | DeploymentPool) -> list[Candidate]:
        """Return provider and price name of every model that may serve the call, also those that the request lists."""
        candidates = self._served_by(target)
        if not request.others:
            return candidates
        others = dict.fromkeys(named.model for named in request.others)
        if len(others) > _MAX_MODELS:
            raise invalid(
                f"The request lists {len(others)} models to choose among; the most is {_MAX_MODELS}. List fewer.",
                param="models",
                code=error_codes.TOO_LONG,
            )
        for provider in dict.fromkeys(one.provider for one in candidates if one.provider != "offline"):
            names = (name.removeprefix(provider + "/") for name in others)
            candidates += [Candidate(provider, name, model_info(name).max_output_tokens) for name in names]
        return candidates

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

    def _run_recorded(self, produce: ModelHandler) -> ModelHandler:
        """Return `produce` that starts once the call is durably recorded, so that no call a provider bills is lost."""

        async def run_recorded(writer: ResponseWriter) -> None:
            await self._calls.recorder.recorded(writer.record.id)
            await produce(writer)

        return run_recorded

    # -- responses

    async def _deliver(self, request: Request, idempotent: IdempotentRequest, source: CallSource) -> Reply:
        events = source.events
        subscriber = Subscriber(source.after if idempotent.stream else 0, takes_faults=source.first)
        events.join(subscriber)
        watcher = DisconnectWatcher(request.receive, subscriber, request.scope)
        delivered = False
        try:
            if idempotent.stream:
                events = await self._wait_for_first_event(request, idempotent, events, subscriber)
                if events.error is not None and not events.total:
                    raise events.error
                delivered = True
                live = LiveStream(
                    events,
                    subscriber,
                    watcher,
                    request.scope,
                    self._services.ping_interval_seconds,
                    lambda left: self._relocate(request, idempotent, left, subscriber),
                )
                headers = (*_stream_headers(events.record, replayed=source.replayed), *events.marks.items())
                return HeadedStream(live, headers)
            while not events.done:
                while not (events.over or subscriber.gone or (events.faults and subscriber.takes_faults)):
                    await subscriber.wait()
                if subscriber.gone or events.faults or not events.moved:
                    break
                events = await self._relocate(request, idempotent, events, subscriber)
            return self._response(request, events, subscriber, replayed=source.replayed)
        except ApiError as error:
            error.call_id = events.record.id
            raise
        finally:
            if not delivered:
                watcher.close()
                events.leave(subscriber)

    async def _wait_for_first_event(
        self, request: Request, idempotent: IdempotentRequest, events: EventStream, subscriber: Subscriber
    ) -> EventStream:
        """Wait for the first event, so that an early failure keeps its status; at most for one ping interval."""
        patience = asyncio.get_running_loop().call_later(self._services.ping_interval_seconds, subscriber.wake)
        try:
            if not (events.total or events.over or events.faults):
                await subscriber.wait()
            if events.moved and not events.total:
                events = await self._relocate(request, idempotent, events, subscriber)
        finally:
            patience.cancel()
        return events

    async def _relocate(
        self, request: Request, idempotent: IdempotentRequest, events: EventStream, subscriber: Subscriber
    ) -> EventStream:
        """Return the stream where a call that moved away continues, with the subscriber attached to it."""
        events.leave(subscriber)
        if idempotent.stream:
            idempotent = replace(idempotent, last_event_id=f"{events.record.id}:{subscriber.position}")
        source = await self._resolve(request, idempotent)
        events = await self._calls.remote.read(source.ended) if isinstance(source, Replay) else source.events
        events.join(subscriber)
        return events

    def _response(self, request: Request, events: EventStream, subscriber: Subscriber, *, replayed: bool) -> Reply:
        if subscriber.gone:
            return Response(499)
        if subscriber.takes_faults:
            if events.faults:
                return faulty_reply(events.faults.pop(0)[1], request.scope, request.receive)
            if events.fault is not None:
                return faulty_reply(events.fault.fault, request.scope, request.receive)
        if events.error is not None:
            raise events.error
        return _whole_response(events.answer or Answer(b""), events.record, events.marks, replayed=replayed)

    async def _replay(self, outcome: Replay[CallRecord]) -> Reply:
        record = outcome.ended
        if record.stream:
            return await self._replay_stream(record, outcome.after)
        if record.status != "completed":
            raise _replayed_error(lost(record.id) if record.status == "interrupted" else record.failure(), record)
        answer = await self._calls.remote.answer(record.id)
        if answer is None:
            error = lost(record.id)
            error.call_id = record.id
            raise error
        return _whole_response(answer, record, {}, replayed=True)

    async def _replay_stream(self, record: CallRecord, after: int) -> Reply:
        blocks = await self._calls.store.events(record.id, after)
        if record.status != "interrupted":
            if not blocks and record.error is not None and after == 0:
                raise _replayed_error(record.failure(), record)
            return HeadedStream(StoredStream(blocks, after), _stream_headers(record, replayed=True))
        error = lost(record.id)
        if not blocks and after == 0:
            raise _replayed_error(error, record)
        last = max(blocks[-1].last if blocks else 0, after)
        tail = frame(record.id, last, envelope(error, record.request_id), "error")
        return HeadedStream(StoredStream(blocks, after, tail), _stream_headers(record, replayed=True))


@dataclass(slots=True)
class ResolvedTarget:
    """The target of a call, the name in its answer, and the name in its request."""

    target: Target | DeploymentPool
    name: str
    requested_name: str


@dataclass(slots=True)
class CallSource:
    """The events of a call, and the number of the event after which to read them."""

    events: EventStream
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
        """Write the stream with its own headers before the added ones."""
        return self._streamer.send(send, self._headers + headers)

    def close(self) -> None:
        """Close a stream that is never sent."""
        self._streamer.close()


def _failing_handler(error: Exception) -> ModelHandler:
    async def produce(writer: ResponseWriter) -> None:
        raise error

    return produce


def _replayed_error(error: ApiError, record: CallRecord) -> ApiError:
    """Return the replay of an error that ended a call: a retry with the same key would fail again."""
    error.call_id = record.id
    error.headers = ((X_SHOULD_RETRY, "false"), (X_ONCEWARD_REPLAYED, "true"))
    return error


def _stream_headers(record: CallRecord, *, replayed: bool) -> Headers:
    headers = ((X_ONCEWARD_CALL_ID, record.id), (X_MODEL, record.model))
    return (*headers, (X_ONCEWARD_REPLAYED, "true")) if replayed else headers


def _whole_response(answer: Answer, record: CallRecord, marks: Mapping[str, str], *, replayed: bool) -> Response:
    headers: list[tuple[str, str]] = [(X_ONCEWARD_CALL_ID, record.id), (X_MODEL, record.model)]
    if record.usage is not None or record.earlier[0] is not None:
        tokens = record.tokens
        headers += [
            (X_INPUT_TOKENS, str(tokens["prompt_tokens"])),
            (X_OUTPUT_TOKENS, str(tokens["completion_tokens"])),
            (X_TOTAL_TOKENS, str(tokens["total_tokens"])),
        ]
    cost = record.total_cost_nano
    if cost is not None:
        headers.append((X_COST_USD, _decimal(cost)))
    if replayed:
        headers.append((X_ONCEWARD_REPLAYED, "true"))
    return Response(answer.status, answer.body, answer.content_type, (*headers, *answer.headers, *marks.items()))


def _decimal(nano: int) -> str:
    whole, rest = divmod(nano, 1_000_000_000)
    return f"{whole}.{rest:09d}".rstrip("0").rstrip(".")
