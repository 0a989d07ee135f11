"""One streaming call: events in order, none twice, none missing, and an error if the end did not come.

A stream has three phases. *Before the first event* a failure is a failed attempt like any other, and is retried. *After
it* the stream is resumed if the server sent ids: the same request, the same key, and ``Last-Event-ID``. *After the last
event* the rest of the body is read, so that the connection can be used again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from . import decode
from .call import Call, Tries, exchange, read_body, unary
from .cancellation import cancellation
from .dialect import dialect
from .encoding import Inflater
from .errors import APIConnectionError, APIError, APITimeoutError, ResponseShapeError, StreamInterrupted
from .event_decoder import EventDecoder
from .event_history import EventHistory
from .event_reader import EventReader, framing_decoder
from .finish import FinishTracker
from .meta import Meta
from .operation import Stream
from .partials import partial_hook
from .ports import Acquire, Batch, Close, Opened, ReadChunk, Release, Sleep, Steps
from .retry import retryable_error
from .sse import ServerEvent
from .wire import ReadFailed, ReadTimedOut, Request, Timeouts, TransportError

__all__ = ["EventRun"]

# One read may bring many events. Decoded a few at a time they reuse the same memory, and are freed before Python's
# garbage collector visits them.
_BATCH: Final = 16
_DRAIN_BYTES: Final = 65536
_MOST_EVENT: Final = 64 * 1024 * 1024
"""Bytes within which a new event must end. A line or comments without an end are an error."""
_DRAIN_TIMEOUTS: Final = Timeouts(idle=0.2)
# Types of whole bodies that some servers send with a status of success in place of a stream.
_OTHER_TYPES: Final = ("text/html", "application/json", "application/problem+json")


class EventRun:
    """The state of one streaming call. `steps` yields `Opened` and `Batch`; `leave` ends the stream early."""

    def __init__(self, call: Call, spec: Stream) -> None:
        self.call = call
        self.spec = spec
        self.tries = Tries(call)
        self.meta: Meta | None = None
        self.ended = False
        self._response: Any = None
        self._holds_slot = False
        self._hook = partial_hook(call.operation)
        self._tracker = FinishTracker(spec.finish)
        self._decoder = EventDecoder(call, spec, self._tracker)
        self._history = EventHistory(spec, keeps_bytes=self._hook is not None)

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
        """Run one connection, from its request to its end.

        Return None at the end of the stream, or the seconds to wait before the next connection.
        """
        opened = False
        try:
            extra = (("Last-Event-ID", self._history.ids[-1]),) if self._history.started else ()
            self.meta, self._response, request = yield from exchange(self.tries, *extra)
            self._decoder.meta = self.meta
            opened = True
            yield from self._check_type(request)
            yield Opened(self.meta)
            yield from self._read(request)
            self.tries.succeeded()
            return None
        except TransportError as error:
            yield from self._close()
            failure = self._failure(error, opened)
            return self._again(failure) if self._history.started else self.tries.after(failure, sent=error.sent)
        except APIError as error:
            yield from self._close()
            if self._history.started:
                if opened or not (
                    retryable_error(error, behaviour=self.call.shared.brand.behaviour)
                    or isinstance(error, APIConnectionError)
                ):
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
        """Return the seconds to wait before the stream is resumed, or raise if it cannot be."""
        self.tries.stamp(failure)
        remaining = self.tries.remaining()
        unproductive = self._history.unproductive
        exhausted = unproductive > self.call.max_retries or (remaining is not None and remaining <= 0)
        if exhausted or not self._resumable():
            raise self._informed(failure, True) from failure.__cause__
        delay = 0.0
        if unproductive:
            delay = self.call.config.backoff.delay(unproductive - 1, self.call.shared.random)
        if failure.retry_after is not None and failure.retry_after <= self.call.config.max_retry_after:
            delay = failure.retry_after
        if remaining is not None and delay >= remaining:
            raise self._informed(failure, True) from failure.__cause__
        self.tries.spend(failure)
        self._history.resume()
        self.tries.report_retry(failure, delay)
        return delay

    def _resumable(self) -> bool:
        call = self.call
        return bool(
            call.replayable and call.max_retries > 0 and (call.key is not None or call.safe) and self._history.resumable
        )

    def _informed(self, failure: APIError, opened: bool) -> APIError:
        """Return an error after the first event as the caller sees it.

        It has what was received so far, and is an interruption if the stream was cut.
        """
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
        ids = self._history.ids
        error.last_event_id = ids[-1] if ids else None
        if self._hook is not None:
            error.partial = self._hook(self._decoder.again(self._history.events()))
            error.usage = getattr(error.partial, "usage", None)
        if isinstance(error, StreamInterrupted):
            error.resumable = self._resumable()
        return error

    # --- one connection's events ---

    def _check_type(self, request: Request) -> Steps[None]:
        """Raise the error of a page or an object that the server sent in place of a stream."""
        assert self.meta is not None
        kind = self.meta.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _OTHER_TYPES or (self.spec.framing != "sse" and kind == "application/json"):
            return
        body = yield from read_body(self.tries, self._response, request, self.meta, most=_MOST_EVENT, cut=True)
        where, now = self.call.where, self.call.shared.clock.time()
        error = decode.embedded_error(body, self.meta, where, now)
        if error is None:
            error = ResponseShapeError(
                f"{where}: the response is {kind}, not a stream of events; is `base_url` right?",
                status_code=self.meta.status_code,
                headers=self.meta.headers,
                body=body.decode("utf-8", "replace"),
                request_id=self.meta.request_id,
            )
        raise error

    def _read(self, request: Request) -> Steps[None]:
        assert self.meta is not None
        encoding = self.meta.headers.get("content-encoding")
        inflater = Inflater(encoding) if encoding else None
        reader = EventReader(framing_decoder(self.spec), inflater, self._history.connect())
        monotonic = self.call.shared.clock.monotonic
        idle = request.timeouts.idle
        last = monotonic()
        read = ReadChunk(self._response)
        more = True
        while more:
            chunk: bytes = yield read
            more = bool(chunk)
            raw = reader.feed(chunk)
            if raw:
                for part in _batches(raw):
                    batch, failure = self._batch(part, final=not more)
                    if batch.events:
                        reader.silent = 0
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
                    self._limit_read(request, idle)
            elif idle is not None:
                self._limit_silence(request, idle, idle - (monotonic() - last))
            if reader.silent > _MOST_EVENT:
                raise self._endless()
        self._end_of_body()
        yield from self._close()

    def _end_of_body(self) -> None:
        """End a stream whose body ended without an end marker, or raise if it must have one."""
        if not self.spec.framed_end:
            raise ReadFailed("the stream ended without its closing event")
        if self._decoder.half:
            raise ReadFailed("the stream ended in the middle of an event")
        self.ended = True
        self._check_finish()

    def _limit_silence(self, request: Request, idle: float, left: float) -> None:
        """Limit the next read to the time left until an event has to come."""
        if left <= 0:
            raise ReadTimedOut(f"no event for {idle:g} s")
        self._limit_read(request, left)

    def _endless(self) -> ResponseShapeError:
        assert self.meta is not None
        return ResponseShapeError(
            f"{self.call.where}: {_MOST_EVENT} bytes came without a new event; is `base_url` right?",
            status_code=self.meta.status_code,
            headers=self.meta.headers,
            request_id=self.meta.request_id,
        )

    def _check_finish(self) -> None:
        """Raise if the stream ended in order, but one of its items did not."""
        extras = self.call.config.extras
        if extras:
            failure = dialect().error_of_finish(self.call.where, self._tracker.reasons, extras)
            if failure is not None:
                raise self._informed(failure, True)
        missing = self._tracker.missing(self.call.body)
        if missing is not None:
            raise StreamInterrupted(f"{self.call.where}: the stream ended, but {missing}: the answer is not complete.")

    def _limit_read(self, request: Request, idle: float | None) -> None:
        """Limit the next read to ``idle`` seconds, or to what is left of `total`."""
        remaining = self.tries.remaining()
        if remaining is not None:
            if remaining <= 0:
                raise ReadTimedOut("the call took too long")
            idle = remaining if idle is None else min(idle, remaining)
        request.timeouts = Timeouts(idle=idle)

    def _batch(self, raw: list[ServerEvent], final: bool) -> tuple[Batch, APIError | None]:
        """Decode the events of one read. An error ends the batch, so that the events before it are delivered first."""
        decoder, history = self._decoder, self._history
        events = [] if history.known else decoder.plain(raw)
        if len(events) == len(raw):
            return self._delivered(events, raw), None
        taken = raw[: len(events)]
        failure: APIError | None = None
        for item in raw[len(taken) :]:
            data, name, ident = item
            if data == decoder.done:
                self.ended = True
                break
            if ident in history.known:
                continue
            try:
                event = decoder.decode(data, name, final)
                if history.known and not taken and not history.follows(ident):
                    raise self._gap(ident)
            except APIError as error:
                failure = error
                break
            if event is None:
                break
            event = decoder.complete(event, data, name)
            events.append(event)
            taken.append(item)
            if decoder.is_terminal(event, name):
                self.ended = True
                break
        return self._delivered(events, taken), failure

    def _delivered(self, events: list[Any], taken: list[ServerEvent]) -> Batch:
        if events:
            self._tracker.note(events)
            self._history.deliver(taken)
        return Batch(events, taken)

    def _gap(self, ident: str | None) -> APIError:
        after = self._history.ids[-1]
        return StreamInterrupted(
            f"{self.call.where}: resumed after {after!r}, but the server continued with {ident!r}: events are missing."
        )

    # --- the end ---

    def _drain(self, request: Request) -> Steps[None]:
        """Read what follows the last event, so that the connection can be used again. Limited in time and size."""
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
            self._holds_slot = True

    def _close(self) -> Steps[None]:
        response, self._response = self._response, None
        if response is not None:
            yield Close(response)

    def _drop(self) -> Steps[None]:
        yield from self._close()
        if self._holds_slot:
            self._holds_slot = False
            yield Release()

    def leave(self) -> Steps[None]:
        """Leave the stream early: close its connection, and ask the server to cancel the call if it can."""
        yield from self._drop()
        if self.ended or self.meta is None:
            return
        self.ended = True
        cancel = cancellation(self.call, self.meta)
        if cancel is not None:
            try:
                yield from unary(cancel, lambda meta, body: None)
            except APIError as error:
                self.call.shared.log.debug("%s: could not be cancelled: %s", cancel.where, error.message)


def _batches(raw: list[ServerEvent]) -> Iterable[list[ServerEvent]]:
    if len(raw) <= _BATCH:
        return (raw,)
    return (raw[start : start + _BATCH] for start in range(0, len(raw), _BATCH))
