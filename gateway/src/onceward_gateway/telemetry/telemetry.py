"""Telemetry: the metrics, spans and access log of requests and calls. A part that is off costs one comparison."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, MutableMapping
from importlib.util import find_spec
from typing import Any

from ..calls.running import RunningCall
from ..config.table import ConfigError
from ..config.telemetry import ObservabilitySettings, TracingSettings
from ..core.call_record import CallRecord
from ..core.errors import ApiError
from ..core.response_writer import ModelHandler, ResponseWriter
from ..guardrails.registry import Guardrails
from ..http.request import Request
from ..routing.targets import Target
from .access_log import AccessLog
from .containment import contained
from .labels import NameLabels
from .metrics import Metrics
from .request_span import RequestSpan
from .tracing import Tracing
from .upstream_span import observe_attempts

__all__ = ["Telemetry"]

_log = logging.getLogger("onceward_gateway.telemetry")
_STOP_SECONDS = 5.0
# Requested every few seconds by load balancers and scrapers: spans of them would be noise.
_PROBES = frozenset(b"/metrics /healthz /readyz /health /health/liveness /health/liveliness /health/readiness".split())
MakeAttempt = Callable[[ResponseWriter], ModelHandler]


class Telemetry:
    """Observes requests, calls and attempts. `metrics` is None where they are off."""

    def __init__(
        self,
        settings: ObservabilitySettings,
        labels: NameLabels,
        metrics: Metrics | None,
        guardrails: Guardrails,
        new_id: Callable[[str], str],
    ) -> None:
        self._settings = settings.tracing
        self._labels = labels
        self._metrics = metrics
        self._guardrails = guardrails
        self._new_id = new_id
        self._tracing: Tracing | None = None
        self._access_log = AccessLog(settings.access_log.to) if settings.access_log.to is not None else None
        self._traces = settings.tracing.enabled and _installed(settings.tracing)

    async def start(self) -> None:
        """Start to send spans."""
        if self._traces:
            # The import takes a tenth of a second, so it is done only where tracing is on.
            from .otel import open_tracing

            self._tracing = open_tracing(self._settings, self._labels, self._guardrails, self._new_id("node_"))

    async def stop(self) -> None:
        """Write and send what is left; a collector that does not answer is given up."""
        if self._tracing is not None:
            await _run_bounded(self._tracing.stop)
        if self._access_log is not None:
            self._access_log.close()

    # -- requests

    def request(self, method: str, path: bytes, headers: dict[str, str], request_id: str) -> RequestSpan:
        """Return the span of a request."""
        return RequestSpan(self, method, path, headers, request_id)

    @contained
    def request_started(self, request: RequestSpan) -> Any:
        """Observe the start of a request, and return the handle that ends its span."""
        if self._metrics is not None:
            self._metrics.open += 1
        if self._tracing is None or request.path in _PROBES:
            return None
        return self._tracing.start_request(request)

    def request_ended(
        self, request: RequestSpan, handle: Any, status: int, seconds: float, error: BaseException | None
    ) -> None:
        """Observe the end of a request."""
        self._count_answer(request, status, seconds)
        if self._tracing is not None and handle is not None:
            self._end_span(request, handle, status, error)
        if self._access_log is not None:
            self._log_request(request, status, seconds)

    @contained
    def _count_answer(self, request: RequestSpan, status: int, seconds: float) -> None:
        if self._metrics is not None:
            self._metrics.open -= 1
            self._metrics.answered(request.operation, status, seconds)

    @contained
    def _end_span(self, request: RequestSpan, handle: Any, status: int, error: BaseException | None) -> None:
        assert self._tracing is not None
        self._tracing.end_request(request, handle, status, error)

    @contained
    def _log_request(self, request: RequestSpan, status: int, seconds: float) -> None:
        assert self._access_log is not None
        self._access_log.add(request, status, seconds)

    @contained
    def refused(self, error: ApiError) -> None:
        """Observe an error that answers a request, of a client or from inside."""
        if self._metrics is not None:
            self._metrics.refused(error)

    # -- calls

    @contained
    def repeated(self, request: Request, kind: str, record: CallRecord) -> None:
        """Observe a request that an earlier call answers: `attached`, `replayed` or `resumed`."""
        request.repeated, request.record = kind, record
        if self._metrics is not None:
            self._metrics.repeated(kind)

    def observe_attempts(self, make: MakeAttempt, request: Request, target: Target, kind: str) -> MakeAttempt:
        """Return `make` with each of its attempts observed."""
        return observe_attempts(make, request, target, kind, self._metrics, self._tracing)

    @contained
    def ended(self, call: RunningCall, settle_seconds: float) -> None:
        """Observe a call that has ended and whose record is durable."""
        if self._metrics is not None:
            self._metrics.ended(call, settle_seconds)

    @contained
    def add_trace_headers(self, headers: MutableMapping[str, str]) -> None:
        """Add to a request for a provider the headers with which it continues the trace."""
        if self._tracing is not None:
            self._tracing.inject(headers)


async def _run_bounded(stop: Callable[[], None]) -> None:
    """Run a blocking function in a thread that the process does not wait for."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def run() -> None:
        stop()
        try:
            loop.call_soon_threadsafe(done.set)
        except RuntimeError:
            _log.debug("the loop ended before the last spans were sent")

    threading.Thread(target=run, name="telemetry-stop", daemon=True).start()
    try:
        await asyncio.wait_for(done.wait(), _STOP_SECONDS)
    except TimeoutError:
        _log.warning("the collector did not take the last spans within %.0f s; they are lost", _STOP_SECONDS)


def _installed(settings: TracingSettings) -> bool:
    """Return whether OpenTelemetry is installed; raise where the configuration requires it."""
    try:
        if find_spec("opentelemetry.exporter.otlp.proto.http") and find_spec("opentelemetry.sdk"):
            return True
    except ModuleNotFoundError:
        pass
    step = 'Install it: pip install "onceward-gateway[otel]".'
    if settings.required:
        raise ConfigError(f"`telemetry` is on and OpenTelemetry is not installed. {step}")
    _log.warning("OTEL_EXPORTER_OTLP_ENDPOINT is set and OpenTelemetry is not installed: no spans. %s", step)
    return False
