"""All that watches a gateway, behind one value: metrics, tracing, access log. What is off costs a comparison."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, MutableMapping
from importlib.util import find_spec
from itertools import chain
from typing import TYPE_CHECKING, Any

from ..calls.running import Run
from ..config.table import ConfigError
from ..config.telemetry import TracingSettings
from ..core.call_record import CallRecord
from ..core.errors import ApiError
from ..core.response_writer import Producer, Sink
from ..http.request import Call, Route
from ..routing.targets import Target
from .access_log import AccessLog
from .collectors import gauges, lag
from .exporter import Listener, route
from .harmless import harmless
from .labels import Names
from .metrics import Meters
from .multiprocess import workers_of
from .prometheus import Family, render
from .request_span import Seen
from .tracing import Tracing
from .upstream_span import watched

if TYPE_CHECKING:
    from ..entry.services import Gateway

__all__ = ["Telemetry"]

_log = logging.getLogger("onceward_gateway.telemetry")
_STOP_SECONDS = 5.0
# Asked every few seconds by whoever watches: a span of each tells nothing.
_PROBES = frozenset(b"/metrics /healthz /readyz /health /health/liveness /health/liveliness /health/readiness".split())
Make = Callable[[Sink], Producer]


class Telemetry:
    """What the parts of a gateway tell of their work."""

    def __init__(self, gateway: Gateway) -> None:
        settings = gateway.settings.watch
        self._gateway = gateway
        self._settings = settings
        self._names = Names(gateway)
        self._meters = Meters(self._names) if settings.metrics.enabled else None
        self._workers = workers_of(os.environ, self._families) if settings.metrics.enabled else None
        self._listener: Listener | None = None
        self._tracing: Tracing | None = None
        self._log = AccessLog(settings.access_log.to) if settings.access_log.to is not None else None
        self._traces = settings.tracing.enabled and _installed(settings.tracing)
        self._lag = 0.0
        if settings.metrics.enabled and settings.metrics.listen is not None:
            self._listener = Listener(settings.metrics, self.read, shared=self._workers is not None)

    async def start(self) -> None:
        """Be ready to be read, and send spans."""
        if self._traces:
            # Costs a tenth of a second, and only where it is on.
            from .otel import make

            self._tracing = make(self._gateway, self._settings.tracing, self._names)
        if self._workers is not None:
            await self._workers.start()
        if self._listener is not None:
            await self._listener.start()

    async def stop(self) -> None:
        """Write and send what is left; a collector that does not answer is not waited for."""
        if self._listener is not None:
            self._listener.stop()
        if self._workers is not None:
            await self._workers.stop()
        if self._tracing is not None:
            await _bounded(self._tracing.stop)
        if self._log is not None:
            self._log.close()

    # -- the metrics, as they are read

    def routes(self) -> tuple[Route, ...]:
        """`/metrics`, where it is on and has no port of its own."""
        metrics = self._settings.metrics
        return (route(metrics, self.read),) if metrics.enabled and metrics.listen is None else ()

    async def read(self) -> bytes:
        """All metrics, of this process or of all workers, as a scraper takes them."""
        self._lag = await lag()
        if self._workers is None:
            return render(self._families())
        return render(await self._workers.collect())

    def _families(self) -> list[Family]:
        assert self._meters is not None
        waiting = Family("onceward_loop_lag_seconds", "gauge", "Seconds that what was ready waited for the loop.")
        return [*chain(gauges(self._gateway, self._names), self._meters.families()), waiting.add(self._lag)]

    # -- what the edge tells

    def request(self, method: str, path: bytes, headers: dict[str, str], request_id: str) -> Seen:
        """A request has come."""
        return Seen(self, method, path, headers, request_id)

    @harmless
    def request_begins(self, seen: Seen) -> Any:
        """Told by the request itself."""
        if self._meters is not None:
            self._meters.open += 1
        if self._tracing is None or seen.path in _PROBES:
            return None
        return self._tracing.request_begins(seen)

    def request_ends(self, seen: Seen, begun: Any, status: int, seconds: float, error: BaseException | None) -> None:
        """Told by the request itself."""
        self._count_answer(seen, status, seconds)
        if self._tracing is not None and begun is not None:
            self._end_span(seen, begun, status, error)
        if self._log is not None:
            self._log_line(seen, status, seconds)

    @harmless
    def _count_answer(self, seen: Seen, status: int, seconds: float) -> None:
        if self._meters is not None:
            self._meters.open -= 1
            self._meters.answered(seen.operation, status, seconds)

    @harmless
    def _end_span(self, seen: Seen, begun: Any, status: int, error: BaseException | None) -> None:
        assert self._tracing is not None
        self._tracing.request_ends(seen, begun, status, error)

    @harmless
    def _log_line(self, seen: Seen, status: int, seconds: float) -> None:
        assert self._log is not None
        self._log.add(seen, status, seconds)

    @harmless
    def refused(self, error: ApiError) -> None:
        """A request, of a client or from inside, was answered by an error."""
        if self._meters is not None:
            self._meters.refused(error)

    # -- what the pipeline tells

    @harmless
    def repeated(self, call: Call, kind: str, record: CallRecord) -> None:
        """A request is answered by a call that was made before: `joined`, `replayed` or `resumed`."""
        call.repeated, call.record = kind, record
        if self._meters is not None:
            self._meters.repeated(kind)

    def watched(self, make: Make, call: Call, target: Target, kind: str) -> Make:
        """`make`, with each try that it makes watched."""
        return watched(make, call, target, kind, self._meters, self._tracing)

    @harmless
    def ended(self, run: Run, settle_seconds: float) -> None:
        """A call has ended and its record is durable."""
        if self._meters is not None:
            self._meters.ended(run, settle_seconds)

    @harmless
    def pass_on(self, headers: MutableMapping[str, str]) -> None:
        """Add to a request for an upstream what tells it of the trace."""
        if self._tracing is not None:
            self._tracing.pass_on(headers)


async def _bounded(stop: Callable[[], None]) -> None:
    """Run what blocks in a thread that the process does not wait for."""
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
    """Whether what sends spans is there. Where the configuration asks for it, it has to be."""
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
