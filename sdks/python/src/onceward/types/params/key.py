# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""Request types: key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..._core.options import CallOptions

if TYPE_CHECKING:
    from ..shared import BudgetDurationParam, KeyModelBudget
    from .shared import DurationParam, KeyModelBudgetParam, MetadataParam

__all__ = [
    "KeyBlockParams",
    "KeyDeleteParams",
    "KeyGenerateParams",
    "KeyInfoParams",
    "KeyListParams",
    "KeyRegenerateParams",
    "KeyUnblockParams",
    "KeyUpdateParams",
]


class KeyBlockParams(CallOptions, total=False):
    """Arguments of `key.block`."""

    key: str | None
    """The secret of the key, its `token`, or its `key_id`."""

    key_id: str | None
    """The id of the key."""


class KeyDeleteParams(CallOptions, total=False):
    """Arguments of `key.delete`."""

    keys: Sequence[str] | None
    """Keys, each by its secret, its `token`, or its `key_id`."""

    key_aliases: Sequence[str] | None
    """Keys, by alias."""

    key_id: str | None
    """A key, by id."""


class KeyGenerateParams(CallOptions, total=False):
    """Arguments of `key.generate`."""

    key_alias: str | None
    """A name for the key. Unique within its owner."""

    user_id: str | None
    """The user that owns the key."""

    team_id: str | None
    """The team that owns the key."""

    organization_id: str | None
    """The organization that owns the key. Default: the organization of the team."""

    budget_id: str | None
    """A shared budget. It applies in addition to the key's own limits."""

    models: Sequence[str] | None
    """The models that may be used. A trailing `*` matches any suffix. Empty or absent: all models of the owner."""

    aliases: Mapping[str, str] | None
    """Model aliases for calls with this key: alias to model name."""

    duration: DurationParam | None
    """The lifetime from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`. Null: unlimited."""

    max_budget: float | None
    """The maximum spend of the key in US dollars. Calls above it are refused with 402."""

    soft_budget: float | None
    """The spend in US dollars from which responses carry a warning."""

    budget_duration: BudgetDurationParam | None
    """How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`. Null: never."""

    model_max_budget: Mapping[str, KeyModelBudgetParam | KeyModelBudget] | None
    """The maximum spend per model."""

    tpm_limit: int | None
    """The maximum number of tokens per minute. Calls above it are refused with 429."""

    rpm_limit: int | None
    """The maximum number of requests per minute. Calls above it are refused with 429."""

    max_parallel_requests: int | None
    """The maximum number of concurrent calls. Calls above it are refused with 429."""

    model_tpm_limit: Mapping[str, int] | None
    """The maximum number of tokens per minute, per model."""

    model_rpm_limit: Mapping[str, int] | None
    """The maximum number of requests per minute, per model."""

    allowed_cache_controls: Sequence[str] | None
    """Cache controls that calls may use, such as `no-cache` and `no-store`. Absent: all."""

    allowed_ips: Sequence[str] | None
    """Client addresses that the key may be used from: addresses such as `203.0.113.7` and ranges such as
    `203.0.113.0/24` or `2001:db8::/32`. Others are refused with 403. Null allows all addresses, an empty list
    none.
    """

    allowed_routes: Sequence[str] | None
    """Routes that the key may call; others are refused with 403. Each is a path of this contract such as
    `/v1/chat/completions`, which includes all paths of that operation; a path with the wildcard `*` such as
    `/v1/files*`; or a group: `llm_api_routes`, `management_routes`, `info_routes`. Null allows all routes, an
    empty list none.
    """

    guardrails: Sequence[str] | None
    """Guardrails for all calls, by name. See `GET /guardrails/list`."""

    blocked: bool | None
    """Whether the key is blocked."""

    tags: Sequence[str] | None
    """Tags that are added to all call records of the key."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    key: str | None
    """The secret, to import an existing key. Default: random."""


class KeyInfoParams(CallOptions, total=False):
    """Arguments of `key.info`."""

    key: str
    """The key, by its `key_id` or `token`. The secret is accepted too, but URLs are often logged."""


class KeyListParams(CallOptions, total=False):
    """Arguments of `key.list`."""

    page: int
    """The page number, from 1. If a key is deleted between two requests, the following pages shift by one; read
    the list again if you need every key.
    """

    size: int
    """The maximum number of keys per page."""

    user_id: str
    """Only keys of this user."""

    team_id: str
    """Only keys of this team."""

    organization_id: str
    """Only keys of this organization."""

    key_alias: str
    """Only the key with this alias."""

    include_team_keys: bool
    """With `user_id`: also include keys of the teams that the user administers."""


class KeyRegenerateParams(CallOptions, total=False):
    """Arguments of `key.regenerate`."""

    key_alias: str | None
    """A name for the key. Unique within its owner."""

    user_id: str | None
    """The user that owns the key."""

    team_id: str | None
    """The team that owns the key."""

    organization_id: str | None
    """The organization that owns the key. Default: the organization of the team."""

    budget_id: str | None
    """A shared budget. It applies in addition to the key's own limits."""

    models: Sequence[str] | None
    """The models that may be used. A trailing `*` matches any suffix. Empty or absent: all models of the owner."""

    aliases: Mapping[str, str] | None
    """Model aliases for calls with this key: alias to model name."""

    duration: DurationParam | None
    """The lifetime from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`. Null: unlimited."""

    max_budget: float | None
    """The maximum spend of the key in US dollars. Calls above it are refused with 402."""

    soft_budget: float | None
    """The spend in US dollars from which responses carry a warning."""

    budget_duration: BudgetDurationParam | None
    """How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`. Null: never."""

    model_max_budget: Mapping[str, KeyModelBudgetParam | KeyModelBudget] | None
    """The maximum spend per model."""

    tpm_limit: int | None
    """The maximum number of tokens per minute. Calls above it are refused with 429."""

    rpm_limit: int | None
    """The maximum number of requests per minute. Calls above it are refused with 429."""

    max_parallel_requests: int | None
    """The maximum number of concurrent calls. Calls above it are refused with 429."""

    model_tpm_limit: Mapping[str, int] | None
    """The maximum number of tokens per minute, per model."""

    model_rpm_limit: Mapping[str, int] | None
    """The maximum number of requests per minute, per model."""

    allowed_cache_controls: Sequence[str] | None
    """Cache controls that calls may use, such as `no-cache` and `no-store`. Absent: all."""

    allowed_ips: Sequence[str] | None
    """Client addresses that the key may be used from: addresses such as `203.0.113.7` and ranges such as
    `203.0.113.0/24` or `2001:db8::/32`. Others are refused with 403. Null allows all addresses, an empty list
    none.
    """

    allowed_routes: Sequence[str] | None
    """Routes that the key may call; others are refused with 403. Each is a path of this contract such as
    `/v1/chat/completions`, which includes all paths of that operation; a path with the wildcard `*` such as
    `/v1/files*`; or a group: `llm_api_routes`, `management_routes`, `info_routes`. Null allows all routes, an
    empty list none.
    """

    guardrails: Sequence[str] | None
    """Guardrails for all calls, by name. See `GET /guardrails/list`."""

    blocked: bool | None
    """Whether the key is blocked."""

    tags: Sequence[str] | None
    """Tags that are added to all call records of the key."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""


class KeyUnblockParams(CallOptions, total=False):
    """Arguments of `key.unblock`."""

    key: str | None
    """The secret of the key, its `token`, or its `key_id`."""

    key_id: str | None
    """The id of the key."""


class KeyUpdateParams(CallOptions, total=False):
    """Arguments of `key.update`."""

    key_alias: str | None
    """A name for the key. Unique within its owner."""

    user_id: str | None
    """The user that owns the key."""

    team_id: str | None
    """The team that owns the key."""

    organization_id: str | None
    """The organization that owns the key. Default: the organization of the team."""

    budget_id: str | None
    """A shared budget. It applies in addition to the key's own limits."""

    models: Sequence[str] | None
    """The models that may be used. A trailing `*` matches any suffix. Empty or absent: all models of the owner."""

    aliases: Mapping[str, str] | None
    """Model aliases for calls with this key: alias to model name."""

    duration: DurationParam | None
    """The lifetime from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`. Null: unlimited."""

    max_budget: float | None
    """The maximum spend of the key in US dollars. Calls above it are refused with 402."""

    soft_budget: float | None
    """The spend in US dollars from which responses carry a warning."""

    budget_duration: BudgetDurationParam | None
    """How often the spend resets to 0, such as `1h`, `1d`, `30d` or `1mo`. Null: never."""

    model_max_budget: Mapping[str, KeyModelBudgetParam | KeyModelBudget] | None
    """The maximum spend per model."""

    tpm_limit: int | None
    """The maximum number of tokens per minute. Calls above it are refused with 429."""

    rpm_limit: int | None
    """The maximum number of requests per minute. Calls above it are refused with 429."""

    max_parallel_requests: int | None
    """The maximum number of concurrent calls. Calls above it are refused with 429."""

    model_tpm_limit: Mapping[str, int] | None
    """The maximum number of tokens per minute, per model."""

    model_rpm_limit: Mapping[str, int] | None
    """The maximum number of requests per minute, per model."""

    allowed_cache_controls: Sequence[str] | None
    """Cache controls that calls may use, such as `no-cache` and `no-store`. Absent: all."""

    allowed_ips: Sequence[str] | None
    """Client addresses that the key may be used from: addresses such as `203.0.113.7` and ranges such as
    `203.0.113.0/24` or `2001:db8::/32`. Others are refused with 403. Null allows all addresses, an empty list
    none.
    """

    allowed_routes: Sequence[str] | None
    """Routes that the key may call; others are refused with 403. Each is a path of this contract such as
    `/v1/chat/completions`, which includes all paths of that operation; a path with the wildcard `*` such as
    `/v1/files*`; or a group: `llm_api_routes`, `management_routes`, `info_routes`. Null allows all routes, an
    empty list none.
    """

    guardrails: Sequence[str] | None
    """Guardrails for all calls, by name. See `GET /guardrails/list`."""

    blocked: bool | None
    """Whether the key is blocked."""

    tags: Sequence[str] | None
    """Tags that are added to all call records of the key."""

    metadata: MetadataParam | None
    """Custom metadata. It is stored with the record and returned. Most providers accept only strings as values."""

    key: str | None
    """The secret of the key, its `token`, or its `key_id`."""

    key_id: str | None
    """The id of the key."""

    temp_budget_increase: float | None
    """A temporary increase of `max_budget` in US dollars, until `temp_budget_expiry`. Both must be set together."""

    temp_budget_expiry: str | None
    """The end of the temporary increase, such as `2026-01-31` or `2026-01-31T12:00:00Z`."""
