"""The stored form of an answer: a whole body, or the events of a stream."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["CachedAnswer", "decode", "encode"]


class CachedAnswer(msgspec.Struct, frozen=True):
    """`events` are the data and the name of each event of a stream, without the gateway's own ids."""

    created_at: float
    model: str
    provider: str
    usage: dict[str, Any] | None
    body: bytes | None = None
    content_type: str = "application/json"
    events: list[tuple[bytes, str | None]] | None = None


encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(CachedAnswer).decode
