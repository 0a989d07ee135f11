"""Random ids for calls and requests."""

from __future__ import annotations

import os

__all__ = ["uuid4"]


def uuid4() -> str:
    """Return a random UUID as text. Importing ``uuid`` would cost more than all its uses here."""
    raw = bytearray(os.urandom(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
