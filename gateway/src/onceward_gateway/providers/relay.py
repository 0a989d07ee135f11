"""Calls to providers with the OpenAI protocol: the bytes of an answer pass through, validated and counted."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from contextlib import aclosing
from typing import Any

from ..core.answer import Answer
from ..core.lenient_json import Unreadable, encode
from ..core.response_writer import ResponseWriter
from ..core.threads import LARGE_BODY, in_thread_if_large
from ..core.usage import wants_usage
from .answers import (
    InvalidAnswer,
    chunk_of,
    count_answer,
    events_in,
    folded,
    is_stream,
    judged,
    with_usage,
)
from .chunks import (
    Chunk,
    ChunkReader,
    choices_asked,
)
from .event_source import WHOLE, EventSource
from .exchange import Exchange
from .large import (
    as_text,
    read_json,
    release,
    write_json,
)
from .media import count_events, is_asked_for
from .usage import is_clean

__all__ = ["answer", "stream"]

_STREAMED = ("chat", "completions")
_JSON_KINDS = (*_STREAMED, "embeddings", "moderations")
_DONE = b"[DONE]"
_COUNTS = ("prompt_tokens", "completion_tokens")
_SOUND_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/opus",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}


def stream(exchange: Exchange, writer: ResponseWriter) -> Coroutine[Any, Any, None]:
    """Pass the upstream's events through."""
    return _Relay(exchange, writer).run()


class _Relay:
    def __init__(self, exchange: Exchange, writer: ResponseWriter) -> None:
        self._exchange = exchange
        self._writer = writer
        self._meter = exchange.meter
        self._show_usage = wants_usage(exchange.call.data)
        self._reader = ChunkReader(exchange.provider, choices_asked(exchange.call.data), exchange.meter)
        # The chunk in which the provider reported only the usage.
        self._usage_chunk: Chunk | None = None
        # The last usage that came with text.
        self._usage_with_text: Any = None
        self._head: dict[str, Any] = {}
        self._source: EventSource | None = None
        # Whether the writer took all that it can at once.
        self._is_full = False

    async def run(self) -> None:
        exchange, done = self._exchange, False
        async with exchange.open(self._writer) as response, aclosing(exchange.events(response)) as source:
            self._source = source
            async for name, events in source:
                if name is WHOLE:
                    await self._emit_completion(events[0])
                    done = True
                    break
                end = await self._read(name, events)
                if end is not None:
                    done = True
                    await self._read_late(source, events[end:])
                    break
                # Until then each chunk may tell something that the call has to know first.
                takes_batches = self._head and self._writer.takes_batches
                source.take = self._take if takes_batches else None
                source.take_framed = self._take_framed if takes_batches else None
        exchange.cut = not done
        self._reader.end(done=done)
        if self._show_usage:
            usage = self._meter.usage()
            if self._usage_chunk is not None or not _is_billed(self._usage_with_text, usage):
                await self._writer.emit(self._usage(usage))

    def _take(self, events: list[bytes]) -> int:
        """Pass on the plain chunks at the beginning of these events, and return how many there are."""
        count = self._reader.read_plain(events, len(events))
        if count and not self._writer.write(events if count == len(events) else events[:count]):
            self._wait_for_room()
        return count

    def _take_framed(self, data: bytes) -> bool:
        """Pass on a read that is a single event like the last one; return whether it was."""
        if not self._reader.read_as_before(data, framed=True):
            return False
        if not self._writer.write([data[6:-2]]):
            self._wait_for_room()
        return True

    def _wait_for_room(self) -> None:
        """Let the next events wait until the writer has room."""
        self._is_full = True
        if self._source is not None:
            self._source.take = self._source.take_framed = None

    async def _read(self, name: str, events: list[bytes]) -> int | None:
        """Pass these events on. Return the number of events up to the end of the stream, or None if it goes on."""
        at = 0
        while at < len(events):
            if self._is_full:
                self._is_full = False
                await self._writer.drain()
            count = await self._pass_on_plain(events, at) if self._head and not name else 0
            at += count
            if not count:
                data = events[at]
                at += 1
                if data == _DONE:
                    return at
                await self._pass_on(await in_thread_if_large(data, self._reader.read, name, data))
        return None

    async def _pass_on_plain(self, events: list[bytes], at: int) -> int:
        """Pass on the plain chunks from `events[at]` on, and return how many there are."""
        rest = events[at:] if at else events
        if not self._writer.takes_batches:
            if count := self._reader.read_plain(rest, 1):
                await self._writer.emit(rest[0])
            return count
        count = self._reader.read_plain(rest, len(rest))
        if count and not self._writer.write(rest if count == len(rest) else rest[:count]):
            await self._writer.drain()
        return count

    async def _pass_on(self, chunk: Chunk) -> None:
        if chunk.of_answer and not self._head:
            self._head = _head_of(chunk.value)
        if chunk.only_usage:
            # Usage is sent at the end, and only if the caller asked for it: another chunk with usage may follow.
            self._usage_chunk = chunk
            return
        if not chunk.of_answer:
            return
        self._usage_with_text = chunk.value.get("usage") or self._usage_with_text
        await self._writer.emit(chunk.data, chunk.event or None)

    def _usage(self, usage: Mapping[str, Any]) -> bytes:
        """Return the chunk with the usage: the provider's own if it reports what is billed."""
        reported = self._usage_chunk
        if reported is not None and reported.of_answer and _is_billed(reported.value["usage"], usage):
            return reported.data
        return encode({**self._head, "choices": [], "usage": usage})

    async def _read_late(self, source: EventSource, events: list[bytes]) -> None:
        """Read the usage that some providers report after the end of the stream."""
        if self._meter.known:
            return
        for data in events:
            self._read_usage("", data)
        await source.read_late(self._read_usage)

    def _read_usage(self, name: str, data: bytes) -> None:
        try:
            value, _ = read_json(data)
        except Unreadable:
            return
        if isinstance(value, dict):
            self._meter.read(value)

    async def _emit_completion(self, body: bytes) -> None:
        """Send an answer that is a whole completion, and not a stream, as one chunk."""
        await self._writer.emit(await in_thread_if_large(body, self._chunk, body))

    def _chunk(self, body: bytes) -> bytes:
        chunk = chunk_of(_value(self._exchange, body)[0], self._exchange.kind)
        self._head = _head_of(chunk)
        for choice in chunk["choices"]:
            self._reader.finish(choice)
        data = write_json(chunk, len(body))
        if len(body) > LARGE_BODY:
            release(chunk)
        return data


