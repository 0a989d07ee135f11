# Generated from the contract by headgate-generate. Do not edit: change the contract or the generator.

"""What requests carry: embeddings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Required, TypeAlias

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from .shared import MetadataParam

__all__ = [
    "EmbeddingInputParam",
    "EmbeddingsCreateParams",
]


class EmbeddingsCreateParams(CallOptions, total=False):
    """Arguments of `embeddings.create`."""

    model: Required[str]
    """Which model answers."""

    input: Required[EmbeddingInputParam]

    encoding_format: Literal["float", "base64"] | str | None
    """How the vectors are written. Absent is `float`."""

    dimensions: int | None
    """How long the vectors are, where the model can choose."""

    input_type: Literal["search_document", "search_query", "classification", "clustering"] | str | None
    """What the vectors are for, where the model tells apart."""

    user: str | None
    """Your end user, by an id of yours."""

    metadata: MetadataParam

    tags: Sequence[str] | None
    """Labels under which the call's cost is reported."""

    provider_specific_params: Mapping[str, object] | None
    """What only one provider knows, added to the body the provider gets."""


EmbeddingInputParam: TypeAlias = str | Sequence[str] | Sequence[int] | Sequence[Sequence[int]]
"""A text, several, or their tokens."""
