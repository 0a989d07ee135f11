"""JSON bodies: decoding, within limits of nesting and size.

Nothing else runs in the process while the decoder works. A small body takes negligible time. A large one is first
measured without being decoded, and is then decoded member by member, in a thread.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ..config.load import RequestLimits
from ..core import error_codes
from ..core.errors import ApiError, invalid
from ..core.json_parts import (
    SINGLE,
    JsonParts,
    cut,
    member,
    trimmed,
)
from ..core.long_strings import (
    PIECE,
    LongStrings,
    odd_backslashes,
    string_pieces,
)
from ..core.threads import LARGE_BODY
from .unwritable import refuse_unwritable

__all__ = ["parse_json"]

_decode = msgspec.json.Decoder().decode

# The depth down to which large containers are split; deeper ones are decoded at once.
_MAX_LEVELS = 32
_STRUCTURE = b'"[]{},:'
_NO_STRUCTURE = bytes(set(range(256)) - set(_STRUCTURE))


def parse_json(raw: bytes, limits: RequestLimits) -> Any:
    """Return the value of a body; raise 400 if it is not JSON or too deep, 413 if it has too many values.

    Call it in a thread if `raw` is longer than `LARGE_BODY`.
    """
    if len(raw) > LARGE_BODY:
        raw = trimmed(raw)
    if not raw or raw.isspace():
        raise invalid("The body is empty. Send a JSON object.", code=error_codes.INVALID_JSON)
    is_large = len(raw) > LARGE_BODY
    if is_large:
        _measure(raw, limits)
    try:
        value = _decode_whole(raw) if is_large else _decode(raw)
    except msgspec.DecodeError as error:
        if not is_large:
            refuse_unwritable(raw)
        raise invalid(f"The body is not valid JSON: {error}.", code=error_codes.INVALID_JSON) from error
    except UnicodeDecodeError as error:
        raise invalid(
            f"The body is not valid UTF-8: {error}. Encode it as UTF-8.", code=error_codes.INVALID_JSON
        ) from error
    except RecursionError:
        raise _too_deep(limits.max_depth) from None
    if not is_large:
        _check_depth(value, limits.max_depth)
    return value


def _check_depth(value: Any, depth: int) -> None:
    """Raise 400 for a value that is nested too deep. One loop: a call for each value would cost more than decoding."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(depth):
        inner: list[Any] = []
        for outer in level:
            for item in outer.values() if type(outer) is dict else outer:
                kind = type(item)
                if kind is dict or kind is list:
                    inner.append(item)
        if not inner:
            return
        level = inner
    raise _too_deep(depth)


def _too_deep(depth: int) -> ApiError:
    return invalid(f"The body is nested deeper than {depth} levels. Flatten it.", code=error_codes.TOO_DEEP)


def _measure(raw: bytes, limits: RequestLimits) -> None:
    """Reject a body that is nested too deep or has too many values, without decoding it."""
    values = level = at = 0
    in_string = False
    while at < len(raw):
        end = min(at + PIECE, len(raw))
        end += odd_backslashes(raw, at, end)
        bare = raw[at:end].replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _NO_STRUCTURE)
        parts = bare.split(b'"')
        outside = b"".join(parts[in_string::2])
        in_string ^= len(parts) % 2 == 0
        # The name of a member counts as a value.
        values += outside.count(b",") + outside.count(b":") + outside.count(b"[") + outside.count(b"{")
        if values > limits.max_body_values:
            raise ApiError(
                413,
                f"The body holds more than {limits.max_body_values} values, the most this gateway takes. Send less, or "
                "raise `limits.max_body_values`.",
                code=error_codes.PAYLOAD_TOO_LARGE,
            )
        for bracket in outside.translate(None, b",:"):
            level += 1 if bracket in b"[{" else -1
            if level > limits.max_depth:
                raise _too_deep(limits.max_depth)
        at = end


def _decode_whole(raw: bytes) -> Any:
    strings = LongStrings(raw)
    value = _decode_large(strings.text)
    if not strings.found:
        return value
    texts = {name: _decode_string(found) for name, found in strings.found.items()}
    if isinstance(value, str):
        return texts.get(value, value)
    todo = [value]
    while todo:
        outer = todo.pop()
        for key, inner in outer.items() if isinstance(outer, dict) else enumerate(outer):
            if isinstance(inner, str):
                if inner in texts:
                    outer[key] = texts[inner]
            elif isinstance(inner, (dict, list)):
                todo.append(inner)
    return value


def _decode_large(raw: bytes, levels: int = _MAX_LEVELS) -> Any:
    data = trimmed(raw)
    if len(data) <= LARGE_BODY or data[:1] not in (b"{", b"[") or not levels:
        return _decode(data)
    try:
        parts = cut(data)
        if trimmed(data[parts.end :]):
            raise ValueError(f"more follows behind byte {parts.end - 1}")
        return _object(parts, levels) if data[:1] == b"{" else _array(parts, levels)
    except msgspec.DecodeError:
        raise
    except ValueError as error:
        raise msgspec.DecodeError(f"JSON is malformed: {error}") from None


def _object(parts: JsonParts, levels: int) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for part in parts:
        if len(part) > SINGLE:
            name, value = member(part)
            out[_decode(name)] = _decode_large(value, levels - 1)
        else:
            out |= _decode(b"{%b}" % part)
    return out


def _array(parts: JsonParts, levels: int) -> list[Any]:
    out: list[Any] = []
    for part in parts:
        if len(part) > SINGLE:
            out.append(_decode_large(part, levels - 1))
        else:
            out += _decode(b"[%b]" % part)
    return out


def _decode_string(data: bytes) -> str:
    """Return a long string, decoded in pieces that end between characters."""
    return "".join(_decode(piece) for piece in string_pieces(data))
