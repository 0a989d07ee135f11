# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.
"""Checks of request types: embeddings. `_core.checks` compiles them."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["CHECKS"]

CHECKS: Final[dict[str, Any]] = {
    "EmbeddingInputListParam": (
        "union",
        ("within", ("list", "string"), {"min_length": 1}),
        ("within", ("list", "integer"), {"min_length": 1}),
        ("within", ("list", ("list", "integer")), {"min_length": 1}),
    ),
    "EmbeddingInputParam": ("union", "string", "embeddings:EmbeddingInputListParam"),
}
