"""Who calls: the key of a request, compared by hash, and the opaque name of the caller that owns what it makes."""

from __future__ import annotations

import hashlib
import hmac

from .config import Settings
from .errors import ApiError
from .http import Access, Route

__all__ = ["ANONYMOUS", "Gate", "key_of"]

ANONYMOUS = "anonymous"
_HEADERS = ("x-api-key", "api-key", "ocp-apim-subscription-key")
_LONGEST = 4096


class Gate:
    """Decides on the matched route, before anything of the request is read."""

    def __init__(self, settings: Settings) -> None:
        self._mode = settings.auth_mode
        self._hashes = {digest: f"key_{digest.hex()[:24]}" for digest in settings.key_hashes}

    def admit(self, route: Route, headers: dict[str, str]) -> str:
        """The principal of the request; raises 401 where the route wants a key that is not there or not known."""
        if route.access is Access.PUBLIC or self._mode == "disabled":
            return ANONYMOUS
        key = key_of(headers)
        if key is None:
            if self._mode == "optional":
                return ANONYMOUS
            raise ApiError(
                401,
                "No key came with the request. Send `Authorization: Bearer sk-...` (in an SDK: set `api_key`).",
                code="missing_api_key",
                headers=_CHALLENGE,
            )
        digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
        principal = self._hashes.get(digest)
        if principal is None or not any(hmac.compare_digest(digest, known) for known in self._hashes):
            raise ApiError(
                401,
                f"The key {_masked(key)} is not known to this gateway. Check `api_key`, or ask who runs the gateway.",
                code="invalid_api_key",
                headers=_CHALLENGE,
            )
        return principal


_CHALLENGE = (("www-authenticate", "Bearer"),)


def key_of(headers: dict[str, str]) -> str | None:
    """The caller's key: the bearer token, else the first of the headers that other clients use."""
    bearer = headers.get("authorization")
    if bearer is not None:
        scheme, _, token = bearer.partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            return token.strip()[:_LONGEST]
    for name in _HEADERS:
        value = headers.get(name)
        if value:
            return value.strip()[:_LONGEST]
    return None


def _masked(key: str) -> str:
    return f"`{key[:6]}...REDACTED`" if len(key) > 12 and key.isprintable() else "`...REDACTED`"
