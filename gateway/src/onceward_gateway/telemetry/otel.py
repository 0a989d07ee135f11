"""Spans and GenAI metrics by the OpenTelemetry SDK, sent by OTLP over HTTP. Imported only where tracing is on.

The environment variables of the SDK apply (`OTEL_EXPORTER_OTLP_*`, `OTEL_TRACES_SAMPLER`, `OTEL_BSP_*`,
`OTEL_RESOURCE_ATTRIBUTES`, ...). The headers `traceparent` and `tracestate` of a caller are read and passed on;
`baggage` is not, because it is meant for the caller's own services and not for a provider.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import MutableMapping
from time import perf_counter
from typing import Any

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
    ModelHandler,
    ResponseWriter,
    WriterMiddleware,
)
from ..guardrails.registry import Guardrails
from ..http.request import Request
from ..routing.targets import OfflineTarget, Target
from . import genai
from .labels import OTHER, NameLabels
from .request_span import RequestSpan

__all__ = ["OtelTracing", "open_tracing"]

_log = logging.getLogger("onceward_gateway.telemetry")
_SCOPE = "onceward_gateway"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LONGEST_PATH = 256
_MOST_KEPT = 4096
_LONGEST_READ = 1 << 20
_head = msgspec.json.Decoder(genai.Head)


def open_tracing(
    settings: TracingSettings, labels: NameLabels, guardrails: Guardrails, instance_id: str
) -> OtelTracing:
    """Set the SDK up for this process."""
    protocol = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    if not protocol.startswith("http/"):
        _log.warning("OTEL_EXPORTER_OTLP_PROTOCOL is %r; this gateway sends http/protobuf", protocol)
    resource = _resource(settings, instance_id)
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
    return OtelTracing(settings, labels, guardrails, tracers, meters)


def _resource(settings: TracingSettings, instance_id: str) -> Resource:
    given = Resource.create({"service.version": __version__, "service.instance.id": instance_id})
    name = settings.service_name
    if name is None and str(given.attributes.get("service.name", "")).startswith("unknown_service"):
        name = "onceward-gateway"
    return given if name is None else given.merge(Resource({"service.name": name}))


class OtelTracing:
    """Tracing with OpenTelemetry."""

    def __init__(
        self,
        settings: TracingSettings,
        labels: NameLabels,
        guardrails: Guardrails,
        tracers: TracerProvider,
        meters: MeterProvider,
    ) -> None:
        self._settings = settings
        self._labels = labels
        self._guardrails = guardrails
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

    def start_request(self, request: RequestSpan) -> Any:
        """Start a server span, in the caller's trace if the request has one."""
        parent, links = contexts.Context(), list[Link]()
        if "traceparent" in request.headers:
            sent = self._propagator.extract(request.headers, parent)
            if self._settings.trust_parent:
                parent = sent
            else:
                links.append(Link(trace.get_current_span(sent).get_span_context()))
        method = request.method if request.method in _METHODS else "_OTHER"
        span = self._tracer.start_span(
            "HTTP" if method == "_OTHER" else method,
            parent,
            SpanKind.SERVER,
            {"http.request.method": method, "onceward.request_id": request.request_id},
            links,
        )
        request.trace_id = f"{span.get_span_context().trace_id:032x}"
        return span, contexts.attach(trace.set_span_in_context(span, parent))

    def end_request(self, request_span: RequestSpan, handle: Any, status: int, error: BaseException | None) -> None:
        """End the span of a request, under the name of its route, with the attributes of its call."""
        span, token = handle
        contexts.detach(token)
        if span.is_recording():
            span.update_name(f"{request_span.method} {request_span.template}" if request_span.template else "HTTP")
            span.set_attributes(_request_attributes(request_span, status))
            kind = _error_type(error) if error is not None else str(status) if status >= 500 else None
            record = None if request_span.request is None else request_span.request.record
            if kind is None and record is not None and record.status in ("failed", "interrupted") and status == 200:
                # The stream broke after the status was sent.
                kind = str(record.error_status or record.status)
            if kind is not None:
                span.set_attribute("error.type", kind)
                span.set_status(Status(StatusCode.ERROR))
        span.end()

    # -- attempts

    async def run_attempt(
        self, produce: ModelHandler, out: ResponseWriter, request: Request, target: Target, kind: str
    ) -> None:
        """Run an attempt in a client span, and record its metrics."""
        operation = genai.operation_of(kind)
        place = genai.target_attributes(target)
        span = self._tracer.start_span(
            f"{operation} {place['gen_ai.request.model']}",
            kind=SpanKind.INTERNAL if isinstance(target, OfflineTarget) else SpanKind.CLIENT,
            # The attributes that a sampler may read; spans that are kept get more.
            attributes={"gen_ai.operation.name": operation, **place},
        )
        recording = span.is_recording()
        recorder = _Recorder(out, reads=recording, keeps=recording and self._settings.capture_content)
        token = contexts.attach(trace.set_span_in_context(span))
        started, failure = perf_counter(), None
        try:
            await produce(recorder)
        except BaseException as error:
            failure = None if isinstance(error, DeliveryFault) else _error_type(error)
            raise
        finally:
            contexts.detach(token)
            seconds = perf_counter() - started
            first = None if recorder.first is None else recorder.first - started
            if recording:
                self._describe(span, recorder, request, kind, first, failure)
            span.end()
            self._measure({"gen_ai.operation.name": operation, **place}, recorder, seconds, first, failure)

    def _describe(
        self, span: Span, recorder: _Recorder, request: Request, kind: str, first: float | None, failure: str | None
    ) -> None:
        recorder.read()
        record = recorder.record
        attributes = genai.request_attributes(kind, request.data, stream=record.stream) | genai.usage_attributes(
            recorder.used
        )
        attributes["onceward.call_id"] = record.id
        if recorder.deployment is not None:
            attributes["onceward.deployment"] = recorder.deployment
        if recorder.id is not None:
            attributes["gen_ai.response.id"] = recorder.id
        if recorder.model is not None:
            attributes["gen_ai.response.model"] = recorder.model
        if recorder.reasons:
            attributes["gen_ai.response.finish_reasons"] = recorder.reasons
        if record.stream and first is not None:
            attributes["gen_ai.response.time_to_first_chunk"] = first
        if failure is not None:
            attributes["error.type"] = failure
            span.set_status(Status(StatusCode.ERROR))
        span.set_attributes(attributes)
        if self._settings.capture_content and kind in ("chat", "completions"):
            self._describe_contents(span, recorder, request)

    def _describe_contents(self, span: Span, recorder: _Recorder, request: Request) -> None:
        conversation = genai.input_messages(request.data)
        if conversation is not None:
            span.set_attribute("gen_ai.input.messages", conversation)
        # A guardrail may still remove something from the answer, so it is not captured.
        if any(guard.after for guard in self._guardrails.of(request)):
            return
        answer = recorder.answer
        said = genai.output_messages(answer.body) if answer is not None else genai.folded_messages(recorder.events)
        if said is not None:
            span.set_attribute("gen_ai.output.messages", said)

    def _measure(
        self, labels: genai.Attributes, recorder: _Recorder, seconds: float, first: float | None, failure: str | None
    ) -> None:
        labels["gen_ai.request.model"] = self._label(recorder, str(labels["gen_ai.request.model"]))
        usage = genai.usage_attributes(recorder.used)
        if usage and failure is None:
            self._tokens.record(_whole(usage["gen_ai.usage.input_tokens"]), {**labels, "gen_ai.token.type": "input"})
            self._tokens.record(_whole(usage["gen_ai.usage.output_tokens"]), {**labels, "gen_ai.token.type": "output"})
        if recorder.record.stream and first is not None:
            self._first.record(first, labels)
        if failure is not None:
            labels["error.type"] = failure
        self._duration.record(seconds, labels)

    def _label(self, recorder: _Recorder, model: str) -> str:
        """Return a model's name as a label: `other` for names that callers may invent."""
        if recorder.record.provider == "offline" and model.startswith("onceward/"):
            return model.partition(":")[0]
        known = self._labels.model(model)
        return model if known is OTHER and self._labels.model(recorder.record.model) is not OTHER else known

    # -- the rest

    def inject(self, headers: MutableMapping[str, str]) -> None:
        """Add the headers with which a provider continues the trace."""
        self._propagator.inject(headers)

    def stop(self) -> None:
        """Send the remaining spans and metrics."""
        self._tracers.shutdown()
        self._meters.shutdown()


