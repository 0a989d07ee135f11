"""What is only looked at when somebody reads the metrics: it costs calls nothing."""

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
from .prometheus import Family

if TYPE_CHECKING:
    from ..entry.services import Gateway
    from .labels import Names

__all__ = ["Figures", "gauges", "lag"]


_STORAGE = {
    "queued_batches": "Batches that wait to be written.",
    "connections": "Connections to the database that are open.",
    "idle_connections": "Of these, those that nobody uses.",
    "waiting": "Tasks that wait for a connection.",
}


@runtime_checkable
class Figures(Protocol):
    """What a database tells of itself, under the names of `_STORAGE`."""

    def figures(self) -> Mapping[str, float]: ...


async def lag() -> float:
    """Seconds that something ready to run waits for the loop now."""
    began = time.perf_counter()
    await asyncio.sleep(0)
    return time.perf_counter() - began


def gauges(gateway: Gateway, names: Names) -> Iterator[Family]:
    """How the gateway, its parts and its process stand now."""
    yield Family("onceward_build_info", "gauge", "Always 1; the labels tell the version.").add(
        1, version=__version__, python=platform.python_version()
    )
    state = "draining" if gateway.draining else "ready" if gateway.ready else "starting"
    yield Family("onceward_state", "gauge", "1 for the state that the gateway is in.").add(1, state=state)
    yield from _calls(gateway)
    yield from _deployments(gateway, names)
    yield from _stores(gateway)
    yield from _process()


def _calls(gateway: Gateway) -> Iterator[Family]:
    running = list(gateway.calls.running.values())
    clients = sum(len(run.listeners) for run in running if run.record.stream)
    yield Family("onceward_calls_running", "gauge", "Calls to models that run.").add(len(running))
    yield Family("onceward_streams_open", "gauge", "Clients that read the stream of a running call.").add(clients)
    alone = sum(not run.listeners for run in running)
    yield Family("onceward_calls_unattended", "gauge", "Running calls whose client went away and may return.").add(
        alone
    )


def _deployments(gateway: Gateway, names: Names) -> Iterator[Family]:
    resting = Family("onceward_deployment_resting", "gauge", "1 while the breaker of a deployment is open.")
    wait = Family("onceward_deployment_rest_seconds", "gauge", "Seconds until a resting deployment is tried again.")
    running = Family("onceward_deployment_running", "gauge", "Calls that run at a deployment.")
    failing = Family("onceward_deployment_failures_in_row", "gauge", "Failures of a deployment since it last answered.")
    now = gateway.clock.monotonic()
    for one in gateway.catalog.deployments():
        state = gateway.breakers.states.get(one.id)
        if state is None:
            continue
        labels = {"deployment": one.id, "model": names.model(one.group), "provider": one.provider}
        resting.add(int(state.is_open(now)), **labels)
        wait.add(state.seconds_open(now), **labels)
        running.add(state.in_flight, **labels)
        failing.add(state.consecutive_failures, **labels)
    yield from (resting, wait, running, failing)


def _stores(gateway: Gateway) -> Iterator[Family]:
    yield Family("onceward_storage_up", "gauge", "1 while the database answers.").add(int(gateway.db.connected))
    if isinstance(gateway.db, Figures):
        for figure, value in gateway.db.figures().items():
            yield Family(f"onceward_storage_{figure}", "gauge", _STORAGE[figure]).add(value)
    if gateway.redis is not None:
        yield Family("onceward_redis_up", "gauge", "1 while Redis answers.").add(int(gateway.redis.available))
        losses = Family("onceward_redis_losses_total", "counter", "How often the connection to Redis was lost.")
        yield losses.add(gateway.redis.losses)
        connected = Family("onceward_bus_connected", "gauge", "1 while messages of other nodes arrive.")
        yield connected.add(int(gateway.bus.connected))


def _process() -> Iterator[Family]:
    """Under the names that all processes use."""
    times = os.times()
    cpu = Family("process_cpu_seconds_total", "counter", "Seconds of CPU, of the program and of the system for it.")
    yield cpu.add(times.user + times.system)
    for name, help, value in _linux() if sys.platform == "linux" else ():
        yield Family(name, "gauge", help).add(value)


def _linux() -> Iterator[tuple[str, str, float]]:
    page = os.sysconf("SC_PAGE_SIZE")
    virtual, resident = (int(pages) * page for pages in Path("/proc/self/statm").read_text().split()[:2])
    yield "process_resident_memory_bytes", "Memory that is held.", resident
    yield "process_virtual_memory_bytes", "Memory that is addressed.", virtual
    yield "process_start_time_seconds", "When the process began, in seconds since the epoch.", _began()
    yield "process_open_fds", "Files and connections that are open.", len(os.listdir("/proc/self/fd"))
    import resource

    yield "process_max_fds", "Files and connections that may be open.", resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _began() -> float:
    # Behind the name in brackets, which may hold blanks: the 20th field is the start, in ticks since the boot.
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    boot = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
    return int(boot.split()[1]) + ticks / os.sysconf("SC_CLK_TCK")
