"""The events of a stream as typed values, and the errors that a server sends as events."""

from __future__ import annotations

import json
from typing import Any

from . import decode
from .call import Call
from .envelope import error_from
from .errors import APIError, ResponseShapeError
from .finish import FinishTracker
from .look_up import look_up
from .meta import Meta
from .operation import Stream
from .shapes import shape_of
from .sse import ServerEvent
from .surrogates import Place, SurrogateJoiner, has_surrogate_escape

__all__ = ["EventDecoder"]

_ERROR = 400


class EventDecoder:
    """Decodes the events of one streaming call. ``meta`` is that of the response they come from."""

    def __init__(self, call: Call, spec: Stream, tracker: FinishTracker) -> None:
        self.meta: Meta | None = None
        self.done = None if spec.done is None else spec.done.encode()
        self._call = call
        self._spec = spec
        self._tracker = tracker
        self._shape = shape_of(spec.event if call.type_ is None else call.type_)
        self._checked = call.shared.brand.embedded_errors
        self._error_name = None if spec.error_event is None else spec.error_event.encode()
        self._joiner = SurrogateJoiner()
        self._named = {name.encode(): shape_of(reference) for name, reference in spec.named.items()}
        # A terminal event is recognized by its type, which is only known once it is decoded.
        self._in_batches = not spec.terminal
        self.half = False
        """True if the body ended in the middle of an event."""

    def plain(self, raw: list[ServerEvent]) -> list[Any]:
        """Decode the events up to the first that needs `decode`. Nearly all events of nearly all streams end here."""
        events: list[Any] = []
        if self._joiner or not self._in_batches:
            return events
        validate, done, keeps_unknown = self._shape.validate, self.done, self._shape.keeps_unknown
        try:
            for data, name, _ in raw:
                if name is not None or data == done or has_surrogate_escape(data):
                    break
                event = validate(data)
                # A model that keeps unknown fields has an error among them; otherwise only the bytes can show it.
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

    def decode(self, data: bytes, name: bytes | None, final: bool) -> Any:
        """Decode one event, or raise the error in it. None: half an event at the end of a body that was cut."""
        named = name is not None and name == self._error_name and name not in self._named
        checked = self._checked and not self._shape.declares_error
        if named or (checked and (b'"error"' in data or b'"detail"' in data)):
            failure = self._embedded(data, named)
            if failure is not None:
                raise failure
        try:
            return self._validate(data, name)
        except ResponseShapeError:
            if final:
                self.half = True
                return None
            raise

    def complete(self, event: Any, data: bytes, name: bytes | None) -> Any:
        """Return an event with complete characters: a high surrogate waits for the event with the low one."""
        if self._joiner or has_surrogate_escape(data):
            return self._joined(self._joiner, event, data, name, self._tracker.finished)
        return event

    def again(self, raw: list[ServerEvent]) -> list[Any]:
        """Decode all delivered events once more, from the first one on."""
        joiner = SurrogateJoiner()
        decoded = [(self._validate(data, name), data, name) for data, name, _ in raw]
        events = [self._joined(joiner, *event, set()) for event in decoded]
        joiner.restore()
        return events

    def is_terminal(self, event: Any, name: bytes | None) -> bool:
        """Return whether an event is the last one of its stream."""
        terminal, tag = self._spec.terminal, self._spec.tag
        if not terminal:
            return False
        if tag is not None:
            kind = look_up(event, (tag,))
            if isinstance(kind, str):
                return kind in terminal
        return name is not None and name.decode("utf-8", "replace") in terminal

    def _validate(self, data: bytes, name: bytes | None) -> Any:
        shape = self._shape if name is None else self._named.get(name, self._shape)
        try:
            return shape.validate(data)
        except ValueError:
            assert self.meta is not None
            now = self._call.shared.clock.time()
            return decode.decode_event(shape, self.meta, data, self._call.where, now)

    def _joined(self, joiner: SurrogateJoiner, event: Any, data: bytes, name: bytes | None, finished: set[Any]) -> Any:
        """Return the event with complete characters. Texts that end with it get back their last half character."""
        ended = self._ended_places(event, name, finished)
        if ended and joiner:
            value = json.loads(data)
            if joiner.settle(value, ended):
                event = self._validate(json.dumps(value).encode(), name)
        return joiner.join(event, ended)

    def _ended_places(self, event: Any, name: bytes | None, finished: set[Any]) -> set[Place]:
        if self._spec.finish is None:
            return {()} if self.is_terminal(event, name) else set()
        return self._tracker.finished_places(event, finished)

    def _embedded(self, data: bytes, named: bool) -> APIError | None:
        meta, where, now = self.meta, self._call.where, self._call.shared.clock.time()
        assert meta is not None
        if named:
            return error_from(
                status=None, headers=meta.headers, body=data, where=where, now=now, sent_request_id=meta.request_id
            )
        error = decode.embedded_error(data, meta, where, now)
        if error is not None and (error.status_code or 0) < _ERROR:
            error.status_code = None
        return error
