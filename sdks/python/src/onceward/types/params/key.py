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
    """The key itself, its `token` or its `key_id`."""

    key_id: str | None
    """The key's id."""


class KeyDeleteParams(CallOptions, total=False):
    """Arguments of `key.delete`."""

    keys: Sequence[str] | None
    """Keys, each by itself, its `token` or its `key_id`."""

    key_aliases: Sequence[str] | None
    """Keys by name."""

    key_id: str | None
    """One key by its id."""


class KeyGenerateParams(CallOptions, total=False):
    """Arguments of `key.generate`."""

    key_alias: str | None
    """A name for people. Unique within its owner."""

    user_id: str | None
    """The user whose key it is."""

    team_id: str | None
    """The team whose key it is."""

    organization_id: str | None
    """The organization whose key it is; absent, the one of the team."""

    budget_id: str | None
    """A budget that is shared with others. It holds beside the key's own limits."""

    models: Sequence[str] | None
    """The models it may use; a `*` at the end stands for any rest. Empty or absent: all of its owner."""

    aliases: Mapping[str, str] | None
    """Names of models that stand for others in calls with this key."""

    duration: DurationParam | None
    """How long it lives from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`. Null is for ever."""

    max_budget: float | None
    """How much it may spend in US dollars; then 402."""

    soft_budget: float | None
    """From which sum in US dollars on a warning is given."""

    budget_duration: BudgetDurationParam | None
    """How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`. Null is never."""

    model_max_budget: Mapping[str, KeyModelBudgetParam | KeyModelBudget] | None
    """What it may spend on single models."""

    tpm_limit: int | None
    """Tokens a minute; then 429."""

    rpm_limit: int | None
    """Requests a minute; then 429."""

    max_parallel_requests: int | None
    """Calls at the same time; then 429."""

    model_tpm_limit: Mapping[str, int] | None
    """Tokens a minute of single models."""

    model_rpm_limit: Mapping[str, int] | None
    """Requests a minute of single models."""

    allowed_cache_controls: Sequence[str] | None
    """What a call may ask of the cache, such as `no-cache` and `no-store`. Absent: anything."""

    allowed_ips: Sequence[str] | None
    """The client addresses that it may be used from: addresses such as `203.0.113.7` and ranges such as
    `203.0.113.0/24` or `2001:db8::/32`; else 403. Null is any address, an empty list is none.
    """

    allowed_routes: Sequence[str] | None
    """The routes that it may call; else 403. Each is a path of this contract such as `/v1/chat/completions`, which
    stands for all paths of that operation, a path with `*` for any text such as `/v1/files*`, or a group:
    `llm_api_routes`, `management_routes`, `info_routes`. Null is every route, an empty list is none.
    """

    guardrails: Sequence[str] | None
    """Guardrails that every call passes, by name; see `GET /guardrails/list`."""

    blocked: bool | None
    """Whether it is refused."""

    tags: Sequence[str] | None
    """Marks that every record of its calls carries."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    key: str | None
    """The key itself, where it must be a given one, as when keys move in from elsewhere. Else it is random."""


class KeyInfoParams(CallOptions, total=False):
    """Arguments of `key.info`."""

    key: str
    """The key by its `key_id` or `token`. The key itself is taken too, but an address is no place for a secret."""


class KeyListParams(CallOptions, total=False):
    """Arguments of `key.list`."""

    page: int
    """The number of the page, from 1. What is deleted between two pages moves those that follow: the next page
    then begins one later. Read the list again where that matters.
    """

    size: int
    """How many keys a page holds at most."""

    user_id: str
    """Only keys of this user."""

    team_id: str
    """Only keys of this team."""

    organization_id: str
    """Only keys of this organization."""

    key_alias: str
    """Only the key of this name."""

    include_team_keys: bool
    """With `user_id`, also the keys of the teams that the user administers."""


class KeyRegenerateParams(CallOptions, total=False):
    """Arguments of `key.regenerate`."""

    key_alias: str | None
    """A name for people. Unique within its owner."""

    user_id: str | None
    """The user whose key it is."""

    team_id: str | None
    """The team whose key it is."""

    organization_id: str | None
    """The organization whose key it is; absent, the one of the team."""

    budget_id: str | None
    """A budget that is shared with others. It holds beside the key's own limits."""

    models: Sequence[str] | None
    """The models it may use; a `*` at the end stands for any rest. Empty or absent: all of its owner."""

    aliases: Mapping[str, str] | None
    """Names of models that stand for others in calls with this key."""

    duration: DurationParam | None
    """How long it lives from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`. Null is for ever."""

    max_budget: float | None
    """How much it may spend in US dollars; then 402."""

    soft_budget: float | None
    """From which sum in US dollars on a warning is given."""

    budget_duration: BudgetDurationParam | None
    """How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`. Null is never."""

    model_max_budget: Mapping[str, KeyModelBudgetParam | KeyModelBudget] | None
    """What it may spend on single models."""

    tpm_limit: int | None
    """Tokens a minute; then 429."""

    rpm_limit: int | None
    """Requests a minute; then 429."""

    max_parallel_requests: int | None
    """Calls at the same time; then 429."""

    model_tpm_limit: Mapping[str, int] | None
    """Tokens a minute of single models."""

    model_rpm_limit: Mapping[str, int] | None
    """Requests a minute of single models."""

    allowed_cache_controls: Sequence[str] | None
    """What a call may ask of the cache, such as `no-cache` and `no-store`. Absent: anything."""

    allowed_ips: Sequence[str] | None
    """The client addresses that it may be used from: addresses such as `203.0.113.7` and ranges such as
    `203.0.113.0/24` or `2001:db8::/32`; else 403. Null is any address, an empty list is none.
    """

    allowed_routes: Sequence[str] | None
    """The routes that it may call; else 403. Each is a path of this contract such as `/v1/chat/completions`, which
    stands for all paths of that operation, a path with `*` for any text such as `/v1/files*`, or a group:
    `llm_api_routes`, `management_routes`, `info_routes`. Null is every route, an empty list is none.
    """

    guardrails: Sequence[str] | None
    """Guardrails that every call passes, by name; see `GET /guardrails/list`."""

    blocked: bool | None
    """Whether it is refused."""

    tags: Sequence[str] | None
    """Marks that every record of its calls carries."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""


class KeyUnblockParams(CallOptions, total=False):
    """Arguments of `key.unblock`."""

    key: str | None
    """The key itself, its `token` or its `key_id`."""

    key_id: str | None
    """The key's id."""


