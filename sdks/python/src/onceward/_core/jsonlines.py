"""Decode JSON lines, from chunks cut anywhere, to the same form as server-sent events."""

from __future__ import annotations

from .sse import ServerEvent

__all__ = ["JSONLinesDecoder"]


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
