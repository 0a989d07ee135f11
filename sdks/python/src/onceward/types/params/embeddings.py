# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: embeddings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Required, TypeAlias

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from .shared import MetadataParam, ResponseCacheParam

__all__ = [
    "EmbeddingInputListParam",
    "EmbeddingInputParam",
    "EmbeddingRequestEncodingFormat",
    "EmbeddingRequestInputType",
    "EmbeddingsCreateParams",
]


class EmbeddingsCreateParams(CallOptions, total=False):
    """Arguments of `embeddings.create`."""

    region: str
    """The region that may serve the call, for a model with deployments in several."""

    model: Required[str]
    """Which model answers."""

    input: Required[EmbeddingInputParam]
    """A text, several, or their tokens."""

    encoding_format: EmbeddingRequestEncodingFormat | None
    """How the vectors are written. Absent is `float`."""

    dimensions: int | None
    """How long the vectors are, where the model can choose."""

    input_type: EmbeddingRequestInputType | None
    """What the vectors are for, where the model tells apart. Offline models do not use it."""

    user: str | None
    """Your end user, by an id of yours."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    tags: Sequence[str] | None
    """Labels under which the call's cost is reported."""

    cache: ResponseCacheParam | None
    """What the call asks of the gateway's response cache."""

    guardrails: Sequence[str] | None
    """Guardrails that this call passes beside those it passes anyway. `GET /guardrails/list` lists them."""

    provider_specific_params: Mapping[str, object] | None
    """What only one provider knows, added to the body the provider gets."""


EmbeddingInputListParam: TypeAlias = Sequence[str] | Sequence[int] | Sequence[Sequence[int]]


EmbeddingInputParam: TypeAlias = "str | EmbeddingInputListParam"
"""A text, several, or their tokens."""


EmbeddingRequestEncodingFormat: TypeAlias = Literal["float", "base64"]
"""How the vectors are written. Absent is `float`."""


EmbeddingRequestInputType: TypeAlias = Literal["search_document", "search_query", "classification", "clustering"] | str
"""What the vectors are for, where the model tells apart. Offline models do not use it."""
