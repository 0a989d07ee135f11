"""Render the common parts of Python modules: heads with imports, docstrings, indentation."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from onceward_generator.plan.python.symbols import Expr, Scope, Symbol

__all__ = ["HEADER", "docstring", "indent", "module_scope", "module_text", "symbols_in"]

HEADER = "# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.\n"
WIDTH = 112


def indent(text: str, levels: int = 1) -> str:
    """Indent every line that is not empty."""
    return textwrap.indent(text, "    " * levels)


def docstring(description: str, levels: int = 0) -> str:
    """Return a description as a docstring that fits the line; an empty description gives an empty text."""
    body = _wrapped(description, WIDTH - 4 * levels)
    if not body:
        return ""
    escaped = body.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if "\n" not in escaped:
        closing = "\\" + escaped[-1] if escaped.endswith('"') else escaped[-1]
        return f'"""{escaped[:-1]}{closing}"""\n'
    return f'"""{escaped}\n"""\n'


def _wrapped(description: str, width: int) -> str:
    lines: list[str] = []
    for line in description.strip().expandtabs(4).splitlines():
        plain = "".join(c if c.isprintable() else " " for c in line).rstrip()
        hang = len(plain) - len(plain.lstrip())
        deeper = " " * (hang + (4 if plain.lstrip()[:2] in ("- ", "* ") or hang else 0))
        lines += textwrap.wrap(
            plain, width, subsequent_indent=deeper, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
        ) or [""]
    return "\n".join(lines).strip()


def symbols_in(expressions: Iterable[Expr]) -> set[Symbol]:
    """Return the symbols in some expressions."""
    return {symbol for expression in expressions for symbol in expression.symbols()}


def module_scope(module: str, own: Iterable[str], members: Iterable[str], symbols: set[Symbol]) -> Scope:
    """Return the scope of a module that defines ``own`` and whose classes have ``members``."""
    mine = frozenset(own)
    typed = frozenset(
        s.name for s in symbols if s.module.startswith(".types") and s.module != module and s.name not in mine
    )
    return Scope(module, mine, typed, frozenset(members))


def module_text(
    doc: str, scope: Scope, runtime: set[Symbol], checking: set[Symbol], body: str, exports: Iterable[str]
) -> str:
    """Return the text of a module. Symbols used in annotations only are imported under ``TYPE_CHECKING``."""
    always = _lines(scope, runtime)
    only = _lines(scope, checking - runtime) - always
    if only:
        always |= {"from typing import TYPE_CHECKING"}
    names = "".join(f"    {name!r},\n" for name in sorted(exports))
    parts = [
        HEADER,
        docstring(doc),
        "from __future__ import annotations\n",
        "\n".join(sorted(always)) + "\n",
        "if TYPE_CHECKING:\n" + indent("\n".join(sorted(only))) + "\n" if only else "",
        f"__all__ = [\n{names}]\n",
        body,
    ]
    return "\n".join(part for part in parts if part)


def _lines(scope: Scope, symbols: Iterable[Symbol]) -> set[str]:
    return {line for symbol in symbols if (line := scope.import_line(symbol)) is not None}
