# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""Checks of request types: images. `_core.checks` compiles them."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["CHECKS"]

CHECKS: Final[dict[str, Any]] = {
    "ImageEditRequestImageParam": None,
}
