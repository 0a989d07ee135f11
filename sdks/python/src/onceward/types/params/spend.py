# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: spend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from ..._core.options import CallOptions

__all__ = [
    "SpendCalculateParams",
    "SpendListParams",
    "SpendReportGroupBy",
    "SpendReportInterval",
    "SpendReportParams",
    "SpendResetParams",
    "SpendTagsParams",
]


class SpendCalculateParams(CallOptions, total=False):
    """Arguments of `spend.calculate`."""

    model: str | None
    """The model."""

    messages: Sequence[Mapping[str, object]] | None
    """Messages, as for `/v1/chat/completions`. The gateway counts their tokens."""

    prompt: str | None
    """A prompt. The gateway counts its tokens."""

    prompt_tokens: int | None
    """The number of input tokens."""

    completion_tokens: int | None
    """The number of output tokens."""

    completion_response: Mapping[str, object] | None
    """A response with `model` and `usage`."""


class SpendListParams(CallOptions, total=False):
    """Arguments of `spend.list`."""

    cursor: str
    """The `next_cursor` of the previous page."""

    limit: int
    """The maximum number of items per page."""

    start_date: str
    """The start: the first day, such as `2026-01-01`, or a time, such as `2026-01-01T12:00:00Z`. Days are in UTC."""

    end_date: str
    """The end: the last day (inclusive), or a time (exclusive)."""

    api_key: str
    """Only calls with this key, by its `key_id` or `token`."""

    user_id: str
    """Only calls of this user."""

    team_id: str
    """Only calls of this team."""

    organization_id: str
    """Only calls of this organization."""

    end_user: str
    """Only calls for this customer."""

    model: str
    """Only calls of this model."""

    provider: str
    """Only calls that this provider served."""

    request_id_: str
    """Only the call with this request id."""

    call_id: str
    """Only this call."""

    metadata: str
    """Only calls whose metadata has this value, as `name=value`."""

    tag: str
    """Only calls with this tag."""

    status: str
    """Only calls with this status."""


class SpendReportParams(CallOptions, total=False):
    """Arguments of `spend.report`."""

    start_date: str
    """The start: the first day, such as `2026-01-01`, or a time, such as `2026-01-01T12:00:00Z`. Days are in UTC."""

    end_date: str
    """The end: the last day (inclusive), or a time (exclusive)."""

    group_by: SpendReportGroupBy
    """The dimension to group by: one of these values, or `metadata.` followed by the name of a metadata field."""

    interval: SpendReportInterval
    """The time interval of each row; `total` for the whole period."""

    api_key: str
    """Only calls with this key, by its `key_id` or `token`."""

    internal_user_id: str
    """Only calls of this user."""

    team_id: str
    """Only calls of this team."""

    organization_id: str
    """Only calls of this organization."""

    customer_id: str
    """Only calls for this customer."""

    metadata: str
    """Only calls whose metadata has this value, as `name=value`."""

    model: str
    """Only calls of this model."""


class SpendResetParams(CallOptions, total=False):
    """Arguments of `spend.reset`."""

    api_key: str | None
    """A key, by its `key_id` or `token`."""

    user_id: str | None
    """A user."""

    team_id: str | None
    """A team."""

    organization_id: str | None
    """An organization."""

    customer_id: str | None
    """A customer."""

    budget_id: str | None
    """A budget."""


class SpendTagsParams(CallOptions, total=False):
    """Arguments of `spend.tags`."""

    start_date: str
    """The start: the first day, such as `2026-01-01`, or a time, such as `2026-01-01T12:00:00Z`. Days are in UTC."""

    end_date: str
    """The end: the last day (inclusive), or a time (exclusive)."""

    tags: str
    """Only these tags, separated by commas."""


SpendReportGroupBy: TypeAlias = (
    Literal["team", "customer", "api_key", "user", "organization", "model", "provider", "tag"] | str
)


SpendReportInterval: TypeAlias = Literal["hour", "day", "week", "month", "total"]
