"""Secrets at rest: AES-256-GCM under a key of the environment. A sealed value is bound to the place it is kept in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..config.load import Secret
from ..core.errors import ApiError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["VARIABLE", "Vault"]

VARIABLE = "ONCEWARD_GATEWAY_SECRET_KEY"
_NONCE = 12
_ID = 4
_LABEL = b"onceward credentials v1"


class Vault:
    """Encrypts with the first key, decrypts with whichever key it was encrypted with.

    A sealed value is the id of its key (4 bytes), a nonce (12) and the ciphertext with its tag.
    """

    def __init__(self, keys: Sequence[Secret]) -> None:
        self._given = tuple(keys)
        self._ciphers: dict[bytes, AESGCM] | None = None
        self._first = b""

    @property
    def ready(self) -> bool:
        return bool(self._given)

    def seal(self, text: str, place: str) -> bytes:
        """`text` encrypted for `place`; raises 412 where the gateway has no key."""
        if not self._given:
            raise ApiError(
                412,
                f"This gateway keeps no secrets: `{VARIABLE}` is not set. Set it to 32 or more random characters "
                '(python -c "import secrets; print(secrets.token_urlsafe(32))") and restart.',
                code="secret_key_missing",
            )
        ciphers = self._opened()
        nonce = os.urandom(_NONCE)
        return self._first + nonce + ciphers[self._first].encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """What was sealed for `place`."""
        from cryptography.exceptions import InvalidTag

        cipher = self._opened().get(sealed[:_ID]) if self._given else None
        if cipher is None:
            missing = "is not set" if not self._given else "is another key than the one it was encrypted with"
            raise _unreadable(place, f"`{VARIABLE}` {missing}")
        try:
            nonce, text = sealed[_ID : _ID + _NONCE], sealed[_ID + _NONCE :]
            return cipher.decrypt(nonce, text, place.encode()).decode()
        except InvalidTag:
            raise _unreadable(place, "what is stored was changed or belongs to another place") from None

    def _opened(self) -> dict[bytes, AESGCM]:
        if self._ciphers is None:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM
            from cryptography.hazmat.primitives.hashes import SHA256
            from cryptography.hazmat.primitives.kdf.hkdf import HKDF

            ciphers: dict[bytes, AESGCM] = {}
            for key in self._given:
                # 32 bytes to encrypt with and 4 that name the key, which tell nothing of the others.
                derived = HKDF(SHA256(), 32 + _ID, None, _LABEL).derive(key.reveal().encode())
                ciphers[derived[32:]] = AESGCM(derived[:32])
            self._first = next(iter(ciphers))
            self._ciphers = ciphers
        return self._ciphers


def _unreadable(place: str, why: str) -> ApiError:
    return ApiError(
        412,
        f"The secret of {place!r} cannot be read: {why}. Start the gateway with the key it was stored under, "
        "or store it again.",
        code="secret_unreadable",
    )
