"""The OpenAI protocol: changes to a request before it is sent. Pure functions."""

from __future__ import annotations

from typing import Any

import msgspec

from ..core.effective_body import OWN
from ..core.long_strings import LONG, LongStrings

__all__ = ["prepare"]

_decode_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.encode


def prepare(raw: bytes, model: str, *, stream: bool) -> bytes:
    """Return the body for the provider: with its model name and a request for usage, without the gateway's own members.

    Every other value is sent in its original bytes. The members are always written anew: of a repeated name, another
    parser may use the other value.
    """
    strings = LongStrings(raw) if len(raw) > LONG else None
    text = raw if strings is None else strings.text
    fields: dict[str, Any] = {name: value for name, value in _decode_fields(text).items() if name not in OWN}
    fields["model"] = model
    if stream:
        given = fields.get("stream_options")
        options = {} if given is None or bytes(given) == b"null" else _decode_fields(given)
        fields["stream_options"] = {**options, "include_usage": True}
    body = _encode(fields)
    return body if strings is None else strings.put_back(body)
