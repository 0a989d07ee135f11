# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `spend` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Body, Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource

if TYPE_CHECKING:
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.params.spend import (
        SpendCalculateParams,
        SpendListParams,
        SpendReportParams,
        SpendResetParams,
        SpendTagsParams,
    )
    from ..types.spend import SpendCalculation, SpendLog, SpendReport, SpendReset, TagSpend

__all__ = [
    "AsyncSpend",
    "AsyncSpendWithRawResponse",
    "Spend",
    "SpendWithRawResponse",
]

_LIST = Operation(
    id="spend.list",
    method="GET",
    path="/spend/logs",
    params={
        "cursor": Param(wire="cursor", place="query", check=("within", "string", {"min_length": 1})),
        "limit": Param(wire="limit", place="query", check=("within", "integer", {"minimum": 1, "maximum": 100})),
        "start_date": Param(wire="start_date", place="query", check=("within", "string", {"min_length": 1})),
        "end_date": Param(wire="end_date", place="query", check=("within", "string", {"min_length": 1})),
        "api_key": Param(wire="api_key", place="query", check=("within", "string", {"min_length": 1})),
        "user_id": Param(wire="user_id", place="query", check=("within", "string", {"min_length": 1})),
        "team_id": Param(wire="team_id", place="query", check=("within", "string", {"min_length": 1})),
        "organization_id": Param(wire="organization_id", place="query", check=("within", "string", {"min_length": 1})),
        "end_user": Param(wire="end_user", place="query", check=("within", "string", {"min_length": 1})),
        "model": Param(wire="model", place="query", check=("within", "string", {"min_length": 1})),
        "provider": Param(wire="provider", place="query", check=("within", "string", {"min_length": 1})),
        "request_id_": Param(wire="request_id", place="query", check=("within", "string", {"min_length": 1})),
        "call_id": Param(wire="call_id", place="query", check=("within", "string", {"min_length": 1})),
        "metadata": Param(
            wire="metadata",
            place="query",
            check=("within", "string", {"pattern": "^[A-Za-z0-9_.-]{1,64}=[^\\x00]{0,512}\\Z"}),
        ),
        "tag": Param(wire="tag", place="query", check=("within", "string", {"min_length": 1})),
        "status": Param(wire="status", place="query", check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="spend:SpendLogList"),
    page=Page(
        style="cursor",
        items=("data",),
        cursor_param="cursor",
        limit_param="limit",
        next=("next_cursor",),
        has_more=("has_more",),
    ),
)

_CALCULATE = Operation(
    id="spend.calculate",
    method="POST",
    path="/spend/calculate",
    params={
        "model": Param(wire="model", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "messages": Param(wire="messages", nullable=True, check=("null", ("list", ("map", None)))),
        "prompt": Param(wire="prompt", nullable=True, check=("null", "string")),
        "prompt_tokens": Param(
            wire="prompt_tokens", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))
        ),
        "completion_tokens": Param(
            wire="completion_tokens", nullable=True, check=("null", ("within", "integer", {"minimum": 0}))
        ),
        "completion_response": Param(wire="completion_response", nullable=True, check=("null", ("map", None))),
    },
    body=Body(),
    result=Result(type="spend:SpendCalculation"),
    retry="keyed",
)

