"""Collectors: gauges that are read only when the metrics are read, and cost a call nothing."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from .._version import __version__
from ..calls.registry import CallRegistry
from ..cluster.bus import Bus
from ..core.clock import Clock
from ..core.lifecycle import Lifecycle
from ..db import Database
from ..routing.catalog import DeploymentCatalog
from ..routing.circuit_breaker import CircuitBreakers
from .labels import NameLabels
from .prometheus import MetricFamily

if TYPE_CHECKING:
    from ..redis.client import Redis

__all__ = ["GaugeCollector", "StorageFigures", "event_loop_lag"]


_STORAGE = {
    "queued_batches": "Batches that wait to be written.",
    "connections": "Open connections to the database.",
    "idle_connections": "Open connections that are not in use.",
    "connection_waiters": "Tasks that wait for a connection.",
}


@runtime_checkable
class StorageFigures(Protocol):
    """A database that reports figures under the names of `_STORAGE`."""

    def figures(self) -> Mapping[str, float]:
        """Return the current value of each figure by its name."""


async def event_loop_lag() -> float:
    """Return the seconds that a ready task waits for the event loop now."""
    started = time.perf_counter()
    await asyncio.sleep(0)
    return time.perf_counter() - started


class GaugeCollector:
    """Collects the current state of the gateway, its parts and its process."""

    def __init__(
        self,
        lifecycle: Lifecycle,
        calls: CallRegistry,
        catalog: DeploymentCatalog,
        breakers: CircuitBreakers,
        labels: NameLabels,
        clock: Clock,
        *,
        db: Database,
        redis: Redis | None,
        bus: Bus,
    ) -> None:
        self._lifecycle = lifecycle
        self._calls = calls
        self._catalog = catalog
        self._breakers = breakers
        self._labels = labels
        self._clock = clock
        self._db = db
        self._redis = redis
        self._bus = bus

    def collect(self) -> Iterator[MetricFamily]:
        """Return all gauges."""
        yield MetricFamily("onceward_build_info", "gauge", "Always 1; the labels are the versions.").add(
            1, version=__version__, python=platform.python_version()
        )
        state = "draining" if self._lifecycle.draining else "ready" if self._lifecycle.ready else "starting"
        yield MetricFamily("onceward_state", "gauge", "1 for the state of the gateway.").add(1, state=state)
        yield from self._running_calls()
        yield from self._deployments()
        yield from self._storage()
        yield from _process()

    def _running_calls(self) -> Iterator[MetricFamily]:
        running = list(self._calls.running.values())
        clients = sum(len(call.subscribers) for call in running if call.record.stream)
        detached = sum(not call.subscribers for call in running)
        yield MetricFamily("onceward_calls_in_flight", "gauge", "Running calls to models.").add(len(running))
        yield MetricFamily("onceward_stream_clients", "gauge", "Clients that read the stream of a running call.").add(
            clients
        )
        yield MetricFamily(
            "onceward_calls_detached", "gauge", "Running calls whose client disconnected and may return."
        ).add(detached)

    def _deployments(self) -> Iterator[MetricFamily]:
        circuit_open = MetricFamily(
            "onceward_deployment_circuit_open", "gauge", "1 while the circuit of a deployment is open."
        )
        wait = MetricFamily(
            "onceward_deployment_cooldown_seconds", "gauge", "Seconds until a deployment with an open circuit is tried."
        )
        running = MetricFamily("onceward_deployment_calls_in_flight", "gauge", "Running calls of a deployment.")
        failing = MetricFamily(
            "onceward_deployment_consecutive_failures", "gauge", "Failures of a deployment since its last answer."
        )
        now = self._clock.monotonic()
        for one in self._catalog.deployments():
            state = self._breakers.states.get(one.id)
            if state is None:
                continue
            labels = {"deployment": one.id, "model": self._labels.model(one.group), "provider": one.provider}
            circuit_open.add(int(state.is_open(now)), **labels)
            wait.add(state.seconds_open(now), **labels)
            running.add(state.in_flight, **labels)
            failing.add(state.consecutive_failures, **labels)
        yield from (circuit_open, wait, running, failing)

    def _storage(self) -> Iterator[MetricFamily]:
        yield MetricFamily("onceward_storage_up", "gauge", "1 while the database answers.").add(int(self._db.connected))
        if isinstance(self._db, StorageFigures):
            for figure, value in self._db.figures().items():
                yield MetricFamily(f"onceward_storage_{figure}", "gauge", _STORAGE[figure]).add(value)
        if self._redis is not None:
            yield MetricFamily("onceward_redis_up", "gauge", "1 while Redis answers.").add(int(self._redis.available))
            losses = MetricFamily("onceward_redis_disconnects_total", "counter", "Lost connections to Redis.")
            yield losses.add(self._redis.losses)
            connected = MetricFamily("onceward_bus_connected", "gauge", "1 while messages of other nodes arrive.")
            yield connected.add(int(self._bus.connected))


def _process() -> Iterator[MetricFamily]:
    """Return the metrics that all processes have, under their common names."""
    times = os.times()
    cpu = MetricFamily("process_cpu_seconds_total", "counter", "Seconds of CPU time, user and system.")
    yield cpu.add(times.user + times.system)
    for name, help, value in _linux() if sys.platform == "linux" else ():
        yield MetricFamily(name, "gauge", help).add(value)


def _linux() -> Iterator[tuple[str, str, float]]:
    page = os.sysconf("SC_PAGE_SIZE")
    virtual, resident = (int(pages) * page for pages in Path("/proc/self/statm").read_text().split()[:2])
    yield "process_resident_memory_bytes", "Resident memory.", resident
    yield "process_virtual_memory_bytes", "Virtual memory.", virtual
    yield "process_start_time_seconds", "Start of the process, in seconds since the epoch.", _started_at()
    yield "process_open_fds", "Open file descriptors.", len(os.listdir("/proc/self/fd"))
    import resource

    yield "process_max_fds", "Maximum of open file descriptors.", resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _started_at() -> float:
    # After the name in brackets, which may contain blanks, the 20th field is the start in ticks since boot.
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    boot = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
    return int(boot.split()[1]) + ticks / os.sysconf("SC_CLK_TCK")
