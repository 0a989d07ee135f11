"""The OpenAI wire, passed through: what is touched in a request. Pure functions."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["prepare"]

_Raw = msgspec.Raw
_OWN = ("tags", "mock_response", "virtual_model_id", "cache", "guardrails")
_ADDED = ("provider_specific_params", "extra_body")
_decode_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.encode


def prepare(raw: bytes, model: str, *, stream: bool) -> bytes:
    """The body for the upstream: its own model name, usage asked for, and what only this gateway reads taken out.

    Every other value goes out in the bytes it came in.
    """
    fields: dict[str, Any] = dict(_decode_fields(raw))
    named = fields.get("model")
    wanted = _encode(model)
    touched = named is None or bytes(named) != wanted
    if touched:
        fields["model"] = _Raw(wanted)
    for name in _OWN:
        touched |= fields.pop(name, None) is not None
    for name in _ADDED:
        added = fields.pop(name, None)
        if added is not None:
            touched = True
            fields.update(_decode_fields(added) if bytes(added) != b"null" else {})
    if stream:
        touched |= _ask_for_usage(fields)
    return _encode(fields) if touched else raw


def _ask_for_usage(fields: dict[str, Any]) -> bool:
    given = fields.get("stream_options")
    options: dict[str, Any] = {}
    if given is not None and bytes(given) != b"null":
        options = dict(_decode_fields(given))
    asked = options.get("include_usage")
    if asked is not None and bytes(asked) == b"true":
        return False
    options["include_usage"] = _Raw(b"true")
    fields["stream_options"] = options
    return True
