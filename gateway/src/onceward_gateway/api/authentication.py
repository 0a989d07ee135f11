"""Authentication: the API key of a request, compared by hash, and the principal that it belongs to."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from ..config.load import Settings
from ..core import error_codes
from ..core.errors import ApiError
from ..core.headers import X_ONCEWARD_ORGANIZATION, X_ONCEWARD_TEAM
from ..core.hosts import is_loopback
from ..core.principal import ANONYMOUS, Principal
from ..core.restrictions import RouteCatalog
from ..http.forwarded import client_address
from ..http.hosts import HostCheck, host_of
from ..http.request import Access, Route
from ..http.request_headers import api_key_of
from ..identity.directory import Directory

__all__ = ["Authenticator"]

_ORGANIZATION, _TEAM = X_ONCEWARD_ORGANIZATION, X_ONCEWARD_TEAM
# A gateway without keys that listens on this machine only is used by its administrator.
_LAPTOP = replace(ANONYMOUS, admin=True, writes=True)


class Authenticator:
    """Authenticates requests on the matched route, before their bodies are read."""

    def __init__(
        self, settings: Settings, directory: Directory, masters: Mapping[bytes, Principal], catalog: RouteCatalog
    ) -> None:
        self._mode = settings.auth_mode
        self._laptop = settings.auth_mode == "disabled" and is_loopback(settings.host)
        # A web page lacks a required key. Where none is required, the page itself has to be allowed.
        self._hosts = None
        if settings.auth_mode != "required":
            own = host_of(urlsplit(settings.public_url or "").netloc)
            allowed = settings.allowed_hosts | ({own} if own else set())
            self._hosts = HostCheck(settings.host, allowed, settings.cors)
        self._directory = directory
        self._trusted = settings.trusted_proxies
        self._masters = masters
        self._catalog = catalog

    async def admit(self, route: Route, headers: dict[str, str], scope: Mapping[str, Any] | None = None) -> Principal:
        """Return the caller; raise 401 or 403 if the route requires a key that is missing, unknown or not permitted.

        A request without a known key must come from an expected host and origin, on every route.
        """
        key = None if route.access is Access.PUBLIC else api_key_of(headers)
        caller = None if key is None else await self._known(key)
        if caller is None:
            self.check_origin(scope, strict=route.access is Access.PLATFORM, page=route.path == "/")
            if route.access is Access.PUBLIC:
                return ANONYMOUS
            caller = self._unknown(route, key)
        if caller.restrictions is not None:
            if caller.restrictions.networks:
                caller.restrictions.require_address(client_address(scope, headers, self._trusted))
            self.require_route(route, caller)
        if _ORGANIZATION in headers or _TEAM in headers:
            caller = await self._in_scope(caller, headers)
        return caller

    def check_origin(self, scope: Mapping[str, Any] | None, *, strict: bool = False, page: bool = False) -> None:
        """Raise 403 if no key is required and the request comes from an unexpected host or origin."""
        if self._hosts is not None and scope is not None:
            self._hosts.check(scope, strict=strict, page=page)

    async def _known(self, key: str) -> Principal | None:
        if self._mode != "disabled":
            digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
            master = self._masters.get(digest)
            if master is not None and any(hmac.compare_digest(digest, known) for known in self._masters):
                return master
        return self._directory.known(key) or await self._directory.admit(key)

    def _unknown(self, route: Route, key: str | None) -> Principal:
        if self._mode == "disabled":
            if route.access is Access.PLATFORM:
                if not self._laptop:
                    raise _no_key()
                return _LAPTOP
            return ANONYMOUS
        if key is None:
            if self._mode == "optional" and route.access is not Access.PLATFORM:
                return ANONYMOUS
            raise _no_key()
        raise ApiError(
            401,
            f"The key {_masked(key)} is not known to this gateway. Check `api_key`, or ask who runs the gateway.",
            code=error_codes.INVALID_API_KEY,
            headers=_CHALLENGE,
        )

    async def _in_scope(self, caller: Principal, headers: dict[str, str]) -> Principal:
        """Return the caller, acting for the organization or the team that its headers name."""
        team, organization = _text(headers.get(_TEAM)), _text(headers.get(_ORGANIZATION))
        if caller is ANONYMOUS and self._mode != "disabled":
            # Where keys exist, a request without one must not choose who pays.
            raise _no_key()
        return await self._directory.in_scope(caller, team, organization)

    def require_route(self, route: Route, caller: Principal) -> None:
        """Raise 403 for a route that the caller's key is not allowed."""
        if caller.restrictions is not None:
            caller.restrictions.require_route(route, self._catalog)


def _text(value: str | None) -> str | None:
    """Return the text of a header, decoded as UTF-8 if it is valid."""
    if value is None or value.isascii():
        return value
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


_CHALLENGE = (("www-authenticate", "Bearer"),)


def _no_key() -> ApiError:
    return ApiError(
        401,
        "No key came with the request. Send `Authorization: Bearer sk-...` (in an SDK: set `api_key`).",
        code=error_codes.MISSING_API_KEY,
        headers=_CHALLENGE,
    )


def _masked(key: str) -> str:
    return f"`{key[:6]}...REDACTED`" if len(key) > 12 and key.isprintable() else "`...REDACTED`"
