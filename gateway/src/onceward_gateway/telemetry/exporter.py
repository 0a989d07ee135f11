"""Who reads the metrics, and how: a route of the gateway, or a port of their own."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import socket
from collections.abc import Awaitable, Callable

from ..api.authentication import key_of
from ..config.table import ConfigError
from ..config.telemetry import MetricsSettings
from ..core.errors import ApiError
from ..core.hosts import is_loopback
from ..http.hosts import host_of
from ..http.request import (
    Access,
    Call,
    Response,
    Route,
)
from ..identity.authorization import require_admin
from .prometheus import CONTENT_TYPE

__all__ = ["Listener", "allowed", "route"]

_log = logging.getLogger("onceward_gateway.telemetry")
_PATIENCE = 10.0
_MOST_HEADERS = 16_384
_REASONS = {200: "OK", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}
Read = Callable[[], Awaitable[bytes]]


def route(settings: MetricsSettings, read: Read) -> Route:
    """`GET /metrics` on the gateway's own port."""

    async def metrics(call: Call) -> Response:
        """All metrics, for a scraper."""
        if settings.readers == "admin":
            require_admin(call.caller, "read the metrics")
        elif not allowed(settings, call.headers):
            raise ApiError(
                401,
                "The metrics are read with a token of their own. Send it as `Authorization: Bearer ...`.",
                code="invalid_metrics_token",
                headers=(("www-authenticate", "Bearer"),),
            )
        return Response(200, await read(), CONTENT_TYPE, (("cache-control", "no-store"),))

    access = Access.PLATFORM if settings.readers == "admin" else Access.PUBLIC
    return Route("GET", "/metrics", "metrics.read", metrics, access=access)


def allowed(settings: MetricsSettings, headers: dict[str, str]) -> bool:
    """Whether a request may read: everybody does, or who has the token."""
    if settings.readers != "token":
        return True
    digest = hashlib.sha256((key_of(headers) or "").encode("utf-8", "surrogateescape")).digest()
    return hmac.compare_digest(digest, settings.token_hash)


class Listener:
    """A port that answers `GET /metrics` and nothing else. Workers share it: any of them tells of all."""

    def __init__(self, settings: MetricsSettings, read: Read, *, shared: bool) -> None:
        assert settings.listen is not None
        self._host = settings.listen[0]
        self._settings = settings
        self._read = read
        self._socket = _bound(*settings.listen, shared=shared)
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Answer from here on."""
        self._server = await asyncio.start_server(self._serve, sock=self._socket, limit=_MOST_HEADERS)

    def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self._socket.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
                status, body = await self._answer(head.decode("latin-1"))
                writer.write(_response(status, body, bodiless=head.startswith(b"HEAD ")))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            _log.debug("a reader of the metrics was not answered: %r", error)
        finally:
            writer.close()

    async def _answer(self, head: str) -> tuple[int, bytes]:
        first, *lines = head.split("\r\n")
        method, _, target = first.partition(" ")
        if target.partition(" ")[0].partition("?")[0] != "/metrics":
            return 404, b"The metrics are at /metrics.\n"
        if method not in ("GET", "HEAD"):
            return 405, b"Use GET.\n"
        pairs = (line.partition(":") for line in lines if line)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        if self._is_foreign(headers):
            return 403, b"Without a token the metrics are read under the name localhost, and by no web page.\n"
        if not allowed(self._settings, headers):
            return 401, b"Send the token of the metrics as `Authorization: Bearer ...`.\n"
        return 200, await self._read()

    def _is_foreign(self, headers: dict[str, str]) -> bool:
        """Return whether a web page may be asking: under a name of its own, or from its own origin."""
        if self._settings.readers == "token" or not is_loopback(self._host):
            return False
        host = host_of(headers.get("host", "localhost"))
        return host is None or not is_loopback(host) or "origin" in headers


def _bound(host: str, port: int, *, shared: bool) -> socket.socket:
    """The port; `shared` with siblings that listen there too."""
    own = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        own.bind((host, port))
    except OSError as error:
        own.close()
        raise ConfigError(
            f"`metrics.listen` is '{host}:{port}', which cannot be listened on: {error.strerror or error}. "
            "Choose another port."
        ) from error
    return own


def _response(status: int, body: bytes, *, bodiless: bool) -> bytes:
    kind = CONTENT_TYPE if status == 200 else "text/plain; charset=utf-8"
    challenge = "WWW-Authenticate: Bearer\r\n" if status == 401 else ""
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        f"{challenge}Connection: close\r\n\r\n"
    )
    return head.encode() + (b"" if bodiless else body)
