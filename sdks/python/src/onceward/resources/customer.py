# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `customer` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Body, Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.customer import Customer as _Customer
    from ..types.customer import CustomerBlockResponse, CustomerDeleteResponse, CustomerUnblockResponse
    from ..types.params.customer import (
        CustomerBlockParams,
        CustomerCreateParams,
        CustomerDeleteParams,
        CustomerInfoParams,
        CustomerListParams,
        CustomerUnblockParams,
        CustomerUpdateParams,
    )

__all__ = [
    "AsyncCustomer",
    "AsyncCustomerWithRawResponse",
    "Customer",
    "CustomerWithRawResponse",
]

_CREATE = Operation(
    id="customer.create",
    method="POST",
    path="/customer/new",
    params={
        "budget_id": Param(wire="budget_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "max_budget": Param(wire="max_budget", nullable=True, check=("null", ("within", "number", {"minimum": 0}))),
        "soft_budget": Param(wire="soft_budget", nullable=True, check=("null", ("within", "number", {"minimum": 0}))),
        "budget_duration": Param(
            wire="budget_duration",
            nullable=True,
            check=("null", ("within", "string", {"pattern": "^[1-9][0-9]{0,5}(s|m|h|d|w|mo|y)\\Z"})),
        ),
        "tpm_limit": Param(wire="tpm_limit", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))),
        "rpm_limit": Param(wire="rpm_limit", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))),
        "max_parallel_requests": Param(
            wire="max_parallel_requests", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))
        ),
        "model_max_budget": Param(
            wire="model_max_budget", nullable=True, check=("null", ("map", "shared:ModelMaxBudgetParam"))
        ),
        "alias": Param(
            wire="alias", nullable=True, check=("null", ("within", "string", {"min_length": 1, "max_length": 255}))
        ),
        "blocked": Param(wire="blocked", nullable=True, check=("null", "boolean")),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "user_id": Param(
            wire="user_id", required=True, check=("within", "string", {"min_length": 1, "max_length": 255})
        ),
    },
    body=Body(),
    result=Result(type="customer:Customer"),
    retry="keyed",
)

_UPDATE = Operation(
    id="customer.update",
    method="POST",
    path="/customer/update",
    params={
        "budget_id": Param(wire="budget_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "max_budget": Param(wire="max_budget", nullable=True, check=("null", ("within", "number", {"minimum": 0}))),
        "soft_budget": Param(wire="soft_budget", nullable=True, check=("null", ("within", "number", {"minimum": 0}))),
        "budget_duration": Param(
            wire="budget_duration",
            nullable=True,
            check=("null", ("within", "string", {"pattern": "^[1-9][0-9]{0,5}(s|m|h|d|w|mo|y)\\Z"})),
        ),
        "tpm_limit": Param(wire="tpm_limit", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))),
        "rpm_limit": Param(wire="rpm_limit", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))),
        "max_parallel_requests": Param(
            wire="max_parallel_requests", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))
        ),
        "model_max_budget": Param(
            wire="model_max_budget", nullable=True, check=("null", ("map", "shared:ModelMaxBudgetParam"))
        ),
        "alias": Param(
            wire="alias", nullable=True, check=("null", ("within", "string", {"min_length": 1, "max_length": 255}))
        ),
        "blocked": Param(wire="blocked", nullable=True, check=("null", "boolean")),
        "metadata": Param(wire="metadata", nullable=True, check=("null", "shared:MetadataParam")),
        "user_id": Param(
            wire="user_id", required=True, check=("within", "string", {"min_length": 1, "max_length": 255})
        ),
    },
    body=Body(),
    result=Result(type="customer:Customer"),
    retry="keyed",
)

_LIST = Operation(
    id="customer.list",
    method="GET",
    path="/customer/list",
    params={
        "cursor": Param(wire="cursor", place="query", check=("within", "string", {"min_length": 1})),
        "limit": Param(wire="limit", place="query", check=("within", "integer", {"minimum": 1, "maximum": 100})),
    },
    result=Result(type="customer:CustomerList"),
    page=Page(
        style="cursor",
        items=("data",),
        cursor_param="cursor",
        limit_param="limit",
        next=("next_cursor",),
        has_more=("has_more",),
    ),
)

