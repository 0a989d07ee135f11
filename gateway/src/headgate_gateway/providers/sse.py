"""Server-sent events as they come from an upstream, split wherever the network split them."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["EventTooLarge", "SseReader"]

_BLANK = re.compile(rb"\r\n\r\n|\n\n|\r\r|\r\n\n|\n\r\n")
_LINE = re.compile(rb"\r\n|\n|\r")


class EventTooLarge(ValueError):
    """One event is larger than it may be."""


class SseReader:
    """Feed it bytes; it gives `(event, data)` of every event that has data, without blanks around it. The rest is
    passed over.

    Raises `EventTooLarge` where an event grows beyond `most_bytes`. An event that is named `error` is given even
    without data.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._pending = b""
        self._searched = 0

    def feed(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """The events that these bytes complete."""
        self._pending += data
        # What was searched before is not searched again, but for a blank line that began there.
        start, search = 0, max(0, self._searched - 3)
        while (found := _BLANK.search(self._pending, search)) is not None:
            if found.start() - start > self._most_bytes:
                self._pending = self._pending[start:]
                raise EventTooLarge
            event = _parse(self._pending[start : found.start()])
            start = search = found.end()
            if event is not None:
                yield event
        self._pending = self._pending[start:]
        self._searched = len(self._pending)
        if self._searched > self._most_bytes:
            raise EventTooLarge

    @property
    def rest(self) -> bytes:
        """Return the bytes of an event that is incomplete or too large."""
        return self._pending

    def close(self) -> Iterator[tuple[str, bytes]]:
        """The event that the end of the stream completes: some servers leave out the last blank line."""
        event = _parse(self._pending.rstrip(b"\r\n"))
        self._pending = b""
        if event is not None:
            yield event


def _parse(block: bytes) -> tuple[str, bytes] | None:
    if block.startswith(b"data: ") and b"\n" not in block and b"\r" not in block:
        only = block[6:].strip()
        return ("", only) if only else None
    if block.startswith(b":") and b"\n" not in block and b"\r" not in block:
        return None
    name, data = "", list[bytes]()
    for line in _LINE.split(block.removeprefix(b"\xef\xbb\xbf")):
        field, _, value = line.partition(b":")
        if field == b"data":
            data.append(value.strip())
        elif field == b"event":
            name = value.removeprefix(b" ").decode("utf-8", "replace")
    # Line breaks between the tokens of JSON are white space, and an event of ours has one line.
    return (name, b" ".join(data)) if any(data) or name == "error" else None
