"""Metrics of one process, and the text format of Prometheus.

Counting happens on the thread of the event loop, so it needs no locks: a call costs a few additions to a row that is
looked up once. Expensive work (sums, text, cumulative buckets) is done when the metrics are read.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

__all__ = [
    "CONTENT_TYPE",
    "SECONDS",
    "Counter",
    "Histogram",
    "MetricFamily",
    "MetricKind",
    "Labels",
    "Sample",
    "render",
]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
MetricKind: TypeAlias = Literal["counter", "gauge", "histogram"]
Labels: TypeAlias = tuple[tuple[str, str], ...]
Sample: TypeAlias = tuple[str, Labels, float]
"""A suffix of the family's name, the labels, and the value."""


@dataclass(slots=True)
class MetricFamily:
    """One metric with all its series."""

    name: str
    kind: MetricKind
    help: str
    samples: list[Sample] = field(default_factory=list)

    def add(self, value: float, **labels: str) -> MetricFamily:
        """Add a series; empty labels are left out."""
        self.samples.append(("", tuple((name, text) for name, text in labels.items() if text), value))
        return self


class Histogram:
    """The number of values in each bucket, and the sum of all values."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float] = SECONDS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Count a value in the one bucket whose bounds contain it."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def merge(self, other: Histogram) -> None:
        """Add the values of another histogram with the same buckets."""
        self.counts = [mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True)]
        self.sum += other.sum

    def samples(self, labels: Labels) -> Iterable[Sample]:
        """Return its series: a cumulative one for each bucket, the sum, the count."""
        total = 0
        for bound, count in zip((*(_number(bound) for bound in self.bounds), "+Inf"), self.counts, strict=True):
            total += count
            yield "_bucket", (*labels, ("le", bound)), total
        yield "_sum", labels, self.sum
        yield "_count", labels, total


class Counter:
    """A counter by labels."""

    __slots__ = ("labels", "values")

    def __init__(self, *labels: str) -> None:
        self.labels = labels
        self.values: dict[tuple[str, ...], float] = {}

    def add(self, *values: str, amount: float = 1) -> None:
        """Add `amount` to the counter with these label values, in the order of the labels."""
        self.values[values] = self.values.get(values, 0) + amount

    def family(self, name: str, help: str) -> MetricFamily:
        """Return the counters as a family of metrics, ready to be written."""
        rows = [("", _labels(self.labels, values), value) for values, value in self.values.items()]
        return MetricFamily(name, "counter", help, rows)


def _labels(names: Iterable[str], values: Iterable[str]) -> Labels:
    return tuple((name, value) for name, value in zip(names, values, strict=True) if value)


def render(families: Iterable[MetricFamily]) -> bytes:
    """Return families in the text format of Prometheus, version 0.0.4."""
    lines: list[str] = []
    for family in families:
        if not family.samples:
            continue
        lines.append(f"# HELP {family.name} {_escaped(family.help, quotes=False)}")
        lines.append(f"# TYPE {family.name} {family.kind}")
        for suffix, labels, value in family.samples:
            shown = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels)
            lines.append(
                f"{family.name}{suffix}{{{shown}}} {_number(value)}"
                if shown
                else f"{family.name}{suffix} {_number(value)}"
            )
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _escaped(text: str, *, quotes: bool = True) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if quotes else text


def _number(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
