"""Server-sent events, decoded by the WHATWG rules, from chunks cut anywhere.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

One difference, on purpose: what stands at the end without its blank line is given out by `finish`, since servers forget
it and the last event is the one that must not be lost. Whether it is whole is for the reader of the data to say.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

__all__ = ["ServerEvent", "SSEDecoder"]

ServerEvent: TypeAlias = tuple[bytes, "bytes | None", "str | None"]
"""Data, name (the ``event:`` field, None where there was none), and the last event id as of this event (None before
any).

A plain tuple, because there is one for every event and a named one costs as much to make as the decoding itself.
"""


_CR: Final = 13  # as a number, which Python finds several times as fast as a string of one byte
_LF: Final = 10
_MOST_DIGITS: Final = 19
_BOM: Final = b"\xef\xbb\xbf"
# An event of an id and one line of data, from a line's start to its blank line.
_WITH_ID: Final = re.compile(rb"^id: ([^\n\0]+)\ndata: ([^\n]+)\n\n", re.MULTILINE)


class SSEDecoder:
    """`feed` takes chunks and gives the events that are complete. Linear in the size of the stream, whatever the
    cuts."""

    __slots__ = ("_held", "_last_id", "_started", "_swallow_lf", "retry")

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._last_id: str | None = None
        self._started = False
        self._swallow_lf = False
        self.retry: int | None = None
        """Milliseconds to wait before connecting again, as the server asked."""

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        if not self._started:
            chunk = self._start(chunk)
        if _CR in chunk or self._swallow_lf:
            chunk = self._newlines(chunk)
        if not chunk:
            return []
        held = self._held
        if held:
            # A blank line may straddle the cut; else what is held has none, for it was searched when it came.
            if b"\n\n" not in chunk and not (chunk[0] == _LF and held[-1][-1] == _LF):
                held.append(chunk)
                return []
            held.append(chunk)
            chunk = b"".join(held)
            held.clear()
        end = chunk.rfind(b"\n\n") + 2
        if end < 2:
            held.append(chunk)
            return []
        if end < len(chunk):
            held.append(chunk[end:])
            chunk = chunk[:end]
        return self._events(chunk)

    def finish(self) -> list[ServerEvent]:
        """The event at the end of the stream that lacks its blank line, if there is one."""
        block = b"".join(self._held)
        self._held.clear()
        return self._events(block.removesuffix(b"\n") + b"\n\n") if block else []

    def _events(self, blocks: bytes) -> list[ServerEvent]:
        """The events of whole blocks, each with its blank line."""
        # Nearly all streams are of one of two kinds: one line of data an event, or an id before it. Either is taken
        # apart at once, and counting the lines tells whether that was all there is.
        lines = blocks.count(b"\n")
        if blocks[:6] == b"data: ":
            if lines == 2 and len(blocks) > 8:
                return [(blocks[6:-2], None, self._last_id)]
            plain = blocks[6:-2].split(b"\n\ndata: ")
            if lines == 2 * len(plain) and all(plain):
                last_id = self._last_id
                return [(data, None, last_id) for data in plain]
        elif blocks[:4] == b"id: ":
            pairs: list[tuple[bytes, bytes]] = _WITH_ID.findall(blocks)
            if lines == 3 * len(pairs):
                events: list[ServerEvent] = [(data, None, ident.decode("utf-8", "replace")) for ident, data in pairs]
                self._last_id = events[-1][2]
                return events
        found = [self._block(block) for block in blocks.split(b"\n\n")]
        return [event for event in found if event is not None]

    def _block(self, block: bytes) -> ServerEvent | None:
        data: list[bytes] | None = None
        name: bytes | None = None
        for line in block.split(b"\n"):
            field, _, value = line.partition(b":")
            if value[:1] == b" ":
                value = value[1:]
            if field == b"data":
                if data is None:
                    data = [value]
                else:
                    data.append(value)
            elif field == b"event":
                name = value or None
            elif field == b"id":
                if b"\0" not in value:
                    self._last_id = value.decode("utf-8", "replace")
            elif field == b"retry" and value.isdigit() and len(value) < _MOST_DIGITS:
                self.retry = int(value)
        # Without data there is no event. Data of one empty line is no event either: it is the spec's empty buffer.
        if data is None or data == [b""]:
            return None
        return (b"\n".join(data), name, self._last_id)

    def _start(self, chunk: bytes) -> bytes:
        """Take one byte order mark from the start, even where it comes in pieces."""
        chunk = b"".join(self._held) + chunk
        self._held.clear()
        if len(chunk) < 3 and _BOM.startswith(chunk):
            if chunk:
                self._held.append(chunk)
            return b""
        self._started = True
        return chunk.removeprefix(_BOM)

    def _newlines(self, chunk: bytes) -> bytes:
        """CR and CRLF become LF; a CRLF that was cut in the middle is one line's end."""
        if self._swallow_lf and chunk:
            self._swallow_lf = False
            chunk = chunk.removeprefix(b"\n")
        if _CR in chunk:
            self._swallow_lf = chunk[-1] == _CR
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return chunk