def _is_billed(reported: Any, usage: Mapping[str, Any]) -> bool:
    """Return whether a reported usage is in the standard form and has the counts that are billed."""
    if usage.get("estimated") or not is_clean(reported):
        return False
    return all(reported.get(name) == usage[name] for name in _COUNTS)


def _head_of(chunk: Mapping[str, Any]) -> dict[str, Any]:
    return {name: chunk.get(name) for name in ("id", "object", "created", "model")}


async def answer(exchange: Exchange, writer: ResponseWriter) -> None:
    """Pass the upstream's whole answer through."""
    body, kind = await exchange.whole(writer)
    if not body:
        raise exchange.broken(body, "it is empty")
    writer.answer = await in_thread_if_large(body, _answer, exchange, body, kind)


def _answer(exchange: Exchange, body: bytes, kind: str) -> Answer:
    """Read and count a body, and return the answer for the client."""
    if exchange.kind in _STREAMED and is_stream(body):
        events = events_in(body)
        if not events:
            raise exchange.broken(b"", "no events")
        choices = choices_asked(exchange.call.data)
        exchange.cut = not body.rstrip().endswith(_DONE)
        value = folded(exchange.provider, exchange.kind, events, choices, exchange.meter)
        release(events, 0)
        return Answer(write_json({**value, "usage": exchange.meter.usage()}, len(body)))
    # Audio is not JSON, whatever its content type is.
    typed = "json" in kind.lower() and exchange.kind != "speech"
    if exchange.kind in _JSON_KINDS or typed or _may_be_json(body):
        value, standard = _value(exchange, body)
        count_answer(exchange.kind, exchange.call.data, value, exchange.meter)
        answer = Answer(with_usage(value, standard, exchange.meter.usage()))
        if len(body) > LARGE_BODY:
            release(value)
        return answer
    _count_other(exchange, body)
    is_untyped = exchange.kind == "speech" and _untyped(kind)
    return Answer(body, _sound_type(exchange.call.data) if is_untyped else kind)


def _untyped(kind: str) -> bool:
    """Return whether a content type does not describe a body of audio."""
    return not kind.lower().startswith(("audio/", "application/octet-stream", "text/event-stream"))


def _sound_type(data: Mapping[str, Any]) -> str:
    """Return the content type of the audio that a request asked for."""
    return _SOUND_TYPES.get(str(data.get("response_format") or "mp3"), "application/octet-stream")


def _may_be_json(body: bytes) -> bool:
    return body[:64].lstrip(b" \t\r\n\xef\xbb\xbf")[:1] == b"{"


def _value(exchange: Exchange, body: bytes) -> tuple[Mapping[str, Any], bytes]:
    """Return the answer in a body, and its bytes as standard JSON."""
    charset = exchange.content_type.partition("charset=")[2].partition(";")[0].strip("\"' ") or None
    try:
        value, standard = read_json(body, charset)
        return judged(exchange.provider, exchange.kind, value, exchange.meter), standard
    except Unreadable:
        exchange.count_part(body)
        raise exchange.broken(body) from None
    except InvalidAnswer as refused:
        raise exchange.broken(body, str(refused)) from None


def _count_other(exchange: Exchange, body: bytes) -> None:
    """Count an answer that is not a JSON object: audio, text, or a stream of either."""
    if is_stream(body) and is_asked_for(exchange.call.data, exchange.content_type):
        count_events(exchange, body)
        return
    text = as_text(body) if exchange.kind != "speech" else ""
    count_answer(exchange.kind, exchange.call.data, text, exchange.meter)
