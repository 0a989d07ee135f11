"""Format, size and length of an image or a WAV file, read from its header without decoding it.

The offline models use nothing else of their media, and open no URL: an image in a `data:` URL is read, any other one is
identified by its address.
"""

from __future__ import annotations

import base64
import binascii
import string
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Audio", "Picture", "describe_audio", "describe_image", "image_size", "payload_of"]


# The number of base64 characters in which the header of an image is expected.
_HEAD = 262_144
_NO_BASE64 = bytes(set(range(256)) - set(string.ascii_letters.encode() + string.digits.encode() + b"+/="))


@dataclass(frozen=True, slots=True)
class Picture:
    """The properties of an image; `address` is its URL, if it was not opened."""

    format: str | None
    width: int | None
    height: int | None
    bytes: int
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Audio:
    """The format of a WAV file, and the position of its samples."""

    channels: int
    rate: int
    bits: int
    frames: int
    start: int
    end: int

    @property
    def seconds(self) -> float:
        """Return the duration in seconds, 0 where the head gives no rate."""
        return self.frames / self.rate if self.rate else 0.0


def payload_of(value: Any) -> bytes | None:
    """Return the bytes of base64 text or of a `data:` URL; None for anything else."""
    if not isinstance(value, str):
        return None
    if value.startswith("data:"):
        head, _, value = value.partition(",")
        if not head.endswith(";base64"):
            return str(value).encode("utf-8", "replace")
    try:
        return _decoded(value)
    except (binascii.Error, ValueError):
        return None


def _decoded(text: str) -> bytes:
    """Decode base64; a long text in pieces, so that other threads can run."""
    if len(text) <= _HEAD:
        return base64.b64decode(text)
    out, left = bytearray(), b""
    for at in range(0, len(text), _HEAD):
        piece = left + text[at : at + _HEAD].encode("ascii").translate(None, _NO_BASE64)
        whole = len(piece) // 4 * 4
        out += binascii.a2b_base64(piece[:whole])
        left = piece[whole:]
    return bytes(out + binascii.a2b_base64(left))


def describe_image(part: Mapping[str, Any]) -> Picture | None:
    """Return the image of a content part of chat completions (`image_url`) or of messages (`source`)."""
    source = part.get("image_url") or part.get("source")
    url = source.get("url") if isinstance(source, Mapping) else source
    if isinstance(source, Mapping) and source.get("type") == "base64":
        url = f"data:{source.get('media_type')};base64,{source.get('data')}"
    if not isinstance(url, str):
        return None
    if not url.startswith("data:"):
        return Picture(None, None, None, 0, url)
    head = url[: url.find(",") + 1 + _HEAD]
    kind, width, height = image_size(payload_of(head) or b"")
    return Picture(kind, width, height, _payload_bytes(url))


def _payload_bytes(url: str) -> int:
    """Return the number of bytes in a `data:` URL, without decoding a long one."""
    start = url.find(",") + 1
    if len(url) - start <= _HEAD:
        return len(payload_of(url) or b"")
    return (len(url) - start) * 3 // 4 - url.endswith("=") - url.endswith("==")


def image_size(data: bytes) -> tuple[str | None, int | None, int | None]:
    """Return format, width and height from the first bytes of a PNG, GIF, JPEG, WebP or BMP image."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return ("PNG", *struct.unpack(">II", data[16:24]))
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        return ("GIF", *struct.unpack("<HH", data[6:10]))
    if data[:2] == b"BM" and len(data) >= 26:
        width, height = struct.unpack("<ii", data[18:26])
        return "BMP", width, abs(height)
    if data[:2] == b"\xff\xd8":
        return _jpeg_size(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP" and len(data) >= 30:
        return _webp_size(data)
    return None, None, None


def _jpeg_size(data: bytes) -> tuple[str, int | None, int | None]:
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return "JPEG", width, height
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    return "JPEG", None, None


def _webp_size(data: bytes) -> tuple[str, int | None, int | None]:
    kind = data[12:16]
    if kind == b"VP8X":
        return "WebP", 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return "WebP", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", data[26:30])
    return "WebP", width & 0x3FFF, height & 0x3FFF


def describe_audio(data: bytes) -> Audio | None:
    """Return the format of a WAV file; None for other data."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    at, head = 12, b""
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name == b"fmt " and size >= 16:
            head = data[at + 8 : at + 24]
        elif name == b"data" and len(head) == 16:
            _, channels, rate, _, block, bits = struct.unpack("<HHIIHH", head)
            end = min(at + 8 + size, len(data))
            frames = (end - at - 8) // block if block else 0
            return Audio(channels, rate, bits, frames, at + 8, end)
        at += 8 + size + (size & 1)
    return None
