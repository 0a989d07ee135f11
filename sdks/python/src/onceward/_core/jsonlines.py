"""JSON lines, decoded from chunks cut anywhere, in the shape that server-sent events have."""

from __future__ import annotations

from .sse import ServerEvent

__all__ = ["JSONLinesDecoder"]


class JSONLinesDecoder:
    """One value a line; empty lines are nothing. Linear in the size of the stream."""

    __slots__ = ("_held", "retry")

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self.retry: int | None = None

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        if b"\n" not in chunk:
            if chunk:
                self._held.append(chunk)
            return []
        if self._held:
            self._held.append(chunk)
            chunk = b"".join(self._held)
            self._held.clear()
        lines = chunk.split(b"\n")
        rest = lines.pop()
        if rest:
            self._held.append(rest)
        return [(line, None, None) for line in (line.strip() for line in lines) if line]

    def finish(self) -> list[ServerEvent]:
        line = b"".join(self._held).strip()
        self._held.clear()
        return [(line, None, None)] if line else []
