"""Cross-origin resource sharing: preflight requests and the headers of answers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..config.web import CorsSettings
from ..core.errors import forbidden
from .request import Response

__all__ = ["EXPOSED", "Cors"]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z\-]+")
_REQUEST = "access-control-request-"
EXPOSED = (
    "accept-ranges",
    "content-disposition",
    "content-range",
    "etag",
    "retry-after",
    "retry-after-ms",
    "www-authenticate",
    "x-cost-usd",
    "x-onceward-budget-warning",
    "x-onceward-cache",
    "x-onceward-cache-key",
    "x-onceward-call-id",
    "x-onceward-deployment",
    "x-onceward-guardrails",
    "x-onceward-replayed",
    "x-input-tokens",
    "x-model",
    "x-output-tokens",
    "x-ratelimit-limit-requests",
    "x-ratelimit-limit-tokens",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-remaining-tokens",
    "x-ratelimit-reset-requests",
    "x-ratelimit-reset-tokens",
    "x-request-id",
    "x-should-retry",
    "x-total-tokens",
)


class Cors:
    """The answers that browsers want before and with requests of other origins."""

    def __init__(self, settings: CorsSettings) -> None:
        self._settings = settings
        self._for_all = "*" in settings.allowed_origins and not settings.allow_credentials

    def headers(self, origin: str | None) -> list[tuple[bytes, bytes]]:
        """Return what is added to every answer."""
        if self._for_all and origin != "null":
            granted = [] if origin is None else [(b"access-control-allow-origin", b"*")]
        else:
            # What a cache keeps of one origin is not for another.
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
        """Answer a preflight request; None where the request is another."""
        origin, wanted = headers.get("origin"), headers.get(_REQUEST + "method")
        if method != "OPTIONS" or origin is None or wanted is None:
            return None
        if not self._settings.allows(origin.lower()):
            raise forbidden(
                f"`Origin` is {origin[:200]!r}, whose pages may not call this. Add it to `cors.allowed_origins`.",
                code="origin_not_allowed",
                param="Origin",
            )
        if wanted.upper() not in self._settings.allowed_methods and "*" not in self._settings.allowed_methods:
            raise forbidden(
                f"`Access-Control-Request-Method` is {wanted[:40]!r}, which is not among `cors.allowed_methods`.",
                code="method_not_allowed",
                param="Access-Control-Request-Method",
            )
        found: list[tuple[str, str]] = [
            ("access-control-allow-methods", ", ".join(self._methods(wanted))),
            ("access-control-max-age", str(self._settings.max_age)),
        ]
        asked = self._asked(headers.get(_REQUEST + "headers", ""))
        if asked:
            found.append(("access-control-allow-headers", ", ".join(asked)))
        if headers.get(_REQUEST + "private-network") == "true":
            found.append(("access-control-allow-private-network", "true"))
        found.append(("vary", f"{_REQUEST}method, {_REQUEST}headers"))
        return Response(200, b"", "", tuple(found))

    def _methods(self, wanted: str) -> tuple[str, ...]:
        methods = self._settings.allowed_methods
        return (wanted.upper(),) if "*" in methods and _TOKEN.fullmatch(wanted) else methods

    def _asked(self, text: str) -> list[str]:
        """Return the headers that the page may send: those it asked for, where all are allowed."""
        asked = [name.strip().lower() for name in text.split(",") if _TOKEN.fullmatch(name.strip())]
        allowed = self._settings.allowed_headers
        for name in asked:
            if "*" not in allowed and name not in allowed:
                raise forbidden(
                    f"`Access-Control-Request-Headers` has {name[:100]!r}, which is not among `cors.allowed_headers`.",
                    code="header_not_allowed",
                    param="Access-Control-Request-Headers",
                )
        return asked
