"""Decode server-sent events by the WHATWG rules, from chunks cut anywhere.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

One difference is deliberate: an event at the end that lacks its blank line is returned by `finish`. Servers forget the
blank line, and the last event is the one that must not be lost. The reader of its data decides whether it is complete.
"""

from __future__ import annotations

import re
from typing import Final

from .ports import ServerEvent

__all__ = ["ServerEvent", "SSEDecoder"]

_CR: Final = 13  # as a number, which Python finds several times as fast as a string of one byte
_LF: Final = 10
_MOST_DIGITS: Final = 19
_BOM: Final = b"\xef\xbb\xbf"
# An event with an id and one line of data, from the start of a line to its blank line.
_WITH_ID: Final = re.compile(rb"^id: ([^\n\0]+)\ndata: ([^\n]+)\n\n", re.MULTILINE)


class SSEDecoder:
    """A decoder: `feed` takes chunks and returns the events that are complete. Linear in the size of the stream."""

    __slots__ = ("_buffered", "_last_id", "_started", "_swallow_lf", "retry")

    def __init__(self) -> None:
        self._buffered: list[bytes] = []
        self._last_id: str | None = None
        self._started = False
        self._swallow_lf = False
        self.retry: int | None = None
        """Milliseconds to wait before connecting again, if the server sent them."""

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        if not self._started:
            chunk = self._start(chunk)
        if _CR in chunk or self._swallow_lf:
            chunk = self._newlines(chunk)
        if not chunk:
            return []
        buffered = self._buffered
        if buffered:
            # A blank line may straddle the cut. The buffered bytes contain none: they were searched when they came.
            if b"\n\n" not in chunk and not (chunk[0] == _LF and buffered[-1][-1] == _LF):
                buffered.append(chunk)
                return []
            buffered.append(chunk)
            chunk = b"".join(buffered)
            buffered.clear()
        end = chunk.rfind(b"\n\n") + 2
        if end < 2:
            buffered.append(chunk)
            return []
        if end < len(chunk):
            buffered.append(chunk[end:])
            chunk = chunk[:end]
        return self._events(chunk)

    def finish(self) -> list[ServerEvent]:
        """Return the event at the end of the stream that lacks its blank line, if there is one."""
        block = b"".join(self._buffered)
        self._buffered.clear()
        return self._events(block.removesuffix(b"\n") + b"\n\n") if block else []

    def _events(self, blocks: bytes) -> list[ServerEvent]:
        """Return the events of complete blocks, each with its blank line."""
        # Nearly all streams are of one of two kinds: one line of data per event, or an id before it. Either is split in
        # one step, and the number of lines shows whether the block had anything else.
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
        # An event without data is dropped, and so is one whose data is one empty line: the buffer of the specification
        # is empty.
        if data is None or data == [b""]:
            return None
        return (b"\n".join(data), name, self._last_id)

    def _start(self, chunk: bytes) -> bytes:
        """Remove one byte order mark from the start, even if it comes in pieces."""
        chunk = b"".join(self._buffered) + chunk
        self._buffered.clear()
        if len(chunk) < 3 and _BOM.startswith(chunk):
            if chunk:
                self._buffered.append(chunk)
            return b""
        self._started = True
        return chunk.removeprefix(_BOM)

    def _newlines(self, chunk: bytes) -> bytes:
        """Return the chunk with CR and CRLF as LF. A CRLF that was cut in the middle is one line end."""
        if self._swallow_lf and chunk:
            self._swallow_lf = False
            chunk = chunk.removeprefix(b"\n")
        if _CR in chunk:
            self._swallow_lf = chunk[-1] == _CR
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return chunk