class KeyUpdateParams(CallOptions, total=False):
    """Arguments of `key.update`."""

    key_alias: str | None
    """A name for people. Unique within its owner."""

    user_id: str | None
    """The user whose key it is."""

    team_id: str | None
    """The team whose key it is."""

    organization_id: str | None
    """The organization whose key it is; absent, the one of the team."""

    budget_id: str | None
    """A budget that is shared with others. It holds beside the key's own limits."""

    models: Sequence[str] | None
    """The models it may use; a `*` at the end stands for any rest. Empty or absent: all of its owner."""

    aliases: Mapping[str, str] | None
    """Names of models that stand for others in calls with this key."""

    duration: DurationParam | None
    """How long it lives from now on, such as `30s`, `15m`, `12h`, `30d`, `2w`, `1mo` or `1y`. Null is for ever."""

    max_budget: float | None
    """How much it may spend in US dollars; then 402."""

    soft_budget: float | None
    """From which sum in US dollars on a warning is given."""

    budget_duration: BudgetDurationParam | None
    """How often what was spent goes back to 0, such as `1h`, `1d`, `30d` or `1mo`. Null is never."""

    model_max_budget: Mapping[str, KeyModelBudgetParam | KeyModelBudget] | None
    """What it may spend on single models."""

    tpm_limit: int | None
    """Tokens a minute; then 429."""

    rpm_limit: int | None
    """Requests a minute; then 429."""

    max_parallel_requests: int | None
    """Calls at the same time; then 429."""

    model_tpm_limit: Mapping[str, int] | None
    """Tokens a minute of single models."""

    model_rpm_limit: Mapping[str, int] | None
    """Requests a minute of single models."""

    allowed_cache_controls: Sequence[str] | None
    """What a call may ask of the cache, such as `no-cache` and `no-store`. Absent: anything."""

    allowed_ips: Sequence[str] | None
    """The client addresses that it may be used from: addresses such as `203.0.113.7` and ranges such as
    `203.0.113.0/24` or `2001:db8::/32`; else 403. Null is any address, an empty list is none.
    """

    allowed_routes: Sequence[str] | None
    """The routes that it may call; else 403. Each is a path of this contract such as `/v1/chat/completions`, which
    stands for all paths of that operation, a path with `*` for any text such as `/v1/files*`, or a group:
    `llm_api_routes`, `management_routes`, `info_routes`. Null is every route, an empty list is none.
    """

    guardrails: Sequence[str] | None
    """Guardrails that every call passes, by name; see `GET /guardrails/list`."""

    blocked: bool | None
    """Whether it is refused."""

    tags: Sequence[str] | None
    """Marks that every record of its calls carries."""

    metadata: MetadataParam | None
    """Up to the caller; kept with the record and given back. Most providers take strings alone as values."""

    key: str | None
    """The key itself, its `token` or its `key_id`."""

    key_id: str | None
    """The key's id."""

    temp_budget_increase: float | None
    """US dollars on top of `max_budget`, until `temp_budget_expiry`; the two come together."""

    temp_budget_expiry: str | None
    """Until when, such as `2026-01-31` or `2026-01-31T12:00:00Z`."""