_INFO = Operation(
    id="customer.info",
    method="GET",
    path="/customer/info",
    params={
        "end_user_id": Param(
            wire="end_user_id", place="query", required=True, check=("within", "string", {"min_length": 1})
        ),
    },
    result=Result(type="customer:Customer"),
)

_DELETE = Operation(
    id="customer.delete",
    method="POST",
    path="/customer/delete",
    params={
        "user_ids": Param(
            wire="user_ids",
            required=True,
            check=("within", ("list", ("within", "string", {"min_length": 1})), {"min_length": 1, "max_length": 1000}),
        ),
    },
    body=Body(),
    result=Result(type="customer:CustomerDeleteResponse"),
    retry="keyed",
)

_BLOCK = Operation(
    id="customer.block",
    method="POST",
    path="/customer/block",
    params={
        "user_ids": Param(
            wire="user_ids",
            required=True,
            check=("within", ("list", ("within", "string", {"min_length": 1})), {"min_length": 1, "max_length": 1000}),
        ),
    },
    body=Body(),
    result=Result(type="customer:CustomerBlockResponse"),
    retry="keyed",
)

_UNBLOCK = Operation(
    id="customer.unblock",
    method="POST",
    path="/customer/unblock",
    params={
        "user_ids": Param(
            wire="user_ids",
            required=True,
            check=("within", ("list", ("within", "string", {"min_length": 1})), {"min_length": 1, "max_length": 1000}),
        ),
    },
    body=Body(),
    result=Result(type="customer:CustomerUnblockResponse"),
    retry="keyed",
)


