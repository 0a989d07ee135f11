"""Counting and rendering with the gateway's metrics, and with prometheus_client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from _load import Loads, Subject, repeated

from onceward_gateway.telemetry.prometheus import SECONDS, Counter, Histogram, MetricFamily, render

__all__ = ["SUBJECTS"]

_LABELS = ("kind", "model", "to")
_VALUES = ("fallback", "gpt-5-mini", "claude-sonnet-4-5")
# A histogram has a series for each of its 15 bounds, for infinity, for the sum and for the count: with the counters,
# 1,000 series.
_HISTOGRAMS, _COUNTERS = 50, 100


@asynccontextmanager
async def own(_: str) -> AsyncIterator[Loads]:
    """The gateway's counters and histograms."""
    observed, counted = Histogram(), Counter(*_LABELS)
    series = [Histogram() for _ in range(_HISTOGRAMS)]
    counters = Counter(*_LABELS)
    for number in range(_COUNTERS):
        counters.add("retry", f"model-{number}", "other", amount=number)
    for number, histogram in enumerate(series):
        histogram.observe(number / 10)

    def rendered() -> bytes:
        seconds = MetricFamily("bench_seconds", "histogram", "Seconds.")
        for number, histogram in enumerate(series):
            seconds.samples += histogram.samples((("model", f"model-{number}"),))
        return render([seconds, counters.family("bench_total", "Attempts.")])

    _require_series(rendered())
    yield {
        "observe": repeated(lambda: observed.observe(0.3)),
        "labels": repeated(lambda: counted.add(*_VALUES)),
        "render": repeated(rendered),
    }


@asynccontextmanager
async def prometheus(_: str) -> AsyncIterator[Loads]:
    """prometheus_client with the same buckets and labels, without the series of creation times."""
    package = import_module("prometheus_client")
    package.disable_created_metrics()
    others, registry = package.CollectorRegistry(), package.CollectorRegistry()
    observed = package.Histogram("observed_seconds", "Seconds.", buckets=SECONDS, registry=others)
    counted = package.Counter("counted", "Attempts.", _LABELS, registry=others)
    seconds = package.Histogram("bench_seconds", "Seconds.", ("model",), buckets=SECONDS, registry=registry)
    counters = package.Counter("bench", "Attempts.", _LABELS, registry=registry)
    for number in range(_COUNTERS):
        counters.labels("retry", f"model-{number}", "other").inc(number)
    for number in range(_HISTOGRAMS):
        seconds.labels(f"model-{number}").observe(number / 10)

    def rendered() -> bytes:
        text: bytes = package.generate_latest(registry)
        return text

    _require_series(rendered())
    yield {
        "observe": repeated(lambda: observed.observe(0.3)),
        "labels": repeated(lambda: counted.labels(*_VALUES).inc()),
        "render": repeated(rendered),
    }


def _require_series(text: bytes) -> None:
    count = sum(not line.startswith(b"#") for line in text.splitlines())
    assert count == _HISTOGRAMS * (len(SECONDS) + 3) + _COUNTERS, count


SUBJECTS: dict[str, Subject] = {"onceward": own, "prometheus_client": prometheus}
