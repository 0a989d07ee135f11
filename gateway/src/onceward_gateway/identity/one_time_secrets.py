"""Secrets that were just made, for the retries of a lost answer, at whichever node they arrive.

They lie in the database for some minutes, sealed under what only the one who asked has: the key that the request came
with (of which no more than the hash is kept anywhere) and its idempotency key. The same request opens them, nothing
else does. Where a gateway asks for no key they are sealed under one that this process has alone.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import TYPE_CHECKING

from ..core.clock import Clock
from ..db import Database
from . import sql

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["FreshSecrets"]

_KEEP_SECONDS = 600.0
_NONCE = 12
_LABEL = b"onceward new secret v1\0"


class FreshSecrets:
    """The secrets of keys that were made or replaced a moment ago."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._own = os.urandom(32)

    async def put(self, key_id: str, secret: str, asked_with: str | None, idempotency_key: str) -> None:
        """Keep the secret of a key for who asked with this key and this idempotency key."""
        await self._db.write(sql.DROP_SECRETS, (self._clock.time(),))
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._cipher(asked_with, idempotency_key).encrypt(nonce, secret.encode(), key_id.encode())
        await self._db.write(sql.PUT_SECRET, (key_id, sealed, self._clock.time() + _KEEP_SECONDS))

    async def drop(self, key_id: str) -> None:
        """Forget the secret of a key, which has another one now."""
        await self._db.write(sql.DROP_SECRET, (key_id,))

    async def get(self, key_id: str, asked_with: str | None, idempotency_key: str) -> str | None:
        """The secret of a key, while it is kept and for who it was kept for."""
        from cryptography.exceptions import InvalidTag

        row = await self._db.one(sql.SECRET, (key_id, self._clock.time()))
        if row is None:
            return None
        sealed = bytes(row[0])
        cipher = self._cipher(asked_with, idempotency_key)
        try:
            return str(cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], key_id.encode()), "utf-8")
        except InvalidTag:
            return None

    def _cipher(self, asked_with: str | None, idempotency_key: str) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        under = self._own if asked_with is None else asked_with.encode("utf-8", "surrogateescape")
        return AESGCM(hmac.new(under, _LABEL + idempotency_key.encode(), hashlib.sha256).digest())
