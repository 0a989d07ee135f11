"""The OpenAI wire, passed through: what is touched in a request, what is read in an answer. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ..effective import OWN

__all__ = ["error_in", "hides", "prepare", "usage_in"]

_decode_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.encode


def prepare(raw: bytes, model: str, *, stream: bool) -> bytes:
    """Return the body for the upstream: its own model name, usage asked for, and what only this gateway reads left out.

    Every other value goes out in the bytes it came in. The members are always written anew: of a name that stands
    twice another reader may take the other value.
    """
    fields: dict[str, Any] = {name: value for name, value in _decode_fields(raw).items() if name not in OWN}
    fields["model"] = model
    if stream:
        given = fields.get("stream_options")
        options = {} if given is None or bytes(given) == b"null" else _decode_fields(given)
        fields["stream_options"] = {**options, "include_usage": True}
    return _encode(fields)


def usage_in(chunk: Mapping[str, Any]) -> dict[str, Any] | None:
    """The usage that a chunk or an answer carries."""
    usage = chunk.get("usage")
    return usage if isinstance(usage, dict) else None


def hides(chunk: Mapping[str, Any]) -> bool:
    """Whether this is the extra chunk that only `include_usage` brings."""
    return not chunk.get("choices") and isinstance(chunk.get("usage"), dict)


def error_in(event: str, data: bytes) -> Any:
    """The error that an event of a stream carries, or None."""
    if event != "error" and not data.startswith(b'{"error"') and not data.startswith(b'{ "error"'):
        return None
    try:
        value = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return data.decode("utf-8", "replace")
    error = value.get("error", value) if isinstance(value, dict) else value
    return error if error is not None else None