class Customer(Resource):
    """End customers of your application."""

    @cached_property
    def with_raw_response(self) -> CustomerWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return CustomerWithRawResponse(self)

    def create(self, **params: Unpack[CustomerCreateParams]) -> _Customer:
        """Create a customer.

        Creates a customer record. A customer is an end user of your application, identified by `user` in calls.
        Customers without a record are served without limits of their own.

        Args:
            budget_id: A shared budget.
            max_budget: The maximum spend in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_max_budget: Limits per model.
            alias: The display name.
            blocked: Whether calls for the customer are refused.
            metadata: Custom metadata.
            user_id: The id of the customer: the value of `user` in calls.
        """
        answer: _Customer = self._client.execute(_CREATE, params)
        return answer

    def update(self, **params: Unpack[CustomerUpdateParams]) -> _Customer:
        """Update a customer.

        Updates the given fields and leaves the others unchanged. Null removes a limit.

        Args:
            budget_id: A shared budget.
            max_budget: The maximum spend in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_max_budget: Limits per model.
            alias: The display name.
            blocked: Whether calls for the customer are refused.
            metadata: Custom metadata.
            user_id: The id of the customer: the value of `user` in calls.
        """
        answer: _Customer = self._client.execute(_UPDATE, params)
        return answer

    def list(self, **params: Unpack[CustomerListParams]) -> SyncPage[_Customer]:
        """List customers.

        Lists the customers that the caller may see, newest first.

        Args:
            cursor: The `next_cursor` of the previous page.
            limit: The maximum number of items per page. Default: 20.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[_Customer] = self._client.execute(_LIST, params)
        return answer

    def info(self, **params: Unpack[CustomerInfoParams]) -> _Customer:
        """Retrieve a customer.

        Retrieves a customer and its spend.

        Args:
            end_user_id: The id of the customer.
        """
        answer: _Customer = self._client.execute(_INFO, params)
        return answer

    def delete(self, **params: Unpack[CustomerDeleteParams]) -> CustomerDeleteResponse:
        """Delete customers.

        Deletes customer records, either all of the given ones or none. Spend records are kept.

        Args:
            user_ids: The ids of the customers.
        """
        answer: CustomerDeleteResponse = self._client.execute(_DELETE, params)
        return answer

    def block(self, **params: Unpack[CustomerBlockParams]) -> CustomerBlockResponse:
        """Block customers.

        Blocks customers: calls on their behalf are refused, with any key. Customers without a record get one.

        Args:
            user_ids: The ids of the customers.
        """
        answer: CustomerBlockResponse = self._client.execute(_BLOCK, params)
        return answer

    def unblock(self, **params: Unpack[CustomerUnblockParams]) -> CustomerUnblockResponse:
        """Unblock customers.

        Unblocks customers: calls on their behalf are accepted again.

        Args:
            user_ids: The ids of the customers.
        """
        answer: CustomerUnblockResponse = self._client.execute(_UNBLOCK, params)
        return answer


class CustomerWithRawResponse(RawResource["Customer"]):
    """The methods of `Customer`, returning raw responses."""

    create = RawMethod(Customer.create)
    update = RawMethod(Customer.update)
    list = RawMethod(Customer.list)
    info = RawMethod(Customer.info)
    delete = RawMethod(Customer.delete)
    block = RawMethod(Customer.block)
    unblock = RawMethod(Customer.unblock)


class AsyncCustomer(AsyncResource):
    """End customers of your application."""

    @cached_property
    def with_raw_response(self) -> AsyncCustomerWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncCustomerWithRawResponse(self)

    async def create(self, **params: Unpack[CustomerCreateParams]) -> _Customer:
        """Create a customer.

        Creates a customer record. A customer is an end user of your application, identified by `user` in calls.
        Customers without a record are served without limits of their own.

        Args:
            budget_id: A shared budget.
            max_budget: The maximum spend in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_max_budget: Limits per model.
            alias: The display name.
            blocked: Whether calls for the customer are refused.
            metadata: Custom metadata.
            user_id: The id of the customer: the value of `user` in calls.
        """
        answer: _Customer = await self._client.execute(_CREATE, params)
        return answer

    async def update(self, **params: Unpack[CustomerUpdateParams]) -> _Customer:
        """Update a customer.

        Updates the given fields and leaves the others unchanged. Null removes a limit.

        Args:
            budget_id: A shared budget.
            max_budget: The maximum spend in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_max_budget: Limits per model.
            alias: The display name.
            blocked: Whether calls for the customer are refused.
            metadata: Custom metadata.
            user_id: The id of the customer: the value of `user` in calls.
        """
        answer: _Customer = await self._client.execute(_UPDATE, params)
        return answer

    def list(self, **params: Unpack[CustomerListParams]) -> AsyncPages[_Customer]:
        """List customers.

        Lists the customers that the caller may see, newest first.

        Args:
            cursor: The `next_cursor` of the previous page.
            limit: The maximum number of items per page. Default: 20.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[_Customer] = self._client.execute(_LIST, params)
        return answer

    async def info(self, **params: Unpack[CustomerInfoParams]) -> _Customer:
        """Retrieve a customer.

        Retrieves a customer and its spend.

        Args:
            end_user_id: The id of the customer.
        """
        answer: _Customer = await self._client.execute(_INFO, params)
        return answer

    async def delete(self, **params: Unpack[CustomerDeleteParams]) -> CustomerDeleteResponse:
        """Delete customers.

        Deletes customer records, either all of the given ones or none. Spend records are kept.

        Args:
            user_ids: The ids of the customers.
        """
        answer: CustomerDeleteResponse = await self._client.execute(_DELETE, params)
        return answer

    async def block(self, **params: Unpack[CustomerBlockParams]) -> CustomerBlockResponse:
        """Block customers.

        Blocks customers: calls on their behalf are refused, with any key. Customers without a record get one.

        Args:
            user_ids: The ids of the customers.
        """
        answer: CustomerBlockResponse = await self._client.execute(_BLOCK, params)
        return answer

    async def unblock(self, **params: Unpack[CustomerUnblockParams]) -> CustomerUnblockResponse:
        """Unblock customers.

        Unblocks customers: calls on their behalf are accepted again.

        Args:
            user_ids: The ids of the customers.
        """
        answer: CustomerUnblockResponse = await self._client.execute(_UNBLOCK, params)
        return answer


class AsyncCustomerWithRawResponse(RawResource["AsyncCustomer"]):
    """The methods of `AsyncCustomer`, returning raw responses."""

    create = AsyncRawMethod(AsyncCustomer.create)
    update = AsyncRawMethod(AsyncCustomer.update)
    list = AsyncRawMethod(AsyncCustomer.list)
    info = AsyncRawMethod(AsyncCustomer.info)
    delete = AsyncRawMethod(AsyncCustomer.delete)
    block = AsyncRawMethod(AsyncCustomer.block)
    unblock = AsyncRawMethod(AsyncCustomer.unblock)
