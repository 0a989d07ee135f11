# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `embeddings` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Body, Operation, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource
from ..lib.embeddings import AsyncEmbeddingsHelpers, EmbeddingsHelpers

if TYPE_CHECKING:
    from ..types.embeddings import CreateEmbeddingResponse
    from ..types.params.embeddings import EmbeddingsCreateParams

__all__ = [
    "AsyncEmbeddings",
    "AsyncEmbeddingsWithRawResponse",
    "Embeddings",
    "EmbeddingsWithRawResponse",
]

_CREATE = Operation(
    id="embeddings.create",
    method="POST",
    path="/v1/embeddings",
    params={
        "region": Param(wire="X-Onceward-Region", place="header", check=("within", "string", {"min_length": 1})),
        "model": Param(wire="model", required=True, check=("within", "string", {"min_length": 1})),
        "input": Param(wire="input", required=True, check="embeddings:EmbeddingInputParam"),
        "encoding_format": Param(wire="encoding_format", nullable=True, check=("null", ("enum", "float", "base64"))),
        "dimensions": Param(wire="dimensions", nullable=True, check=("null", ("within", "integer", {"minimum": 1}))),
        "input_type": Param(wire="input_type", nullable=True, check=("null", "string")),
        "user": Param(wire="user", nullable=True, check=("null", "string")),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "tags": Param(wire="tags", nullable=True, check=("null", ("list", "string"))),
        "cache": Param(wire="cache", nullable=True, check=("null", "shared:ResponseCacheParam")),
        "guardrails": Param(wire="guardrails", nullable=True, check=("null", ("list", "string"))),
        "provider_specific_params": Param(
            wire="provider_specific_params", nullable=True, check=("null", ("map", None))
        ),
    },
    body=Body(),
    result=Result(type="embeddings:CreateEmbeddingResponse"),
    retry="keyed",
)


class Embeddings(EmbeddingsHelpers, Resource):
    """Embeddings."""

    @cached_property
    def with_raw_response(self) -> EmbeddingsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return EmbeddingsWithRawResponse(self)

    def create(self, **params: Unpack[EmbeddingsCreateParams]) -> CreateEmbeddingResponse:
        """Create embeddings.

        Creates an embedding vector for each input, in the order of the inputs. `encoding_format: base64`
        returns the little-endian 32-bit floats of each vector in about a quarter of the bytes.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            model: The id of the model.
            input: The input: a string, an array of strings, or token ids.
            encoding_format: The format of the vectors.
            dimensions: The number of dimensions of the vectors, if the model supports it.
            input_type: The intended use of the embeddings, if the model distinguishes uses.
            user: The id of your end user.
            metadata: Custom metadata.
            tags: Tags to report the cost of the call under.
            cache: Controls the gateway's response cache for this call.
            guardrails: Guardrails to apply to this call in addition to the default ones.
            provider_specific_params: Parameters of one provider, added to the body that is sent to the
                provider.
        """
        answer: CreateEmbeddingResponse = self._client.execute(_CREATE, params)
        return answer


class EmbeddingsWithRawResponse(RawResource["Embeddings"]):
    """The methods of `Embeddings`, returning raw responses."""

    create = RawMethod(Embeddings.create)


class AsyncEmbeddings(AsyncEmbeddingsHelpers, AsyncResource):
    """Embeddings."""

    @cached_property
    def with_raw_response(self) -> AsyncEmbeddingsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncEmbeddingsWithRawResponse(self)

    async def create(self, **params: Unpack[EmbeddingsCreateParams]) -> CreateEmbeddingResponse:
        """Create embeddings.

        Creates an embedding vector for each input, in the order of the inputs. `encoding_format: base64`
        returns the little-endian 32-bit floats of each vector in about a quarter of the bytes.

        Args:
            region: The region that must serve the call, for models with deployments in several regions.
            model: The id of the model.
            input: The input: a string, an array of strings, or token ids.
            encoding_format: The format of the vectors.
            dimensions: The number of dimensions of the vectors, if the model supports it.
            input_type: The intended use of the embeddings, if the model distinguishes uses.
            user: The id of your end user.
            metadata: Custom metadata.
            tags: Tags to report the cost of the call under.
            cache: Controls the gateway's response cache for this call.
            guardrails: Guardrails to apply to this call in addition to the default ones.
            provider_specific_params: Parameters of one provider, added to the body that is sent to the
                provider.
        """
        answer: CreateEmbeddingResponse = await self._client.execute(_CREATE, params)
        return answer


class AsyncEmbeddingsWithRawResponse(RawResource["AsyncEmbeddings"]):
    """The methods of `AsyncEmbeddings`, returning raw responses."""

    create = AsyncRawMethod(AsyncEmbeddings.create)
