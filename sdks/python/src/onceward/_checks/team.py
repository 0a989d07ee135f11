# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""Checks of request types: team. `_core.checks` compiles them."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["CHECKS"]

CHECKS: Final[dict[str, Any]] = {
    "TeamAddMemberRequestMemberParam": (
        "union",
        "shared:TeamMemberParam",
        ("within", ("list", "shared:TeamMemberParam"), {"min_length": 1, "max_length": 1000}),
    ),
}
