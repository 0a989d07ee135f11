"""A pytest plugin that marks every test `unit`, `process` or `cluster` by what it uses, and holds it to that.

A test that can reach a start of a process, through its own code, its fixtures and the helpers that these call, is a
`process` test; one that can reach a server of PostgreSQL or Redis is a `cluster` test; every other is a `unit` test. A
test that names one of the markers itself keeps it. While a test runs, a process that its marker does not allow is
refused, so that no marker is wrong unnoticed.
"""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

__all__ = ["KINDS", "kind_of"]

KINDS = ("unit", "process", "cluster")
"""From the cheapest; a test has the dearest of what it uses."""

ROOT = Path(__file__).resolve().parent
_STARTS = {"Popen", "create_subprocess_exec", "create_subprocess_shell", "posix_spawn", "fork"}
_SERVERS = {"PostgresServer", "RedisServer"}
# The generator formats what it writes with ruff and reads revisions with git: milliseconds, and no service.
_COMMANDS = {"ruff", "git"}
_SERVER_PROGRAMS = {"initdb", "postgres", "redis-server"}
# The database of a test is SQLite unless the run is on PostgreSQL: who asks for one by name marks itself.
_CHOOSES_DATABASE = ROOT / "gateway/tests/databases.py"

_refused_while: list[pytest.Item] = []


def kind_of(item: pytest.Function) -> str:
    """Return the marker that belongs to a test: its own, or the one of what it uses."""
    own = [kind for kind in KINDS if item.get_closest_marker(kind)]
    if own:
        return own[-1]
    kinds = {_kind_of_code(item.function)}
    fixtures = item._fixtureinfo  # the only place that knows a test's fixtures before it runs
    for name in fixtures.names_closure:
        for definition in fixtures.name2fixturedefs.get(name, [])[-1:]:
            kinds.add(_kind_of_code(definition.func))
    return max(kinds, key=KINDS.index)


@cache
def _kind_of_code(start: Any) -> str:
    found = "unit"
    seen: set[Any] = set()
    waiting = [start]
    while waiting:
        subject = _unwrapped(waiting.pop())
        if not _is_of_tests(subject) or subject in seen:
            continue
        seen.add(subject)
        if inspect.isclass(subject):
            if subject.__name__ in _SERVERS:
                return "cluster"
            waiting += [*vars(subject).values(), *subject.__mro__[1:]]
        else:
            names, used = _uses(subject)
            if names & _STARTS or any(value is subprocess for value in used):
                found = "process"
            waiting += used
    return found


def _unwrapped(subject: Any) -> Any:
    if isinstance(subject, staticmethod | classmethod):
        subject = subject.__func__
    if isinstance(subject, property):
        subject = subject.fget
    return inspect.unwrap(subject) if callable(subject) else subject


def _is_of_tests(subject: Any) -> bool:
    if isinstance(subject, FunctionType):
        file: str | None = subject.__code__.co_filename
    elif inspect.isclass(subject):
        file = getattr(sys.modules.get(subject.__module__), "__file__", None)
    else:
        return False
    return file is not None and _is_file_of_tests(file)


@cache
def _is_file_of_tests(file: str) -> bool:
    path = Path(file)
    if not path.is_relative_to(ROOT) or path == _CHOOSES_DATABASE:
        return False
    return not {"src", ".venv", ".venvs"} & set(path.relative_to(ROOT).parts)


@cache
def _uses(function: FunctionType) -> tuple[set[str], list[Any]]:
    """Return the names in a function's code, and what of them the module of the function has."""
    names = {name for code in _codes(function.__code__) for name in code.co_names}
    found = [function.__globals__[name] for name in names if name in function.__globals__]
    modules = [value for value in found if isinstance(value, ModuleType)]
    members = [vars(module)[name] for module in modules for name in names if name in vars(module)]
    return names, [*found, *(member for member in members if callable(member))]


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests, and put the files with the dearest first: run in parallel, none of them is left for the end."""
    dearest: dict[Path, int] = {}
    for item in items:
        kind = kind_of(item) if isinstance(item, pytest.Function) else "process"
        if not item.get_closest_marker(kind):
            item.add_marker(kind)
        dearest[item.path] = max(dearest.get(item.path, 0), KINDS.index(kind))
    items.sort(key=lambda item: -dearest[item.path])


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if not _refused_while or event not in ("subprocess.Popen", "os.fork", "os.posix_spawn"):
        return
    item = _refused_while[-1]
    program = Path(os.fsdecode(arguments[0])).name if arguments and arguments[0] is not None else ""
    if program in _COMMANDS:
        return
    needed = "cluster" if program in _SERVER_PROGRAMS else "process"
    if not any(item.get_closest_marker(kind) for kind in KINDS[KINDS.index(needed) :]):
        raise RuntimeError(f"`{item.name}` starts `{program or event}`: mark it `{needed}`")


def pytest_configure() -> None:
    # On PostgreSQL, the first test that needs a database starts the server, whatever its marker is.
    if os.environ.get("ONCEWARD_TEST_DATABASE", "sqlite") == "sqlite":
        sys.addaudithook(_refuse)


def _guarded(item: pytest.Item) -> Iterator[None]:
    _refused_while.append(item)
    try:
        yield
    finally:
        _refused_while.pop()


Hook = Callable[[pytest.Item], Iterator[None]]
pytest_runtest_setup: Hook = pytest.hookimpl(wrapper=True)(_guarded)
pytest_runtest_call: Hook = pytest.hookimpl(wrapper=True)(_guarded)
