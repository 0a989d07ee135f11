"""Server-sent events of a provider, read from bytes that are split anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["EventTooLarge", "Run", "SseReader"]

Run = tuple[str, list[bytes]]
"""Consecutive events of one name: the name, and the data of each."""

_BLANK = re.compile(rb"\r\n\r\n|\n\n|\r\r|\r\n\n|\n\r\n")
_LINE = re.compile(rb"\r\n|\n|\r")
# The buffer of a longer event grows in place. An event with more lines takes too long to parse.
_LONG = 65_536
_MOST_LINES = 20_000
# Unnamed events are taken from a read together, up to so many: more would keep other tasks waiting.
_MOST_AT_ONCE = 1000


class EventTooLarge(ValueError):
    """An event exceeds the size limit, or has more than `lines` lines."""

    def __init__(self, lines: int = 0) -> None:
        super().__init__()
        self.lines = lines


class SseReader:
    """A decoder of server-sent events in pieces: `(event, data)` of each, the data without blanks around it.

    Events without data are skipped, except those named `error`. Raises `EventTooLarge` where an event grows beyond
    `max_bytes`.
    """

    def __init__(self, max_bytes: int) -> None:
        self._most_bytes = max_bytes
        self.pending: bytes | bytearray = b""
        self._searched = 0
        self._failure: EventTooLarge | None = None

    def unnamed(self, data: bytes) -> list[bytes] | None:
        """Return the data of the events that the next bytes complete, if each is a single `data` line.

        Nearly all streams are like this, and their events are found without a look at each line. Otherwise return
        None, and leave the bytes to `read`.
        """
        if (
            not self.pending
            and data.startswith(b"data: ")
            and data.endswith(b"\n\n")
            and data.count(b"\n") == 2
            and b"\r" not in data
            and len(data) <= self._most_bytes
        ):
            # Paced streams have one event in each read.
            only = data[6:-2].strip()
            return [only] if only else []
        end = data.rfind(b"\n\n")
        if end < 0 or b"\r" in data:
            return None
        if self.pending:
            if len(self.pending) > _LONG:
                return None
            data, end = bytes(self.pending) + data, end + len(self.pending)
        if not data.startswith(b"data: "):
            return None
        found = data[6:end].split(b"\n\ndata: ")
        if len(found) > _MOST_AT_ONCE or data.count(b"\n", 0, end) != 2 * (len(found) - 1):
            return None
        if end > self._most_bytes and max(map(len, found)) + len(b"data: ") > self._most_bytes:
            return None
        self.pending = data[end + 2 :]
        self._searched = len(self.pending)
        return list(filter(None, map(bytes.strip, found)))

    def put_back(self, events: list[bytes]) -> bytes:
        """Return the bytes of events that `unnamed` returned, and of the one that has begun, which are read again."""
        rest, self.pending, self._searched = bytes(self.pending), b"", 0
        return b"".join([b"data: %b\n\n" % data for data in events]) + rest

    def read(self, data: bytes) -> list[Run]:
        """Return the events that the next bytes complete.

        Raise `EventTooLarge` if there are none before an event that is too large; else `check` raises it.
        """
        self.check()
        unnamed = self.unnamed(data)
        if unnamed is not None:
            return [("", unnamed)] if unnamed else []
        runs: list[Run] = []
        try:
            for name, found in self.feed(data):
                if runs and runs[-1][0] == name:
                    runs[-1][1].append(found)
                else:
                    runs.append((name, [found]))
        except EventTooLarge as failure:
            if not runs:
                raise
            self._failure = failure
        return runs

    def check(self) -> None:
        """Raise `EventTooLarge` if the event after those that `read` returned is too large."""
        if self._failure is not None:
            raise self._failure

    def feed(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield the events that the next bytes complete."""
        self.pending += data
        # Data is not searched twice, except for a blank line that begins at its end.
        start, search = 0, max(0, self._searched - 3)
        while (found := _BLANK.search(self.pending, search)) is not None:
            if found.start() - start > self._most_bytes:
                self.pending = self.pending[start:]
                raise EventTooLarge
            event = _event(self.pending, start, found.start())
            start = search = found.end()
            if event is not None:
                yield event
        if start:
            self.pending = bytes(self.pending[start:])
        if len(self.pending) > _LONG and isinstance(self.pending, bytes):
            self.pending = bytearray(self.pending)
        self._searched = len(self.pending)
        if self._searched > self._most_bytes:
            raise EventTooLarge

    @property
    def rest(self) -> bytes:
        """Return the bytes of an event that is incomplete or too large."""
        return bytes(self.pending)

    def close(self) -> Iterator[tuple[str, bytes]]:
        """Yield the event that the end of the stream completes: some servers omit the last blank line."""
        self.check()
        event = _parse(bytes(self.pending).rstrip(b"\r\n"))
        self.pending = b""
        if event is not None:
            yield event


def _event(pending: bytes | bytearray, start: int, end: int) -> tuple[str, bytes] | None:
    """Return the event between two positions. Nearly all have a single line, which is not copied twice."""
    if (
        pending.startswith(b"data: ", start, end)
        and pending.find(b"\n", start, end) < 0
        and pending.find(b"\r", start, end) < 0
    ):
        only = _between(pending, start + 6, end).strip()
        return ("", only) if only else None
    return _parse(_between(pending, start, end))


def _between(pending: bytes | bytearray, start: int, end: int) -> bytes:
    return pending[start:end] if isinstance(pending, bytes) else bytes(memoryview(pending)[start:end])


def _parse(block: bytes) -> tuple[str, bytes] | None:
    if block.startswith(b"data: ") and b"\n" not in block and b"\r" not in block:
        only = block[6:].strip()
        return ("", only) if only else None
    if block.startswith(b":") and b"\n" not in block and b"\r" not in block:
        return None
    if len(block) > _MOST_LINES and block.count(b"\n") + block.count(b"\r") > _MOST_LINES:
        raise EventTooLarge(_MOST_LINES)
    name, data = "", list[bytes]()
    for line in _LINE.split(block.removeprefix(b"\xef\xbb\xbf")):
        field, _, value = line.partition(b":")
        if field == b"data":
            data.append(value.strip())
        elif field == b"event":
            name = value.removeprefix(b" ").decode("utf-8", "replace")
    # Line breaks between JSON tokens are white space, and the gateway's own events have one line.
    return (name, b" ".join(data)) if any(data) or name == "error" else None
