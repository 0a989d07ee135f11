"""Render the sorted list of a package's public names, for reviews of changes to the contract."""

from __future__ import annotations

from collections.abc import Iterator

from onceward_generator.plan.python.shapes import AliasDef, ByHand, ModelDef, Package, TypedDictDef

__all__ = ["render_surface"]


def render_surface(package: Package) -> str:
    """Return the public names, one per line."""
    return "".join(f"{line}\n" for line in sorted({*_types(package), *_methods(package)}))


def _types(package: Package) -> Iterator[str]:
    for module in package.types:
        where = module.module.lstrip(".")
        for definition in module.definitions:
            name = f"{where}.{definition.symbol.name}"
            yield name
            match definition:
                case ModelDef(fields=fields):
                    yield from (f"{name}.{field.name}" for field in fields)
                case TypedDictDef(keys=keys):
                    yield from (f"{name}[{key.name!r}]{'!' if key.required else ''}" for key in keys)
                case AliasDef() | ByHand():
                    continue


def _methods(package: Package) -> Iterator[str]:
    targets = package.targets()
    for module in package.resources:
        for resource in reversed(module.resources):
            path = targets[resource.path]
            yield path
            if resource is module.root and module.is_top:
                yield from (f"client.{alias}" for alias in resource.aliases)
            for method in resource.methods:
                positional = ", ".join([*(item.name for item in method.positional), f"**{method.params.name}"])
                yield f"{path}.{method.name}({positional})"
