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
    """The file of requests, uploaded for `batch`."""

    endpoint: Required[BatchCreateRequestEndpoint]
    """The path that all requests of the file go to."""

    completion_window: Required[str]
    """How long the batch may take; `24h`."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    output_expires_after: ExpiresAfterParam
    """How long a file is kept."""


class BatchesListParams(CallOptions, total=False):
    """Arguments of `batches.list`."""

    after: str
    """The id of the last item of the page before; the answer starts behind it."""

    limit: int
    """How many items a page holds at most."""


BatchCreateRequestEndpoint: TypeAlias = (
    Literal["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/moderations", "/v1/images/generations"]
    | str
)
"""The path that all requests of the file go to."""
