# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""Checks of request types: moderations. `_core.checks` compiles them."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["CHECKS"]

CHECKS: Final[dict[str, Any]] = {
    "ModerationImageURLInputParam": (
        "object",
        {"type": ("is", "image_url"), "image_url": "shared:ImageUrlParam"},
        ("type", "image_url"),
    ),
    "ModerationInputListParam": ("union", ("list", "string"), ("list", "moderations:ModerationMultiModalInputParam")),
    "ModerationInputParam": ("union", "string", "moderations:ModerationInputListParam"),
    "ModerationMultiModalInputParam": (
        "union",
        "moderations:ModerationTextInputParam",
        "moderations:ModerationImageURLInputParam",
    ),
    "ModerationTextInputParam": ("object", {"type": ("is", "text"), "text": "string"}, ("type", "text")),
}
