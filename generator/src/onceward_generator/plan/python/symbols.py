"""Symbols of annotations, from which the imports of a module are derived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .words import BUILTINS

__all__ = [
    "Expr",
    "Scope",
    "Symbol",
    "annotated",
    "builtin",
    "call",
    "expr",
    "literal",
    "optional",
    "sub",
    "text",
    "typing",
    "union",
]


@dataclass(frozen=True, slots=True, order=True)
class Symbol:
    """A name and its module. Modules of the package itself start with a dot: ``.types.chat``."""

    module: str
    name: str
    called: str = ""
    """The name under which modules use it, if different from its own."""


@dataclass(frozen=True, slots=True)
class Expr:
    """A Python expression as text with placeholders for symbols; the members of unions are kept separately."""

    parts: tuple[str | Symbol, ...]
    options: tuple[Expr, ...] = field(default=(), compare=False)

    def symbols(self) -> Iterator[Symbol]:
        """Return the symbols of the expression, including those of its members."""
        return (part for part in self.parts if isinstance(part, Symbol))

    def render(self, scope: Scope) -> str:
        """Return the expression as text."""
        return "".join(part if isinstance(part, str) else scope.name(part) for part in self.parts)


def expr(symbol: Symbol) -> Expr:
    """Return the expression of a symbol."""
    return Expr((symbol,))


def text(source: str) -> Expr:
    """Return the expression of a plain text."""
    return Expr((source,))


def builtin(name: str) -> Expr:
    """Return the expression of a builtin."""
    return expr(Symbol("builtins", name))


def typing(name: str) -> Expr:
    """Return the expression of a name in `typing`."""
    return expr(Symbol("typing", name))


NONE = text("None")


def _join(items: Iterable[Expr], separator: str) -> tuple[str | Symbol, ...]:
    parts: list[str | Symbol] = []
    for item in items:
        if parts:
            parts.append(separator)
        parts.extend(item.parts)
    return tuple(parts)


def sub(base: Expr, *arguments: Expr) -> Expr:
    """Return ``base[arguments]``."""
    return Expr((*base.parts, "[", *_join(arguments, ", "), "]"))


def call(base: Expr, *positional: Expr, **keywords: Expr) -> Expr:
    """Return ``base(positional, key=value)``."""
    arguments = [*positional, *(Expr((f"{key}=", *value.parts)) for key, value in keywords.items())]
    return Expr((*base.parts, "(", *_join(arguments, ", "), ")"))


def union(*options: Expr) -> Expr:
    """Return ``a | b``, flat, without repetitions, with None last."""
    flat: dict[Expr, None] = {}
    for option in options:
        for item in option.options or (option,):
            flat[item] = None
    items = [item for item in flat if item != NONE] + [item for item in flat if item == NONE]
    return items[0] if len(items) == 1 else Expr(_join(items, " | "), tuple(items))


def optional(inner: Expr) -> Expr:
    """Return ``a | None``."""
    return union(inner, NONE)


def annotated(inner: Expr, metadata: Expr) -> Expr:
    """Return ``Annotated[base, ...]``."""
    return sub(typing("Annotated"), inner, metadata)


def literal(values: Iterable[str | int | float]) -> Expr:
    """Return ``Literal[...]``. Python's literals cannot be floats."""
    return sub(typing("Literal"), *(text(repr(value)) for value in values))


@dataclass(slots=True)
class Scope:
    """The names of symbols inside one module.

    ``own`` are the names that the module defines and ``typed`` the names of types that it imports; another import of
    the same name gets a leading underscore, so that a contract's own ``Model`` or ``Literal`` keeps its name.
    ``members`` are the names of members of its classes: a builtin of such a name is used through ``builtins``.
    """

    module: str
    own: frozenset[str] = frozenset()
    typed: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    public: bool = False
    """Use every symbol's own name, for texts that are read and not executed."""

    def name(self, symbol: Symbol) -> str:
        """Return the name of a symbol in this module."""
        if self.public:
            return symbol.name
        if symbol.module == "builtins":
            hidden = symbol.name in BUILTINS and symbol.name in self.members
            return f"builtins.{symbol.name}" if hidden else symbol.name
        if symbol.module == "datetime":
            return f"_dt.{symbol.name}"
        if symbol.module == self.module:
            return symbol.name
        local = symbol.called or symbol.name
        taken = local in self.own or (local in self.typed and not symbol.module.startswith(".types"))
        return f"_{local}" if taken else local

    def import_line(self, symbol: Symbol) -> str | None:
        """Return the import statement of a symbol, or None if it needs none."""
        if symbol.module == self.module:
            return None
        if symbol.module == "builtins":
            return "import builtins" if "." in self.name(symbol) else None
        if symbol.module == "datetime":
            return "import datetime as _dt"
        local = self.name(symbol)
        renamed = "" if local == symbol.name else f" as {local}"
        return f"from {self._path(symbol.module)} import {symbol.name}{renamed}"

    def _path(self, module: str) -> str:
        if not module.startswith("."):
            return module
        here, there = self.module.split(".")[1:-1], module.split(".")[1:]
        shared = 0
        while shared < min(len(here), len(there) - 1) and here[shared] == there[shared]:
            shared += 1
        return "." * (len(here) - shared + 1) + ".".join(there[shared:])
