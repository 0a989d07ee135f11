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
    """The region that must serve the call, for models with deployments in several regions."""

    model: Required[str]
    """The id of the model."""

    input: Required[EmbeddingInputParam]
    """The input: a string, an array of strings, or token ids."""

    encoding_format: EmbeddingRequestEncodingFormat | None
    """The format of the vectors. Default: `float`."""

    dimensions: int | None
    """The number of dimensions of the vectors, if the model supports it."""

    input_type: EmbeddingRequestInputType | None
    """The intended use of the embeddings, if the model distinguishes uses. Ignored by offline models."""

    user: str | None
    """The id of your end user."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    tags: Sequence[str] | None
    """Tags to report the cost of the call under."""

    cache: ResponseCacheParam | None
    """Controls the gateway's response cache for this call."""

    guardrails: Sequence[str] | None
    """Guardrails to apply to this call in addition to the default ones. See `GET /guardrails/list`."""

    provider_specific_params: Mapping[str, object] | None
    """Parameters of one provider, added to the body that is sent to the provider."""


EmbeddingInputListParam: TypeAlias = Sequence[str] | Sequence[int] | Sequence[Sequence[int]]


EmbeddingInputParam: TypeAlias = "str | EmbeddingInputListParam"
"""The input: a string, an array of strings, or token ids."""


EmbeddingRequestEncodingFormat: TypeAlias = Literal["float", "base64"]
"""The format of the vectors. Default: `float`."""


EmbeddingRequestInputType: TypeAlias = Literal["search_document", "search_query", "classification", "clustering"] | str
"""The intended use of the embeddings, if the model distinguishes uses. Ignored by offline models."""
