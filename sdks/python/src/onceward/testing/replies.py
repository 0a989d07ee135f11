"""The fake server's answers and the requests it recorded: plain values on both sides."""

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
    """The number of its connection, counted from 1: equal numbers mean that the connection was reused."""
    arrivals: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    """The arrival of the body's chunks: monotonic time, and the number of bytes so far."""
    outcome: Literal["open", "answered", "cut", "left"] = "open"
    """The outcome: answered in full, cut by a fault, or left by the client before the end of the answer.

    It is set a moment after the last byte was sent: a client may have its answer while it still is ``"open"``.
    """

    @property
    def path(self) -> str:
        """The path of the request, decoded."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> list[tuple[str, str]]:
        """The parameters of the query, decoded."""
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    def header(self, name: str) -> str | None:
        """Return the value of the first header of that name, in any case."""
        lower = name.lower()
        return next((value for given, value in self.headers if given.lower() == lower), None)

    def json(self) -> Any:
        """Return the body as plain Python values."""
        return json.loads(self.body)


Pieces = bytes | Sequence[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer. A body given as several chunks is sent one chunk at a time."""

    status: int = 200
    headers: Mapping[str, str] | Sequence[tuple[str, str]] = ()
    body: Pieces = b""
    content_type: str | None = None
    framing: Literal["length", "chunked", "close"] = "length"
    fault: Fault | None = None

    def header_items(self) -> list[tuple[str, str]]:
        """Return the headers as pairs."""
        return list(self.headers.items()) if isinstance(self.headers, Mapping) else list(self.headers)

    def body_pieces(self) -> list[bytes]:
        """Return the chunks of the body."""
        return [self.body] if isinstance(self.body, bytes) else list(self.body)


Responder = Callable[[RecordedRequest], Reply]


def encode_json(value: Any) -> bytes:
    """Encode a value as compact JSON; a model (anything with ``to_json``) encodes itself."""
    to_json = getattr(value, "to_json", None)
    if to_json is not None:
        text: str | bytes = to_json()
        return text if isinstance(text, bytes) else text.encode()
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def sse(events: Iterable[Any], *, done: str | None = None, ids: Callable[[int], str] | None = None) -> list[bytes]:
    """Encode events as server-sent events, one chunk of bytes each.

    An event is ``bytes`` (sent as it is), a ``str`` (the data), an ``(event, data)`` pair, or any JSON value. ``done``
    is the data of a last event, such as ``[DONE]``. ``ids`` returns the id of the n-th event, counted from 1.
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
