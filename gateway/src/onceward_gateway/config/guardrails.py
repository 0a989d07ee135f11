"""Settings of guardrails: `[guardrails.<name>]`.

[guardrails.pii]
guardrail = "pii"                  # the entry point; the table's name if absent
mode = ["pre_call", "post_call"]   # before the call, after it, or both (default)
default_on = true                  # false: only for calls that name it
options = { kinds = ["email", "card"] }
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from .table import Table

__all__ = ["MODES", "GuardrailSettings", "read_guardrails"]

MODES = ("pre_call", "post_call")


@dataclass(frozen=True, slots=True)
class GuardrailSettings:
    """One configured guardrail."""

    name: str
    guardrail: str
    modes: tuple[str, ...] = MODES
    default_on: bool = True
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def read_guardrails(root: Table) -> tuple[GuardrailSettings, ...]:
    """Read all `[guardrails.<name>]`, in the order of the file, in which they apply."""
    return tuple(_one(name, table) for name, table in root.tables("guardrails"))


def _one(name: str, table: Table) -> GuardrailSettings:
    modes = tuple(table.texts_of("mode")) or MODES
    for mode in modes:
        if mode not in MODES:
            raise table.fault("mode", mode, "is none of 'pre_call', 'post_call'", "Choose one of them, or both")
    default_on = table.flag("default_on")
    settings = GuardrailSettings(
        name=name,
        guardrail=table.text("guardrail") or name,
        modes=modes,
        default_on=True if default_on is None else default_on,
        options=MappingProxyType(dict(table.table("options").raw())),
    )
    table.finish()
    return settings
