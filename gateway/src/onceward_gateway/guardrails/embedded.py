"""Texts embedded in texts: `data:` URLs and base64, in any charset."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote_to_bytes

__all__ = ["changed_base64", "changed_url", "is_text"]

Change = Callable[[str], str]
_URL = re.compile(r"\s*data:([^,]*),(.*)", re.IGNORECASE | re.DOTALL)
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^;\"]*)", re.IGNORECASE)
_PLAIN_BASE64 = re.compile(r"[A-Za-z0-9+/_\-]*={0,2}")
_SPACE = re.compile(rb"\s+")
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
# Media types without text; SVG images are XML.
_BINARY_TYPES = re.compile(
    r"(?!image/svg)(?:image|audio|video|font)/|application/(?:pdf|zip|gzip|vnd\.)", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\ufffd]")
_WIDE = ("utf-32", "utf-16", "utf-16-le", "utf-16-be")
# Characters of base64 that are enough to distinguish bytes from text.
_HEAD = 1024


def changed_url(text: str, change: Change) -> str | None:
    """Return a `data:` URL with the text in it changed; None for a text that is not such a URL."""
    if ":" not in text[:64] or (found := _URL.fullmatch(text)) is None:
        return None
    head, payload = found.groups()
    kind, *options = (part.strip() for part in head.split(";"))
    is_base64 = "base64" in (option.lower() for option in options)
    if _BINARY_TYPES.match(kind):
        return text if is_base64 and _PLAIN_BASE64.fullmatch(payload) else None
    data = unquote_to_bytes(payload)
    if is_base64:
        decoded = _decoded(data)
        if decoded is None:
            return None
        data = decoded
    elif "%" not in payload:
        return None
    charset = _CHARSET.search(head)
    for name, inner in _readings(data, charset[1].strip() if charset else ""):
        changed = change(inner)
        if changed != inner:
            encoded = base64.b64encode(changed.encode("utf-8", "replace")).decode()
            if is_base64 and name.lower() in ("utf-8", "utf8"):
                return text[: found.start(2)] + encoded
            return f"data:{kind or 'text/plain'};charset=utf-8;base64,{encoded}"
    return text if is_base64 and _PLAIN_BASE64.fullmatch(payload) else None


def changed_base64(text: str, change: Change) -> str:
    """Return base64 with the text in it changed; base64 of anything else unchanged."""
    head = _decoded(text[:_HEAD].encode())
    charset = None if head is None else _charset(head, final=len(text) <= _HEAD)
    data = None if charset is None else _decoded(text.encode())
    if data is None or charset is None or (charset := _charset(data, final=True)) is None:
        return text
    inner = data.decode(charset)
    changed = change(inner)
    return text if changed == inner else base64.b64encode(changed.encode("utf-8", "replace")).decode()


def is_text(data: bytes) -> bool:
    """Return whether bytes are text rather than audio or an image, whatever their content type."""
    head = data[:_HEAD]
    return _charset(head, final=len(data) <= _HEAD) == "utf-8" and _charset(data, final=True) == "utf-8"


def _charset(data: bytes, *, final: bool) -> str | None:
    """Return the charset of a text; None for bytes that are not a text."""
    for name in _WIDE if b"\0" in data else ("utf-8",):
        try:
            if not _CONTROL.search(codecs.getincrementaldecoder(name)().decode(data, final)):
                return name
        except UnicodeError:
            continue
    return None


def _decoded(data: bytes) -> bytes | None:
    """Return the bytes of base64 in either alphabet, with or without padding."""
    data = _SPACE.sub(b"", data).translate(_TO_STANDARD).rstrip(b"=")
    try:
        return base64.b64decode(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return None


def _readings(data: bytes, charset: str) -> Iterator[tuple[str, str]]:
    """Yield the possible charsets of a text, and the text in each of them."""
    names = [charset, "utf-8"] if charset else ["utf-8"]
    if b"\0" in data or data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        names += _WIDE
    for name in dict.fromkeys(names):
        try:
            yield name, data.decode(name)
        except (LookupError, ValueError):
            continue
    yield "latin-1", data.decode("latin-1")
