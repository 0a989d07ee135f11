# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: embeddings."""

from __future__ import annotations

from typing import Literal, TypeAlias

from .._core.models import Model
from .._embedding import Embedding

__all__ = [
    "CreateEmbeddingResponse",
    "Embedding",
    "EmbeddingEmbedding",
    "EmbeddingUsage",
]


class CreateEmbeddingResponse(Model):
    """The vectors of the inputs."""

    object: Literal["list"]

    data: list[Embedding]
    """One for each input."""

    model: str
    """The model that answered."""

    usage: EmbeddingUsage | None = None
    """What the call read."""


class EmbeddingUsage(Model):
    """What the call read."""

    prompt_tokens: int
    """Tokens read."""

    total_tokens: int
    """The same."""

    cost_usd: float | None = None
    """What the call cost, in US dollars."""


EmbeddingEmbedding: TypeAlias = list[float] | str
"""The vector: numbers, or (with `base64`) the bytes of its little-endian 32-bit floats."""
