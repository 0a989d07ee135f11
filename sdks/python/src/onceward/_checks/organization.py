# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""Checks of request types: organization. `_core.checks` compiles them."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["CHECKS"]

CHECKS: Final[dict[str, Any]] = {
    "OrganizationAddMemberRequestMemberParam": (
        "union",
        "organization:OrganizationMemberParam",
        ("within", ("list", "organization:OrganizationMemberParam"), {"min_length": 1, "max_length": 1000}),
    ),
    "OrganizationMemberParam": (
        "object",
        {
            "user_id": ("null", ("within", "string", {"min_length": 1})),
            "user_email": ("null", ("within", "string", {"min_length": 3})),
            "role": "string",
        },
        ("role",),
    ),
}
