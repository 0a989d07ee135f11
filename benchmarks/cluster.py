"""Measures the gateway on PostgreSQL and Redis beside SQLite and the pass-through: one caller, and 32 at once.

    make bench-cluster
    python benchmarks/cluster.py --rounds 1 --statements     also lists what a call of one caller asks the stores

Prints the latency of a call and the CPU time of the gateway's process, and then what a call asks PostgreSQL and Redis,
counted by a relay in between in a run of its own. The servers are processes of this machine with their default
durability. Exit status 1 when a budget of `budgets.toml` is missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from environments import python_of
from gateways.counter import Counted, PostgresReader, RedisReader, counting
from gateways.measure import PROVIDER, load
from gateways.processes import cpu_seconds, serving
from gateways.stores import postgres, redis
from gateways.subjects import Running, started

__all__ = ["main"]

Figures = dict[str, float]
GATEWAY, PASS_THROUGH = "onceward gateway", "pass-through"
CLUSTER, SINGLE = "PostgreSQL and Redis", "SQLite"
_ALONE, _AT_ONCE = 600, 32
_TOGETHER = 4000
_COUNTED = 400
_DATABASE, _REDIS = "ONCEWARD_BENCH_DATABASE_URL", "ONCEWARD_BENCH_REDIS_URL"


@contextmanager
def _stores(urls: dict[str, str]) -> Iterator[None]:
    """Let the gateway that is started next use these stores."""
    os.environ.update(urls)
    try:
        yield
    finally:
        for name in urls:
            del os.environ[name]


@contextmanager
def _subject(name: str, upstream: str, python: Path) -> Iterator[Running]:
    with tempfile.TemporaryDirectory() as folder, started(name, Path(folder), upstream, {"gateway": python}) as running:
        load("unary", running, _AT_ONCE, 200)
        # The gateway writes what it noted about these calls.
        time.sleep(1)
        yield running


def _timed(running: Running, callers: int, calls: int) -> Figures:
    before = cpu_seconds(running.session)
    seen = load("unary", running, callers, calls)
    cpu = cpu_seconds(running.session) - before
    return {"p50": seen["p50_ms"], "p99": seen["p99_ms"], "cpu": cpu / calls * 1e6, "rps": calls / seen["seconds"]}


def _round(name: str, upstream: str, python: Path) -> dict[int, Figures]:
    with _subject(name, upstream, python) as running:
        return {1: _timed(running, 1, _ALONE), _AT_ONCE: _timed(running, _AT_ONCE, _TOGETHER)}


def _through(url: str, port: int) -> str:
    parts = urlsplit(url)
    host = f"{parts.username}@127.0.0.1:{port}" if parts.username else f"127.0.0.1:{port}"
    return urlunsplit(parts._replace(netloc=host))


def _asked(urls: dict[str, str], upstream: str, python: Path) -> dict[int, dict[str, tuple[float, dict[str, float]]]]:
    """Return the round trips and the statements or commands of a call, by the number of callers and the store."""
    ports = {name: int(urlsplit(url).port or 0) for name, url in urls.items()}
    found: dict[int, dict[str, tuple[float, dict[str, float]]]] = {}
    with (
        counting(ports[_DATABASE], PostgresReader) as (database_port, database),
        counting(ports[_REDIS], RedisReader) as (redis_port, commands),
        _stores({_DATABASE: _through(urls[_DATABASE], database_port), _REDIS: _through(urls[_REDIS], redis_port)}),
        _subject(GATEWAY, upstream, python) as running,
    ):
        for callers, calls in ((1, _COUNTED), (_AT_ONCE, _TOGETHER)):
            idle = _idle(database, commands)
            start = time.perf_counter()
            load("unary", running, callers, calls)
            seconds = time.perf_counter() - start
            found[callers] = {
                name: _of_a_call(counted, idle[name], seconds, calls)
                for name, counted in (("PostgreSQL", database), ("Redis", commands))
            }
    return found


def _idle(database: Counted, commands: Counted) -> dict[str, float]:
    """Return the round trips a second of a gateway without calls, and begin to count."""
    database.reset()
    commands.reset()
    time.sleep(4)
    idle = {"PostgreSQL": database.round_trips / 4, "Redis": commands.round_trips / 4}
    database.reset()
    commands.reset()
    return idle


def _of_a_call(counted: Counted, idle: float, seconds: float, calls: int) -> tuple[float, dict[str, float]]:
    # Rarer statements do not belong to calls.
    asked = {name: number / calls for name, number in counted.asked.most_common() if number > calls / 20}
    return (counted.round_trips - idle * seconds) / calls, asked


def _budgets(measured: dict[str, dict[int, Figures]]) -> int:
    """Print the budgets, and return the number of those that are missed."""
    missed = 0
    for budget in tomllib.loads((Path(__file__).parent / "budgets.toml").read_text())["cluster_budget"]:
        own, peer = (measured[name][budget["callers"]]["cpu"] for name in (CLUSTER, PASS_THROUGH))
        ratio = own / peer
        missed += ratio > budget["most"]
        mark = "  MISSED" if ratio > budget["most"] else ""
        print(f"  {budget['row']:58}{ratio:6.2f}  (at most {budget['most']}){mark}")
    return missed


def main() -> int:
    """Print the tables; return 1 if a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--statements", action="store_true")
    given = parser.parse_args()
    python = python_of("gateway")
    rounds: dict[str, list[dict[int, Figures]]] = {PASS_THROUGH: [], SINGLE: [], CLUSTER: []}
    with serving(PROVIDER) as upstream, postgres() as database, redis() as shared:
        urls = {_DATABASE: database, _REDIS: shared}
        for _ in range(given.rounds):
            rounds[PASS_THROUGH].append(_round(PASS_THROUGH, upstream, python))
            rounds[SINGLE].append(_round(GATEWAY, upstream, python))
            with _stores(urls):
                rounds[CLUSTER].append(_round(GATEWAY, upstream, python))
        asked = _asked(urls, upstream, python)
    measured = {
        name: {
            callers: {key: statistics.median(one[callers][key] for one in found) for key in found[0][callers]}
            for callers in found[0]
        }
        for name, found in rounds.items()
    }
    for callers in (1, _AT_ONCE):
        print(f"\n{callers} at once: p50 ms, added p50 ms, p99 ms, CPU us a call, calls/s")
        for name, found in measured.items():
            one, added = found[callers], found[callers]["p50"] - measured[PASS_THROUGH][callers]["p50"]
            print(f"  {name:24}{one['p50']:9.2f}{added:9.2f}{one['p99']:9.2f}{one['cpu']:9.0f}{one['rps']:9.0f}")
        for name, (trips, texts) in asked[callers].items():
            print(f"  {name}: {trips:.2f} round trips a call, {sum(texts.values()):.2f} statements or commands")
            for text, number in texts.items() if given.statements and callers == 1 else ():
                print(f"    {number:6.2f}  {text[:160]}")
    print("\nCPU over the pass-through's")
    return int(_budgets(measured) > 0)


if __name__ == "__main__":
    sys.exit(main())
