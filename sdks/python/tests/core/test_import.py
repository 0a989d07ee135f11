"""The cost of importing the package, and the modules that it must not import."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SCRIPT = """
import sys, time, json
before = set(sys.modules)
started = time.process_time()
{statement}
spent = time.process_time() - started
print(json.dumps([spent * 1000, sorted(set(sys.modules) - before)]))
"""


def measure(statement: str) -> tuple[float, list[str]]:
    """The best of some runs: the machine may be busy, the import is not slower for it."""
    runs: list[tuple[float, list[str]]] = []
    for _ in range(5):
        out = subprocess.run(
            [sys.executable, "-c", SCRIPT.format(statement=statement)], capture_output=True, check=True
        )
        spent, modules = json.loads(out.stdout)
        runs.append((spent, modules))
    return min(runs)


@pytest.mark.parametrize(
    "heavy", ["pydantic", "httpx2", "httpcore2", "ssl", "asyncio", "logging", "anyio", "email", "uuid"]
)
def test_import_brings_nothing_heavy(heavy: str) -> None:
    assert heavy not in measure("import onceward")[1]


def test_import_budget() -> None:
    spent, modules = measure("import onceward")
    assert spent <= 20
    assert len(modules) <= 60


def test_a_client_without_a_call_brings_no_http_and_no_models() -> None:
    modules = measure("import onceward; onceward.Onceward(api_key='sk-0123456789abc')")[1]
    assert not {"pydantic", "httpx2", "httpcore2", "ssl", "asyncio"} & set(modules)


def test_the_command_line_is_interruptible_from_its_first_import_on() -> None:
    """Before `main` runs, Ctrl-C prints a traceback: nothing that takes time is imported until then."""
    brought = measure("import onceward.cli")[1]
    assert set(brought) <= {"__future__", "onceward", "onceward.cli"}
