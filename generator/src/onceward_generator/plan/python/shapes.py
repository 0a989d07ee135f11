"""What is planned for Python: definitions of modules, as data. Rendering reads these and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from onceward_generator.model import Api, Brand

from .symbols import Expr, Symbol

__all__ = [
    "AliasDef", "ByHand", "ChecksModule", "Definition", "KeyDef", "MethodDef", "ModelDef", "ModelField", "OperationDef",
    "Overload", "Package", "Positional", "ResourceDef", "ResourceModule", "TypedDictDef", "TypesModule",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ModelField:
    """A field of a response model. ``alias`` is the wire key where it differs from the name; ``default`` is Python; a
    ``secret`` one is masked where the model is shown.
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
    """A request dictionary. One whose keys are no identifiers is written in functional syntax."""

    symbol: Symbol
    doc: str
    keys: tuple[KeyDef, ...]
    base: Symbol | None
    functional: bool


@dataclass(frozen=True, slots=True)
class AliasDef:
    """A name for a type that is no class. A recursive one needs a form that pydantic can follow."""

    symbol: Symbol
    doc: str
    value: Expr
    recursive: bool = False
    quoted: bool = False
    """Written as a string: what it names need not exist when the module is imported."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """A type that is written by hand elsewhere in the package, and is found here all the same."""

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
    """``._checks.chat``: what named types of requests may be, as data for the runtime."""

    module: str
    checks: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OperationDef:
    """The value of one operation: a constant of its module and the call that makes it."""

    constant: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Positional:
    name: str
    annotation: Expr


@dataclass(frozen=True, slots=True)
class Overload:
    """One way to call a method: the arguments that tell it from the others, and what it gives, sync and async."""

    keywords: tuple[tuple[str, Expr, str | None], ...]
    returns: Expr
    async_returns: Expr


@dataclass(frozen=True, slots=True)
class MethodDef:
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


@dataclass(frozen=True, slots=True)
class ResourceModule:
    """``.resources.chat``: one top-level resource with all that hangs on it, children before parents."""

    module: str
    resources: tuple[ResourceDef, ...]

    @property
    def root(self) -> ResourceDef:
        return self.resources[-1]


@dataclass(frozen=True, slots=True)
class Package:
    """Everything that is to be written, still without text."""

    api: Api
    brand: Brand
    client: str
    types: tuple[TypesModule, ...]
    resources: tuple[ResourceModule, ...]
    checks: tuple[ChecksModule, ...] = ()
