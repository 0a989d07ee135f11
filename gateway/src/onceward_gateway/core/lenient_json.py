"""Lenient JSON for answers of providers: read nonstandard JSON, and write only standard JSON.

Accepted beyond the standard: a byte order mark, encodings other than UTF-8, bytes that are not text, `NaN` and
`Infinity`, lone surrogates, numbers of any length, and other bytes after the value.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from typing import Any

import msgspec

__all__ = ["Unreadable", "decode", "encode", "plain", "readable"]

_MAX_DIGITS = 400
_MAX_DEPTH = 64
_MAX_INT = 1 << 63
_SURROGATE = re.compile("[\ud800-\udfff]")
_strict = msgspec.json.Decoder().decode
_encoder = msgspec.json.Encoder()


class Unreadable(ValueError):
    """The bytes do not contain a JSON value."""


def decode(data: bytes) -> Any:
    """Return the value of these bytes; raise `Unreadable` if there is none."""
    return readable(data)[0]


def readable(data: bytes, charset: str | None = None) -> tuple[Any, bytes]:
    """Return the value and its standard JSON, which is `data` itself if that is standard."""
    try:
        return _strict(data), data
    except (ValueError, RecursionError):  # of msgspec: bad JSON, and bytes that are not text
        pass
    text, exact = _text(data, charset)
    odd: list[str] = []
    decoder = json.JSONDecoder(parse_constant=odd.append, parse_int=_integer, parse_float=_float)
    begin = len(text) - len(text.lstrip(" \t\r\n"))
    try:
        value, end = decoder.raw_decode(text, begin)
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from None
    if exact and not odd and not text[end:].strip(" \t\r\n"):
        return value, data
    return value, encode(value)


def _text(data: bytes, charset: str | None) -> tuple[str, bool]:
    """Return the text of these bytes, and whether they are UTF-8 without a byte order mark."""
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding), encoding == "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        known = codecs.lookup(charset) if charset else None
    except (LookupError, ValueError):
        known = None
    if known is not None and known.name != "utf-8":
        try:
            return data.decode(known.name), False
        except (UnicodeError, LookupError):
            pass
    return data.decode("utf-8", "replace"), False


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MAX_DIGITS else _float(digits)


def _float(digits: str) -> float:
    """Return a finite number: one that is too large becomes the largest."""
    value = float(digits)
    return value if math.isfinite(value) else math.copysign(1.7976931348623157e308, value)


def encode(value: Any) -> bytes:
    """Return the value as standard JSON. Values that JSON cannot express are left out or replaced."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        # The other half of a surrogate pair may follow in the next event: keep both, as escapes.
        return json.dumps(plain(value, surrogates=True), separators=(",", ":")).encode()
    except (ValueError, OverflowError, RecursionError, TypeError):
        return _encoder.encode(plain(value))


def plain(value: Any, *, surrogates: bool = False, depth: int = _MAX_DEPTH) -> Any:
    """Return the value with nonstandard parts replaced: infinite numbers, lone surrogates, too deep nesting."""
    if isinstance(value, msgspec.Raw):
        # Bytes that were validated as JSON before.
        return plain(_strict(value), surrogates=surrogates, depth=depth)
    if isinstance(value, str):
        return value if surrogates else _SURROGATE.sub("\ufffd", value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if -_MAX_INT < value < _MAX_INT else float(min(max(value, -(10**300)), 10**300))
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth <= 0:
        return "..."
    if isinstance(value, dict):
        return {
            plain(str(name), surrogates=surrogates): plain(inner, surrogates=surrogates, depth=depth - 1)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [plain(inner, surrogates=surrogates, depth=depth - 1) for inner in value]
    return str(value)
