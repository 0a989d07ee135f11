"""Streams of images, audio and transcripts: counting, and validation that they are complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..core.lenient_json import Unreadable
from . import failures
from .answers import count_answer, events_in
from .chunks import error_of
from .large import read_json

if TYPE_CHECKING:
    from .exchange import Exchange

__all__ = ["count_events", "is_asked_for"]

_DONE = b"[DONE]"
# Events that other events must follow.
_PARTS = ("partial_image", ".delta", ".segment")


def is_asked_for(request: Mapping[str, Any], content_type: str) -> bool:
    """Return whether an answer should be a stream: by its content type, or because the request asks for one."""
    streamed = request.get("stream") in (True, "true", "True", "1") or request.get("stream_format") == "sse"
    return streamed or "event-stream" in content_type


def count_events(exchange: Exchange, body: bytes) -> None:
    """Count the events of a body; raise if one is an error, or if the last ones are missing."""
    meter, text, last, reason = exchange.meter, _Transcript(), "", ""
    failed: Any = None
    written = False
    for event, data in events_in(body):
        if data == _DONE:
            continue
        try:
            value, _ = read_json(data)
        except Unreadable:
            value, reason = None, reason or "an event is not JSON"
        error = error_of(data.decode("utf-8", "replace") if value is None else value, event)
        if isinstance(value, dict):
            meter.read(value)
            text.add(value)
            last, written = str(value.get("type") or event), written or error is None
        failed = failed or error
    if written:
        count_answer(exchange.kind, exchange.call.data, text.whole, meter)
    if failed is not None:
        meter.refused = True
        raise failures.from_event(exchange.provider, failed)
    if last.endswith(_PARTS):
        raise failures.broken_stream(exchange.provider, reason or f"`{last[:64]}` is its last event")
    if not written:
        raise exchange.broken(body, reason or "no events")
    if reason:
        raise failures.broken_answer(exchange.provider, body, reason)


class _Transcript:
    """The text of a transcript, whose last event repeats the text of those before it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._text = ""

    def add(self, value: Mapping[str, Any]) -> None:
        part, whole_text = value.get("delta"), value.get("text")
        if isinstance(part, str):
            self._parts.append(part)
        if isinstance(whole_text, str):
            self._text = max(self._text, whole_text, key=len)

    @property
    def whole(self) -> str:
        return max("".join(self._parts), self._text, key=len)
