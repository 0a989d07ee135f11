"""Spans and GenAI metrics by the OpenTelemetry SDK, sent by OTLP over HTTP. Imported only where tracing is on.

What the SDK reads of the environment holds (`OTEL_EXPORTER_OTLP_*`, `OTEL_TRACES_SAMPLER`, `OTEL_BSP_*`,
`OTEL_RESOURCE_ATTRIBUTES`, ...). Of a caller's headers `traceparent` and `tracestate` are read and passed on, and
`baggage` is not: what callers note for their own services is no business of a provider.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import MutableMapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

import msgspec
from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from .._version import __version__
from ..config.telemetry import TracingSettings
from ..core.answer import DeliveryFault
from ..core.errors import ApiError
from ..core.response_writer import (
    Filter,
    Producer,
    Sink,
)
from ..http.request import Call
from ..routing.targets import OfflineTarget, Target
from . import genai
from .labels import OTHER, Names

if TYPE_CHECKING:
    from ..entry.services import Gateway
    from .request_span import Seen

__all__ = ["Otel", "make"]

_log = logging.getLogger("onceward_gateway.telemetry")
_SCOPE = "onceward_gateway"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LONGEST_PATH = 256
_MOST_KEPT = 4096
_LONGEST_READ = 1 << 20
_head = msgspec.json.Decoder(genai.Head)


def make(gateway: Gateway, settings: TracingSettings, names: Names) -> Otel:
    """The SDK, set up for this process."""
    protocol = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    if not protocol.startswith("http/"):
        _log.warning("OTEL_EXPORTER_OTLP_PROTOCOL is %r; this gateway sends http/protobuf", protocol)
    resource = _resource(gateway, settings)
    ratio = settings.sample_ratio
    tracers = TracerProvider(
        resource=resource,
        sampler=None if ratio is None else ParentBased(TraceIdRatioBased(ratio)),
        shutdown_on_exit=False,
    )
    base = None if settings.endpoint is None else settings.endpoint.rstrip("/")
    if os.environ.get("OTEL_TRACES_EXPORTER") != "none":
        exporter = OTLPSpanExporter(None if base is None else f"{base}/v1/traces")
        tracers.add_span_processor(BatchSpanProcessor(exporter))
    readers: list[MetricReader] = []
    if os.environ.get("OTEL_METRICS_EXPORTER") != "none":
        readers.append(
            PeriodicExportingMetricReader(OTLPMetricExporter(None if base is None else f"{base}/v1/metrics"))
        )
    meters = MeterProvider(
        readers, resource=resource, exemplar_filter=AlwaysOffExemplarFilter(), shutdown_on_exit=False
    )
    return Otel(gateway, settings, names, tracers, meters)


def _resource(gateway: Gateway, settings: TracingSettings) -> Resource:
    given = Resource.create({"service.version": __version__, "service.instance.id": gateway.new_id("node_")})
    name = settings.service_name
    if name is None and str(given.attributes.get("service.name", "")).startswith("unknown_service"):
        name = "onceward-gateway"
    return given if name is None else given.merge(Resource({"service.name": name}))


class Otel:
    """Tracing by OpenTelemetry."""

    def __init__(
        self, gateway: Gateway, settings: TracingSettings, names: Names, tracers: TracerProvider, meters: MeterProvider
    ) -> None:
        self._gateway = gateway
        self._settings = settings
        self._names = names
        self._tracers = tracers
        self._meters = meters
        self._tracer = tracers.get_tracer(_SCOPE, __version__, genai.SCHEMA_URL)
        self._propagator = TraceContextTextMapPropagator()
        meter = meters.get_meter(_SCOPE, __version__, genai.SCHEMA_URL)
        self._duration = meter.create_histogram(
            "gen_ai.client.operation.duration",
            "s",
            "GenAI operation duration.",
            explicit_bucket_boundaries_advisory=genai.DURATION_BOUNDS,
        )
        self._first = meter.create_histogram(
            "gen_ai.client.operation.time_to_first_chunk",
            "s",
            "Time to receive the first chunk of a stream.",
            explicit_bucket_boundaries_advisory=genai.DURATION_BOUNDS,
        )
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage",
            "{token}",
            "Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=genai.TOKEN_BOUNDS,
        )

    # -- requests

    def request_begins(self, seen: Seen) -> Any:
        """A server span, in the caller's trace if it told one."""
        parent, links = contexts.Context(), list[Link]()
        if "traceparent" in seen.headers:
            told = self._propagator.extract(seen.headers, parent)
            if self._settings.trust_parent:
                parent = told
            else:
                links.append(Link(trace.get_current_span(told).get_span_context()))
        method = seen.method if seen.method in _METHODS else "_OTHER"
        span = self._tracer.start_span(
            "HTTP" if method == "_OTHER" else method,
            parent,
            SpanKind.SERVER,
            {"http.request.method": method, "onceward.request_id": seen.request_id},
            links,
        )
        seen.trace_id = f"{span.get_span_context().trace_id:032x}"
        return span, contexts.attach(trace.set_span_in_context(span, parent))

    def request_ends(self, seen: Seen, begun: Any, status: int, error: BaseException | None) -> None:
        """The span gets its name from the route, and what is known of the call."""
        span, token = begun
        contexts.detach(token)
        if span.is_recording():
            span.update_name(f"{seen.method} {seen.template}" if seen.template else "HTTP")
            span.set_attributes(_request_attributes(seen, status))
            kind = _error_type(error) if error is not None else str(status) if status >= 500 else None
            record = None if seen.call is None else seen.call.record
            if kind is None and record is not None and record.status in ("failed", "interrupted") and status == 200:
                # The stream broke: the status had gone out by then.
                kind = str(record.error_status or record.status)
            if kind is not None:
                span.set_attribute("error.type", kind)
                span.set_status(Status(StatusCode.ERROR))
        span.end()

    # -- tries upstream

    async def tried(self, produce: Producer, out: Sink, call: Call, target: Target, kind: str) -> None:
        """A client span for one try at one provider, and the metrics of it."""
        operation = genai.operation_of(kind)
        place = genai.place_of(target)
        span = self._tracer.start_span(
            f"{operation} {place['gen_ai.request.model']}",
            kind=SpanKind.INTERNAL if isinstance(target, OfflineTarget) else SpanKind.CLIENT,
            # What a sampler may look at; the rest is told of spans that are kept.
            attributes={"gen_ai.operation.name": operation, **place},
        )
        recording = span.is_recording()
        ear = _Ear(out, listens=recording, keeps=recording and self._settings.capture_content)
        token = contexts.attach(trace.set_span_in_context(span))
        began, failure = perf_counter(), None
        try:
            await produce(ear)
        except BaseException as error:
            failure = None if isinstance(error, DeliveryFault) else _error_type(error)
            raise
        finally:
            contexts.detach(token)
            seconds = perf_counter() - began
            first = None if ear.first is None else ear.first - began
            if recording:
                self._tell(span, ear, call, kind, first, failure)
            span.end()
            self._measure({"gen_ai.operation.name": operation, **place}, ear, seconds, first, failure)

    def _tell(self, span: Span, ear: _Ear, call: Call, kind: str, first: float | None, failure: str | None) -> None:
        ear.read()
        record = ear.record
        told = genai.request_attributes(kind, call.data, stream=record.stream) | genai.usage_attributes(ear.used)
        told["onceward.call_id"] = record.id
        if ear.deployment is not None:
            told["onceward.deployment"] = ear.deployment
        if ear.id is not None:
            told["gen_ai.response.id"] = ear.id
        if ear.model is not None:
            told["gen_ai.response.model"] = ear.model
        if ear.reasons:
            told["gen_ai.response.finish_reasons"] = ear.reasons
        if record.stream and first is not None:
            told["gen_ai.response.time_to_first_chunk"] = first
        if failure is not None:
            told["error.type"] = failure
            span.set_status(Status(StatusCode.ERROR))
        span.set_attributes(told)
        if self._settings.capture_content and kind in ("chat", "completions"):
            self._tell_contents(span, ear, call)

    def _tell_contents(self, span: Span, ear: _Ear, call: Call) -> None:
        told = genai.input_messages(call.data)
        if told is not None:
            span.set_attribute("gen_ai.input.messages", told)
        # What a guardrail may still take out of the answer is not put down here before it does.
        if any(guard.after for guard in self._gateway.guardrails.of(call)):
            return
        answer = ear.answer
        said = genai.output_messages(answer.body) if answer is not None else genai.folded_messages(ear.events)
        if said is not None:
            span.set_attribute("gen_ai.output.messages", said)

    def _measure(
        self, labels: genai.Attributes, ear: _Ear, seconds: float, first: float | None, failure: str | None
    ) -> None:
        labels["gen_ai.request.model"] = self._label(ear, str(labels["gen_ai.request.model"]))
        usage = genai.usage_attributes(ear.used)
        if usage and failure is None:
            self._tokens.record(_whole(usage["gen_ai.usage.input_tokens"]), {**labels, "gen_ai.token.type": "input"})
            self._tokens.record(_whole(usage["gen_ai.usage.output_tokens"]), {**labels, "gen_ai.token.type": "output"})
        if ear.record.stream and first is not None:
            self._first.record(first, labels)
        if failure is not None:
            labels["error.type"] = failure
        self._duration.record(seconds, labels)

    def _label(self, ear: _Ear, model: str) -> str:
        """A model's name as a label: what strangers think of is `other` here too."""
        if ear.record.provider == "offline" and model.startswith("onceward/"):
            return model.partition(":")[0]
        known = self._names.model(model)
        return model if known is OTHER and self._names.model(ear.record.model) is not OTHER else known

    # -- the rest

    def pass_on(self, headers: MutableMapping[str, str]) -> None:
        """The trace and the span that the upstream works in."""
        self._propagator.inject(headers)

    def stop(self) -> None:
        """Send what is left."""
        self._tracers.shutdown()
        self._meters.shutdown()


