# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `budget` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Body, Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.budget import Budget as _Budget
    from ..types.budget import BudgetDeleted, BudgetInfo, BudgetSettings
    from ..types.params.budget import (
        BudgetCreateParams,
        BudgetDeleteParams,
        BudgetInfoParams,
        BudgetListParams,
        BudgetSettingsParams,
        BudgetUpdateParams,
    )

__all__ = [
    "AsyncBudget",
    "AsyncBudgetWithRawResponse",
    "Budget",
    "BudgetWithRawResponse",
]

_CREATE = Operation(
    id="budget.create",
    method="POST",
    path="/budget/new",
    params={
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
        "budget_id": Param(
            wire="budget_id", nullable=True, check=("null", ("within", "string", {"min_length": 1, "max_length": 255}))
        ),
    },
    body=Body(required=False),
    result=Result(type="budget:Budget"),
    retry="keyed",
)

_UPDATE = Operation(
    id="budget.update",
    method="POST",
    path="/budget/update",
    params={
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
        "budget_id": Param(wire="budget_id", required=True, check=("within", "string", {"min_length": 1})),
    },
    body=Body(),
    result=Result(type="budget:Budget"),
    retry="keyed",
)

_LIST = Operation(
    id="budget.list",
    method="GET",
    path="/budget/list",
    params={
        "cursor": Param(wire="cursor", place="query", check=("within", "string", {"min_length": 1})),
        "limit": Param(wire="limit", place="query", check=("within", "integer", {"minimum": 1, "maximum": 100})),
    },
    result=Result(type="budget:BudgetList"),
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
    id="budget.info",
    method="POST",
    path="/budget/info",
    params={
        "budgets": Param(
            wire="budgets",
            required=True,
            check=("within", ("list", ("within", "string", {"min_length": 1})), {"min_length": 1, "max_length": 1000}),
        ),
    },
    body=Body(),
    result=Result(type="budget:BudgetInfo"),
    retry="keyed",
)

_DELETE = Operation(
    id="budget.delete",
    method="POST",
    path="/budget/delete",
    params={
        "id": Param(wire="id", required=True, check=("within", "string", {"min_length": 1})),
    },
    body=Body(),
    result=Result(type="budget:BudgetDeleted"),
    retry="keyed",
)

_SETTINGS = Operation(
    id="budget.settings",
    method="GET",
    path="/budget/settings",
    params={
        "budget_id": Param(
            wire="budget_id", place="query", required=True, check=("within", "string", {"min_length": 1})
        ),
    },
    result=Result(type="budget:BudgetSettings"),
)


