"""Virtual keys as secrets: how one is made, what shape it has, and what may be shown of it.

A key is `sk-` and 43 url-safe characters (256 random bits). Only its SHA-256 is kept. The shape is checked before
anything is looked up, and the hash in hex (a key's `token`) does not have that shape: it names a key and opens nothing.
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
    """A new key."""
    return "sk-" + secrets.token_urlsafe(32)


def has_shape(text: str) -> bool:
    """Whether `text` can be a virtual key at all."""
    return len(text) == 46 and _SHAPE.fullmatch(text) is not None


def hash_of(key: str) -> str:
    """The hash under which a key is kept, in hex."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two hashes are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)


def token_of(text: str) -> str | None:
    """The hash that a text names: a key's, or the text itself where it is a token."""
    if has_shape(text):
        return hash_of(text)
    return text if _TOKEN.fullmatch(text) else None


def masked(key: str) -> str:
    """What is shown of a key once its secret was given."""
    return f"{key[:6]}...REDACTED"
