"""Runs the gateway with its work counted: Python calls, SQL statements, tasks, futures, timers and callbacks.

    python benchmarks/gateways/counting.py (calls | events) FILE python -m onceward_gateway ARGUMENTS

On SIGUSR1 the counts so far are appended to FILE as one JSON line. `calls` counts the calls of Python functions in all
threads (`sys.setprofile`); `events` counts the rest, whose counters are Python functions themselves.
"""

from __future__ import annotations

import json
import runpy
import signal
import sqlite3
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import uvloop

__all__ = ["main"]

_counts: Counter[str] = Counter()


def _count_calls() -> None:
    def profile(frame: Any, event: str, argument: Any) -> None:
        if event == "call":
            _counts["python_calls"] += 1

    threading.setprofile(profile)
    sys.setprofile(profile)


def _count_statements() -> None:
    connect = sqlite3.connect

    def trace(statement: str) -> None:
        if not statement.startswith("--"):
            _counts["sql"] += 1
            _counts["transactions"] += statement.lstrip()[:6].upper() == "COMMIT"

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(trace)
        return connection

    sqlite3.connect = traced  # type: ignore[assignment]


def _count_callbacks() -> None:
    """Count requests to the event loop, without the loop's own."""
    names = {
        "call_soon": "call_soon",
        "call_soon_threadsafe": "call_soon",
        "call_later": "timers",
        "call_at": "timers",
        "create_future": "futures",
        "create_task": "tasks",
    }
    for method, count in names.items():
        setattr(uvloop.Loop, method, _counted(getattr(uvloop.Loop, method), count))


def _counted(method: Any, name: str) -> Any:
    def call(self: Any, *arguments: Any, **options: Any) -> Any:
        _counts[name] += 1
        return method(self, *arguments, **options)

    return call


def main() -> None:
    what, file, *command = sys.argv[1:]

    def write(*_: Any) -> None:
        with Path(file).open("a") as out:
            out.write(json.dumps(_counts) + "\n")

    signal.signal(signal.SIGUSR1, write)
    if what == "calls":
        _count_calls()
    else:
        _count_statements()
        _count_callbacks()
    module = command.index("-m") + 1
    sys.argv = command[module:]
    runpy.run_module(command[module], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
