"""Large JSON answers of providers, read and written in pieces, so that threads take turns with the event loop.

Large values that the gateway does not read stay in their bytes (`msgspec.Raw`): the numbers of embeddings, log
probabilities, images, and members with unknown names. Each `Raw` is exactly one value.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from ..core.buffers import (
    contents,
    pieces,
    room_for,
)
from ..core.json_parts import (
    SINGLE,
    JsonParts,
    cut,
    member,
    trimmed,
)
from ..core.lenient_json import (
    Unreadable,
    encode,
    readable,
)
from ..core.long_strings import (
    LONG,
    PIECE,
    string_pieces,
)
from ..core.threads import LARGE_BODY

__all__ = ["as_text", "read_json", "release", "write_json"]

T = TypeVar("T")

_MOST_LEVELS = 32
_WRITTEN_LEVELS = 8
_MANY_ITEMS = 1000
# Members of an answer that the gateway reads: they are decoded at any size.
_READ = frozenset(
    {
        *("id", "object", "created", "model", "choices", "usage", "error", "errors", "detail", "message", "data"),
        *("text", "content", "results", "service_tier", "speed", "type", "code", "status", "role", "duration"),
        *("delta", "content_block", "response", "output_text", "completion", "generated_text", "answer", "output"),
        *("candidates", "parts", "token", "part", "item", "stop_reason", "index", "segments"),
        *("usageMetadata", "usage_metadata", "x_groq", "meta", "prompt_eval_count", "eval_count"),
    }
)
# Lists of an answer, members of their items that the gateway does not read, and up to which size these are decoded.
_LISTS = frozenset({"choices", "data", "content"})
_UNREAD = frozenset({"logprobs", "embedding", "b64_json"})
_UNREAD_NAMES = tuple(b'"%b"' % name.encode() for name in sorted(_UNREAD))
_SHORT = 512
_strict = msgspec.json.Decoder().decode
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_items = msgspec.json.Decoder(list[msgspec.Raw]).decode


def read_json(data: bytes, charset: str | None = None, *, unread: frozenset[str] = _UNREAD) -> tuple[Any, bytes]:
    """Return what `readable` returns, in pieces if `data` is large: then call it in a thread.

    `unread` names the members of choices and of data that may stay in their bytes.
    """
    return _read_large(data, charset, unread) if len(data) > LARGE_BODY else readable(data, charset)


def write_json(value: Any, size: int) -> bytes:
    """Return what `encode` returns, in pieces if the value was read from a large body of `size` bytes."""
    return _encode_large(value, size) if size > LARGE_BODY else encode(value)


def _read_large(data: bytes, charset: str | None, unread: frozenset[str]) -> tuple[Any, bytes]:
    """Return what `readable` returns for a large body; raise `Unreadable` also if it is neither object nor array."""
    reader = _ValueReader(unread)
    text = _as_utf8(data, charset)
    reader.odd = text is not data
    try:
        value = reader.whole(trimmed(text))
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from None
    return value, _encode_large(value, len(data)) if reader.odd else data


def as_text(data: bytes) -> str:
    """Return bytes as text, decoded in pieces, with U+FFFD for invalid bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    parts = [decoder.decode(data[at : at + PIECE]) for at in range(0, len(data), PIECE)]
    return "".join([*parts, decoder.decode(b"", True)])


def _as_utf8(data: bytes, charset: str | None) -> bytes:
    """Return the text as UTF-8; unchanged if its encoding is unknown."""
    name: str = json.detect_encoding(data[:8])
    if name == "utf-8":
        if charset is None or _name_of(charset) in (None, "utf-8") or _transcoded(data, "utf-8") is not None:
            return data
        name = charset
    other = _transcoded(data, name)
    return data if other is None else other


def _name_of(charset: str) -> str | None:
    """Return the usual name of an encoding; None for an unknown one."""
    try:
        return codecs.lookup(charset).name
    except (LookupError, ValueError):
        return None


