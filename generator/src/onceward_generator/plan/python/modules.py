"""Plan modules of types: place definitions, order aliases after their parts, mark recursion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from onceward_generator.model import Api

from .naming import Naming
from .options import PythonOptions
from .received import Received
from .sent import Sent
from .shapes import AliasDef, ByHand, Definition, TypedDictDef, TypesModule
from .symbols import Symbol

__all__ = ["types_modules"]


def types_modules(
    api: Api, naming: Naming, params: Iterable[Definition], options: PythonOptions
) -> tuple[TypesModule, ...]:
    """Return response modules and request modules, each with its definitions in importable order."""
    received, sent = Received(api, naming), Sent(api, naming, options)
    definitions: list[Definition] = []
    for key, symbol in naming.received.items():
        module, _, name = options.handwritten_types.get(symbol.name, "").partition(":")
        by_hand = bool(name) and options.has(module, name)
        source = Symbol(f".{module}", name, symbol.name)
        definitions.append(ByHand(symbol, source) if by_hand else received.define(api.types[key]))
    answered = set(naming.received.values())
    definitions += [sent.define(api.types[key]) for key, symbol in naming.sent.items() if symbol not in answered]
    definitions += params
    by_module: dict[str, list[Definition]] = {}
    for definition in definitions:
        by_module.setdefault(definition.symbol.module, []).append(definition)
    recursive = _recursive({d.symbol: d for d in definitions if isinstance(d, AliasDef)})
    return tuple(TypesModule(name, _ordered(by_module[name], recursive)) for name in sorted(by_module))


def _ordered(definitions: list[Definition], recursive: set[Symbol]) -> tuple[Definition, ...]:
    """Sort classes by name with bases first, then aliases, each after the aliases that it consists of."""
    bases = {d.base for d in definitions if isinstance(d, TypedDictDef)}
    classes = sorted(
        (d for d in definitions if not isinstance(d, AliasDef)), key=lambda d: (d.symbol not in bases, d.symbol)
    )
    aliases = {d.symbol: d for d in definitions if isinstance(d, AliasDef)}
    placed: dict[Symbol, AliasDef] = {}

    def place(symbol: Symbol) -> None:
        alias = aliases.get(symbol)
        if alias is None or symbol in placed:
            return
        if symbol in recursive:
            placed[symbol] = alias if alias.quoted else replace(alias, recursive=True)
            return
        for other in alias.value.symbols():
            if other != symbol:
                place(other)
        placed[symbol] = alias

    # A recursive alias is written as a string and needs no earlier definition, so all of them come first.
    for symbol in sorted(aliases, key=lambda symbol: (symbol not in recursive, symbol)):
        place(symbol)
    return (*classes, *placed.values())


def _recursive(aliases: dict[Symbol, AliasDef]) -> set[Symbol]:
    """Return aliases that reach themselves through aliases alone. Recursion through a class needs no mark."""
    found: set[Symbol] = set()
    for start in aliases:
        seen: set[Symbol] = set()
        waiting = [s for s in aliases[start].value.symbols() if s in aliases]
        while waiting:
            symbol = waiting.pop()
            if symbol == start:
                found.add(start)
                break
            if symbol not in seen:
                seen.add(symbol)
                waiting.extend(s for s in aliases[symbol].value.symbols() if s in aliases)
    return found