class _Ear(Filter):
    """Hands everything on, and hears who answers, when it began, and why it ended."""

    def __init__(self, inner: Sink, *, listens: bool, keeps: bool) -> None:
        super().__init__(inner)
        self.first: float | None = None
        self.id: str | None = None
        self.model: str | None = None
        self.reasons: list[str] = []
        self.events: list[bytes] = []
        self._listens = listens
        self._keeps = keeps

    async def emit(self, data: bytes, event: str | None = None) -> None:
        if self.first is None:
            self.first = perf_counter()
            if self._listens:
                self._hear(data)
        elif self._listens and (b'"finish_reason":"' in data or b'"finish_reason": "' in data):
            self._hear(data)
        if self._keeps and len(self.events) < _MOST_KEPT:
            self.events.append(data)
        await self._inner.emit(data, event)

    @property
    def used(self) -> Any:
        """The usage that is known by now."""
        return self.usage or (self.answer.usage if self.answer is not None else None)

    def read(self) -> None:
        """Hear a whole answer."""
        answer = self.answer
        if answer is not None and "json" in answer.content_type and len(answer.body) <= _LONGEST_READ:
            self._hear(answer.body)

    def _hear(self, data: bytes) -> None:
        try:
            head = _head.decode(data)
        except msgspec.DecodeError:
            return
        self.id, self.model = self.id or head.id, self.model or head.model
        self.reasons += head.reasons


def _request_attributes(seen: Seen, status: int) -> dict[str, str | int]:
    found: dict[str, str | int] = {"http.response.status_code": status, "url.scheme": "http"}
    if seen.template:
        found["http.route"] = seen.template
    found["onceward.operation"] = seen.operation
    call = seen.call
    if call is not None:
        found["onceward.caller"] = call.caller.id
        scope = call.scope or {}
        found["url.path"] = str(scope.get("path", ""))[:_LONGEST_PATH]
        found["url.scheme"] = str(scope.get("scheme", "http"))
        if call.record is not None:
            found["onceward.call_id"] = call.record.id
        if call.repeated:
            found["onceward.repeated"] = call.repeated
    return found


def _error_type(error: BaseException) -> str:
    if isinstance(error, ApiError):
        return str(error.status)
    return "cancelled" if isinstance(error, asyncio.CancelledError) else type(error).__name__


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0
