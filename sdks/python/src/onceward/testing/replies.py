"""What the fake gateway answers with, and what it has seen: plain values on both sides."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from .faults import Fault

__all__ = ["RecordedRequest", "Reply", "Responder", "encode_json", "sse"]


@dataclass(slots=True)
class RecordedRequest:
    """One request as it arrived. ``headers`` keep order and case; `header` finds one by name."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes = b""
    connection: int = 0
    """Which connection it came on, counted from 1: equal numbers mean that the connection was used again."""
    arrivals: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    """When the pieces of the body came: monotonic time, and the bytes that had come by then."""
    outcome: Literal["open", "answered", "cut", "left"] = "open"
    """How it ended: answered in full, cut by a fault, or left by the client before the answer was whole.

    It is set a moment after the last byte was sent: a client may have its answer while it still is ``"open"``.
    """

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    def header(self, name: str) -> str | None:
        """The value of the first header of that name, whatever its case."""
        wanted = name.lower()
        return next((value for given, value in self.headers if given.lower() == wanted), None)

    def json(self) -> Any:
        return json.loads(self.body)


Pieces = bytes | Sequence[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer. A body given as several pieces is sent one piece at a time, each in a chunk of its own."""

    status: int = 200
    headers: Mapping[str, str] | Sequence[tuple[str, str]] = ()
    body: Pieces = b""
    content_type: str | None = None
    framing: Literal["length", "chunked", "close"] = "length"
    fault: Fault | None = None

    def header_items(self) -> list[tuple[str, str]]:
        return list(self.headers.items()) if isinstance(self.headers, Mapping) else list(self.headers)

    def body_pieces(self) -> list[bytes]:
        return [self.body] if isinstance(self.body, bytes) else list(self.body)


Responder = Callable[[RecordedRequest], Reply]


def encode_json(value: Any) -> bytes:
    """Compact JSON; a model (anything with ``to_json``) writes itself."""
    to_json = getattr(value, "to_json", None)
    if to_json is not None:
        text: str | bytes = to_json()
        return text if isinstance(text, bytes) else text.encode()
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def sse(events: Iterable[Any], *, done: str | None = None, ids: Callable[[int], str] | None = None) -> list[bytes]:
    """Events as server-sent events, one piece of bytes each.

    An event is ``bytes`` (sent as it is), a ``str`` (the data), an ``(event, data)`` pair, or anything JSON can say.
    ``done`` is the data of a last event, such as ``[DONE]``. ``ids`` gives the id of the n-th event, counted from 1.
    """
    blocks: list[bytes] = []
    for number, event in enumerate([*events, *([] if done is None else [done])], start=1):
        if isinstance(event, bytes):
            blocks.append(event)
            continue
        name, data = cast("tuple[Any, Any]", event) if isinstance(event, tuple) else (None, event)
        lines = [b"id: " + ids(number).encode()] if ids else []
        if name is not None:
            lines.append(b"event: " + str(name).encode())
        text = data.encode() if isinstance(data, str) else encode_json(data)
        lines += [b"data: " + line for line in text.split(b"\n")]
        blocks.append(b"\n".join(lines) + b"\n\n")
    return blocks
