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
    """Messages as for `/v1/chat/completions`. Their tokens are counted here."""

    prompt: str | None
    """A text. Its tokens are counted here."""

    prompt_tokens: int | None
    """Tokens read."""

    completion_tokens: int | None
    """Tokens written."""

    completion_response: Mapping[str, object] | None
    """An answer with `model` and `usage`."""


class SpendListParams(CallOptions, total=False):
    """Arguments of `spend.list`."""

    cursor: str
    """The `next_cursor` of the page before."""

    limit: int
    """How many items a page holds at most."""

    start_date: str
    """The first day, such as `2026-01-01`, or the first moment, such as `2026-01-01T12:00:00Z`. Days are those of
    UTC.
    """

    end_date: str
    """The last day, itself included, or the moment before which it ends."""

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
    """Only the call of this request."""

    call_id: str
    """Only this call."""

    metadata: str
    """Only calls whose metadata has this member with this value, written `name=value`."""

    tag: str
    """Only calls with this tag."""

    status: str
    """Only calls that stand so."""


class SpendReportParams(CallOptions, total=False):
    """Arguments of `spend.report`."""

    start_date: str
    """The first day, such as `2026-01-01`, or the first moment, such as `2026-01-01T12:00:00Z`. Days are those of
    UTC.
    """

    end_date: str
    """The last day, itself included, or the moment before which it ends."""

    group_by: SpendReportGroupBy
    """By what the rows differ: one of these, or `metadata.` and the name of a member of the metadata."""

    interval: SpendReportInterval
    """How long a time each row stands for; `total` is all of it."""

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
    """Only calls whose metadata has this member with this value, written `name=value`."""

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
    """The first day, such as `2026-01-01`, or the first moment, such as `2026-01-01T12:00:00Z`. Days are those of
    UTC.
    """

    end_date: str
    """The last day, itself included, or the moment before which it ends."""

    tags: str
    """Only these tags, separated by commas."""


SpendReportGroupBy: TypeAlias = (
    Literal["team", "customer", "api_key", "user", "organization", "model", "provider", "tag"] | str
)


SpendReportInterval: TypeAlias = Literal["hour", "day", "week", "month", "total"]
