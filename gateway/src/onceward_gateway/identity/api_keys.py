"""API keys as secrets: creation, shape, hash and masked form.

A key is `sk-` and 43 url-safe characters (256 random bits). Only its SHA-256 is stored. The shape is checked before
any lookup, and the hash in hex (a key's `token`) does not have it: a token names a key but does not authenticate.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

__all__ = ["has_shape", "hash_of", "masked", "mint", "same", "token_of"]

_SHAPE = re.compile(r"sk-[A-Za-z0-9_-]{43}", re.ASCII)
_TOKEN = re.compile(r"[0-9a-f]{64}", re.ASCII)


def mint() -> str:
    """Return a new key."""
    return "sk-" + secrets.token_urlsafe(32)


def has_shape(text: str) -> bool:
    """Return whether `text` has the shape of an API key."""
    return len(text) == 46 and _SHAPE.fullmatch(text) is not None


def hash_of(key: str) -> str:
    """Return the hash under which a key is stored, in hex."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two hashes in constant time."""
    return hmac.compare_digest(one, other)


def token_of(text: str) -> str | None:
    """Return the hash that a text names: that of a key, or the text itself if it is a token."""
    if has_shape(text):
        return hash_of(text)
    return text if _TOKEN.fullmatch(text) else None


def masked(key: str) -> str:
    """Return the masked form of a key."""
    return f"{key[:6]}...REDACTED"
