"""One-time secrets: new API keys, kept encrypted for minutes so that a retry of a lost answer gets them.

The encryption key derives from what only the client has: the API key of its request (of which the gateway stores only
the hash) and the idempotency key. So only the same request can decrypt a secret, at any node. Where a gateway requires
no API key, a random key of this process takes its place.
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

__all__ = ["OneTimeSecrets"]

_KEEP_SECONDS = 600.0
_NONCE = 12
_LABEL = b"onceward new secret v1\0"


class OneTimeSecrets:
    """The secrets of API keys that were created or regenerated within the last minutes."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._own = os.urandom(32)

    async def put(self, key_id: str, secret: str, asked_with: str | None, idempotency_key: str) -> None:
        """Store the secret of a key for the request with this API key and this idempotency key."""
        await self._db.write(sql.DROP_SECRETS, (self._clock.time(),))
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._cipher(asked_with, idempotency_key).encrypt(nonce, secret.encode(), key_id.encode())
        await self._db.write(sql.PUT_SECRET, (key_id, sealed, self._clock.time() + _KEEP_SECONDS))

    async def drop(self, key_id: str) -> None:
        """Delete the secret of a key, which has another one now."""
        await self._db.write(sql.DROP_SECRET, (key_id,))

    async def get(self, key_id: str, asked_with: str | None, idempotency_key: str) -> str | None:
        """Return the secret of a key, unless it has expired or was stored for another request."""
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
