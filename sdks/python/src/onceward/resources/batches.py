# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `batches` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Body, Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource
from ..lib.batches import AsyncBatchesHelpers, BatchesHelpers

if TYPE_CHECKING:
    from .._core.options import CallOptions
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.batches import Batch
    from ..types.params.batches import BatchesCreateParams, BatchesListParams

__all__ = [
    "AsyncBatches",
    "AsyncBatchesWithRawResponse",
    "Batches",
    "BatchesWithRawResponse",
]

_CREATE = Operation(
    id="batches.create",
    method="POST",
    path="/v1/batches",
    params={
        "input_file_id": Param(wire="input_file_id", required=True, check=("within", "string", {"min_length": 1})),
        "endpoint": Param(wire="endpoint", required=True, check="string"),
        "completion_window": Param(
            wire="completion_window", required=True, check=("within", "string", {"min_length": 1})
        ),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "output_expires_after": Param(wire="output_expires_after", check="shared:ExpiresAfterParam"),
    },
    body=Body(),
    result=Result(type="batches:Batch"),
    retry="keyed",
)

_LIST = Operation(
    id="batches.list",
    method="GET",
    path="/v1/batches",
    params={
        "after": Param(wire="after", place="query", check=("within", "string", {"min_length": 1})),
        "limit": Param(wire="limit", place="query", check=("within", "integer", {"minimum": 1, "maximum": 100})),
    },
    result=Result(type="batches:BatchList"),
    page=Page(
        style="after",
        items=("data",),
        cursor_param="after",
        limit_param="limit",
        has_more=("has_more",),
        last_id=("last_id",),
    ),
)

_RETRIEVE = Operation(
    id="batches.retrieve",
    method="GET",
    path="/v1/batches/{batch_id}",
    params={
        "batch_id": Param(wire="batch_id", place="path", required=True, check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="batches:Batch"),
)

_CANCEL = Operation(
    id="batches.cancel",
    method="POST",
    path="/v1/batches/{batch_id}/cancel",
    params={
        "batch_id": Param(wire="batch_id", place="path", required=True, check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="batches:Batch"),
    retry="keyed",
)


class Batches(BatchesHelpers, Resource):
    """Batches of requests."""

    @cached_property
    def with_raw_response(self) -> BatchesWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return BatchesWithRawResponse(self)

    def create(self, **params: Unpack[BatchesCreateParams]) -> Batch:
        """Create a batch.

        Runs every request in an input file. Each line of the input file has `custom_id`, `method`, `url` and
        `body`; each line of the output file has the same `custom_id` and a `response` or an `error`. The order
        of the output may differ from the input.

        Args:
            input_file_id: The id of the input file, uploaded with purpose `batch`.
            endpoint: The endpoint of all requests in the file.
            completion_window: The time within which the batch must finish: `24h`.
            metadata: Custom metadata.
            output_expires_after: When the file expires.
        """
        answer: Batch = self._client.execute(_CREATE, params)
        return answer

    def list(self, **params: Unpack[BatchesListParams]) -> SyncPage[Batch]:
        """List batches.

        Lists batches, newest first.

        Args:
            after: The id of the last item of the previous page.
            limit: The maximum number of items per page. Default: 20.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[Batch] = self._client.execute(_LIST, params)
        return answer

    def retrieve(self, batch_id: str, **params: Unpack[CallOptions]) -> Batch:
        """Retrieve a batch.

        Retrieves a batch: its status, progress and result files.

        Args:
            batch_id: The id of the batch.
        """
        answer: Batch = self._client.execute(_RETRIEVE, {"batch_id": batch_id, **params})
        return answer

    def cancel(self, batch_id: str, **params: Unpack[CallOptions]) -> Batch:
        """Cancel a batch.

        Cancels a batch. Finished requests remain in the output file. Cancelling a batch that has ended returns
        409.

        Args:
            batch_id: The id of the batch.
        """
        answer: Batch = self._client.execute(_CANCEL, {"batch_id": batch_id, **params})
        return answer


class BatchesWithRawResponse(RawResource["Batches"]):
    """The methods of `Batches`, returning raw responses."""

    create = RawMethod(Batches.create)
    list = RawMethod(Batches.list)
    retrieve = RawMethod(Batches.retrieve)
    cancel = RawMethod(Batches.cancel)


class AsyncBatches(AsyncBatchesHelpers, AsyncResource):
    """Batches of requests."""

    @cached_property
    def with_raw_response(self) -> AsyncBatchesWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncBatchesWithRawResponse(self)

    async def create(self, **params: Unpack[BatchesCreateParams]) -> Batch:
        """Create a batch.

        Runs every request in an input file. Each line of the input file has `custom_id`, `method`, `url` and
        `body`; each line of the output file has the same `custom_id` and a `response` or an `error`. The order
        of the output may differ from the input.

        Args:
            input_file_id: The id of the input file, uploaded with purpose `batch`.
            endpoint: The endpoint of all requests in the file.
            completion_window: The time within which the batch must finish: `24h`.
            metadata: Custom metadata.
            output_expires_after: When the file expires.
        """
        answer: Batch = await self._client.execute(_CREATE, params)
        return answer

    def list(self, **params: Unpack[BatchesListParams]) -> AsyncPages[Batch]:
        """List batches.

        Lists batches, newest first.

        Args:
            after: The id of the last item of the previous page.
            limit: The maximum number of items per page. Default: 20.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[Batch] = self._client.execute(_LIST, params)
        return answer

    async def retrieve(self, batch_id: str, **params: Unpack[CallOptions]) -> Batch:
        """Retrieve a batch.

        Retrieves a batch: its status, progress and result files.

        Args:
            batch_id: The id of the batch.
        """
        answer: Batch = await self._client.execute(_RETRIEVE, {"batch_id": batch_id, **params})
        return answer

    async def cancel(self, batch_id: str, **params: Unpack[CallOptions]) -> Batch:
        """Cancel a batch.

        Cancels a batch. Finished requests remain in the output file. Cancelling a batch that has ended returns
        409.

        Args:
            batch_id: The id of the batch.
        """
        answer: Batch = await self._client.execute(_CANCEL, {"batch_id": batch_id, **params})
        return answer


class AsyncBatchesWithRawResponse(RawResource["AsyncBatches"]):
    """The methods of `AsyncBatches`, returning raw responses."""

    create = AsyncRawMethod(AsyncBatches.create)
    list = AsyncRawMethod(AsyncBatches.list)
    retrieve = AsyncRawMethod(AsyncBatches.retrieve)
    cancel = AsyncRawMethod(AsyncBatches.cancel)