class Budget(Resource):
    """Shared budgets."""

    @cached_property
    def with_raw_response(self) -> BudgetWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return BudgetWithRawResponse(self)

    def create(self, **params: Unpack[BudgetCreateParams]) -> _Budget:
        """Create a budget.

        Creates a budget that keys, users, teams, organizations and customers can share by its id. Spend and
        rate limits count across all of them.

        Args:
            max_budget: The maximum spend in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_max_budget: Limits per model.
            budget_id: The id of the budget.
        """
        answer: _Budget = self._client.execute(_CREATE, params)
        return answer

    def update(self, **params: Unpack[BudgetUpdateParams]) -> _Budget:
        """Update a budget.

        Updates the given fields and leaves the others unchanged. Null removes a limit.

        Args:
            max_budget: The maximum spend in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_max_budget: Limits per model.
            budget_id: The id of the budget.
        """
        answer: _Budget = self._client.execute(_UPDATE, params)
        return answer

    def list(self, **params: Unpack[BudgetListParams]) -> SyncPage[_Budget]:
        """List budgets.

        Lists the budgets that the caller may see, newest first.

        Args:
            cursor: The `next_cursor` of the previous page.
            limit: The maximum number of items per page. Default: 20.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[_Budget] = self._client.execute(_LIST, params)
        return answer

    def info(self, **params: Unpack[BudgetInfoParams]) -> BudgetInfo:
        """Retrieve budgets.

        Retrieves budgets by id. Budgets that do not exist, or that the caller may not see, are left out.

        Args:
            budgets: The ids of the budgets.
        """
        answer: BudgetInfo = self._client.execute(_INFO, params)
        return answer

    def delete(self, **params: Unpack[BudgetDeleteParams]) -> BudgetDeleted:
        """Delete a budget.

        Deletes a budget. Objects that shared it keep only their own limits.

        Args:
            id: The id of the budget.
        """
        answer: BudgetDeleted = self._client.execute(_DELETE, params)
        return answer

    def settings(self, **params: Unpack[BudgetSettingsParams]) -> BudgetSettings:
        """Retrieve the settings of a budget.

        Returns the fields of a budget with type, description and value, for display in a form.

        Args:
            budget_id: The id of the budget.
        """
        answer: BudgetSettings = self._client.execute(_SETTINGS, params)
        return answer


class BudgetWithRawResponse(RawResource["Budget"]):
    """The methods of `Budget`, returning raw responses."""

    create = RawMethod(Budget.create)
    update = RawMethod(Budget.update)
    list = RawMethod(Budget.list)
    info = RawMethod(Budget.info)
    delete = RawMethod(Budget.delete)
    settings = RawMethod(Budget.settings)


class AsyncBudget(AsyncResource):
    """Shared budgets."""

    @cached_property
    def with_raw_response(self) -> AsyncBudgetWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncBudgetWithRawResponse(self)

    async def create(self, **params: Unpack[BudgetCreateParams]) -> _Budget:
        """Create a budget.

        Creates a budget that keys, users, teams, organizations and customers can share by its id. Spend and
        rate limits count across all of them.

        Args:
            max_budget: The maximum spend in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_max_budget: Limits per model.
            budget_id: The id of the budget.
        """
        answer: _Budget = await self._client.execute(_CREATE, params)
        return answer

    async def update(self, **params: Unpack[BudgetUpdateParams]) -> _Budget:
        """Update a budget.

        Updates the given fields and leaves the others unchanged. Null removes a limit.

        Args:
            max_budget: The maximum spend in US dollars.
            soft_budget: The spend in US dollars from which responses carry a warning.
            budget_duration: How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`.
            tpm_limit: The maximum number of tokens per minute.
            rpm_limit: The maximum number of requests per minute.
            max_parallel_requests: The maximum number of concurrent calls.
            model_max_budget: Limits per model.
            budget_id: The id of the budget.
        """
        answer: _Budget = await self._client.execute(_UPDATE, params)
        return answer

    def list(self, **params: Unpack[BudgetListParams]) -> AsyncPages[_Budget]:
        """List budgets.

        Lists the budgets that the caller may see, newest first.

        Args:
            cursor: The `next_cursor` of the previous page.
            limit: The maximum number of items per page. Default: 20.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[_Budget] = self._client.execute(_LIST, params)
        return answer

    async def info(self, **params: Unpack[BudgetInfoParams]) -> BudgetInfo:
        """Retrieve budgets.

        Retrieves budgets by id. Budgets that do not exist, or that the caller may not see, are left out.

        Args:
            budgets: The ids of the budgets.
        """
        answer: BudgetInfo = await self._client.execute(_INFO, params)
        return answer

    async def delete(self, **params: Unpack[BudgetDeleteParams]) -> BudgetDeleted:
        """Delete a budget.

        Deletes a budget. Objects that shared it keep only their own limits.

        Args:
            id: The id of the budget.
        """
        answer: BudgetDeleted = await self._client.execute(_DELETE, params)
        return answer

    async def settings(self, **params: Unpack[BudgetSettingsParams]) -> BudgetSettings:
        """Retrieve the settings of a budget.

        Returns the fields of a budget with type, description and value, for display in a form.

        Args:
            budget_id: The id of the budget.
        """
        answer: BudgetSettings = await self._client.execute(_SETTINGS, params)
        return answer


class AsyncBudgetWithRawResponse(RawResource["AsyncBudget"]):
    """The methods of `AsyncBudget`, returning raw responses."""

    create = AsyncRawMethod(AsyncBudget.create)
    update = AsyncRawMethod(AsyncBudget.update)
    list = AsyncRawMethod(AsyncBudget.list)
    info = AsyncRawMethod(AsyncBudget.info)
    delete = AsyncRawMethod(AsyncBudget.delete)
    settings = AsyncRawMethod(AsyncBudget.settings)
