"""The OpenTelemetry Collector, built from its modules, and what it got."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from .kit import free_port, program, until

_SOURCE = Path(__file__).parent / "collector"
_CONFIG = """
receivers:
  otlp:
    protocols:
      http:
        endpoint: 127.0.0.1:{port}
exporters:
  file:
    path: {path}
    flush_interval: 50ms
service:
  telemetry:
    metrics:
      level: none
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [file]
    metrics:
      receivers: [otlp]
      exporters: [file]
"""


def build(folder: Path) -> Path:
    """The collector's program. Minutes where nothing of it was built before, seconds after that."""
    go = program("go", "Go 1.26 or newer")
    shutil.copytree(_SOURCE, folder / "source")
    command = [go, "build", "-mod=readonly", "-o", str(folder / "collector"), "."]
    done = subprocess.run(command, cwd=folder / "source", capture_output=True, text=True, timeout=900, check=False)
    if done.returncode != 0:
        reason = f"the collector cannot be built: {done.stderr[-500:]}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder / "collector"


@dataclass(frozen=True)
class Span:
    """A span as the collector wrote it."""

    name: str
    trace: str
    id: str
    parent: str
    kind: int
    status: int
    seconds: float
    attributes: dict[str, Any]
    links: tuple[str, ...]
    resource: dict[str, Any]


class Collector:
    """A running collector."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._file = folder / "collected.json"
        (folder / "collector.yaml").write_text(_CONFIG.format(port=self.port, path=self._file))
        with (folder / "collector.log").open("wb") as log:
            command = [str(binary), "--config", str(folder / "collector.yaml")]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    async def ready(self) -> Any:
        async with httpx2.AsyncClient() as client:
            try:
                return (await client.get(self.url + "/v1/traces")).status_code == 405
            except httpx2.ConnectError:
                return False

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    @property
    def environ(self) -> dict[str, str]:
        """Return OpenTelemetry's environment variables for this collector, with a short export interval."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.url,
            "OTEL_BSP_SCHEDULE_DELAY": "50",
            "OTEL_METRIC_EXPORT_INTERVAL": "200",
        }

    @property
    def text(self) -> str:
        return self._file.read_text() if self._file.exists() else ""

    def _told(self, name: str) -> Iterator[dict[str, Any]]:
        for line in self.text.splitlines():
            try:
                yield from json.loads(line).get(name, ())
            except json.JSONDecodeError:
                # The last line is still being written.
                return

    @property
    def spans(self) -> list[Span]:
        found: list[Span] = []
        for told in self._told("resourceSpans"):
            resource = _values(told["resource"].get("attributes", ()))
            for scope in told["scopeSpans"]:
                found += [_span(span, resource) for span in scope["spans"]]
        return found

    async def got(self, count: int) -> dict[str, Span]:
        """All spans by name, once there are so many."""

        async def there() -> list[Span]:
            spans = self.spans
            return spans if len(spans) >= count else []

        spans: list[Span] = await until(there, f"{count} spans")
        assert len(spans) == count, [span.name for span in spans]
        return {span.name: span for span in spans}

    def points(self, name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """The labels and the last value of each series of a metric."""
        found: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        for told in self._told("resourceMetrics"):
            for scope in told["scopeMetrics"]:
                for metric in scope["metrics"]:
                    for point in metric.get("histogram", {}).get("dataPoints", ()) if metric["name"] == name else ():
                        labels = _values(point.get("attributes", ()))
                        found[json.dumps(labels, sort_keys=True)] = labels, point | {"unit": metric["unit"]}
        return list(found.values())


def _span(span: dict[str, Any], resource: dict[str, Any]) -> Span:
    return Span(
        name=span["name"],
        trace=span["traceId"],
        id=span["spanId"],
        parent=span.get("parentSpanId", ""),
        kind=span["kind"],
        status=span.get("status", {}).get("code", 0),
        seconds=(int(span["endTimeUnixNano"]) - int(span["startTimeUnixNano"])) / 1e9,
        attributes=_values(span.get("attributes", ())),
        links=tuple(link["traceId"] for link in span.get("links", ())),
        resource=resource,
    )


def _values(attributes: Any) -> dict[str, Any]:
    return {one["key"]: _value(one["value"]) for one in attributes}


def _value(value: dict[str, Any]) -> Any:
    ((kind, plain),) = value.items()
    if kind == "intValue":
        return int(plain)
    return [_value(one) for one in plain.get("values", ())] if kind == "arrayValue" else plain
