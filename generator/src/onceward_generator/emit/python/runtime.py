"""The runtime as files, which are copied unchanged into generated packages, and its public names."""

from __future__ import annotations

import ast
from functools import cache
from importlib.util import find_spec
from pathlib import Path

__all__ = ["RUNTIME_EXPORTS", "error_names", "has_name", "runtime_files"]

FOLDERS = ("_core", "_drivers", "testing", "transports")

RUNTIME_EXPORTS = {
    "AsyncPage": "_drivers.pages",
    "AsyncPages": "_drivers.pages",
    "AsyncRawResponse": "_core.raw",
    "AsyncStream": "_drivers.stream",
    "Backoff": "_core.retry",
    "CallOptions": "_core.options",
    "CircuitBreaker": "_core.breaker",
    "Content": "_core.content",
    "FileInput": "_core.files",
    "Headers": "_core.meta",
    "Meta": "_core.meta",
    "RawResponse": "_core.raw",
    "RetryEvent": "_core.retry",
    "Stream": "_drivers.stream",
    "SyncPage": "_drivers.pages",
    "Timeout": "_core.options",
    "UnknownVariant": "_core.models",
    "UNSET": "_core.options",
}
"""Public names of the runtime that every package exports, with their modules."""


@cache
def _home() -> Path:
    """Return the folder of the runtime: the package `onceward`, which the generator depends on."""
    spec = find_spec("onceward")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the runtime is copied from the package `onceward`, which is not installed")
    return Path(spec.origin).parent


def runtime_files() -> dict[str, str]:
    """Return the runtime's sources by their path in a package."""
    found = sorted(path for folder in FOLDERS for path in (_home() / folder).rglob("*.py"))
    return {path.relative_to(_home()).as_posix(): path.read_text(encoding="utf-8") for path in found}


def has_name(module: str, name: str) -> bool:
    """Report whether a hand-written module of the package that contains the runtime defines or imports a name."""
    base = _home().joinpath(*module.strip(".").split("."))
    found = next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)
    if found is None:
        return False
    tree = ast.parse(found.read_text(encoding="utf-8"))
    return any(_binds(node, name) for node in ast.walk(tree))


def _binds(node: ast.AST, name: str) -> bool:
    match node:
        case ast.ClassDef() | ast.FunctionDef():
            return node.name == name
        case ast.ImportFrom():
            return any((alias.asname or alias.name) == name for alias in node.names)
        case ast.Name(ctx=ast.Store()):
            return node.id == name
        case _:
            return False


def error_names() -> list[str]:
    """Return the public error classes of the runtime."""
    tree = ast.parse((_home() / "_core" / "errors.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            names: list[str] = ast.literal_eval(node.value)
            return sorted(names)
    raise ValueError("the runtime's `_core/errors.py` has no `__all__`")
