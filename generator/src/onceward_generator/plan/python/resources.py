"""Plan the resource tree as classes: one module per top-level resource, children before their parents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from onceward_generator.identifiers import distinct
from onceward_generator.model import Api, Method, Name, Resource

from .methods import Methods
from .naming import Naming
from .options import PythonOptions
from .placing import Places
from .shapes import ResourceDef, ResourceModule, TypedDictDef
from .symbols import Symbol
from .words import RESOURCE_ATTRIBUTES, brand_class, class_name, clear_of, constant, module_name, snake

__all__ = ["CLIENT_ANNOTATIONS", "PlannedResources", "plan_resources"]

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


CLIENT_ANNOTATIONS: tuple[tuple[str, frozenset[str]], ...] = (
    ("collections.abc", frozenset({"Callable", "Mapping"})),
    ("typing", frozenset({"Any", "Literal", "Never"})),
    ("._core.credential_options", frozenset({"BasicAuth"})),
    ("._core.oauth", frozenset({"ClientCredentials", "RefreshToken"})),
    ("._core.options", frozenset({"TimeoutInput", "Unset"})),
    ("._core.ports", frozenset({"Clock"})),
    ("._core.retry", frozenset({"Backoff"})),
    ("._core.secrets", frozenset({"Secret"})),
)
"""The modules of the names that the annotations of a client's options may use."""
_CLIENT_NAMES = {"AsyncClient", "GatewayClient", "SyncClient"}.union(*(names for _, names in CLIENT_ANNOTATIONS))
"""The classes that the module of the client imports, which none of the resources there may hide."""


@dataclass(frozen=True, slots=True)
class _Names:
    """The names that have to be unique among all resources.

    Classes by path, modules and attributes of the client by the name of a top-level resource, request dictionaries by
    the id of a method.
    """

    classes: dict[tuple[str, ...], str]
    modules: dict[Name, str]
    attributes: dict[Name, str]
    dictionaries: dict[str, str]


def plan_resources(api: Api, naming: Naming, options: PythonOptions, placed: Places) -> PlannedResources:
    """Plan the classes of all resources, and the request dictionaries of their methods."""
    names = _Names(
        classes=_classes(api, options),
        modules=distinct([resource.name for resource in api.resources], lambda name: module_name("_".join(name))),
        attributes=distinct([resource.name for resource in api.resources], _client_attribute),
        dictionaries=_dictionaries(api, naming),
    )
    planner = _Planner(Methods(api, naming, options), options, names, placed)
    modules = tuple(module for resource in api.resources for module in planner.modules(resource))
    return PlannedResources(modules, tuple(planner.params))


def _classes(api: Api, options: PythonOptions) -> dict[tuple[str, ...], str]:
    """Return the class of each resource. Classes of top-level resources meet in the client's module."""
    client = options.client or brand_class(api.brand)
    met = {client, f"Async{client}", *_CLIENT_NAMES}
    found = {resource.path: _class(resource.path, met) for resource in _shortest_first(api.resources)}
    for top in api.resources:
        own = {found[top.path], f"Async{found[top.path]}"}
        below = [resource for child in top.children for resource in child.family()]
        found |= {resource.path: _class(resource.path, own) for resource in _shortest_first(below)}
    return found


def _class(path: tuple[str, ...], taken: set[str]) -> str:
    """Return a class name whose asynchronous twin is free too, and take both.

    ``a.b_c`` and ``a.b.c`` have the same words; the longer path is spelled with its dots as underscores.
    """
    name = class_name(path)
    for wish in (name, f"{name}Resource", "_".join(class_name((part,)) for part in path) + "Resource"):
        if not {wish, f"Async{wish}"} & taken:
            name = wish
            break
    taken |= {name, f"Async{name}"}
    return name


def _shortest_first(resources: Iterable[Resource]) -> list[Resource]:
    return sorted(resources, key=lambda resource: (len(resource.path), resource.path))


