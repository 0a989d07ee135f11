"""What is counted while the gateway works: requests, calls, tries upstream, refusals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..calls.running import Run
from ..core.errors import ApiError
from ..core.response_writer import Sink
from ..core.usage import tokens_of
from .labels import OTHER, Names
from .prometheus import (
    Counts,
    Distribution,
    Family,
    Labels,
)

__all__ = ["Meters"]

_MOST_LINES = 2000
_MOST_RECENT = 4096
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
    "limits_unavailable": "limits_away",
    "storage_unavailable": "storage_away",
    "draining": "draining",
}
_SCOPES = frozenset(
    ("budget", "credits", "customer", "key", "model", "organization", "organization_member", "provider", "team")
) | {"team_member", "user"}
Place = tuple[str, str, str, str, str, bool, bool]


class _Line:
    """Calls that have all labels in common."""

    __slots__ = ("calls", "cost", "events", "first", "seconds", "tokens")

    def __init__(self) -> None:
        self.calls = self.cost = self.events = 0
        self.tokens = [0] * len(_KINDS)
        self.seconds = Distribution()
        self.first = Distribution()


class _Tries:
    """Tries at one place."""

    __slots__ = ("outcomes", "seconds")

    def __init__(self) -> None:
        self.seconds = Distribution()
        self.outcomes: dict[str, int] = {}


class Meters:
    """The counters of one process."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.open = 0
        self.settle = Distribution()
        self._requests: dict[tuple[str, int], int] = {}
        self._durations: dict[str, Distribution] = {}
        self._lines: dict[Place, _Line] = {}
        self._tries: dict[tuple[str, str, str], _Tries] = {}
        # By the names as they came, so that a call looks its row up once.
        self._recent: dict[tuple[Any, ...], _Line] = {}
        self._recent_tries: dict[tuple[Any, ...], _Tries] = {}
        self._again = Counts("kind", "model", "to")
        self._repeats = Counts("kind")
        self._refused = Counts("kind", "scope")

    # -- what happens

    def answered(self, operation: str, status: int, seconds: float) -> None:
        """A request has been answered to its last byte, or its client is gone (499)."""
        place = (operation, status)
        self._requests[place] = self._requests.get(place, 0) + 1
        durations = self._durations.get(operation)
        if durations is None:
            durations = self._durations[operation] = Distribution()
        durations.observe(seconds)

    def ended(self, run: Run, settle_seconds: float) -> None:
        """A call to a model has ended and its record is durable."""
        record = run.record
        ended = record.finished_at or record.created_at
        started = run.ticket.started_at if run.ticket is not None else record.created_at
        line = self._line(run)
        line.calls += 1
        line.cost += record.cost_nano or 0
        line.seconds.observe(max(0.0, ended - started))
        if record.stream:
            line.events += run.events_produced
            if run.first_at is not None:
                line.first.observe(max(0.0, run.first_at - started))
        if record.usage is not None:
            _add(line.tokens, record.usage)
        self.settle.observe(settle_seconds)

    def tried(self, out: Sink, seconds: float, outcome: str) -> None:
        """One deployment was asked; `outcome` is `ok`, the status of its error, `cancelled` or `failed`."""
        # A pool writes into the record whom it asks; without one it is whom the call was for.
        key = (out.record.provider, out.record.model, out.price_name, out.deployment)
        if self.names.changed():
            self._forget()
        tries = self._recent_tries.get(key) or self._found_tries(key, out)
        tries.seconds.observe(seconds)
        tries.outcomes[outcome] = tries.outcomes.get(outcome, 0) + 1

    def _found_tries(self, key: tuple[Any, ...], out: Sink) -> _Tries:
        if len(self._recent_tries) >= _MOST_RECENT:
            self._forget()
        place = (out.record.provider, self.names.asked(out), self.names.deployment(out.deployment))
        if place not in self._tries and len(self._tries) >= _MOST_LINES:
            place = (out.record.provider, OTHER, OTHER)
        tries = self._recent_tries[key] = self._tries.setdefault(place, _Tries())
        return tries

    def _forget(self) -> None:
        self._recent.clear()
        self._recent_tries.clear()

    def again(self, kind: str, model: str, to: str) -> None:
        """A call is tried once more: `retry` on a deployment of the same model, or `fallback` to another one."""
        self._again.add(kind, self.names.model(model), self.names.model(to) if kind == "fallback" else "")

    def repeated(self, kind: str) -> None:
        """A request was answered by a call that was made before: `joined`, `replayed` or `resumed`."""
        self._repeats.add(kind)

    def refused(self, error: ApiError) -> None:
        """A limit, a budget or a permission said no."""
        code = error.code or ""
        if code.endswith("_model_access_denied"):
            self._refused.add("model", code.removesuffix("_model_access_denied"))
            return
        kind = _REFUSALS.get(code)
        if kind is not None:
            scope = error.extra.get("limit_scope")
            self._refused.add(kind, scope if scope in _SCOPES else "")

    def _line(self, run: Run) -> _Line:
        record = run.record
        # What is no name comes first: the rest of the key is replaced by labels.
        told = (record.operation, record.provider, record.status, run.cached, record.stream)
        key = (*told, record.model, run.price_name, run.deployment)
        if self.names.changed():
            self._forget()
        line = self._recent.get(key)
        if line is not None:
            return line
        operation, provider, status, cached, stream = told
        model, deployment = self.names.served(run), self.names.deployment(run.deployment)
        if len(self._recent) >= _MOST_RECENT:
            self._forget()
        place = (operation, model, provider, deployment, status, cached, stream)
        if place not in self._lines and len(self._lines) >= _MOST_LINES:
            place = (operation, OTHER, provider, OTHER, status, cached, stream)
        line = self._recent[key] = self._lines.setdefault(place, _Line())
        return line

    # -- what is read

    def families(self) -> Iterator[Family]:
        """All that was counted."""
        yield from self._edge()
        yield from self._calls()
        yield from self._upstream()
        yield self._again.family("onceward_retries_total", "Tries after the first of a call, by why.")
        yield self._repeats.family("onceward_repeats_total", "Requests that a call made before has answered.")
        yield self._refused.family("onceward_refusals_total", "Requests refused by a limit, a budget or a permission.")
        settle = Family("onceward_settle_seconds", "histogram", "Seconds from a call's end to its durable record.")
        settle.samples += self.settle.samples(())
        yield settle

    def _edge(self) -> Iterator[Family]:
        requests = Family("onceward_requests_total", "counter", "Requests, by operation and HTTP status.")
        for (operation, status), count in self._requests.items():
            requests.add(count, operation=operation, status=str(status))
        yield requests
        seconds = Family("onceward_request_seconds", "histogram", "Seconds to the last byte of the answer.")
        for operation, durations in self._durations.items():
            seconds.samples += durations.samples(_pairs(operation=operation))
        yield seconds
        yield Family("onceward_requests_open", "gauge", "Requests that are being answered.").add(self.open)

    def _upstream(self) -> Iterator[Family]:
        outcomes = Family("onceward_upstream_tries_total", "counter", "Tries at providers and offline models, by how.")
        seconds = Family("onceward_upstream_seconds", "histogram", "Seconds of one try, to its last byte.")
        for (provider, model, deployment), tries in self._tries.items():
            where = _pairs(provider=provider, model=model, deployment=deployment)
            seconds.samples += tries.seconds.samples(where)
            outcomes.samples += [("", (*where, ("outcome", how)), count) for how, count in tries.outcomes.items()]
        yield from (outcomes, seconds)

    def _calls(self) -> Iterator[Family]:
        calls = Family("onceward_calls_total", "counter", "Calls to models that have ended, by how.")
        tokens = Family("onceward_tokens_total", "counter", "Tokens; the finer kinds are part of input or output.")
        cost = Family("onceward_cost_usd_total", "counter", "US dollars that calls cost.")
        events = Family("onceward_stream_events_total", "counter", "Events that streams were made of.")
        used: dict[Labels, list[int]] = {}
        paid: dict[Labels, int] = {}
        sent: dict[Labels, int] = {}
        for (operation, model, provider, deployment, status, cached, stream), line in self._lines.items():
            where = _pairs(model=model, provider=provider, deployment=deployment)
            told = {"operation": operation, "status": status, "cached": _flag(cached), "stream": _flag(stream)}
            calls.samples.append(("", (*where, *told.items()), line.calls))
            used[where] = [have + more for have, more in zip(used.get(where, _NOTHING), line.tokens, strict=True)]
            paid[where] = paid.get(where, 0) + line.cost
            if line.events:
                sent[where] = sent.get(where, 0) + line.events
        for where, amounts in used.items():
            for kind, amount in zip(_KINDS, amounts, strict=True):
                if amount or kind in ("input", "output"):
                    tokens.samples.append(("", (*where, ("kind", kind)), amount))
        cost.samples += [("", where, nano / _NANO) for where, nano in paid.items()]
        events.samples += [("", where, count) for where, count in sent.items()]
        yield from (calls, tokens, cost, events)
        yield self._latency("onceward_call_seconds", "Seconds of a call, from its start to its end.", first=False)
        yield self._latency("onceward_first_event_seconds", "Seconds to the first event of a stream.", first=True)

    def _latency(self, name: str, help: str, *, first: bool) -> Family:
        sums: dict[Labels, Distribution] = {}
        for (operation, model, provider, *_), line in self._lines.items():
            place = _pairs(operation=operation, model=model, provider=provider)
            sums.setdefault(place, Distribution()).absorb(line.first if first else line.seconds)
        family = Family(name, "histogram", help)
        for place, seen in sums.items():
            if any(seen.counts):
                family.samples += seen.samples(place)
        return family


def _add(tokens: list[int], usage: Mapping[str, Any]) -> None:
    prompt, completion = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if type(prompt) is int and type(completion) is int and len(usage) == 3:
        # Nothing finer is told, as of offline models: no need to look for it.
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
