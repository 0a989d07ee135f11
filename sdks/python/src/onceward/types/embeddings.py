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
    """The embeddings of the inputs."""

    object: Literal["list"]

    data: list[Embedding]
    """The embeddings, one for each input."""

    model: str
    """The model that served the call."""

    usage: EmbeddingUsage | None = None
    """The token usage of the call."""


class EmbeddingUsage(Model):
    """The token usage of the call."""

    prompt_tokens: int
    """The number of input tokens."""

    total_tokens: int
    """The total number of tokens."""

    cost_usd: float | None = None
    """The cost of the call, in US dollars."""


EmbeddingEmbedding: TypeAlias = list[float] | str
"""The vector: an array of numbers or, with `base64`, the encoded little-endian 32-bit floats."""
