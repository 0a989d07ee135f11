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
    """Many requests in a file, done later."""

    @cached_property
    def with_raw_response(self) -> BatchesWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return BatchesWithRawResponse(self)

    def create(self, **params: Unpack[BatchesCreateParams]) -> Batch:
        """Start a batch.

        Runs every request of a file. A line holds `custom_id`, `method`, `url` and `body`; a line of the result
        holds the same `custom_id` and `response` or `error`. Lines may come back in another order.

        Args:
            input_file_id: The file of requests, uploaded for `batch`.
            endpoint: The path that all requests of the file go to.
            completion_window: How long the batch may take; `24h`.
            metadata: Up to the caller; kept with the record and given back.
            output_expires_after: How long a file is kept.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: Batch = self._client.execute(_CREATE, params)
        return answer

    def list(self, **params: Unpack[BatchesListParams]) -> SyncPage[Batch]:
        """List batches.

        Lists batches, newest first.

        Args:
            after: The id of the last item of the page before; the answer starts behind it.
            limit: How many items a page holds at most. Default: 20.

        Returns:
            The first page of the list. Iterate over it to get the items of all pages.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: SyncPage[Batch] = self._client.execute(_LIST, params)
        return answer

    def retrieve(self, batch_id: str, **params: Unpack[CallOptions]) -> Batch:
        """Get a batch.

        Says how far a batch is, and where its results are.

        Args:
            batch_id: The batch's id.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: Batch = self._client.execute(_RETRIEVE, {"batch_id": batch_id, **params})
        return answer

    def cancel(self, batch_id: str, **params: Unpack[CallOptions]) -> Batch:
        """Cancel a batch.

        Stops a batch. What is done stays in the output file. A batch that has ended already is 409.

        Args:
            batch_id: The batch's id.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
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
    """Many requests in a file, done later."""

    @cached_property
    def with_raw_response(self) -> AsyncBatchesWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncBatchesWithRawResponse(self)

    async def create(self, **params: Unpack[BatchesCreateParams]) -> Batch:
        """Start a batch.

        Runs every request of a file. A line holds `custom_id`, `method`, `url` and `body`; a line of the result
        holds the same `custom_id` and `response` or `error`. Lines may come back in another order.

        Args:
            input_file_id: The file of requests, uploaded for `batch`.
            endpoint: The path that all requests of the file go to.
            completion_window: How long the batch may take; `24h`.
            metadata: Up to the caller; kept with the record and given back.
            output_expires_after: How long a file is kept.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: Batch = await self._client.execute(_CREATE, params)
        return answer

    def list(self, **params: Unpack[BatchesListParams]) -> AsyncPages[Batch]:
        """List batches.

        Lists batches, newest first.

        Args:
            after: The id of the last item of the page before; the answer starts behind it.
            limit: How many items a page holds at most. Default: 20.

        Returns:
            The first page of the list. Iterate over it to get the items of all pages.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: AsyncPages[Batch] = self._client.execute(_LIST, params)
        return answer

    async def retrieve(self, batch_id: str, **params: Unpack[CallOptions]) -> Batch:
        """Get a batch.

        Says how far a batch is, and where its results are.

        Args:
            batch_id: The batch's id.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: Batch = await self._client.execute(_RETRIEVE, {"batch_id": batch_id, **params})
        return answer

    async def cancel(self, batch_id: str, **params: Unpack[CallOptions]) -> Batch:
        """Cancel a batch.

        Stops a batch. What is done stays in the output file. A batch that has ended already is 409.

        Args:
            batch_id: The batch's id.

        Raises:
            ParameterError: An argument is missing, unknown or invalid. Nothing was sent.
            APIStatusError: The server returned an error: BadRequestError (400), AuthenticationError (401),
                InsufficientCreditsError (402), PermissionDeniedError (403), NotFoundError (404),
                RequestTimeoutError (408), ConflictError (409), PayloadTooLargeError (413),
                UnprocessableEntityError (422), RateLimitError (429), ProviderError (502), OverloadedError
                (529).
            APIConnectionError: No complete response was received, even after retries.
        """
        answer: Batch = await self._client.execute(_CANCEL, {"batch_id": batch_id, **params})
        return answer


class AsyncBatchesWithRawResponse(RawResource["AsyncBatches"]):
    """The methods of `AsyncBatches`, returning raw responses."""

    create = AsyncRawMethod(AsyncBatches.create)
    list = AsyncRawMethod(AsyncBatches.list)
    retrieve = AsyncRawMethod(AsyncBatches.retrieve)
    cancel = AsyncRawMethod(AsyncBatches.cancel)
