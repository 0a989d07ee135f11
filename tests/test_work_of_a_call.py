"""The work of a model call in the gateway does not grow: Python calls, statements, tasks and timers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).resolve().parents[1] / "benchmarks" / "instructions.py"
# The measured counts, with room for what depends on the time that a call takes, such as the row of its lease.
MOST = {
    "unary": {"python_calls": 520, "sql": 5.5, "transactions": 0.6, "tasks": 2.1, "futures": 4.3, "timers": 1.5},
    "alone": {"python_calls": 560, "sql": 9.8, "transactions": 1.7, "tasks": 2.1, "futures": 4.5, "timers": 1.7},
    "chunk_full": {"python_calls": 1, "sql": 0.1, "tasks": 0.05, "futures": 0.1, "timers": 0.05},
    "chunk_paced": {"python_calls": 14, "sql": 0.5, "tasks": 0.6, "futures": 0.3, "timers": 0.3},
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the counts are asked for by a signal")
def test_a_call_does_no_more_than_it_did() -> None:
    command = [sys.executable, str(BENCHMARK), "--work", *MOST]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout
    counted = json.loads(output)
    more = {
        f"{name} of {scenario}": counted[scenario][name]
        for scenario, limits in MOST.items()
        for name, most in limits.items()
        if counted[scenario][name] > most
    }
    assert not more
