"""Compares parts that the gateway has of its own with the libraries that could replace them.

    python benchmarks/parts.py                      every part
    python benchmarks/parts.py --rounds 1 redis     only these parts

    redis          the Redis client beside redis-py
    metrics        counters, histograms and their text beside prometheus_client
    router         the router beside Starlette's, with every route of the gateway
    pool           the pool of PostgreSQL connections beside psycopg_pool
    group_commit   calls that end together, beside a transaction for each

A part is kept while it is cheaper than its peer by the ratio in `budgets.toml`. CPU is that of the client's process;
instructions are counted with callgrind, so the load of the machine does not change them. The servers (`redis-server`,
PostgreSQL) run on free ports for the measurement, PostgreSQL with its default durability. Exit status 1 when a budget
is missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from environments import python_of
from gateways import callgrind, stores

__all__ = ["PARTS", "main", "measured", "table"]

HERE = Path(__file__).parent
WORKER = HERE / "workers/part.py"

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Load:
    """A load of a part: `units` are measured by CPU time, `counted` and twice as many by callgrind."""

    title: str
    units: int
    counted: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part, its subjects (the own one first), the server that they use, and its loads."""

    title: str
    subjects: tuple[str, ...]
    server: Callable[[], AbstractContextManager[str]]
    loads: dict[str, Load]


def _no_server() -> AbstractContextManager[str]:
    return nullcontext("-")


PARTS = {
    "redis": Part(
        "Redis client: a script",
        ("onceward", "redis-py"),
        stores.redis,
        {
            "alone": Load("one at a time", 3_000, 200),
            "hundred": Load("100 callers", 20_000, 1_000),
            "pipeline": Load("100 together, redis-py's pipeline", 20_000, 1_000),
        },
    ),
    "metrics": Part(
        "Metrics",
        ("onceward", "prometheus_client"),
        _no_server,
        {
            "observe": Load("observe a value", 100_000, 2_000),
            "labels": Load("increment with three labels", 100_000, 2_000),
            "render": Load("render 1,000 series", 50, 4),
        },
    ),
    "router": Part(
        "Router: a match",
        ("onceward", "starlette"),
        _no_server,
        {
            "chat": Load("a chat completion", 50_000, 1_000),
            "file": Load("a path with a parameter", 20_000, 300),
            "missing": Load("a path without a route", 5_000, 100),
            "every": Load("every path of the table once", 20, 1),
        },
    ),
    "pool": Part(
        "PostgreSQL pool: SELECT 1",
        ("onceward", "psycopg_pool", "psycopg_pool, checked"),
        stores.postgres,
        {
            "checkout": Load("check out, no statement", 5_000, 300),
            "alone": Load("one caller", 3_000, 200),
            "sixteen": Load("16 callers", 3_000, 320),
            "hundred": Load("100 callers", 3_000, 400),
        },
    ),
    "group_commit": Part(
        "Group commit: a call's end",
        ("onceward", "transactions", "pipelined"),
        stores.postgres,
        {
            "alone": Load("one caller", 200, 24),
            "sixteen": Load("16 callers", 800, 64),
            "many": Load("256 callers", 2_048, 256),
        },
    ),
}


def measured(chosen: list[str], rounds: int) -> dict[tuple[str, str], list[Figures]]:
    """Return the figures of every subject by subject and part; in each round the subjects take turns."""
    python = python_of("parts")
    found: dict[tuple[str, str], list[Figures]] = {}
    for name in chosen:
        part = PARTS[name]
        with part.server() as url:
            counted = {subject: instructions(python, name, subject, url) for subject in part.subjects}
            for _ in range(rounds):
                for subject in part.subjects:
                    figures = cpu(python, name, subject, url) | counted[subject]
                    found.setdefault((subject, name), []).append(figures)
    return found


class Worker:
    """A process with one subject, which does a load on request."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def do(self, load: str, units: int) -> Figures:
        """Do so many units of a load; return the microseconds of one."""
        assert self.process.stdin is not None
        print(load, units, file=self.process.stdin, flush=True)
        figures: Figures = json.loads(self.line())
        return figures

    def line(self) -> str:
        """Return the next line that the process prints."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args!r} ended early")
        return line


