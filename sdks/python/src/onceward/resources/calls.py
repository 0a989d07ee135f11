# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `calls` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._core.options import CallOptions
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.calls import Call
    from ..types.params.calls import CallsListParams

__all__ = [
    "AsyncCalls",
    "AsyncCallsWithRawResponse",
    "Calls",
    "CallsWithRawResponse",
]

_LIST = Operation(
    id="calls.list",
    method="GET",
    path="/v1/calls",
    params={
        "cursor": Param(wire="cursor", place="query", check=("within", "string", {"min_length": 1})),
        "limit": Param(wire="limit", place="query", check=("within", "integer", {"minimum": 1, "maximum": 100})),
        "key": Param(wire="idempotency_key", place="query", check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="calls:CallList"),
    page=Page(
        style="cursor",
        items=("data",),
        cursor_param="cursor",
        limit_param="limit",
        next=("next_cursor",),
        has_more=("has_more",),
    ),
)

_RETRIEVE = Operation(
    id="calls.retrieve",
    method="GET",
    path="/v1/calls/{call_id}",
    params={
        "call_id": Param(wire="call_id", place="path", required=True, check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="calls:Call"),
)

_CANCEL = Operation(
    id="calls.cancel",
    method="POST",
    path="/v1/calls/{call_id}/cancel",
    params={
        "call_id": Param(wire="call_id", place="path", required=True, check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="calls:Call"),
    retry="keyed",
)


class Calls(Resource):
    """Records of model calls."""

    @cached_property
    def with_raw_response(self) -> CallsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return CallsWithRawResponse(self)

    def list(self, **params: Unpack[CallsListParams]) -> SyncPage[Call]:
        """List calls.

        Lists call records, newest first.

        Args:
            cursor: The `next_cursor` of the previous page.
            limit: The maximum number of items per page. Default: 20.
            key: Only the call with this idempotency key.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[Call] = self._client.execute(_LIST, params)
        return answer

    def retrieve(self, call_id: str, **params: Unpack[CallOptions]) -> Call:
        """Retrieve a call.

        Retrieves the record of a call: its status, usage and cost.

        Args:
            call_id: The id of the call, from the response header `x-onceward-call-id`.
        """
        answer: Call = self._client.execute(_RETRIEVE, {"call_id": call_id, **params})
        return answer

    def cancel(self, call_id: str, **params: Unpack[CallOptions]) -> Call:
        """Cancel a call.

        Cancels a running call, also at the provider. Tokens used so far are billed. A call that has ended does
        not change.

        Args:
            call_id: The id of the call, from the response header `x-onceward-call-id`.
        """
        answer: Call = self._client.execute(_CANCEL, {"call_id": call_id, **params})
        return answer


class CallsWithRawResponse(RawResource["Calls"]):
    """The methods of `Calls`, returning raw responses."""

    list = RawMethod(Calls.list)
    retrieve = RawMethod(Calls.retrieve)
    cancel = RawMethod(Calls.cancel)


class AsyncCalls(AsyncResource):
    """Records of model calls."""

    @cached_property
    def with_raw_response(self) -> AsyncCallsWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncCallsWithRawResponse(self)

    def list(self, **params: Unpack[CallsListParams]) -> AsyncPages[Call]:
        """List calls.

        Lists call records, newest first.

        Args:
            cursor: The `next_cursor` of the previous page.
            limit: The maximum number of items per page. Default: 20.
            key: Only the call with this idempotency key.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[Call] = self._client.execute(_LIST, params)
        return answer

    async def retrieve(self, call_id: str, **params: Unpack[CallOptions]) -> Call:
        """Retrieve a call.

        Retrieves the record of a call: its status, usage and cost.

        Args:
            call_id: The id of the call, from the response header `x-onceward-call-id`.
        """
        answer: Call = await self._client.execute(_RETRIEVE, {"call_id": call_id, **params})
        return answer

    async def cancel(self, call_id: str, **params: Unpack[CallOptions]) -> Call:
        """Cancel a call.

        Cancels a running call, also at the provider. Tokens used so far are billed. A call that has ended does
        not change.

        Args:
            call_id: The id of the call, from the response header `x-onceward-call-id`.
        """
        answer: Call = await self._client.execute(_CANCEL, {"call_id": call_id, **params})
        return answer


class AsyncCallsWithRawResponse(RawResource["AsyncCalls"]):
    """The methods of `AsyncCalls`, returning raw responses."""

    list = AsyncRawMethod(AsyncCalls.list)
    retrieve = AsyncRawMethod(AsyncCalls.retrieve)
    cancel = AsyncRawMethod(AsyncCalls.cancel)
