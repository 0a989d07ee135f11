"""One round of the gateway rows for one subject: start, idle memory, unary calls alone and 32 at once, 100 streams."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .processes import cpu_seconds, memory_mb
from .provider import INTERVAL
from .subjects import Running, started

__all__ = ["DIRECT", "PROVIDER", "load", "measured"]

HERE = Path(__file__).parent
PROVIDER = HERE / "provider.py"
DIRECT = "no gateway"
AT_ONCE, STREAMS = 32, 100
# Calls of a round: enough for CPU ticks of 10 ms to be one in a hundred.
CALLS = {
    "onceward gateway": 6_000,
    "pass-through": 6_000,
    "litellm proxy": 600,
    "portkey gateway": 3_000,
    DIRECT: 6_000,
}
ALONE = 300
# Its published build ends a stream with an error ("immutable" headers) on Node.js 20.
_WITHOUT_STREAMS = frozenset({"portkey gateway"})

Figures = dict[str, float]


def measured(name: str, upstream: str, pythons: dict[str, Path]) -> Figures:
    """Return all measurements of one subject, started for this round."""
    if name == DIRECT:
        direct = Running(upstream, "none", "mock", 0, 0.0)
        return {**_alone(direct), **_together(direct, CALLS[name]), **_streams(direct)}
    with tempfile.TemporaryDirectory() as folder, started(name, Path(folder), upstream, pythons) as running:
        idle = memory_mb(running.session)
        load("unary", running, AT_ONCE, 200)
        figures = {**_alone(running), **_together(running, CALLS[name])}
        if name not in _WITHOUT_STREAMS:
            figures |= _streams(running)
        return {**figures, "ready_s": running.ready_s, "idle_mb": idle, "busy_mb": memory_mb(running.session)}


def _alone(running: Running) -> Figures:
    seen = load("unary", running, 1, ALONE)
    return {"alone_p50_ms": seen["p50_ms"], "alone_p99_ms": seen["p99_ms"]}


def _together(running: Running, calls: int) -> Figures:
    before = _cpu(running)
    seen = load("unary", running, AT_ONCE, calls)
    cpu = _cpu(running) - before
    busy = {"cpu_us": cpu / calls * 1e6, "rps_core": calls / cpu} if cpu else {}
    return {**busy, "rps": calls / seen["seconds"], "busy_p99_ms": seen["p99_ms"]}


def _streams(running: Running) -> Figures:
    before = _cpu(running)
    seen = load("streams", running, STREAMS, INTERVAL)
    cpu = _cpu(running) - before
    return {"chunk_us": cpu / seen["count"] * 1e6, "chunk_p50_ms": seen["p50_ms"], "chunk_p99_ms": seen["p99_ms"]}


def _cpu(running: Running) -> float:
    return cpu_seconds(running.session) if running.session else 0.0


def load(what: str, running: Running, *numbers: float) -> Figures:
    """Run the callers against a subject, and return what they saw."""
    command: list[str | Path] = [
        sys.executable,
        HERE / "load.py",
        what,
        running.url,
        running.key,
        running.model,
        *map(str, numbers),
        json.dumps(dict(running.headers)),
    ]
    time.sleep(0.2)
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: Figures = json.loads(done.stdout)
    return figures
