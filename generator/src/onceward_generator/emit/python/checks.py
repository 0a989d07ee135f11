"""Render modules of argument checks: the allowed values of named request types, as plain data."""

from __future__ import annotations

from onceward_generator.plan.python.shapes import ChecksModule

from .text import HEADER, docstring

__all__ = ["render_checks"]


def render_checks(module: ChecksModule) -> str:
    """Return the text of a module of checks."""
    family = module.module.rsplit(".", 1)[1]
    rows = "".join(f"    {name!r}: {check!r},\n" for name, check in module.checks.items())
    doc = docstring(f"Checks of request types: {family}. `_core.checks` compiles them.")
    return (
        f"{HEADER}{doc}\nfrom __future__ import annotations\n\nfrom typing import Any, Final\n\n"
        f'__all__ = ["CHECKS"]\n\nCHECKS: Final[dict[str, Any]] = {{\n{rows}}}\n'
    )