_TAGS = Operation(
    id="spend.tags",
    method="GET",
    path="/spend/tags",
    params={
        "start_date": Param(wire="start_date", place="query", check=("within", "string", {"min_length": 1})),
        "end_date": Param(wire="end_date", place="query", check=("within", "string", {"min_length": 1})),
        "tags": Param(wire="tags", place="query", check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="spend:TagSpendList"),
    page=Page(style="none", items=("data",)),
)

_REPORT = Operation(
    id="spend.report",
    method="GET",
    path="/global/spend/report",
    params={
        "start_date": Param(wire="start_date", place="query", check=("within", "string", {"min_length": 1})),
        "end_date": Param(wire="end_date", place="query", check=("within", "string", {"min_length": 1})),
        "group_by": Param(wire="group_by", place="query", check="string"),
        "interval": Param(wire="interval", place="query", check=("enum", "hour", "day", "week", "month", "total")),
        "api_key": Param(wire="api_key", place="query", check=("within", "string", {"min_length": 1})),
        "internal_user_id": Param(
            wire="internal_user_id", place="query", check=("within", "string", {"min_length": 1})
        ),
        "team_id": Param(wire="team_id", place="query", check=("within", "string", {"min_length": 1})),
        "organization_id": Param(wire="organization_id", place="query", check=("within", "string", {"min_length": 1})),
        "customer_id": Param(wire="customer_id", place="query", check=("within", "string", {"min_length": 1})),
        "metadata": Param(
            wire="metadata",
            place="query",
            check=("within", "string", {"pattern": "^[A-Za-z0-9_.-]{1,64}=[^\\x00]{0,512}\\Z"}),
        ),
        "model": Param(wire="model", place="query", check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="spend:SpendReport"),
)

_RESET = Operation(
    id="spend.reset",
    method="POST",
    path="/global/spend/reset",
    params={
        "api_key": Param(wire="api_key", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "user_id": Param(wire="user_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "team_id": Param(wire="team_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
        "organization_id": Param(
            wire="organization_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))
        ),
        "customer_id": Param(
            wire="customer_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))
        ),
        "budget_id": Param(wire="budget_id", nullable=True, check=("null", ("within", "string", {"min_length": 1}))),
    },
    body=Body(required=False),
    result=Result(type="spend:SpendReset"),
    retry="keyed",
)


class Spend(Resource):
    """Spend logs and reports."""

    @cached_property
    def with_raw_response(self) -> SpendWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return SpendWithRawResponse(self)

    def list(self, **params: Unpack[SpendListParams]) -> SyncPage[SpendLog]:
        """List spend logs.

        Lists the cost of calls, one record per call, newest first. Reports are sums of these records. Filtered
        by `metadata`, a page may be shorter than `limit` and still have a next one.

        Args:
            cursor: The `next_cursor` of the previous page.
            limit: The maximum number of items per page. Default: 20.
            start_date: The start: the first day, such as `2026-01-01`, or a time, such as
                `2026-01-01T12:00:00Z`.
            end_date: The end: the last day (inclusive), or a time (exclusive).
            api_key: Only calls with this key, by its `key_id` or `token`.
            user_id: Only calls of this user.
            team_id: Only calls of this team.
            organization_id: Only calls of this organization.
            end_user: Only calls for this customer.
            model: Only calls of this model.
            provider: Only calls that this provider served.
            request_id_: Only the call with this request id.
            call_id: Only this call.
            metadata: Only calls whose metadata has this value, as `name=value`.
            tag: Only calls with this tag.
            status: Only calls with this status.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[SpendLog] = self._client.execute(_LIST, params)
        return answer

    def calculate(self, **params: Unpack[SpendCalculateParams]) -> SpendCalculation:
        """Calculate the cost of a call.

        Calculates the cost of messages or a prompt before a call, of token counts, or of a response. Calls no
        model and bills nothing.

        Args:
            model: The model.
            messages: Messages, as for `/v1/chat/completions`.
            prompt: A prompt.
            prompt_tokens: The number of input tokens.
            completion_tokens: The number of output tokens.
            completion_response: A response with `model` and `usage`.
        """
        answer: SpendCalculation = self._client.execute(_CALCULATE, params)
        return answer

    def tags(self, **params: Unpack[SpendTagsParams]) -> SyncPage[TagSpend]:
        """List spend by tag.

        Lists the spend of each tag. A call with several tags counts for each of them.

        Args:
            start_date: The start: the first day, such as `2026-01-01`, or a time, such as
                `2026-01-01T12:00:00Z`.
            end_date: The end: the last day (inclusive), or a time (exclusive).
            tags: Only these tags, separated by commas.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[TagSpend] = self._client.execute(_TAGS, params)
        return answer

    def report(self, **params: Unpack[SpendReportParams]) -> SpendReport:
        """Create a spend report.

        Reports spend over a period, by group and, with `interval`, over time. The rows add up to `total`,
        except when grouped by tag. Default period: the last 30 days. A report that is too large is refused with
        400 `report_too_large`.

        Args:
            start_date: The start: the first day, such as `2026-01-01`, or a time, such as
                `2026-01-01T12:00:00Z`.
            end_date: The end: the last day (inclusive), or a time (exclusive).
            group_by: The dimension to group by: one of these values, or `metadata.` followed by the name of a
                metadata field. Default: 'team'.
            interval: The time interval of each row; `total` for the whole period. Default: 'total'.
            api_key: Only calls with this key, by its `key_id` or `token`.
            internal_user_id: Only calls of this user.
            team_id: Only calls of this team.
            organization_id: Only calls of this organization.
            customer_id: Only calls for this customer.
            metadata: Only calls whose metadata has this value, as `name=value`.
            model: Only calls of this model.
        """
        answer: SpendReport = self._client.execute(_REPORT, params)
        return answer

    def reset(self, **params: Unpack[SpendResetParams]) -> SpendReset:
        """Reset spend.

        Resets the spend that counts against budgets to 0: of all owners, or of those in the body. Records and
        reports do not change. Requires an administrator.

        Args:
            api_key: A key, by its `key_id` or `token`.
            user_id: A user.
            team_id: A team.
            organization_id: An organization.
            customer_id: A customer.
            budget_id: A budget.
        """
        answer: SpendReset = self._client.execute(_RESET, params)
        return answer


class SpendWithRawResponse(RawResource["Spend"]):
    """The methods of `Spend`, returning raw responses."""

    list = RawMethod(Spend.list)
    calculate = RawMethod(Spend.calculate)
    tags = RawMethod(Spend.tags)
    report = RawMethod(Spend.report)
    reset = RawMethod(Spend.reset)


class AsyncSpend(AsyncResource):
    """Spend logs and reports."""

    @cached_property
    def with_raw_response(self) -> AsyncSpendWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncSpendWithRawResponse(self)

    def list(self, **params: Unpack[SpendListParams]) -> AsyncPages[SpendLog]:
        """List spend logs.

        Lists the cost of calls, one record per call, newest first. Reports are sums of these records. Filtered
        by `metadata`, a page may be shorter than `limit` and still have a next one.

        Args:
            cursor: The `next_cursor` of the previous page.
            limit: The maximum number of items per page. Default: 20.
            start_date: The start: the first day, such as `2026-01-01`, or a time, such as
                `2026-01-01T12:00:00Z`.
            end_date: The end: the last day (inclusive), or a time (exclusive).
            api_key: Only calls with this key, by its `key_id` or `token`.
            user_id: Only calls of this user.
            team_id: Only calls of this team.
            organization_id: Only calls of this organization.
            end_user: Only calls for this customer.
            model: Only calls of this model.
            provider: Only calls that this provider served.
            request_id_: Only the call with this request id.
            call_id: Only this call.
            metadata: Only calls whose metadata has this value, as `name=value`.
            tag: Only calls with this tag.
            status: Only calls with this status.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[SpendLog] = self._client.execute(_LIST, params)
        return answer

    async def calculate(self, **params: Unpack[SpendCalculateParams]) -> SpendCalculation:
        """Calculate the cost of a call.

        Calculates the cost of messages or a prompt before a call, of token counts, or of a response. Calls no
        model and bills nothing.

        Args:
            model: The model.
            messages: Messages, as for `/v1/chat/completions`.
            prompt: A prompt.
            prompt_tokens: The number of input tokens.
            completion_tokens: The number of output tokens.
            completion_response: A response with `model` and `usage`.
        """
        answer: SpendCalculation = await self._client.execute(_CALCULATE, params)
        return answer

    def tags(self, **params: Unpack[SpendTagsParams]) -> AsyncPages[TagSpend]:
        """List spend by tag.

        Lists the spend of each tag. A call with several tags counts for each of them.

        Args:
            start_date: The start: the first day, such as `2026-01-01`, or a time, such as
                `2026-01-01T12:00:00Z`.
            end_date: The end: the last day (inclusive), or a time (exclusive).
            tags: Only these tags, separated by commas.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[TagSpend] = self._client.execute(_TAGS, params)
        return answer

    async def report(self, **params: Unpack[SpendReportParams]) -> SpendReport:
        """Create a spend report.

        Reports spend over a period, by group and, with `interval`, over time. The rows add up to `total`,
        except when grouped by tag. Default period: the last 30 days. A report that is too large is refused with
        400 `report_too_large`.

        Args:
            start_date: The start: the first day, such as `2026-01-01`, or a time, such as
                `2026-01-01T12:00:00Z`.
            end_date: The end: the last day (inclusive), or a time (exclusive).
            group_by: The dimension to group by: one of these values, or `metadata.` followed by the name of a
                metadata field. Default: 'team'.
            interval: The time interval of each row; `total` for the whole period. Default: 'total'.
            api_key: Only calls with this key, by its `key_id` or `token`.
            internal_user_id: Only calls of this user.
            team_id: Only calls of this team.
            organization_id: Only calls of this organization.
            customer_id: Only calls for this customer.
            metadata: Only calls whose metadata has this value, as `name=value`.
            model: Only calls of this model.
        """
        answer: SpendReport = await self._client.execute(_REPORT, params)
        return answer

    async def reset(self, **params: Unpack[SpendResetParams]) -> SpendReset:
        """Reset spend.

        Resets the spend that counts against budgets to 0: of all owners, or of those in the body. Records and
        reports do not change. Requires an administrator.

        Args:
            api_key: A key, by its `key_id` or `token`.
            user_id: A user.
            team_id: A team.
            organization_id: An organization.
            customer_id: A customer.
            budget_id: A budget.
        """
        answer: SpendReset = await self._client.execute(_RESET, params)
        return answer


class AsyncSpendWithRawResponse(RawResource["AsyncSpend"]):
    """The methods of `AsyncSpend`, returning raw responses."""

    list = AsyncRawMethod(AsyncSpend.list)
    calculate = AsyncRawMethod(AsyncSpend.calculate)
    tags = AsyncRawMethod(AsyncSpend.tags)
    report = AsyncRawMethod(AsyncSpend.report)
    reset = AsyncRawMethod(AsyncSpend.reset)
