# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""What requests may hold: images. `_core.checks` reads it."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["CHECKS"]

CHECKS: Final[dict[str, Any]] = {
    "ImageEditRequestImageParam": None,
}
