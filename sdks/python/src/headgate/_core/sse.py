"""Server-sent events, decoded by the WHATWG rules, from chunks cut anywhere.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

One difference, on purpose: what stands at the end without its blank line is given out by `finish`, since servers forget
it and the last event is the one that must not be lost. Whether it is whole is for the reader of the data to say.
"""

from __future__ import annotations

from typing import TypeAlias

__all__ = ["ServerEvent", "SSEDecoder"]

ServerEvent: TypeAlias = tuple[bytes, "bytes | None", "str | None"]
"""Data, name (the ``event:`` field, None where there was none), and the last event id as of this event (None before
any).

A plain tuple, because there is one for every event and a named one costs as much to make as the decoding itself.
"""


_BOM = b"\xef\xbb\xbf"


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
        if b"\r" in chunk or self._swallow_lf:
            chunk = self._newlines(chunk)
        if not chunk:
            return []
        held = self._held
        if held:
            # A blank line may straddle the cut; else what is held has none, for it was searched when it came.
            if b"\n\n" not in chunk and not (chunk[0] == 10 and held[-1][-1] == 10):
                held.append(chunk)
                return []
            held.append(chunk)
            chunk = b"".join(held)
            held.clear()
        blocks = chunk.split(b"\n\n")
        rest = blocks.pop()
        if rest:
            held.append(rest)
        return self._events(blocks) if blocks else []

    def finish(self) -> list[ServerEvent]:
        """The event at the end of the stream that lacks its blank line, if there is one."""
        block = b"".join(self._held)
        self._held.clear()
        return self._events([block.removesuffix(b"\n")]) if block else []

    def _events(self, blocks: list[bytes]) -> list[ServerEvent]:
        events: list[ServerEvent] = []
        for block in blocks:
            # The two shapes that nearly all events have are read from slices; the rest line by line.
            if block[:6] == b"data: " and b"\n" not in block and len(block) > 6:
                events.append((block[6:], None, self._last_id))
                continue
            if block[:4] == b"id: ":
                end = block.find(b"\n")
                if (
                    block[end : end + 7] == b"\ndata: "
                    and block.find(b"\n", end + 1) < 0
                    and block.find(b"\0", 0, end) < 0
                ):
                    self._last_id = block[4:end].decode("utf-8", "replace")
                    events.append((block[end + 7 :], None, self._last_id))
                    continue
            event = self._block(block)
            if event is not None:
                events.append(event)
        return events

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
            elif field == b"retry" and value.isdigit():
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
        if b"\r" in chunk:
            self._swallow_lf = chunk[-1] == 13
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return chunk
