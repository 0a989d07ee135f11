"""Read the events of one connection: content encoding, then framing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from .encoding import Inflater
from .jsonlines import JSONLinesDecoder, JSONSeqDecoder
from .operation import Stream
from .sse import ServerEvent, SSEDecoder

__all__ = ["EventReader", "framing_decoder"]


Decoder: TypeAlias = SSEDecoder | JSONLinesDecoder | JSONSeqDecoder


def framing_decoder(spec: Stream) -> Decoder:
    """Return a new decoder for the framing of a stream."""
    if spec.framing == "sse":
        return SSEDecoder()
    return JSONLinesDecoder() if spec.framing == "json_lines" else JSONSeqDecoder()


class EventReader:
    """The events in the body of one connection. ``keep`` is called with its decompressed bytes."""

    __slots__ = ("_decoder", "_inflater", "_keep", "silent")

    def __init__(
        self,
        decoder: Decoder,
        inflater: Inflater | None,
        keep: Callable[[bytes], None] | None,
    ) -> None:
        self._decoder = decoder
        self._inflater = inflater
        self._keep = keep
        self.silent = 0
        """Bytes since the last new event, which the caller resets."""

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """Return the events that are complete with this chunk; with an empty one, those at the end of the body."""
        if not chunk:
            return self._decoder.finish()
        plain = chunk if self._inflater is None else self._inflater.feed(chunk)
        if self._keep is not None:
            self._keep(plain)
        self.silent += len(plain)
        return self._decoder.feed(plain)
