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
    """What was spent for one model."""

    spend: float
    """US dollars."""

    credits: float | None = None
    """Credits."""

    requests: int
    """Calls."""

    failed_requests: int | None = None
    """Of these, those that failed."""

    prompt_tokens: int | None = None
    """Tokens read."""

    completion_tokens: int | None = None
    """Tokens written."""

    total_tokens: int | None = None
    """Both."""

    model: str
    """The model."""


class SpendCalculation(Model):
    """The price of a call."""

    model: str | None = None
    """The model."""

    cost: float
    """All of it, in US dollars."""

    input_cost: float | None = None
    """Of it for what is read."""

    output_cost: float | None = None
    """Of it for what is written."""

    total_cost: float | None = None
    """The same as `cost`."""

    prompt_tokens: int | None = None
    """Tokens read."""

    completion_tokens: int | None = None
    """Tokens written."""

    credits: float | None = None
    """The price in credits."""


class SpendLog(Model):
    """What one call used and cost."""

    request_id: str
    """The id of its first request."""

    call_id: str | None = None
    """The id of the call; see `GET /v1/calls/{call_id}`."""

    call_type: str
    """What was called, by its `operationId`."""

    status: SpendLogStatus | None = None
    """How it ended."""

    start_time: str = Field(alias="startTime")
    """When it was begun (ISO 8601, UTC)."""

    end_time: str | None = Field(default=None, alias="endTime")
    """When it ended."""

    api_key: str | None = None
    """The `token` of the key, never the key itself."""

    key_id: str | None = None
    """The key's id."""

    key_alias: str | None = None
    """The key's name."""

    user: str | None = None
    """The user whose key it was."""

    team_id: str | None = None
    """The team that paid."""

    organization_id: str | None = None
    """The organization that paid."""

    end_user: str | None = None
    """The customer for whom it was made."""

    model: str
    """The model that answered."""

    model_group: str | None = None
    """The model that was asked for."""

    model_id: str | None = None
    """The deployment that served; see `GET /model/info`."""

    custom_llm_provider: str | None = None
    """The provider that served."""

    api_base: str | None = None
    """Where it was served."""

    prompt_tokens: int
    """Tokens read."""

    completion_tokens: int
    """Tokens written, reasoning included."""

    total_tokens: int
    """Both."""

    cached_tokens: int | None = None
    """Of those read, from the provider's cache."""

    cache_write_tokens: int | None = None
    """Of those read, written to the provider's cache."""

    reasoning_tokens: int | None = None
    """Of those written, reasoning."""

    spend: float
    """What it cost, in US dollars."""

    credits: float | None = None
    """What it cost in credits."""

    estimated: bool | None = None
    """Whether tokens were counted here and not by the provider."""

    request_duration_ms: float | None = None
    """From the first byte read to the last written."""

    time_to_first_token_ms: float | None = None
    """Until the first content, on streams."""

    stream: bool | None = None
    """Whether it was answered by events."""

    cache_hit: bool | None = None
    """Whether the answer came from the gateway's cache."""

    cache_key: str | None = None
    """Under which key."""

    idempotency_key: str | None = None
    """The key that names the call."""

    request_tags: list[str] | None = None
    """Its tags."""

    metadata: Metadata | None = None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    requester_ip_address: str | None = None
    """Where the request came from."""

    error: ErrorObject | None = None
    """What failed. `type` says which kind of failure it is, `code` which one, `message` what to do."""


class SpendLogList(Model):
    """A page of records."""

    object: Literal["list"]

    data: list[SpendLog]
    """The records."""

    has_more: bool | None = None
    """Whether there is a next page."""

    next_cursor: str | None = None
    """What `cursor` must be for it."""


class SpendReport(Model):
    """What was spent in a time."""

    start_date: str
    """The first moment (ISO 8601, UTC)."""

    end_date: str
    """The moment before which it ends."""

    group_by: str
    """By what the rows differ."""

    interval: str
    """How long a time each row stands for."""

    total: SpendTotals
    """A sum over calls."""

    results: list[SpendReportRow]
    """The rows: by time, then by what they cost, the dearest first. Nothing spent is no row."""


class SpendReportRow(Model):
    """What was spent by one of those that the report tells apart."""

    spend: float
    """US dollars."""

    credits: float | None = None
    """Credits."""

    requests: int
    """Calls."""

    failed_requests: int | None = None
    """Of these, those that failed."""

    prompt_tokens: int | None = None
    """Tokens read."""

    completion_tokens: int | None = None
    """Tokens written."""

    total_tokens: int | None = None
    """Both."""

    group: str | None
    """The id of the team, key, model or so; null for calls without one."""

    name: str | None = None
    """Its name for people, where it has one."""

    date: str | None = None
    """When the row's time begins, such as `2026-01-01`; null where it is all of it."""

    models: list[ModelSpend] | None = None
    """Of it by model, the dearest first."""


class SpendReset(Model):
    """What was set back to 0."""

    status: str
    """`success`."""

    message: str | None = None
    """The same for people."""

    reset: int | None = None
    """How many budgets start again."""


class SpendTotals(Model):
    """A sum over calls."""

    spend: float
    """US dollars."""

    credits: float | None = None
    """Credits."""

    requests: int
    """Calls."""

    failed_requests: int | None = None
    """Of these, those that failed."""

    prompt_tokens: int | None = None
    """Tokens read."""

    completion_tokens: int | None = None
    """Tokens written."""

    total_tokens: int | None = None
    """Both."""


class TagSpend(Model):
    """What a tag cost."""

    individual_request_tag: str
    """The tag."""

    log_count: int
    """How many calls had it."""

    total_spend: float
    """What they cost, in US dollars."""


class TagSpendList(Model):
    """What tags cost."""

    object: Literal["list"]

    data: list[TagSpend]
    """One record for each tag."""


SpendLogStatus: TypeAlias = Literal["in_progress", "completed", "failed", "cancelled", "interrupted"] | str
"""How it ended."""
