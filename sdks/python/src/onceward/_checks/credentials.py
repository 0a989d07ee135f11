# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""Checks of request types: credentials. `_core.checks` compiles them."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["CHECKS"]

CHECKS: Final[dict[str, Any]] = {
    "CredentialInfoParam": (
        "object",
        {"custom_llm_provider": ("null", ("within", "string", {"min_length": 1})), "description": ("null", "string")},
        (),
    ),
}
