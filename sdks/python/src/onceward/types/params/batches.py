# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Required, TypeAlias

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from .shared import ExpiresAfterParam, MetadataParam

__all__ = [
    "BatchCreateRequestEndpoint",
    "BatchesCreateParams",
    "BatchesListParams",
]


class BatchesCreateParams(CallOptions, total=False):
    """Arguments of `batches.create`."""

    input_file_id: Required[str]
    """The id of the input file, uploaded with purpose `batch`."""

    endpoint: Required[BatchCreateRequestEndpoint]
    """The endpoint of all requests in the file."""

    completion_window: Required[str]
    """The time within which the batch must finish: `24h`."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    output_expires_after: ExpiresAfterParam
    """When the file expires."""


class BatchesListParams(CallOptions, total=False):
    """Arguments of `batches.list`."""

    after: str
    """The id of the last item of the previous page. The next page starts after it."""

    limit: int
    """The maximum number of items per page."""


BatchCreateRequestEndpoint: TypeAlias = (
    Literal["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/moderations", "/v1/images/generations"]
    | str
)
"""The endpoint of all requests in the file."""
