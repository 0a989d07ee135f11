"""The methods of a package with the expressions that call them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from onceward_generator.model import Method, Param, Place, all_methods
from onceward_generator.plan.python import Package
from onceward_generator.plan.python.shapes import MethodDef, ResourceModule
from onceward_generator.samples import NoSample, SampleFile, arguments_of

__all__ = ["Call", "calls", "python_value"]


@dataclass(frozen=True, slots=True)
class Call:
    """A method of the package: its expression, ``client.files.create``, its plan, and its model."""

    target: str
    plan: MethodDef
    method: Method
    module: ResourceModule

    def arguments(self, package: Package, extra: Mapping[str, Any] | None = None) -> str:
        """Return the sample arguments as source. Raises `NoSample`."""
        return ", ".join(self._pieces(package, extra or {}))

    def _pieces(self, package: Package, extra: Mapping[str, Any]) -> Iterator[str]:
        values = sample_values(package, self)
        names = [item.name for item in self.plan.positional]
        for name in names:
            if name not in values:
                raise NoSample(f"the argument `{name}` has no sample")
            yield python_value(values[name])
        named = {name: value for name, value in values.items() if name not in names} | dict(extra)
        yield from (f"{name}={python_value(value)}" for name, value in named.items())

    def sent_path(self, package: Package) -> str | None:
        """Return the decoded path of the request; None if a segment is not a plain value."""
        path = unquote(self.method.path.partition("#")[0].partition("?")[0])
        values = sample_values(package, self)
        for name, param in self.plan.arguments:
            if param.place is Place.PATH and name in values:
                value = values[name]
                if isinstance(value, bool | dict | list) or param.style not in {"simple", "form"}:
                    return None
                path = path.replace("{" + param.wire + "}", str(value))
        return None if "{" in path or not path.startswith("/") else path


def sample_values(package: Package, call: Call) -> dict[str, Any]:
    """Return the sample values of a call by the names of its arguments. Raises `NoSample`."""
    names: dict[tuple[Place, str], str] = {(param.place, param.wire): name for name, param in call.plan.arguments}
    found: dict[str, Any] = {}
    for param, value in _required(package, call):
        name = names.get((param.place, param.wire))
        if name is not None:
            found[name] = value
    return found


def _required(package: Package, call: Call) -> list[tuple[Param, Any]]:
    return list(arguments_of(package.api, call.method).values())


def calls(package: Package) -> Iterator[Call]:
    """Return every method of the package, resource by resource."""
    methods = {method.id: method for method in all_methods(package.api.resources)}
    targets = package.targets()
    for module in package.resources:
        for resource in reversed(module.resources):
            for plan in resource.methods:
                yield Call(f"{targets[resource.path]}.{plan.name}", plan, methods[plan.operation_id], module)


def python_value(value: Any) -> str:
    """Return a sample value as source."""
    if isinstance(value, SampleFile):
        return f'b"{value.content.decode()}"'
    if isinstance(value, tuple) and len(value) > 1:
        return "(" + ", ".join(python_value(item) for item in value) + ")"
    if isinstance(value, list):
        return "[" + ", ".join(python_value(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{python_value(key)}: {python_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, str) and value.isprintable() and not {'"', "\\"} & set(value):
        return f'"{value}"'
    return repr(value)
