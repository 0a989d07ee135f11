"""Chat calls to providers with the Anthropic protocol: messages become chat completions."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

from ..core.accumulate import accumulate_chat
from ..core.answer import Answer
from ..core.errors import ApiError
from ..core.lenient_json import Unreadable, encode
from ..core.response_writer import ResponseWriter
from ..core.threads import LARGE_BODY, in_thread_if_large
from ..core.usage import wants_usage
from . import anthropic, failures
from .answers import (
    chunk_of,
    events_in,
    is_stream,
)
from .chunks import (
    count_foreign,
    error_of,
    texts_of,
)
from .event_source import WHOLE
from .exchange import Exchange
from .large import (
    read_json,
    release,
    write_json,
)

__all__ = ["answer", "stream"]

# Members of a `content` block; the arguments of tools are passed on as text.
_UNREAD = frozenset({"input"})


async def answer(exchange: Exchange, writer: ResponseWriter) -> None:
    """Send a message as a chat completion."""
    body, _ = await exchange.whole(writer)
    writer.answer = await in_thread_if_large(body, _answer, exchange, writer, body)


def _answer(exchange: Exchange, writer: ResponseWriter, body: bytes) -> Answer:
    if is_stream(body):
        reader = _MessageReader(exchange, writer)
        events = events_in(body)
        chunks = [chunk for event, data in events for chunk in reader.read(event, data)]
        release(events, 0)
        if not reader.chunks.ended:
            exchange.cut = True
            raise failures.broken_stream(exchange.provider, "it ended without `message_stop`")
        completion: dict[str, Any] = {**accumulate_chat(chunks), "usage": exchange.meter.usage()}
        release(chunks, 0)
    else:
        completion = _completion(exchange, writer, body)
    return Answer(write_json(completion, len(body)))


def _completion(exchange: Exchange, writer: ResponseWriter, body: bytes) -> dict[str, Any]:
    """Return the message in a body as a chat completion."""
    meter = exchange.meter
    try:
        message, _ = read_json(body, unread=_UNREAD)
    except Unreadable:
        exchange.count_part(body)
        raise exchange.broken(body) from None
    error = error_of(message)
    if error is not None:
        meter.refused = True
        if isinstance(message, dict):
            # An error may come with a usage, which is billed.
            meter.read(message)
        raise failures.from_event(exchange.provider, _inner(error), whole=True)
    if not isinstance(message, dict) or message.get("type") != "message":
        raise exchange.broken(body, "no message")
    for text in texts_of(message.get("content")):
        meter.produced(text)
    meter.read(message)
    try:
        completion = anthropic.completion(message, writer.record.model, int(writer.record.created_at), meter.usage())
    except anthropic.BrokenMessage as broken:
        raise exchange.broken(body, str(broken)) from None
    # The blocks that are still needed are also in lists of the completion.
    release(message["content"], levels=0)
    return completion


async def stream(exchange: Exchange, writer: ResponseWriter) -> None:
    """Send the events of a message as chat completion chunks."""
    reader = _MessageReader(exchange, writer)
    async with exchange.open(writer) as response, aclosing(exchange.events(response)) as source:
        async for name, events in source:
            if name is WHOLE:
                await _whole(exchange, writer, events[0])
                return
            await _translate(reader, name, events, writer)
            if reader.chunks.ended:
                break
    if not reader.chunks.ended:
        exchange.cut = True
        raise failures.broken_stream(exchange.provider, "it ended without `message_stop`")
    await _tell_usage(exchange, writer, reader.chunks.head)


async def _translate(reader: _MessageReader, name: str, events: list[bytes], writer: ResponseWriter) -> None:
    """Send the chunks of consecutive events, together where that is possible."""
    together: list[bytes] = []
    try:
        for data in events:
            for chunk in await in_thread_if_large(data, reader.read, name, data):
                written = encode(chunk)
                if writer.takes_batches and len(written) <= LARGE_BODY:
                    together.append(written)
                    continue
                ready, together = together, []
                if ready and not writer.write(ready):
                    await writer.drain()
                await writer.emit(written)
            if reader.chunks.ended:
                break
    except BaseException:
        # Those before an invalid event are valid.
        if together:
            writer.write(together)
        raise
    if together and not writer.write(together):
        await writer.drain()


async def _whole(exchange: Exchange, writer: ResponseWriter, body: bytes) -> None:
    """Send an answer that is a whole message, and not a stream, as one chunk."""
    chunk, data = await in_thread_if_large(body, _chunk, exchange, writer, body)
    await writer.emit(data)
    await _tell_usage(exchange, writer, {name: chunk[name] for name in ("id", "object", "created", "model")})


def _chunk(exchange: Exchange, writer: ResponseWriter, body: bytes) -> tuple[dict[str, Any], bytes]:
    chunk = chunk_of(_completion(exchange, writer, body), exchange.kind)
    return chunk, write_json(chunk, len(body))


async def _tell_usage(exchange: Exchange, writer: ResponseWriter, head: dict[str, Any]) -> None:
    if wants_usage(exchange.call.data):
        await writer.emit(encode({**head, "choices": [], "usage": exchange.meter.usage()}))


class _MessageReader:
    """Reads and counts the events of one message."""

    def __init__(self, exchange: Exchange, writer: ResponseWriter) -> None:
        self.chunks = anthropic.Chunks(writer.record.model, int(writer.record.created_at))
        self._exchange = exchange

    def read(self, event: str, data: bytes) -> list[dict[str, Any]]:
        """Return the chunks of one event; raise if it is an error, or not valid at this point."""
        try:
            value, _ = read_json(data)
        except Unreadable:
            if event == "error":
                raise self._failed(data.decode("utf-8", "replace")) from None
            self._exchange.count_part(data)
            raise failures.broken_stream(self._exchange.provider, "an event is not JSON") from None
        error = error_of(value, event)
        if error is not None:
            if isinstance(value, dict):
                self._exchange.meter.read(value)
            raise self._failed(_inner(error))
        if not isinstance(value, dict):
            raise failures.broken_stream(self._exchange.provider, "an event is not a JSON object")
        self._count(value)
        try:
            return list(self.chunks.feed(value))
        except anthropic.BrokenMessage as broken:
            raise failures.broken_stream(self._exchange.provider, str(broken)) from None

    def _failed(self, error: Any) -> ApiError:
        self._exchange.meter.refused = True
        return failures.from_event(self._exchange.provider, error)

    def _count(self, value: dict[str, Any]) -> None:
        meter = self._exchange.meter
        if value.get("type") in ("content_block_start", "content_block_delta"):
            for text in texts_of(value.get("content_block") or value.get("delta")):
                meter.produced(text)
        member = "" if value.get("type") in anthropic.EVENTS else count_foreign(value, meter)
        meter.read(value)
        if member:
            raise failures.broken_stream(
                self._exchange.provider, f"an event of the unknown type {str(value.get('type'))[:64]!r} has a text"
            )


def _inner(error: Any) -> Any:
    """Return the error in Anthropic's envelope."""
    return error.get("error") or error if isinstance(error, dict) else error