class _Planner:
    def __init__(self, methods: Methods, options: PythonOptions, names: _Names, placed: Places) -> None:
        self._placed = placed
        self._methods = methods
        self._options = options
        self._names = names
        self.params: list[TypedDictDef] = []

    def modules(self, resource: Resource) -> Iterator[ResourceModule]:
        """Yield the module of a top-level resource, then those of descendants that have their own."""
        top = self._names.modules[resource.name]
        attribute = self._names.attributes[resource.name]
        by_module: dict[str, list[ResourceDef]] = {top: []}
        for planned in self._tree(resource, attribute, _constants(resource)):
            by_module.setdefault(self._placed.of_resource(planned.path, top), []).append(planned)
        for name, members in by_module.items():
            yield ResourceModule(f".resources.{name}", tuple(members), is_top=name == top)

    def _tree(self, resource: Resource, attribute: str, constants: dict[str, str]) -> Iterator[ResourceDef]:
        names = distinct([child.name for child in resource.children], _attribute)
        children = [(child, names[child.name]) for child in resource.children]
        for child, name in children:
            yield from self._tree(child, name, constants)
        taken = frozenset(names.values())
        visible = [method for method in resource.methods if method.visible]
        called = distinct([method.name for method in visible], lambda name: clear_of(_attribute(name), taken))
        planned = [
            self._methods.plan(method, called[method.name], constants[method.id], self._dictionary(resource, method))
            for method in visible
        ]
        self.params += [params for item in planned for params in item.params]
        yield ResourceDef(
            name=self._names.classes[resource.path],
            path=resource.path,
            attribute=attribute,
            doc=resource.description,
            methods=tuple(item.method for item in planned),
            children=tuple((name, self._names.classes[child.path], child.description) for child, name in children),
            elsewhere=tuple(self._elsewhere(resource, [child for child, _ in children])),
            helpers=self._mixins(resource),
            aliases=tuple(_client_attribute((alias,)) for alias in resource.aliases),
        )

    def _elsewhere(self, resource: Resource, children: list[Resource]) -> Iterator[tuple[str, str]]:
        """Return the children in other modules: their classes and modules."""
        here = self._placed.of_resource(resource.path, "")
        for child in children:
            there = self._placed.of_resource(child.path, "")
            if there != here:
                yield self._names.classes[child.path], f".resources.{there}"

    def _dictionary(self, resource: Resource, method: Method) -> Symbol:
        module = self._placed.of_resource(resource.path, module_name(resource.path[0]))
        return Symbol(f".types.params.{module}", self._names.dictionaries[method.id])

    def _mixins(self, resource: Resource) -> tuple[Symbol, Symbol] | None:
        """Return the helper classes of a resource, such as `ChatCompletionsHelpers`, and the async twin."""
        if self._options.helpers_module is None or resource.helpers is None:
            return None
        module, name = f"{self._options.helpers_module}.{resource.helpers}", class_name(resource.path)
        if not self._options.has(module, f"{name}Helpers"):
            return None
        return Symbol(module, f"{name}Helpers"), Symbol(module, f"Async{name}Helpers")


def _client_attribute(name: Name) -> str:
    return clear_of(snake(name), CLIENT_ATTRIBUTES)


def _dictionaries(api: Api, naming: Naming) -> dict[str, str]:
    """Return the request dictionary of each method.

    Of methods with the same words, such as ``a.b_list`` and ``a.b.list``, the one with the shorter path has the plain
    name.
    """
    taken = set(naming.taken)
    found: dict[str, str] = {}
    for resource in _shortest_first(one for top in api.resources for one in top.family()):
        for method in sorted(resource.methods, key=lambda method: method.name):
            plain = class_name((*resource.path, *method.name))
            apart = "_".join(class_name((part,)) for part in (*resource.path, "_".join(method.name)))
            wishes = (f"{plain}Params", f"{plain}MethodParams", f"{apart}Params", f"{apart}_{method.http}Params")
            name = next(wish for wish in wishes if wish not in taken)
            taken.add(name)
            found[method.id] = name
    return found


def _attribute(name: Name) -> str:
    return clear_of(snake(name), RESOURCE_ATTRIBUTES)


def _constants(top: Resource) -> dict[str, str]:
    """Return the constant of each operation in a module.

    Paths with the same words, such as ``a.b_c`` and ``a.b.c``, have double underscores between their parts.
    """
    methods = [(resource.path[1:], method) for resource in top.family() for method in resource.methods]
    plain = {method.id: constant((*path, *method.name)) for path, method in methods}
    shared = {name for name, count in Counter(plain.values()).items() if count > 1}
    return {
        method.id: constant((*path, *method.name))
        if plain[method.id] not in shared
        else "__".join(constant((part,)).lstrip("_") for part in ("", *path, "_".join(method.name)))
        for path, method in methods
    }
