"""One streaming call: events in order, none twice, none missing, and an error wherever the end did not come.

A stream has three phases. *Before content* a failure is a failed attempt like any other, and is retried unseen. *After
content* it is resumed where the server gave ids: the same request, the same key, and ``Last-Event-ID``. *After the end*
the rest of the body is drained, so that the connection can be used again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from . import decode
from .call import Call, Tries, exchange, read_body, unary
from .encoding import Inflater
from .envelope import error_from
from .errors import APIConnectionError, APIError, APITimeoutError, ResponseShapeError, StreamInterrupted
from .filters import filter_error
from .jsonlines import JSONLinesDecoder
from .meta import Meta
from .operation import Stream
from .options import Timeout
from .partials import partial_hook
from .ports import Acquire, Batch, Close, Opened, ReadChunk, Release, Sleep, Steps
from .retry import retryable_error
from .sse import ServerEvent, SSEDecoder
from .surrogates import Halves, Place, may_hold_half
from .wire import ReadFailed, ReadTimedOut, Request, Timeouts, TransportError

__all__ = ["CANCEL_TIMEOUT", "EventRun"]

CANCEL_TIMEOUT: Final = Timeout(connect=0.5, pool=0.1, first_byte=1.0, idle=0.5, total=1.0)
"""Leaving a stream may wait this long for the server to hear of it."""

# One read may bring many events. Decoded a few at a time they use the same memory again and again, and are gone before
# Python's collector would come to look at them.
_BATCH: Final = 16
_DRAIN_BYTES: Final = 65536
_MOST_EVENT: Final = 64 * 1024 * 1024
"""Bytes in which a new event must end: a line without an end, and comments without one, are no stream."""
_DRAIN_TIMEOUTS: Final = Timeouts(idle=0.2)
# Whole bodies under a status of success that say "this is no stream".
_OTHER_TYPES: Final = ("text/html", "application/json", "application/problem+json")


@dataclass(slots=True)
class _Heard:
    """What came over one connection: its bytes where a hook may want them, and how many events of it were delivered."""

    known: frozenset[str]
    """Ids of events that had been delivered before."""
    chunks: list[bytes] = field(default_factory=list[bytes])
    ids: list[str] = field(default_factory=list[str])
    delivered: int = 0


class EventRun:
    """The state of one streaming call. `steps` yields `Opened` and `Batch`; `leave` gives the stream up."""

    def __init__(self, call: Call, spec: Stream) -> None:
        self.call = call
        self.spec = spec
        self.tries = Tries(call)
        self.meta: Meta | None = None
        self.ended = False
        self._response: Any = None
        self._held = False
        self._shape = decode.shape_of(spec.event if call.type_ is None else call.type_)
        self._done = None if spec.done is None else spec.done.encode()
        self._error_name = None if spec.error_event is None else spec.error_event.encode()
        # Events whose end is told by their type have to be looked at one by one.
        self._quick = not spec.terminal
        self._finish = spec.finish
        self._filtered = False
        self._started: set[Any] = set()
        self._finished: set[Any] = set()
        """Of the answers that come side by side, by their numbers: those that have begun, and those that have ended."""
        self._halves = Halves()
        self._hook = partial_hook(call.operation)
        self._heard: list[_Heard] = []
        """One for each connection."""
        self._delivered = False
        self._known: frozenset[str] = frozenset()
        self._stuck = 0
        """Connections in a row that brought nothing new."""

    # --- the phases ---

    def steps(self) -> Steps[None]:
        try:
            yield from self._acquire()
            while True:
                delay = yield from self._connection()
                if delay is None:
                    break
                if delay > 0:
                    yield Sleep(delay)
        except GeneratorExit:
            raise
        except APIError:
            self.ended = True
            yield from self._drop()
            raise
        except BaseException:  # an interrupt or a cancellation: the caller leaves
            yield from self.leave()
            raise
        yield from self._drop()

    def _connection(self) -> Steps[float | None]:
        """One connection, from its request to its end: None at the stream's end, or the seconds to wait before the
        next."""
        opened = False
        try:
            extra = (("Last-Event-ID", self._ids[-1]),) if self._delivered else ()
            self.meta, self._response, request = yield from exchange(self.tries, *extra)
            opened = True
            yield from self._check_type(request)
            yield Opened(self.meta)
            yield from self._read(request)
            self.tries.succeeded()
            return None
        except TransportError as error:
            yield from self._close()
            failure = self._failure(error, opened)
            return self._again(failure) if self._delivered else self.tries.after(failure, sent=error.sent)
        except APIError as error:
            yield from self._close()
            if self._delivered:
                if opened or not (retryable_error(error) or isinstance(error, APIConnectionError)):
                    raise self._informed(error, opened) from error.__cause__
                return self._again(error)
            return self.tries.after(error)

    def _failure(self, error: TransportError, opened: bool) -> APIError:
        failure = self.tries.failure(error, opened=opened)
        if not opened or isinstance(failure, APITimeoutError):
            return failure
        interrupted = StreamInterrupted(failure.message)
        interrupted.__cause__ = error
        return self.tries.stamp(interrupted)

    def _again(self, failure: APIError) -> float:
        """Seconds to wait before the stream is resumed; raises where it cannot be."""
        self.tries.stamp(failure)
        remaining = self.tries.remaining()
        if not self._resumable() or self._stuck > self.call.max_retries or (remaining is not None and remaining <= 0):
            raise self._informed(failure, True) from failure.__cause__
        delay = 0.0
        if self._stuck:
            delay = self.call.config.backoff.delay(self._stuck - 1, self.call.shared.random)
        if failure.retry_after is not None and failure.retry_after <= self.call.config.max_retry_after:
            delay = failure.retry_after
        if remaining is not None and delay >= remaining:
            raise self._informed(failure, True) from failure.__cause__
        self.tries.spend(failure)
        self._stuck += 1
        self._known = frozenset(self._ids)
        self.tries.tell(failure, delay)
        return delay

    def _resumable(self) -> bool:
        call, ids = self.call, self._ids
        # Two events under one id cannot be told apart by it, so that going on from there would give one twice.
        distinct = len(ids) < 2 or ids[-1] != ids[-2]
        return bool(
            self.spec.resumable
            and ids
            and distinct
            and call.replayable
            and call.max_retries > 0
            and (call.key is not None or call.safe)
        )

    def _informed(self, failure: APIError, opened: bool) -> APIError:
        """The error as the caller sees it after content: with what had arrived, and as an interruption if the stream
        was cut."""
        error = failure
        if not opened or (
            isinstance(failure, APIConnectionError) and not isinstance(failure, (APITimeoutError, StreamInterrupted))
        ):
            error = StreamInterrupted(
                failure.message,
                status_code=failure.status_code,
                code=failure.code,
                type=failure.type,
                headers=failure.headers,
                body=failure.body,
                retry_after=failure.retry_after,
                request_id=failure.request_id,
            )
            error.where = failure.where
            error.__cause__ = failure
        self.tries.stamp(error)
        ids = self._ids
        error.last_event_id = ids[-1] if ids else None
        if self._hook is not None:
            halves = Halves()
            delivered = [(self._again_decoded(data), data, name) for data, name, _ in self._delivered_events()]
            events = [self._mended(halves, *event, set()) for event in delivered]
            halves.restore()
            error.partial = self._hook(events)
            error.usage = getattr(error.partial, "usage", None)
        if isinstance(error, StreamInterrupted):
            error.resumable = self._resumable()
        return error

    # --- one connection's events ---

    def _check_type(self, request: Request) -> Steps[None]:
        """A page or an object in place of a stream is read and raised as what it is."""
        assert self.meta is not None
        kind = self.meta.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _OTHER_TYPES:
            return
        body = yield from read_body(self.tries, self._response, request, self.meta, most=_MOST_EVENT, cut=True)
        where, now = self.call.where, self.call.shared.clock.time()
        error = decode.embedded_error(body, self.meta, where, now)
        if error is None:
            error = ResponseShapeError(
                f"{where}: the answer is {kind} where a stream of events was promised; is `base_url` the gateway's?",
                status_code=self.meta.status_code,
                headers=self.meta.headers,
                body=body.decode("utf-8", "replace"),
                request_id=self.meta.request_id,
            )
        raise error

    def _read(self, request: Request) -> Steps[None]:
        assert self.meta is not None
        decoder = self._decoder()
        heard = _Heard(self._known)
        self._heard.append(heard)
        keep = None if self._hook is None else heard.chunks.append
        encoding = self.meta.headers.get("content-encoding")
        inflater = Inflater(encoding) if encoding else None
        monotonic = self.call.shared.clock.monotonic
        response, idle = self._response, request.timeouts.idle
        last = monotonic()
        silent = 0  # bytes since the last event
        read = ReadChunk(response)
        while True:
            chunk: bytes = yield read
            if not chunk:
                raw = decoder.finish()
            else:
                plain = chunk if inflater is None else inflater.feed(chunk)
                if keep is not None:
                    keep(plain)
                raw = decoder.feed(plain)
                silent += len(plain)
            if raw:
                for part in (raw,) if len(raw) <= _BATCH else _parts(raw):
                    batch, failure = self._batch(part, final=not chunk)
                    if batch.events:
                        silent = 0
                        yield batch
                    del batch  # its events belong to the caller now
                    if failure is not None:
                        raise failure
                    if self.ended:
                        self._check_finish()
                        yield from self._drain(request)
                        return
                last = monotonic()
                if request.timeouts.idle != idle or self.tries.deadline is not None:
                    self._wind(request, idle)
            elif idle is not None:
                left = idle - (monotonic() - last)
                if left <= 0:
                    raise ReadTimedOut(f"no event for {idle:g} s")
                self._wind(request, left)
            if silent > _MOST_EVENT:
                raise self._endless()
            if not chunk:
                raise ReadFailed("the stream ended without its closing event")

    def _endless(self) -> ResponseShapeError:
        assert self.meta is not None
        return ResponseShapeError(
            f"{self.call.where}: {_MOST_EVENT} bytes came without a new event; is `base_url` the gateway's?",
            status_code=self.meta.status_code,
            headers=self.meta.headers,
            request_id=self.meta.request_id,
        )

    def _check_finish(self) -> None:
        """Raise where the stream has closed in good order, but one of its answers has not."""
        if self._filtered and self.call.config.raise_on_content_filter:
            raise self._informed(filter_error(self.call.where), True)
        if self._finish is None:
            return
        _, _, reason, count = self._finish
        if self._finished and not self._started:
            asked = _asked(self.call.body, count)
            if len(self._finished) >= asked:
                return
            what = f"{len(self._finished)} of {asked} choices had a `{reason}`"
        else:
            open_ = ", ".join(str(number) for number in sorted(self._started, key=str))
            what = f"choice {open_} had no `{reason}`" if open_ else f"no choice had a `{reason}`"
        raise StreamInterrupted(f"{self.call.where}: the stream ended, but {what}: the answer is not whole.")

    def _wind(self, request: Request, idle: float | None) -> None:
        """Let the next read take ``idle`` seconds, or what is left of `total`."""
        remaining = self.tries.remaining()
        if remaining is not None:
            if remaining <= 0:
                raise ReadTimedOut("the call took too long")
            idle = remaining if idle is None else min(idle, remaining)
        request.timeouts = Timeouts(idle=idle)

    def _batch(self, raw: list[ServerEvent], final: bool) -> tuple[Batch, APIError | None]:
        """Decode what one chunk brought. An error ends the batch, so that the events before it are delivered first."""
        plain = self._plain(raw) if self._quick and not self._known and not self._halves else []
        if len(plain) == len(raw):
            return self._delivering(plain, raw), None
        taken = raw[: len(plain)]
        failure: APIError | None = None
        for item in raw[len(taken) :]:
            data, name, ident = item
            if data == self._done:
                self.ended = True
                break
            if self._known and ident in self._known:
                continue
            try:
                event = self._event(data, name, final)
                if self._known and not taken and not self._follows(ident):
                    raise self._gap(ident)
            except APIError as error:
                failure = error
                break
            if event is None:
                break
            if self._halves or may_hold_half(data):
                event = self._mended(self._halves, event, data, name, self._finished)
            plain.append(event)
            taken.append(item)
            if self.spec.terminal and self._kind(event, name) in self.spec.terminal:
                self.ended = True
                break
        return self._delivering(plain, taken), failure

    def _note_finish(self, events: list[Any], finish: tuple[str, str, str, str]) -> None:
        items, number, reason, _ = finish
        started, finished = self._started, self._finished
        for event in events:
            for at, item in enumerate(getattr(event, items, None) or ()):
                key = getattr(item, number, None)
                key = key if isinstance(key, int) else at
                said = getattr(item, reason, None)
                if said is not None:
                    self._filtered = self._filtered or said == "content_filter"
                    finished.add(key)
                    started.discard(key)
                elif key not in finished:
                    started.add(key)

    def _plain(self, raw: list[ServerEvent]) -> list[Any]:
        """The events up to the first that needs a second look. Nearly all events of nearly all streams end here."""
        validate, done, keeps_unknown = self._shape.validate, self._done, self._shape.keeps_unknown
        events: list[Any] = []
        try:
            for data, name, _ in raw:
                if name is not None or data == done or may_hold_half(data):
                    break
                event = validate(data)
                # Where a model keeps what it does not know, an error is there; else it can only be seen in the bytes.
                if keeps_unknown:
                    extra = event.__pydantic_extra__
                    if extra and "error" in extra:
                        break
                if b'"error"' in data:
                    break
                events.append(event)
        except ValueError:  # pydantic's ValidationError
            pass
        return events

    def _event(self, data: bytes, name: bytes | None, final: bool) -> Any:
        """One event, looked at closely; raises the error it holds. None: half an event at a body's end, a cut."""
        named = name is not None and name == self._error_name
        if named or (not self._shape.declares_error and (b'"error"' in data or b'"detail"' in data)):
            failure = self._embedded(data, named)
            if failure is not None:
                raise failure
        try:
            return self._shape.validate(data)
        except ValueError:
            try:
                return self._deviating(data)
            except ResponseShapeError:
                if final:
                    return None
                raise

    def _mended(self, halves: Halves, event: Any, data: bytes, name: bytes | None, finished: set[Any]) -> Any:
        """The event with whole characters; of texts that end with it, with the halves that stayed alone."""
        ended = self._ended_places(event, name, finished)
        if ended and halves:
            value = json.loads(data)
            if halves.settle(value, ended):
                event = self._again_decoded(json.dumps(value).encode())
        return halves.mend(event, ended)

    def _ended_places(self, event: Any, name: bytes | None, finished: set[Any]) -> set[Place]:
        if self._finish is None:
            return {()} if self._kind(event, name) in self.spec.terminal else set()
        items, number, reason, _ = self._finish
        places: set[Place] = set()
        for at, item in enumerate(getattr(event, items, None) or ()):
            key = getattr(item, number, None)
            key = key if isinstance(key, int) else at
            if getattr(item, reason, None) is not None or key in finished:
                places.add((items, key))
        return places

    def _delivering(self, events: list[Any], taken: list[ServerEvent]) -> Batch:
        if events:
            if self._finish is not None:
                self._note_finish(events, self._finish)
            self._delivered = True
            self._stuck = 0
            self._known = frozenset()
            heard = self._heard[-1]
            heard.delivered += len(events)
            if self._hook is None and self.spec.resumable:
                heard.ids += [ident for _, _, ident in taken if ident is not None]
        return Batch(events, taken)

    @property
    def _ids(self) -> list[str]:
        """The ids of all events delivered. Put together when a connection fails, and not while all is well."""
        if self._hook is None:
            return [ident for heard in self._heard for ident in heard.ids]
        return [ident for _, _, ident in self._delivered_events() if ident is not None]

    def _delivered_events(self) -> list[ServerEvent]:
        """What was delivered, decoded once more from its bytes: to keep every event would cost every stream."""
        events: list[ServerEvent] = []
        for heard in self._heard:
            decoder = self._decoder()
            again = [event for chunk in heard.chunks for event in decoder.feed(chunk)] + decoder.finish()
            events += [event for event in again if event[2] not in heard.known][: heard.delivered]
        return events

    def _decoder(self) -> SSEDecoder | JSONLinesDecoder:
        return SSEDecoder() if self.spec.framing == "sse" else JSONLinesDecoder()

    def _follows(self, ident: str | None) -> bool:
        """Whether the first new event after a resumption is the next one. Ids ``<call>:<n>`` tell; others are
        believed."""
        call, _, number = self._ids[-1].rpartition(":")
        if not call or not _counts(number) or ident is None:
            return True
        new_call, _, new_number = ident.rpartition(":")
        return new_call == call and _counts(new_number) and int(new_number) == int(number) + 1

    def _gap(self, ident: str | None) -> APIError:
        after = self._ids[-1]
        return StreamInterrupted(
            f"{self.call.where}: resumed after {after!r}, the server went on with {ident!r}: events are missing."
        )

    def _kind(self, event: Any, name: bytes | None) -> str | None:
        tag = getattr(event, self.spec.tag, None) if self.spec.tag is not None else None
        return tag if isinstance(tag, str) else None if name is None else name.decode("utf-8", "replace")

    def _embedded(self, data: bytes, named: bool) -> APIError | None:
        meta, where, now = self.meta, self.call.where, self.call.shared.clock.time()
        assert meta is not None
        if named:
            return error_from(
                status=None,
                headers=meta.headers,
                body=data,
                where=where,
                now=now,
                sent_request_id=meta.request_id,
            )
        error = decode.embedded_error(data, meta, where, now)
        if error is not None and (error.status_code or 0) < 400:
            error.status_code = None
        return error

    def _again_decoded(self, data: bytes) -> Any:
        try:
            return self._shape.validate(data)
        except ValueError:
            return self._deviating(data)

    def _deviating(self, data: bytes) -> Any:
        assert self.meta is not None
        return decode.decode_event(self._shape, self.meta, data, self.call.where, self.call.shared.clock.time())

    # --- the end ---

    def _drain(self, request: Request) -> Steps[None]:
        """Read what follows the last event, so that the connection can be used again. Bounded: nobody waits for
        this."""
        request.timeouts = _DRAIN_TIMEOUTS
        read = 0
        try:
            while read <= _DRAIN_BYTES:
                chunk: bytes = yield ReadChunk(self._response)
                if not chunk:
                    break
                read += len(chunk)
        except TransportError:
            pass
        yield from self._close()

    def _acquire(self) -> Steps[None]:
        if self.call.config.max_concurrency is not None:
            try:
                yield Acquire(self.call.timeout.pool)
            except TransportError as error:
                raise self.tries.failure(error) from error
            self._held = True

    def _close(self) -> Steps[None]:
        response, self._response = self._response, None
        if response is not None:
            yield Close(response)

    def _drop(self) -> Steps[None]:
        yield from self._close()
        if self._held:
            self._held = False
            yield Release()

    def leave(self) -> Steps[None]:
        """Give the stream up: close its connection, and tell the server where it can cancel the call."""
        yield from self._drop()
        if self.ended or self.meta is None:
            return
        self.ended = True
        cancel = _cancellation(self.call, self.meta)
        if cancel is not None:
            try:
                yield from unary(cancel, lambda meta, body: None)
            except APIError as error:
                self.call.shared.log.debug("%s: could not be cancelled: %s", cancel.where, error.message)