def _transcoded(data: bytes, name: str) -> bytes | None:
    try:
        decoder = codecs.getincrementaldecoder(name)()
        parts = [decoder.decode(data[at : at + PIECE]).encode() for at in range(0, len(data), PIECE)]
        return b"".join([*parts, decoder.decode(b"", True).encode()])
    except (UnicodeError, LookupError, TypeError):
        return None


class _ValueReader:
    """Reads one answer. `odd`: its bytes are not standard JSON."""

    def __init__(self, unread: frozenset[str]) -> None:
        self.odd = False
        self._unread = unread

    def whole(self, text: bytes) -> Any:
        """Return the value; other bytes may follow it."""
        if text[:1] not in (b"{", b"["):
            raise ValueError("it is neither an object nor an array")
        parts = cut(text)
        if parts.end < len(text):
            self.odd = True
        return self._members(parts, self._top) if text[:1] == b"{" else self._array(parts, _MOST_LEVELS)

    def _top(self, name: str, data: bytes) -> Any:
        """Return the value of a member of the answer."""
        if name in _LISTS:
            return self._listed(trimmed(data))
        if name not in _READ and len(data) > LARGE_BODY:
            return msgspec.Raw(self._bytes(data, _MOST_LEVELS))
        return self._value(data, _MOST_LEVELS)

    def _listed(self, data: bytes) -> Any:
        """Return a list whose items have members that the gateway does not read."""
        if data[:1] != b"[" or not self._unread:
            return self._value(data, _MOST_LEVELS)
        if len(data) <= SINGLE:
            return self._few(data)
        out: list[Any] = []
        for part in _parts(data):
            if len(part) > SINGLE:
                out.append(self._item(part))
            else:
                out += self._few(b"[%b]" % part)
        return out

    def _few(self, data: bytes) -> list[Any]:
        found = _split(_items, data) if any(name in data for name in _UNREAD_NAMES) else None
        if found is None:
            few: list[Any] = self._leaf(b"[%b]" % data)[0]
            return few
        return [self._item(bytes(item)) for item in found]

    def _item(self, data: bytes) -> Any:
        data = trimmed(data)
        if data[:1] != b"{":
            return self._value(data, _MOST_LEVELS)
        if len(data) > SINGLE:
            return self._members(_parts(data), self._inner)
        fields = _split(_fields, data)
        if fields is None:
            return self._leaf(b"[%b]" % data)[0]
        return {name: self._inner(name, bytes(value)) for name, value in fields.items()}

    def _inner(self, name: str, data: bytes) -> Any:
        """Return the value of a member of an item."""
        if name in self._unread and len(data) > _SHORT:
            return msgspec.Raw(self._bytes(data, _MOST_LEVELS))
        return self._value(data, _MOST_LEVELS)

    def _value(self, data: bytes, levels: int) -> Any:
        data = trimmed(data)
        if data[:1] == b'"' and len(data) > LONG:
            return self._string(data)
        if len(data) <= LARGE_BODY or data[:1] not in (b"{", b"["):
            return self._leaf(b"[%b]" % data)[0]
        if not levels:
            raise ValueError("it is nested too deep")
        if data[:1] == b"[":
            return self._array(_parts(data), levels)
        return self._members(_parts(data), lambda _, value: self._value(value, levels - 1))

    def _members(self, parts: JsonParts, take: Callable[[str, bytes], Any]) -> dict[str, Any]:
        """Return an object; `take` returns the value of a member from its name and its bytes."""
        out: dict[str, Any] = {}
        for part in parts:
            if len(part) > SINGLE:
                name, value = member(part)
                key = self._leaf(b"[%b]" % name)[0]
                out[key] = take(key, value)
                continue
            data = b"{%b}" % part
            fields = _split(_fields, data)
            if fields is None:
                out |= self._leaf(b"[%b]" % data)[0]
            else:
                out |= {name: take(name, bytes(value)) for name, value in fields.items()}
        return out

    def _array(self, parts: JsonParts, levels: int) -> list[Any]:
        out: list[Any] = []
        for part in parts:
            if len(part) > SINGLE:
                out.append(self._value(part, levels - 1))
            else:
                out += self._leaf(b"[[%b]]" % part)[0]
        return out

    def _leaf(self, data: bytes) -> Any:
        try:
            return _strict(data)
        except (ValueError, RecursionError):
            value, text = readable(data)
            self.odd |= text is not data
            return value

    def _valid(self, part: bytes, form: bytes) -> bytes:
        """Return the standard JSON of a part."""
        data = form % part
        try:
            _strict(data)
        except (ValueError, RecursionError):
            text = readable(data)[1]
            self.odd |= text is not data
            return text[1:-1]
        return part

    def _bytes(self, data: bytes, levels: int) -> bytes:
        """Return the bytes of a value that the gateway does not read."""
        data = trimmed(data)
        if len(data) <= SINGLE:
            return self._valid(data, b"[%b]")
        if data[:1] not in (b"{", b"["):
            return _encode_large(self._value(data, levels), len(data))
        if not levels:
            raise ValueError("it is nested too deep")
        out, between = room_for(len(data)), data[:1]
        for part in self._valid_parts(_parts(data), data[:1], levels):
            out.write(between)
            out.write(part)
            between = b","
        out.write(data[-1:])
        return contents(out)

    def _valid_parts(self, parts: JsonParts, opening: bytes, levels: int) -> Iterator[bytes]:
        for part in parts:
            if len(part) <= SINGLE:
                yield self._valid(part, b"[%b]" if opening == b"[" else b"{%b}")
            elif opening == b"[":
                yield self._bytes(part, levels - 1)
            else:
                name, value = member(part)
                yield self._valid(name, b"[%b]") + b":" + self._bytes(value, levels - 1)

    def _string(self, data: bytes) -> str:
        out: list[str] = []
        for piece in string_pieces(data):
            try:
                out.append(_strict(piece))
            except ValueError:
                # Other values take far longer to scan.
                out += [self._leaf(b"[%b]" % small)[0] for small in string_pieces(piece, LARGE_BODY)]
        return "".join(out)


