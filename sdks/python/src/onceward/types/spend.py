# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Response types: spend."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from .._core.models import Model
from .shared import ErrorObject, Metadata

__all__ = [
    "ModelSpend",
    "SpendCalculation",
    "SpendLog",
    "SpendLogList",
    "SpendLogStatus",
    "SpendReport",
    "SpendReportRow",
    "SpendReset",
    "SpendTotals",
    "TagSpend",
    "TagSpendList",
]


class ModelSpend(Model):
    """The spend on one model."""

    spend: float
    """The cost in US dollars."""

    credits: float | None = None
    """The credits used."""

    requests: int
    """The number of calls."""

    failed_requests: int | None = None
    """The number of calls that failed."""

    prompt_tokens: int | None = None
    """The number of input tokens."""

    completion_tokens: int | None = None
    """The number of output tokens."""

    total_tokens: int | None = None
    """The total number of tokens."""

    model: str
    """The model."""


class SpendCalculation(Model):
    """The price of a call."""

    model: str | None = None
    """The model."""

    cost: float
    """The total cost, in US dollars."""

    input_cost: float | None = None
    """The cost of the input, in US dollars."""

    output_cost: float | None = None
    """The cost of the output, in US dollars."""

    total_cost: float | None = None
    """The same as `cost`."""

    prompt_tokens: int | None = None
    """The number of input tokens."""

    completion_tokens: int | None = None
    """The number of output tokens."""

    credits: float | None = None
    """The cost in credits."""


class SpendLog(Model):
    """The usage and cost of one call."""

    request_id: str
    """The id of the first request."""

    call_id: str | None = None
    """The id of the call; see `GET /v1/calls/{call_id}`."""

    call_type: str
    """The operation that was called, by its `operationId`."""

    status: SpendLogStatus | None = None
    """The status of the call."""

    start_time: str = Field(alias="startTime")
    """When the call started (ISO 8601, UTC)."""

    end_time: str | None = Field(default=None, alias="endTime")
    """When the call ended (ISO 8601, UTC)."""

    api_key: str | None = None
    """The `token` (hash) of the key, never its secret."""

    key_id: str | None = None
    """The id of the key."""

    key_alias: str | None = None
    """The alias of the key."""

    user: str | None = None
    """The user that owns the key."""

    team_id: str | None = None
    """The team that was billed."""

    organization_id: str | None = None
    """The organization that was billed."""

    end_user: str | None = None
    """The customer that the call was made for."""

    model: str
    """The model that served the call."""

    model_group: str | None = None
    """The requested model."""

    model_id: str | None = None
    """The deployment that served the call. See `GET /model/info`."""

    custom_llm_provider: str | None = None
    """The provider that served the call."""

    api_base: str | None = None
    """The base URL of the provider."""

    prompt_tokens: int
    """The number of input tokens."""

    completion_tokens: int
    """The number of output tokens, including reasoning tokens."""

    total_tokens: int
    """The total number of tokens."""

    cached_tokens: int | None = None
    """The input tokens that were read from the provider's cache."""

    cache_write_tokens: int | None = None
    """The input tokens that were written to the provider's cache."""

    reasoning_tokens: int | None = None
    """The output tokens used for reasoning."""

    spend: float
    """The cost of the call, in US dollars."""

    credits: float | None = None
    """The cost in credits."""

    estimated: bool | None = None
    """Whether the gateway estimated the token counts because the provider did not report them."""

    request_duration_ms: float | None = None
    """The time from the first byte of the request to the last byte of the response, in milliseconds."""

    time_to_first_token_ms: float | None = None
    """The time to the first content of a stream, in milliseconds."""

    stream: bool | None = None
    """Whether the response was streamed."""

    cache_hit: bool | None = None
    """Whether the response came from the gateway's cache."""

    cache_key: str | None = None
    """The cache key of the response."""

    idempotency_key: str | None = None
    """The idempotency key of the call."""

    request_tags: list[str] | None = None
    """The tags of the call."""

    metadata: Metadata | None = None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    requester_ip_address: str | None = None
    """The client address of the request."""

    error: ErrorObject | None = None
    """An error. `type` is its category, `code` identifies it, and `message` describes it and how to resolve it."""


class SpendLogList(Model):
    """A page of call records."""

    object: Literal["list"]

    data: list[SpendLog]
    """The call records."""

    has_more: bool | None = None
    """Whether there are more items."""

    next_cursor: str | None = None
    """The `cursor` of the next page."""


class SpendReport(Model):
    """A spend report."""

    start_date: str
    """The start of the period (ISO 8601, UTC)."""

    end_date: str
    """The end of the period (exclusive)."""

    group_by: str
    """The dimension that rows are grouped by."""

    interval: str
    """The time interval of each row."""

    total: SpendTotals
    """Usage summed over calls."""

    results: list[SpendReportRow]
    """The rows, by time and then by cost in descending order. Groups without spend are omitted."""


class SpendReportRow(Model):
    """The spend of one group."""

    spend: float
    """The cost in US dollars."""

    credits: float | None = None
    """The credits used."""

    requests: int
    """The number of calls."""

    failed_requests: int | None = None
    """The number of calls that failed."""

    prompt_tokens: int | None = None
    """The number of input tokens."""

    completion_tokens: int | None = None
    """The number of output tokens."""

    total_tokens: int | None = None
    """The total number of tokens."""

    group: str | None = None
    """The id of the group, such as a team, key or model; null for calls without one."""

    name: str | None = None
    """The display name of the group, if it has one."""

    date: str | None = None
    """The start of the row's interval, such as `2026-01-01`; null if the row covers the whole period."""

    models: list[ModelSpend] | None = None
    """The spend by model, the most expensive first."""


class SpendReset(Model):
    """The result of a reset."""

    status: str
    """Always `success`."""

    message: str | None = None
    """A message that confirms the deletion."""

    reset: int | None = None
    """The number of budgets that were reset."""


class SpendTotals(Model):
    """Usage summed over calls."""

    spend: float
    """The cost in US dollars."""

    credits: float | None = None
    """The credits used."""

    requests: int
    """The number of calls."""

    failed_requests: int | None = None
    """The number of calls that failed."""

    prompt_tokens: int | None = None
    """The number of input tokens."""

    completion_tokens: int | None = None
    """The number of output tokens."""

    total_tokens: int | None = None
    """The total number of tokens."""


class TagSpend(Model):
    """The spend of a tag."""

    individual_request_tag: str
    """The tag."""

    log_count: int
    """The number of calls with the tag."""

    total_spend: float
    """The cost of the calls with this tag, in US dollars."""


class TagSpendList(Model):
    """Spend by tag."""

    object: Literal["list"]

    data: list[TagSpend]
    """The spend, one record for each tag."""


SpendLogStatus: TypeAlias = Literal["in_progress", "completed", "failed", "cancelled", "interrupted"] | str
"""The status of the call."""
