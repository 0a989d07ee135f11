"""The data of a plan: the definitions of modules. Rendering reads nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from onceward_generator.model import Api, Brand, Param

from .symbols import Expr, Symbol

__all__ = [
    "AliasDef", "ByHand", "ChecksModule", "Definition", "KeyDef", "MethodDef", "ModelDef", "ModelField", "OperationDef",
    "Overload", "Package", "Positional", "ResourceDef", "ResourceModule", "TypedDictDef", "TypesModule",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ModelField:
    """A field of a response model.

    ``alias`` is the wire key, if it differs from the name; ``default`` is Python; a ``secret`` field is masked in
    output.
    """

    name: str
    annotation: Expr
    required: bool
    alias: str | None
    doc: str
    default: str = "None"
    secret: bool = False


@dataclass(frozen=True, slots=True)
class ModelDef:
    """A response model."""

    symbol: Symbol
    doc: str
    fields: tuple[ModelField, ...]


@dataclass(frozen=True, slots=True)
class KeyDef:
    """A key of a request dictionary."""

    name: str
    annotation: Expr
    required: bool
    doc: str


@dataclass(frozen=True, slots=True)
class TypedDictDef:
    """A request dictionary. If a key is not an identifier, it is written in functional syntax."""

    symbol: Symbol
    doc: str
    keys: tuple[KeyDef, ...]
    base: Symbol | None
    functional: bool


@dataclass(frozen=True, slots=True)
class AliasDef:
    """A name for a type that is not a class. Recursive aliases have a form that pydantic supports."""

    symbol: Symbol
    doc: str
    value: Expr
    recursive: bool = False
    quoted: bool = False
    """Written as a string, because it refers to names that are undefined when the module is imported."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """A type that is hand-written elsewhere in the package, and exported here, too."""

    symbol: Symbol
    source: Symbol


Definition: TypeAlias = ModelDef | TypedDictDef | AliasDef | ByHand


@dataclass(frozen=True, slots=True)
class TypesModule:
    """A module of types: ``.types.chat`` (responses) or ``.types.params.chat`` (requests)."""

    module: str
    definitions: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class ChecksModule:
    """``._checks.chat``: the allowed values of named request types, as data for the runtime."""

    module: str
    checks: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OperationDef:
    """The constant of an operation: its name in the module and the call that creates it."""

    constant: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Positional:
    """A positional argument."""

    name: str
    annotation: Expr


@dataclass(frozen=True, slots=True)
class Overload:
    """An overload of a method: the arguments that distinguish it, and its result, sync and async."""

    keywords: tuple[tuple[str, Expr, str | None], ...]
    returns: Expr
    async_returns: Expr


@dataclass(frozen=True, slots=True)
class MethodDef:
    """A method of a resource."""

    name: str
    operation_id: str
    operation: OperationDef
    kind: Literal["call", "pages"]
    positional: tuple[Positional, ...]
    params: Symbol
    overloads: tuple[Overload, ...]
    doc: str
    http: str
    path: str
    deprecated: bool
    arguments: tuple[tuple[str, Param], ...] = ()
    """The parameters of the model by the names of their arguments."""


@dataclass(frozen=True, slots=True)
class ResourceDef:
    """A node of the resource tree. ``children`` are (attribute, class name, description)."""

    name: str
    path: tuple[str, ...]
    attribute: str
    doc: str
    methods: tuple[MethodDef, ...]
    children: tuple[tuple[str, str, str], ...]
    helpers: tuple[Symbol, Symbol] | None
    aliases: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, str], ...] = ()
    """The children in other modules: class name and module."""


@dataclass(frozen=True, slots=True)
class ResourceModule:
    """``.resources.chat``: a top-level resource with all its descendants, children before parents."""

    module: str
    resources: tuple[ResourceDef, ...]
    is_top: bool = True
    """False for a descendant whose top-level resource would make too long a module."""

    @property
    def root(self) -> ResourceDef:
        """The resource of the module that is not inside another of its resources."""
        return self.resources[-1]


@dataclass(frozen=True, slots=True)
class Package:
    """The plan of a whole package."""

    api: Api
    brand: Brand
    client: str
    types: tuple[TypesModule, ...]
    resources: tuple[ResourceModule, ...]
    """Every module of a top-level resource, followed by those of its descendants."""
    checks: tuple[ChecksModule, ...] = ()
    webhook_event: Symbol | None = None
    """The type of any webhook of the API."""

    @property
    def top_resources(self) -> tuple[ResourceModule, ...]:
        """The modules of the top-level resources."""
        return tuple(module for module in self.resources if module.is_top)

    def targets(self) -> dict[tuple[str, ...], str]:
        """Return the expression of each resource by its path: ``client.chat.completions``."""
        families: dict[str, dict[str, ResourceDef]] = {}
        for module in self.resources:
            for resource in module.resources:
                families.setdefault(resource.path[0], {})[resource.name] = resource
        found: dict[tuple[str, ...], str] = {}

        def visit(resource: ResourceDef, target: str) -> None:
            found[resource.path] = target
            for attribute, child, _ in resource.children:
                visit(families[resource.path[0]][child], f"{target}.{attribute}")

        for module in self.top_resources:
            visit(module.root, f"client.{module.root.attribute}")
        return found
