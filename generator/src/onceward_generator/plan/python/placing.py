"""Split modules that would be too long, along the resources that use their content.

A module is named after its top-level resource. If it would have too many lines, the types and resources that belong to
one child alone are in a module of that child: ``beta_threads`` beside ``beta``. A type can only refer to types that are
used by at least the same resources, so modules never import each other in a circle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from onceward_generator.model import Api, EnumType, Method, ObjectType, Resource, Type, TypeDef, UnionType, references

from .layers import layers
from .words import module_name

__all__ = ["Places", "places"]

_MOST_LINES = 2400
"""Estimated lines of a module; an estimate, so that formatted files stay below 3,000."""
_SHARED = "shared"
_LAYERS = ("parts", "elements", "basics", "values")
"""The layers of types below those of a module, from the top."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """The modules of types and of resources, where they are not those of the family or of the top-level resource."""

    types: Mapping[str, str]
    resources: Mapping[Path, str]

    def of_type(self, definition: TypeDef) -> str:
        """Return the module of a type."""
        return self.types.get(definition.key) or module_name(definition.family)

    def of_resource(self, path: Path, top: str) -> str:
        """Return the module of a resource, given the module of its top-level resource."""
        return self.resources.get(path, top)


def places(api: Api) -> Places:
    """Place the types and resources of an API."""
    taken = {module_name(top.path[0]) for top in api.resources} | {_SHARED}
    resources: dict[Path, str] = {}
    for top in api.resources:
        _split_resource(top, resources, taken)
    return Places(_split_types(api, taken), resources)


# --- resources


def _split_resource(resource: Resource, found: dict[Path, str], taken: set[str]) -> None:
    """Give the largest children of a resource modules of their own until the rest is short enough."""
    sizes = {child.path: _size(child) for child in resource.children}
    left = sum(map(_method_lines, resource.methods)) + sum(sizes.values())
    for child in sorted(resource.children, key=lambda one: (-sizes[one.path], one.path)):
        if left <= _MOST_LINES:
            break
        name = module_name("_".join(child.path))
        if name not in taken:
            taken.add(name)
            found |= {one.path: name for one in child.family()}
            left -= sizes[child.path]
            _split_resource(child, found, taken)


def _size(resource: Resource) -> int:
    return sum(_method_lines(method) for one in resource.family() for method in one.methods)


def _method_lines(method: Method) -> int:
    """Estimate the lines of a method, sync and async, with its operation."""
    texts = method.description.count("\n") + len(method.description) // 100 + len(method.params)
    overloads = 4 if method.streams is not None and method.streams.flag else 1
    return 2 * (texts + 10 + 10 * (overloads - 1)) + 4 * len(method.params) + 24


# --- types


def _split_types(api: Api, taken: set[str]) -> dict[str, str]:
    users = _users(api)
    families: dict[str, list[TypeDef]] = defaultdict(list)
    for definition in api.types.values():
        families[definition.family].append(definition)
    found: dict[str, str] = {}
    for family, members in families.items():
        if family == _SHARED:
            _split_shared(members, users, found, taken)
        else:
            _split_family(members, users, found, taken, 2)
    modules: dict[str, list[TypeDef]] = defaultdict(list)
    for definition in api.types.values():
        modules[found.get(definition.key) or module_name(definition.family)].append(definition)
    for name, members in modules.items():
        found |= _layered(api, name, members, taken)
    return found


def _layered(api: Api, name: str, members: list[TypeDef], taken: set[str]) -> dict[str, str]:
    """Split what one resource needs alone into layers: the types of a layer consist of those in the layers below."""
    size = sum(map(_type_lines, members))
    wanted = min(-(-size // _MOST_LINES), len(_LAYERS) + 1)
    found: dict[str, str] = {}
    if wanted < 2:
        return found
    filled, layer = 0, wanted - 2
    for group in layers(api, [definition.key for definition in members]):
        lines = sum(_type_lines(api.types[key]) for key in group)
        if layer >= 0 and filled and filled + lines > size / wanted:
            filled, layer = 0, layer - 1
        place = f"{name}_{_LAYERS[layer]}" if layer >= 0 else name
        if place not in taken:
            found |= dict.fromkeys(group, place)
        filled += lines
    return found


def _split_family(
    members: list[TypeDef], users: Mapping[str, frozenset[Path]], found: dict[str, str], taken: set[str], depth: int
) -> None:
    if sum(map(_type_lines, members)) <= _MOST_LINES:
        return
    groups: dict[Path, list[TypeDef]] = defaultdict(list)
    for definition in members:
        paths = {path[:depth] for path in users.get(definition.key, ())}
        if len(paths) == 1 and len(path := next(iter(paths))) == depth:
            groups[path].append(definition)
    for path, group in groups.items():
        name = module_name("_".join(path))
        if name not in taken or depth > 1:
            found |= {definition.key: name for definition in group}
            _split_family(group, users, found, taken, depth + 1)


def _split_shared(
    members: list[TypeDef], users: Mapping[str, frozenset[Path]], found: dict[str, str], taken: set[str]
) -> None:
    """Give the types that exactly two top-level resources use a module of both."""
    if sum(map(_type_lines, members)) <= _MOST_LINES:
        return
    for definition in members:
        tops = sorted({path[0] for path in users.get(definition.key, ())})
        name = module_name("_".join((_SHARED, *tops)))
        if len(tops) == 2 and name not in taken:
            found[definition.key] = name


def _users(api: Api) -> dict[str, frozenset[Path]]:
    """Return the resources whose methods reach each type."""
    found: dict[str, set[Path]] = defaultdict(set)
    for top in api.resources:
        for resource in top.family():
            roots = [key for method in resource.methods for type_ in _types_of(method) for key in references(type_)]
            for key in api.closure(roots):
                found[key].add(resource.path)
    return {key: frozenset(paths) for key, paths in found.items()}


def _types_of(method: Method) -> Iterable[Type]:
    for body, params in method.forms:
        yield from (param.type for param in params)
        if body is not None:
            yield body.type
    yield from method.received


def _type_lines(definition: TypeDef) -> int:
    texts = 3 + len(definition.description) // 100 + definition.description.count("\n")
    match definition.type:
        case ObjectType(fields):
            return texts + sum(4 + len(f.description) // 100 + f.description.count("\n") for f in fields)
        case UnionType(variants, _):
            return texts + len(variants) + 3
        case EnumType(_, members):
            return texts + len(members) // 4
        case _:
            return texts
