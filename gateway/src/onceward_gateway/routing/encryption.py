"""Encryption of secrets at rest: AES-256-GCM with a key of the environment.

An encrypted value is bound to its context, the row that it is stored in.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..config.load import Secret
from ..core import error_codes
from ..core.errors import ApiError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["VARIABLE", "SecretCipher"]

VARIABLE = "ONCEWARD_GATEWAY_SECRET_KEY"
_NONCE = 12
_ID = 4
_LABEL = b"onceward credentials v1"


class SecretCipher:
    """Encrypts with the first key, and decrypts with the key that a value was encrypted with.

    An encrypted value is the id of its key (4 bytes), a nonce (12) and the ciphertext with its tag.
    """

    def __init__(self, keys: Sequence[Secret]) -> None:
        self._given = tuple(keys)
        self._ciphers: dict[bytes, AESGCM] | None = None
        self._first = b""

    @property
    def ready(self) -> bool:
        """Return True if a key is configured, so that values can be encrypted."""
        return bool(self._given)

    def encrypt(self, text: str, context: str) -> bytes:
        """Encrypt a text for a context; raise 412 where the gateway has no key."""
        if not self._given:
            raise ApiError(
                412,
                f"This gateway cannot store secrets: `{VARIABLE}` is not set. Set it to 32 or more random characters "
                '(python -c "import secrets; print(secrets.token_urlsafe(32))") and restart.',
                code=error_codes.SECRET_KEY_MISSING,
            )
        ciphers = self._opened()
        nonce = os.urandom(_NONCE)
        return self._first + nonce + ciphers[self._first].encrypt(nonce, text.encode(), context.encode())

    def decrypt(self, encrypted: bytes, context: str) -> str:
        """Decrypt a value that was encrypted for a context; raise 412 where that is not possible."""
        from cryptography.exceptions import InvalidTag

        cipher = self._opened().get(encrypted[:_ID]) if self._given else None
        if cipher is None:
            missing = "is not set" if not self._given else "is another key than the one it was encrypted with"
            raise _unreadable(context, f"`{VARIABLE}` {missing}")
        try:
            nonce, text = encrypted[_ID : _ID + _NONCE], encrypted[_ID + _NONCE :]
            return cipher.decrypt(nonce, text, context.encode()).decode()
        except InvalidTag:
            raise _unreadable(context, "the stored value was changed or belongs to another row") from None

    def _opened(self) -> dict[bytes, AESGCM]:
        if self._ciphers is None:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM
            from cryptography.hazmat.primitives.hashes import SHA256
            from cryptography.hazmat.primitives.kdf.hkdf import HKDF

            ciphers: dict[bytes, AESGCM] = {}
            for key in self._given:
                # 32 bytes to encrypt with, and 4 that identify the key and reveal nothing of the others.
                derived = HKDF(SHA256(), 32 + _ID, None, _LABEL).derive(key.reveal().encode())
                ciphers[derived[32:]] = AESGCM(derived[:32])
            self._first = next(iter(ciphers))
            self._ciphers = ciphers
        return self._ciphers


def _unreadable(context: str, reason: str) -> ApiError:
    return ApiError(
        412,
        f"The secret of {context!r} cannot be read: {reason}. Start the gateway with the key it was stored under, "
        "or store it again.",
        code=error_codes.SECRET_UNREADABLE,
    )
