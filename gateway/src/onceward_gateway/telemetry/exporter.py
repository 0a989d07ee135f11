"""The exporter: metrics in the text format of Prometheus, on a route of the gateway or on a port of their own."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from itertools import chain
from typing import Any

from ..config.telemetry import MetricsSettings
from ..core.hosts import is_loopback
from ..http.hosts import host_of
from ..http.request_headers import api_key_of, read_headers
from .collectors import GaugeCollector, event_loop_lag
from .metrics import Metrics
from .multiprocess import worker_metrics
from .prometheus import CONTENT_TYPE, MetricFamily, render

__all__ = ["MetricsApp", "MetricsExporter", "may_read"]

_log = logging.getLogger("onceward_gateway.telemetry")
_TIMEOUT_SECONDS = 10.0
_TEXT = "text/plain; charset=utf-8"


class MetricsExporter:
    """Reads the metrics of this process, or of all workers of its group."""

    def __init__(self, metrics: Metrics, gauges: GaugeCollector, environ: Mapping[str, str]) -> None:
        self._metrics = metrics
        self._gauges = gauges
        self._workers = worker_metrics(environ, self._families)
        self._lag = 0.0

    @property
    def is_shared(self) -> bool:
        """Return whether there are other workers, which share the sockets of this one."""
        return self._workers is not None

    async def start(self) -> None:
        """Start to answer the other workers."""
        if self._workers is not None:
            await self._workers.start()

    async def stop(self) -> None:
        """Stop answering the other workers."""
        if self._workers is not None:
            await self._workers.stop()

    async def read(self) -> bytes:
        """Return all metrics as text."""
        self._lag = await event_loop_lag()
        return render(self._families() if self._workers is None else await self._workers.collect())

    def _families(self) -> list[MetricFamily]:
        lag = MetricFamily(
            "onceward_event_loop_lag_seconds", "gauge", "Seconds that a ready task waited for the event loop."
        )
        return [*chain(self._gauges.collect(), self._metrics.families()), lag.add(self._lag)]


def may_read(settings: MetricsSettings, headers: dict[str, str]) -> bool:
    """Return whether a request may read the metrics: any request, or only one with the token."""
    if settings.readers != "token":
        return True
    digest = hashlib.sha256((api_key_of(headers) or "").encode("utf-8", "surrogateescape")).digest()
    return hmac.compare_digest(digest, settings.token_hash)


class MetricsApp:
    """An ASGI application that answers `GET /metrics` and nothing else."""

    def __init__(self, settings: MetricsSettings, read: Callable[[], Awaitable[bytes]]) -> None:
        assert settings.listen is not None
        self._host = settings.listen[0]
        self._settings = settings
        self._read = read

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        """Answer one request within a time limit. A reader that is too slow gets no answer."""
        assert scope["type"] == "http"
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                status, body = await self._answer(scope)
                await send({"type": "http.response.start", "status": status, "headers": _headers(status, len(body))})
                await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
        except TimeoutError as error:
            _log.debug("a reader of the metrics was not answered: %r", error)

    async def _answer(self, scope: dict[str, Any]) -> tuple[int, bytes]:
        headers = read_headers(scope["headers"])
        if scope["path"] != "/metrics":
            return 404, b"The metrics are at /metrics.\n"
        if scope["method"] not in ("GET", "HEAD"):
            return 405, b"Use GET.\n"
        if self._is_foreign(headers):
            return 403, b"Without a token, read the metrics under the name localhost, and not from a web page.\n"
        if not may_read(self._settings, headers):
            return 401, b"Send the token of the metrics as `Authorization: Bearer ...`.\n"
        return 200, await self._read()

    def _is_foreign(self, headers: dict[str, str]) -> bool:
        """Return whether the request may come from a web page: under another name, or from an origin."""
        if self._settings.readers == "token" or not is_loopback(self._host):
            return False
        host = host_of(headers.get("host", "localhost"))
        return host is None or not is_loopback(host) or "origin" in headers


def _headers(status: int, length: int) -> list[tuple[bytes, bytes]]:
    kind = CONTENT_TYPE if status == 200 else _TEXT
    headers = [(b"content-type", kind.encode()), (b"content-length", b"%d" % length)]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if status == 405:
        headers.append((b"allow", b"GET, HEAD"))
    return headers