class _Recorder(WriterMiddleware):
    """Middleware that records the answering model, the start of the answer, and its finish reason."""

    def __init__(self, inner: ResponseWriter, *, reads: bool, keeps: bool) -> None:
        super().__init__(inner)
        self.first: float | None = None
        self.id: str | None = None
        self.model: str | None = None
        self.reasons: list[str] = []
        self.events: list[bytes] = []
        self._reads = reads
        self._keeps = keeps

    @property
    def takes_batches(self) -> bool:
        return self._inner.takes_batches

    def write(self, events: list[bytes]) -> bool:
        for data in events:
            self._see(data)
        return self._inner.write(events)

    async def emit(self, data: bytes, event: str | None = None) -> None:
        self._see(data)
        await self._inner.emit(data, event)

    def _see(self, data: bytes) -> None:
        if self.first is None:
            self.first = perf_counter()
            if self._reads:
                self._read_head(data)
        elif self._reads and (b'"finish_reason":"' in data or b'"finish_reason": "' in data):
            self._read_head(data)
        if self._keeps and len(self.events) < _MOST_KEPT:
            self.events.append(data)

    @property
    def used(self) -> Any:
        """Return the usage that is known so far."""
        return self.usage or (self.answer.usage if self.answer is not None else None)

    def read(self) -> None:
        """Read a whole answer."""
        answer = self.answer
        if answer is not None and "json" in answer.content_type and len(answer.body) <= _LONGEST_READ:
            self._read_head(answer.body)

    def _read_head(self, data: bytes) -> None:
        try:
            head = _head.decode(data)
        except msgspec.DecodeError:
            return
        self.id, self.model = self.id or head.id, self.model or head.model
        self.reasons += head.reasons


def _request_attributes(span: RequestSpan, status: int) -> dict[str, str | int]:
    found: dict[str, str | int] = {"http.response.status_code": status, "url.scheme": "http"}
    if span.template:
        found["http.route"] = span.template
    found["onceward.operation"] = span.operation
    request = span.request
    if request is not None:
        found["onceward.caller"] = request.caller.id
        scope = request.scope or {}
        found["url.path"] = str(scope.get("path", ""))[:_LONGEST_PATH]
        found["url.scheme"] = str(scope.get("scheme", "http"))
        if request.record is not None:
            found["onceward.call_id"] = request.record.id
        if request.repeated:
            found["onceward.repeated"] = request.repeated
    return found


def _error_type(error: BaseException) -> str:
    if isinstance(error, ApiError):
        return str(error.status)
    return "cancelled" if isinstance(error, asyncio.CancelledError) else type(error).__name__


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0
