"""The markers of tests: every test has one, and it is the right one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from markers import KINDS, kind_of

ROOT = Path(__file__).resolve().parents[1]

HIDDEN = """
import subprocess, sys
import pytest

def test_plain():
    assert 1 + 1 == 2

def test_starts_a_process():
    subprocess.run([sys.executable, "-c", ""], check=True)

@pytest.mark.process
def test_starts_a_process_and_says_so():
    subprocess.run([sys.executable, "-c", ""], check=True)

@pytest.mark.process
def test_starts_a_server():
    subprocess.run(["redis-server", "--version"], check=True)
"""


def start() -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)


class Part:
    def begin(self) -> None:
        start()


class RedisServer:
    """Named like the helper that starts the real one."""


def uses_a_part() -> None:
    Part().begin()


def uses_a_server() -> None:
    assert RedisServer()
    assert Part()


def uses_nothing() -> None:
    assert sys.executable


def test_every_test_has_one_marker(request: pytest.FixtureRequest) -> None:
    assert request.session.items
    for item in request.session.items:
        assert len([kind for kind in KINDS if item.get_closest_marker(kind)]) == 1, item.nodeid


@pytest.mark.unit
@pytest.mark.parametrize(
    ("function", "kind"),
    [(uses_nothing, "unit"), (start, "process"), (uses_a_part, "process"), (uses_a_server, "cluster")],
)
def test_a_marker_follows_from_what_a_function_reaches(
    request: pytest.FixtureRequest, function: Callable[[], None], kind: str
) -> None:
    made: Any = pytest.Function.from_parent(request.node.parent, name=function.__name__, callobj=function)
    assert kind_of(made) == kind


def test_a_process_that_the_marker_does_not_allow_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "test_hidden.py"
    # Outside the repository nothing is looked through, so that every test is `unit` unless it says more.
    file.write_text(HIDDEN)
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml"), "-p", "markers"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", str(file)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "2 failed, 2 passed" in done.stdout, done.stdout
    assert "`test_starts_a_process` starts `python" in done.stdout
    assert "`test_starts_a_server` starts `redis-server`: mark it `cluster`" in done.stdout
