"""Cross-origin resource sharing: preflight requests and the headers of answers."""

from __future__ import annotations

from collections.abc import Mapping

from ..config.web import CorsSettings
from ..core import error_codes
from ..core.errors import forbidden
from ..core.header_syntax import is_token
from ..core.headers import (
    X_COST_USD,
    X_INPUT_TOKENS,
    X_MODEL,
    X_ONCEWARD_BUDGET_WARNING,
    X_ONCEWARD_CACHE,
    X_ONCEWARD_CACHE_KEY,
    X_ONCEWARD_CALL_ID,
    X_ONCEWARD_DEPLOYMENT,
    X_ONCEWARD_GUARDRAILS,
    X_ONCEWARD_REPLAYED,
    X_OUTPUT_TOKENS,
    X_REQUEST_ID,
    X_SHOULD_RETRY,
    X_TOTAL_TOKENS,
)
from .request import Response

__all__ = ["EXPOSED", "Cors"]

_REQUEST = "access-control-request-"
EXPOSED = (
    "accept-ranges",
    "content-disposition",
    "content-range",
    "etag",
    "retry-after",
    "retry-after-ms",
    "www-authenticate",
    X_COST_USD,
    X_ONCEWARD_BUDGET_WARNING,
    X_ONCEWARD_CACHE,
    X_ONCEWARD_CACHE_KEY,
    X_ONCEWARD_CALL_ID,
    X_ONCEWARD_DEPLOYMENT,
    X_ONCEWARD_GUARDRAILS,
    X_ONCEWARD_REPLAYED,
    X_INPUT_TOKENS,
    X_MODEL,
    X_OUTPUT_TOKENS,
    "x-ratelimit-limit-requests",
    "x-ratelimit-limit-tokens",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-remaining-tokens",
    "x-ratelimit-reset-requests",
    "x-ratelimit-reset-tokens",
    X_REQUEST_ID,
    X_SHOULD_RETRY,
    X_TOTAL_TOKENS,
)


class Cors:
    """Answers preflight requests, and adds the headers that permit requests of other origins."""

    def __init__(self, settings: CorsSettings) -> None:
        self._settings = settings
        self._for_all = "*" in settings.allowed_origins and not settings.allow_credentials

    def headers(self, origin: str | None) -> list[tuple[bytes, bytes]]:
        """Return the headers to add to every response."""
        if self._for_all and origin != "null":
            granted = [] if origin is None else [(b"access-control-allow-origin", b"*")]
        else:
            # A cached response for one origin must not be served to another.
            granted = [(b"vary", b"Origin")]
            if origin is None or not self._settings.allows(origin.lower()):
                return granted
            granted.append((b"access-control-allow-origin", origin.encode("latin-1")))
            if self._settings.allow_credentials:
                granted.append((b"access-control-allow-credentials", b"true"))
        if origin is not None:
            granted.append((b"access-control-expose-headers", ", ".join(EXPOSED).encode()))
        return granted

    def preflight(self, method: str, headers: Mapping[str, str]) -> Response | None:
        """Return the response to a preflight request, or None for any other request."""
        origin, requested_method = headers.get("origin"), headers.get(_REQUEST + "method")
        if method != "OPTIONS" or origin is None or requested_method is None:
            return None
        if not self._settings.allows(origin.lower()):
            raise forbidden(
                f"`Origin` is {origin[:200]!r}, whose pages may not call this. Add it to `cors.allowed_origins`.",
                code=error_codes.ORIGIN_NOT_ALLOWED,
                param="Origin",
            )
        allowed_methods = self._settings.allowed_methods
        if requested_method.upper() not in allowed_methods and "*" not in allowed_methods:
            raise forbidden(
                f"`Access-Control-Request-Method` is {requested_method[:40]!r}, which is not among "
                "`cors.allowed_methods`.",
                code=error_codes.METHOD_NOT_ALLOWED,
                param="Access-Control-Request-Method",
            )
        response_headers: list[tuple[str, str]] = [
            ("access-control-allow-methods", ", ".join(self._methods(requested_method))),
            ("access-control-max-age", str(self._settings.max_age)),
        ]
        requested = self._requested_headers(headers.get(_REQUEST + "headers", ""))
        if requested:
            response_headers.append(("access-control-allow-headers", ", ".join(requested)))
        if headers.get(_REQUEST + "private-network") == "true":
            response_headers.append(("access-control-allow-private-network", "true"))
        response_headers.append(("vary", f"{_REQUEST}method, {_REQUEST}headers"))
        return Response(200, b"", "", tuple(response_headers))

    def _methods(self, requested_method: str) -> tuple[str, ...]:
        methods = self._settings.allowed_methods
        return (requested_method.upper(),) if "*" in methods and is_token(requested_method) else methods

    def _requested_headers(self, text: str) -> list[str]:
        """Return the requested headers; raise 403 where one of them is not allowed."""
        requested = [name.strip().lower() for name in text.split(",") if is_token(name.strip())]
        allowed = self._settings.allowed_headers
        for name in requested:
            if "*" not in allowed and name not in allowed:
                raise forbidden(
                    f"`Access-Control-Request-Headers` has {name[:100]!r}, which is not among `cors.allowed_headers`.",
                    code=error_codes.HEADER_NOT_ALLOWED,
                    param="Access-Control-Request-Headers",
                )
        return requested
