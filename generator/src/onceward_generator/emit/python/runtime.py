"""The runtime as files, which are copied unchanged into generated packages, and its public names."""

from __future__ import annotations

import ast
from functools import cache
from importlib.util import find_spec
from pathlib import Path

__all__ = ["RUNTIME_EXPORTS", "error_names", "has_name", "runtime_files"]

FOLDERS = ("_core", "_drivers", "testing", "transports")
GATEWAY = ("_gateway", "testing/calls.py", "testing/gateway.py", "testing/quirks")
"""The parts of the runtime that only an SDK of a gateway to language models has."""

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


def runtime_files(*, gateway: bool) -> dict[str, str]:
    """Return the runtime's sources by their path in a package; without ``gateway`` those that serve every API."""
    folders = (*FOLDERS, "_gateway") if gateway else FOLDERS
    found = sorted(path for folder in folders for path in (_home() / folder).rglob("*.py"))
    files = {path.relative_to(_home()).as_posix(): path.read_text(encoding="utf-8") for path in found}
    if gateway:
        return files
    files = {path: text for path, text in files.items() if not path.startswith(GATEWAY)}
    files["testing/__init__.py"] = files.pop("testing/general.py")
    return files


def has_name(module: str, name: str, home: Path | None = None) -> bool:
    """Report whether a hand-written module of the package that contains the runtime defines or imports a name."""
    base = (home or _home()).joinpath(*module.strip(".").split("."))
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


def error_names(module: str = "_core") -> list[str]:
    """Return the public error classes of the runtime, or those of a gateway with ``_gateway``."""
    tree = ast.parse((_home() / module / "errors.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            names: list[str] = ast.literal_eval(node.value)
            return sorted(names)
    raise ValueError(f"the runtime's `{module}/errors.py` has no `__all__`")
