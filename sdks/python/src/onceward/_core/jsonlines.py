"""Decode JSON lines and JSON text sequences, from chunks cut anywhere, to the same form as server-sent events."""

from __future__ import annotations

from .sse import ServerEvent

__all__ = ["JSONLinesDecoder", "JSONSeqDecoder"]

_SEPARATOR = b"\x1e"


class JSONLinesDecoder:
    """A decoder of one value per line. Empty lines are skipped. Linear in the size of the stream."""

    __slots__ = ("_buffered", "retry")

    def __init__(self) -> None:
        self._buffered: list[bytes] = []
        self.retry: int | None = None

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        if b"\n" not in chunk:
            if chunk:
                self._buffered.append(chunk)
            return []
        if self._buffered:
            self._buffered.append(chunk)
            chunk = b"".join(self._buffered)
            self._buffered.clear()
        lines = chunk.split(b"\n")
        rest = lines.pop()
        if rest:
            self._buffered.append(rest)
        return [(line, None, None) for line in (line.strip() for line in lines) if line]

    def finish(self) -> list[ServerEvent]:
        line = b"".join(self._buffered).strip()
        self._buffered.clear()
        return [(line, None, None)] if line else []


class JSONSeqDecoder:
    """A decoder of JSON texts that each begin with a record separator (RFC 7464). Linear in the size of the stream."""

    __slots__ = ("_buffered", "retry")

    def __init__(self) -> None:
        self._buffered: list[bytes] = []
        self.retry: int | None = None

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        first, *others = chunk.split(_SEPARATOR)
        self._buffered.append(first)
        found: list[ServerEvent] = []
        for text in others:
            found += self.finish()
            self._buffered.append(text)
        return found

    def finish(self) -> list[ServerEvent]:
        text = b"".join(self._buffered).strip()
        self._buffered.clear()
        return [(text, None, None)] if text else []