def _parts(raw: list[ServerEvent]) -> Iterator[list[ServerEvent]]:
    for start in range(0, len(raw), _BATCH):
        yield raw[start : start + _BATCH]


def _cancellation(call: Call, meta: Meta) -> Call | None:
    path = call.shared.brand.cancel_path
    if path is None or meta.call_id is None or not call.config.cancel_abandoned:
        return None
    from .encode import fill_path
    from .operation import Result

    skipped = ("accept", "content-type", "idempotency-key", "last-event-id")
    return Call(
        operation="cancel",
        method="POST",
        url=call.config.base_url + fill_path(path, {"call_id": meta.call_id}),
        headers=[(name, value) for name, value in call.headers if name.lower() not in skipped],
        body=b"",
        replayable=True,
        timeout=CANCEL_TIMEOUT,
        max_retries=0,
        key=None,
        request_id=call.request_id,
        safe=True,
        never=False,
        result=Result(kind="empty"),
        stream=None,
        shared=call.shared,
        config=call.config,
    )


def _counts(text: str) -> bool:
    """Return whether the last part of an id is a number."""
    return text.isascii() and text.isdigit() and len(text) < 19


def _asked(body: Any, name: str) -> int:
    """Return how many answers a request asks for, at least: 1 where it does not say."""
    if not isinstance(body, bytes) or f'"{name}"'.encode() not in body:
        return 1
    try:
        count = json.loads(body).get(name)
    except (ValueError, AttributeError, RecursionError):
        return 1
    return count if type(count) is int else 1