def _parts(data: bytes) -> JsonParts:
    """Return the parts of a container that has nothing after it."""
    parts = cut(data)
    if parts.end != len(data):
        raise ValueError("a value is followed by another")
    return parts


def _split(decode: Callable[[bytes], T], data: bytes) -> T | None:
    """Return the bytes of the members or items of a container; None if it is not standard JSON."""
    try:
        return decode(data)
    except (ValueError, RecursionError):
        return None


def release(value: Any, levels: int = _WRITTEN_LEVELS) -> None:
    """Clear the long lists of a value that is no longer needed, in steps, so that other threads can run."""
    if isinstance(value, list):
        if len(value) > _MANY_ITEMS:
            while value:
                del value[-_MANY_ITEMS:]
        elif levels:
            for inner in value:
                release(inner, levels - 1)
    elif levels and isinstance(value, dict) and len(value) <= _MANY_ITEMS:
        for inner in value.values():
            release(inner, levels - 1)


def _encode_large(value: Any, size: int) -> bytes:
    """Return what `encode` returns, written in pieces; `size` is its approximate number of bytes."""
    out = room_for(size)
    _write(value, _WRITTEN_LEVELS, out.write)
    return contents(out)


def _write(value: Any, levels: int, put: Callable[[bytes | memoryview], Any]) -> None:
    if isinstance(value, str) and len(value) > LONG:
        put(b'"')
        for at in range(0, len(value), PIECE):
            put(encode(value[at : at + PIECE])[1:-1])
        put(b'"')
    elif levels and isinstance(value, dict) and value and len(value) <= _MANY_ITEMS:
        between = b"{"
        for name, inner in value.items():
            put(between + encode(name) + b":")
            _write(inner, levels - 1, put)
            between = b","
        put(b"}")
    elif levels and isinstance(value, list) and value:
        between = b"["
        step = 1 if len(value) <= _MANY_ITEMS else _MANY_ITEMS
        for at in range(0, len(value), step):
            put(between)
            if step == 1:
                _write(value[at], levels - 1, put)
            else:
                put(encode(value[at : at + step])[1:-1])
            between = b","
        put(b"]")
    elif isinstance(value, msgspec.Raw):
        for piece in pieces(value):
            put(piece)
    else:
        put(encode(value))
