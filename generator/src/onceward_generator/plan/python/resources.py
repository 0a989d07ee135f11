"""Plan the resource tree as classes: one module per top-level resource, children before their parents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from onceward_generator.model import Api, Resource

from .methods import Methods
from .naming import Naming, module_name
from .options import PythonOptions
from .shapes import ResourceDef, ResourceModule, TypedDictDef
from .symbols import Symbol
from .words import class_name, clear_of

__all__ = ["PlannedResources", "plan_resources"]

CLIENT_ATTRIBUTES = frozenset(
    {
        "aclose", "api_key", "api_version", "base_url", "circuit_breaker", "clock", "close", "default_headers",
        "default_query", "execute", "http_client", "is_closed", "log_level", "max_concurrency", "max_retries",
        "pages", "provider_keys", "request", "timeout", "transport", "with_options", "with_raw_response",
    }
)  # fmt: skip
"""Attributes of the client that a resource of the same name must not hide. `organization` and `team` are arguments of
its constructor only, so that resources may have these names."""


@dataclass(frozen=True, slots=True)
class PlannedResources:
    """The modules of resources, and the request dictionaries of their methods."""

    modules: tuple[ResourceModule, ...]
    params: tuple[TypedDictDef, ...]


def plan_resources(api: Api, naming: Naming, options: PythonOptions) -> PlannedResources:
    """Plan the classes of all resources, and the request dictionaries of their methods."""
    planner = _Planner(Methods(api, naming, options), options)
    modules = tuple(planner.module(resource) for resource in api.resources)
    return PlannedResources(modules, tuple(planner.params))


class _Planner:
    def __init__(self, methods: Methods, options: PythonOptions) -> None:
        self._methods = methods
        self._options = options
        self.params: list[TypedDictDef] = []

    def module(self, resource: Resource) -> ResourceModule:
        attribute = clear_of(module_name(resource.path[0]), CLIENT_ATTRIBUTES)
        resources = tuple(self._tree(resource, attribute))
        return ResourceModule(f".resources.{module_name(resource.path[0])}", resources)

    def _tree(self, resource: Resource, attribute: str) -> Iterator[ResourceDef]:
        children = [(child, clear_of(module_name(child.path[-1]))) for child in resource.children]
        for child, name in children:
            yield from self._tree(child, name)
        taken = frozenset(name for _, name in children)
        planned = [self._methods.plan(resource.path, method, taken) for method in resource.methods if method.visible]
        self.params += [params for item in planned for params in item.params]
        yield ResourceDef(
            name=class_name(resource.path),
            path=resource.path,
            attribute=attribute,
            doc=resource.description,
            methods=tuple(item.method for item in planned),
            children=tuple((name, class_name(child.path), child.description) for child, name in children),
            helpers=self._mixins(resource),
            aliases=tuple(clear_of(module_name(alias), CLIENT_ATTRIBUTES) for alias in resource.aliases),
        )

    def _mixins(self, resource: Resource) -> tuple[Symbol, Symbol] | None:
        """Return the helper classes of a resource, such as `ChatCompletionsHelpers`, and the async twin."""
        if self._options.helpers_module is None or resource.helpers is None:
            return None
        module, name = f"{self._options.helpers_module}.{resource.helpers}", class_name(resource.path)
        if not self._options.has(module, f"{name}Helpers"):
            return None
        return Symbol(module, f"{name}Helpers"), Symbol(module, f"Async{name}Helpers")
