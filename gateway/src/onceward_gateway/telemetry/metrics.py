"""Metrics of requests, calls, attempts at providers, and refusals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..calls.running import RunningCall
from ..core.errors import ApiError
from ..core.response_writer import ResponseWriter
from ..core.usage import tokens_of
from .labels import OTHER, NameLabels
from .prometheus import (
    Counter,
    Histogram,
    Labels,
    MetricFamily,
)

__all__ = ["Metrics"]

_MAX_SERIES = 2000
_MAX_RECENT = 4096
_KINDS = ("input", "output", "cached_input", "cache_write", "reasoning", "audio")
_NANO = 1_000_000_000
_REFUSALS = {
    "requests_per_minute_exceeded": "requests",
    "tokens_per_minute_exceeded": "tokens",
    "parallelrequests_exceeded": "parallel",
    "budget_exceeded": "budget",
    "insufficient_credits": "credits",
    "price_unknown": "price",
    "band_access_denied": "band",
    "limits_unavailable": "limits_unavailable",
    "storage_unavailable": "storage_unavailable",
    "draining": "draining",
}
_SCOPES = frozenset(
    ("budget", "credits", "customer", "key", "model", "organization", "organization_member", "provider", "team")
) | {"team_member", "user"}
SeriesKey = tuple[str, str, str, str, str, bool, bool]


class _CallSeries:
    """Counts of the calls with the same labels."""

    __slots__ = ("calls", "cost", "events", "first", "seconds", "tokens")

    def __init__(self) -> None:
        self.calls = self.cost = self.events = 0
        self.tokens = [0] * len(_KINDS)
        self.seconds = Histogram()
        self.first = Histogram()


class _AttemptSeries:
    """Counts of the attempts with the same labels."""

    __slots__ = ("outcomes", "seconds")

    def __init__(self) -> None:
        self.seconds = Histogram()
        self.outcomes: dict[str, int] = {}


class Metrics:
    """The counters and histograms of one process."""

    def __init__(self, labels: NameLabels) -> None:
        self.labels = labels
        self.open = 0
        self.settle = Histogram()
        self._requests: dict[tuple[str, int], int] = {}
        self._durations: dict[str, Histogram] = {}
        self._calls: dict[SeriesKey, _CallSeries] = {}
        self._attempts: dict[tuple[str, str, str], _AttemptSeries] = {}
        # By the names as sent, so that a call looks its series up once.
        self._recent: dict[tuple[Any, ...], _CallSeries] = {}
        self._recent_attempts: dict[tuple[Any, ...], _AttemptSeries] = {}
        self._retries = Counter("kind", "model", "to")
        self._repeats = Counter("kind")
        self._refused = Counter("kind", "scope")

    # -- record

    def answered(self, operation: str, status: int, seconds: float) -> None:
        """Count a request that was answered to its last byte, or whose client disconnected (499)."""
        labels = (operation, status)
        self._requests[labels] = self._requests.get(labels, 0) + 1
        durations = self._durations.get(operation)
        if durations is None:
            durations = self._durations[operation] = Histogram()
        durations.observe(seconds)

    def ended(self, call: RunningCall, settle_seconds: float) -> None:
        """Count a call to a model that has ended and whose record is durable."""
        record = call.record
        ended = record.finished_at or record.created_at
        started = call.ticket.started_at if call.ticket is not None else record.created_at
        series = self._call_series(call)
        series.calls += 1
        series.cost += record.cost_nano or 0
        series.seconds.observe(max(0.0, ended - started))
        if record.stream:
            series.events += call.events_produced
            if call.first_at is not None:
                series.first.observe(max(0.0, call.first_at - started))
        if record.usage is not None:
            _add(series.tokens, record.usage)
        self.settle.observe(settle_seconds)

    def attempted(self, out: ResponseWriter, seconds: float, outcome: str) -> None:
        """Count an attempt; `outcome` is `ok`, the status of its error, `cancelled` or `failed`."""
        # A pool writes each attempt into the record; without a pool the record names the target of the call.
        key = (out.record.provider, out.record.model, out.price_name, out.deployment)
        if self.labels.changed():
            self._forget()
        series = self._recent_attempts.get(key) or self._attempt_series(key, out)
        series.seconds.observe(seconds)
        series.outcomes[outcome] = series.outcomes.get(outcome, 0) + 1

    def _attempt_series(self, key: tuple[Any, ...], out: ResponseWriter) -> _AttemptSeries:
        if len(self._recent_attempts) >= _MAX_RECENT:
            self._forget()
        labels = (out.record.provider, self.labels.requested(out), self.labels.deployment(out.deployment))
        if labels not in self._attempts and len(self._attempts) >= _MAX_SERIES:
            labels = (out.record.provider, OTHER, OTHER)
        series = self._recent_attempts[key] = self._attempts.setdefault(labels, _AttemptSeries())
        return series

    def _forget(self) -> None:
        self._recent.clear()
        self._recent_attempts.clear()

    def retried(self, kind: str, model: str, to: str) -> None:
        """Count a further attempt: a `retry` at a deployment of the same model, or a `fallback` to another model."""
        self._retries.add(kind, self.labels.model(model), self.labels.model(to) if kind == "fallback" else "")

    def repeated(self, kind: str) -> None:
        """Count a request that an earlier call answered: `attached`, `replayed` or `resumed`."""
        self._repeats.add(kind)

    def refused(self, error: ApiError) -> None:
        """Count a refusal by a limit, a budget or a permission."""
        code = error.code or ""
        if code.endswith("_model_access_denied"):
            self._refused.add("model", code.removesuffix("_model_access_denied"))
            return
        kind = _REFUSALS.get(code)
        if kind is not None:
            scope = error.extra.get("limit_scope")
            self._refused.add(kind, scope if scope in _SCOPES else "")

    def _call_series(self, call: RunningCall) -> _CallSeries:
        record = call.record
        # The names come last: they are replaced by labels.
        fixed = (record.operation, record.provider, record.status, call.cached, record.stream)
        key = (*fixed, record.model, call.price_name, call.deployment)
        if self.labels.changed():
            self._forget()
        series = self._recent.get(key)
        if series is not None:
            return series
        operation, provider, status, cached, stream = fixed
        model, deployment = self.labels.served(call), self.labels.deployment(call.deployment)
        if len(self._recent) >= _MAX_RECENT:
            self._forget()
        labels = (operation, model, provider, deployment, status, cached, stream)
        if labels not in self._calls and len(self._calls) >= _MAX_SERIES:
            labels = (operation, OTHER, provider, OTHER, status, cached, stream)
        series = self._recent[key] = self._calls.setdefault(labels, _CallSeries())
        return series

    # -- read

    def families(self) -> Iterator[MetricFamily]:
        """Return all metrics."""
        yield from self._edge()
        yield from self._call_families()
        yield from self._upstream()
        yield self._retries.family("onceward_retries_total", "Further attempts of calls, by kind.")
        yield self._repeats.family("onceward_idempotent_requests_total", "Requests answered by an earlier call.")
        yield self._refused.family(
            "onceward_rejections_total", "Requests refused by a limit, a budget or a permission."
        )
        settle = MetricFamily(
            "onceward_settlement_duration_seconds", "histogram", "Seconds from a call's end to its durable record."
        )
        settle.samples += self.settle.samples(())
        yield settle

    def _edge(self) -> Iterator[MetricFamily]:
        requests = MetricFamily("onceward_requests_total", "counter", "Requests, by operation and HTTP status.")
        for (operation, status), count in self._requests.items():
            requests.add(count, operation=operation, status=str(status))
        yield requests
        seconds = MetricFamily(
            "onceward_request_duration_seconds", "histogram", "Seconds to the last byte of the answer."
        )
        for operation, durations in self._durations.items():
            seconds.samples += durations.samples(_pairs(operation=operation))
        yield seconds
        yield MetricFamily("onceward_requests_in_flight", "gauge", "Requests in progress.").add(self.open)

    def _upstream(self) -> Iterator[MetricFamily]:
        outcomes = MetricFamily("onceward_upstream_attempts_total", "counter", "Attempts at models, by outcome.")
        seconds = MetricFamily(
            "onceward_upstream_attempt_duration_seconds", "histogram", "Seconds of an attempt, to its last byte."
        )
        for (provider, model, deployment), series in self._attempts.items():
            where = _pairs(provider=provider, model=model, deployment=deployment)
            seconds.samples += series.seconds.samples(where)
            outcomes.samples += [("", (*where, ("outcome", how)), count) for how, count in series.outcomes.items()]
        yield from (outcomes, seconds)

    def _call_families(self) -> Iterator[MetricFamily]:
        calls = MetricFamily("onceward_calls_total", "counter", "Calls to models that have ended, by status.")
        tokens = MetricFamily(
            "onceward_tokens_total", "counter", "Tokens; finer kinds are included in input or output."
        )
        cost = MetricFamily("onceward_cost_usd_total", "counter", "Cost of calls in US dollars.")
        events = MetricFamily("onceward_stream_events_total", "counter", "Events of streams.")
        used: dict[Labels, list[int]] = {}
        paid: dict[Labels, int] = {}
        sent: dict[Labels, int] = {}
        for (operation, model, provider, deployment, status, cached, stream), series in self._calls.items():
            where = _pairs(model=model, provider=provider, deployment=deployment)
            outcome = {"operation": operation, "status": status, "cached": _flag(cached), "stream": _flag(stream)}
            calls.samples.append(("", (*where, *outcome.items()), series.calls))
            used[where] = [have + more for have, more in zip(used.get(where, _NOTHING), series.tokens, strict=True)]
            paid[where] = paid.get(where, 0) + series.cost
            if series.events:
                sent[where] = sent.get(where, 0) + series.events
        for where, amounts in used.items():
            for kind, amount in zip(_KINDS, amounts, strict=True):
                if amount or kind in ("input", "output"):
                    tokens.samples.append(("", (*where, ("kind", kind)), amount))
        cost.samples += [("", where, nano / _NANO) for where, nano in paid.items()]
        events.samples += [("", where, count) for where, count in sent.items()]
        yield from (calls, tokens, cost, events)
        yield self._latency(
            "onceward_call_duration_seconds", "Seconds of a call, from its start to its end.", first=False
        )
        yield self._latency(
            "onceward_time_to_first_event_seconds", "Seconds to the first event of a stream.", first=True
        )

    def _latency(self, name: str, help: str, *, first: bool) -> MetricFamily:
        sums: dict[Labels, Histogram] = {}
        for (operation, model, provider, *_), series in self._calls.items():
            labels = _pairs(operation=operation, model=model, provider=provider)
            sums.setdefault(labels, Histogram()).merge(series.first if first else series.seconds)
        family = MetricFamily(name, "histogram", help)
        for labels, seen in sums.items():
            if any(seen.counts):
                family.samples += seen.samples(labels)
        return family


def _add(tokens: list[int], usage: Mapping[str, Any]) -> None:
    prompt, completion = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if type(prompt) is int and type(completion) is int and len(usage) == 3:
        # The usage of offline models has no finer kinds.
        tokens[0] += max(prompt, 0)
        tokens[1] += max(completion, 0)
        return
    used = tokens_of(usage)
    tokens[0] += used.prompt
    tokens[1] += used.completion
    if used.cached or used.cache_write or used.reasoning or used.audio:
        for at, amount in enumerate((used.cached, used.cache_write, used.reasoning, used.audio), 2):
            tokens[at] += amount


_NOTHING = [0] * len(_KINDS)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _pairs(**labels: str) -> Labels:
    return tuple((name, text) for name, text in labels.items() if text)
