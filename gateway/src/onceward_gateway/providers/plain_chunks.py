"""Plain chunks: those that add a text to one choice, and say nothing else that the gateway has to act on.

Nearly all chunks of a stream are plain. A typed decoder recognises them: it refuses every member that has a meaning
for the gateway, such as an error, usage or a finish reason. Consecutive chunks mostly differ in one text only, so that
those with the same bytes around it need not be decoded at all. Other chunks are read member by member instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

__all__ = ["PlainChoice", "PlainChunk", "Shape", "decode_plain", "decode_text", "shape_of"]

_PROBE = "-"


class PlainChoice(msgspec.Struct, gc=False):
    """The choice of a plain chunk. Members with the type None are absent or null."""

    index: Annotated[int, msgspec.Meta(ge=0, lt=1_000_000)] = 0
    delta: dict[str, Any] | None = None
    text: str | None = None
    finish_reason: Literal[""] | None = None
    error: None = None
    message: None = None
    usage: None = None


class PlainChunk(msgspec.Struct, gc=False, rename={"usage_in_camel_case": "usageMetadata"}):
    """A plain chunk. Members with the type None are absent or null; others than these have no meaning here."""

    choices: tuple[PlainChoice]
    object: Literal["chat.completion.chunk", "text_completion", "chat.completion", ""] | None = None
    model: str | None = None
    service_tier: str | None = None
    error: None = None
    type: None = None
    usage: None = None
    usage_in_camel_case: None = None
    usage_metadata: None = None
    x_groq: None = None
    meta: None = None
    prompt_eval_count: None = None
    eval_count: None = None
    candidates: None = None
    message: None = None
    response: None = None
    delta: None = None
    speed: None = None


_decode = msgspec.json.Decoder(PlainChunk).decode
decode_text = msgspec.json.Decoder(str).decode
"""Return the string in these bytes; raise `ValueError` if they are not one."""


def decode_plain(data: bytes) -> PlainChunk:
    """Return the plain chunk in these bytes; raise `ValueError` or `RecursionError` if they are not one."""
    if not data.isascii():
        # The decoder does not look into members that it skips.
        data.decode()
    return _decode(data)


class Shape(NamedTuple):
    """The bytes before and after the only text of a plain chunk, and the size of both together.

    `opening` and `closing` are the same bytes in an event of a stream.
    """

    before: bytes
    after: bytes
    size: int
    opening: bytes
    closing: bytes

    def texts_of(self, events: list[bytes]) -> list[bytes]:
        """Return the bytes between these two in the events at the beginning that have this shape."""
        before, after, size, _, _ = self
        start, end = len(before), -len(after)
        found = [
            data[start:end] for data in events if data.startswith(before) and data.endswith(after) and len(data) >= size
        ]
        if len(found) < len(events):
            others = (
                place
                for place, data in enumerate(events)
                if not (data.startswith(before) and data.endswith(after) and len(data) >= size)
            )
            del found[next(others) :]
        return found


def shape_of(data: bytes, text: str, said: Callable[[PlainChoice], list[str] | None]) -> Shape | None:
    """Return the shape of a plain chunk with one text, of which `said` returns the texts; None if it is not certain."""
    written = b'"%b"' % text.encode()
    at = data.find(written)
    if at < 0:
        return None
    before, after = data[: at + 1], data[at + len(written) - 1 :]
    shape = Shape(before, after, len(before) + len(after), b"data: " + before, after + b"\n\n")
    # The same string may be elsewhere too. Only where the text changes with it was the right one found.
    probed = decode_plain(b"%b%b%b" % (before, (text + _PROBE).encode(), after))
    return shape if said(probed.choices[0]) == [text + _PROBE] else None