@contextmanager
def worker(python: Path, part: str, subject: str, url: str, *, under: tuple[str, ...] = ()) -> Iterator[Worker]:
    """Start a worker, `under` another program; it is ready for loads."""
    process = subprocess.Popen(
        [*under, python, WORKER, part, subject, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Valgrind writes its progress to standard error.
        stderr=subprocess.DEVNULL if under else None,
        text=True,
    )
    with process:
        started = Worker(process)
        assert started.line() == "ready\n"
        try:
            yield started
        except BaseException:
            process.kill()
            raise
        assert process.stdin is not None
        process.stdin.close()
        if status := process.wait():
            raise RuntimeError(f"the {subject!r} of {part!r} exited with status {status}")


def cpu(python: Path, part: str, subject: str, url: str) -> Figures:
    """Return the microseconds of a unit of each load: CPU and wall."""
    figures: Figures = {}
    with worker(python, part, subject, url) as running:
        for name, load in PARTS[part].loads.items():
            running.do(name, max(load.units // 10, load.counted))
            figures |= {f"{name}_{clock}": value for clock, value in running.do(name, load.units).items()}
    return figures


def instructions(python: Path, part: str, subject: str, url: str) -> Figures:
    """Return the thousands of instructions of a unit of each load."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "callgrind")
        with worker(python, part, subject, url, under=callgrind.under(out)) as running:
            process = running.process.pid
            callgrind.control(process, "--instr=on")
            for name, load in PARTS[part].loads.items():
                running.do(name, load.counted)
                callgrind.dumped(process, out)
                running.do(name, load.counted)
                once = callgrind.dumped(process, out)
                running.do(name, 2 * load.counted)
                twice = callgrind.dumped(process, out)
                figures[f"{name}_instructions"] = (twice - once) / load.counted / 1000
    return figures


def table(found: dict[tuple[str, str], list[Figures]]) -> None:
    """Print the medians of every figure, and for each peer the ratio of the own part's to it."""
    units = {"us": "CPU us", "instructions": "instructions, thousands", "wall_us": "wall us"}
    for name in dict.fromkeys(part for _, part in found):
        part = PARTS[name]
        own, *peers = part.subjects
        heads = "".join(f"{peer:>24}{'ratio':>8}" for peer in peers)
        print(f"\n{part.title:36}{'of one':26}{own:>12}{heads}")
        for load in part.loads:
            for unit, title in units.items():
                values = [
                    statistics.median(figures[f"{load}_{unit}"] for figures in found[subject, name])
                    for subject in part.subjects
                ]
                shown = "".join(f"{value:24.2f}{values[0] / value:8.2f}" for value in values[1:])
                print(f"{part.loads[load].title:36}{title:26}{values[0]:12.2f}{shown}")


def missed(found: dict[tuple[str, str], list[Figures]]) -> list[str]:
    """Return the rows of the budgets that are not kept."""
    rows = []
    for budget in tomllib.loads((HERE / "budgets.toml").read_text())["budget"]:
        subjects = [(budget["subject"], budget["scenario"]), (budget.get("peer"), budget["scenario"])]
        if all(subject in found for subject in subjects):
            values = [statistics.median(figures[budget["figure"]] for figures in found[one]) for one in subjects]
            if values[0] / values[1] > budget["most"]:
                rows.append(f"{budget['row']}: {values[0] / values[1]:.3f}, at most {budget['most']}")
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares parts of the gateway with libraries.")
    parser.add_argument("parts", nargs="*", help="only these parts", metavar="part")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"unknown part {min(unknown)!r}; the parts are {', '.join(PARTS)}")
    found = measured(options.parts or list(PARTS), options.rounds)
    table(found)
    rows = missed(found)
    print("".join(f"\nmissed: {row}" for row in rows))
    return 1 if rows else 0


if __name__ == "__main__":
    sys.exit(main())
